/** What a role may do, for what is shown; the gateway decides. */
import type { MemberRole, Tenant } from "@/wire/frames";

/** The least first: what the next one may "also" do is then said after it. */
export const MEMBER_ROLES: readonly MemberRole[] = ["customer_operator", "customer_admin"];

export function mayAdminister(role: Tenant["role"]): boolean {
  return role !== "customer_operator";
}

export function mayRunPlatform(role: Tenant["role"]): boolean {
  return role === "platform_admin";
}
