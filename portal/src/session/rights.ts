/** What a role may do, for what is shown; the gateway decides. */
import type { Tenant } from "@/wire/frames";

export function mayAdminister(role: Tenant["role"]): boolean {
  return role !== "customer_operator";
}

export function mayRunPlatform(role: Tenant["role"]): boolean {
  return role === "platform_admin";
}
