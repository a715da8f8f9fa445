import type { Api } from "@/session/api";
import type { Tenant } from "@/wire/frames";

/** Without a slug the business gets one made from its name. */
export function createTenant(api: Api, name: string, slug: string | null): Promise<Tenant> {
  return api.call("/tenants", { method: "POST", body: { name, slug } });
}

export function renameTenant(api: Api, tenantId: string, name: string): Promise<Tenant> {
  return api.call(`/tenants/${tenantId}`, { method: "PATCH", body: { name } });
}
