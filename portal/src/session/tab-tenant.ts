/** Which business this tab looks at, over a reload; other tabs may look at others. */
import { inTab } from "./kept";

const KEY = "konstruct.tenant";

export function tabTenant(): string | null {
  return inTab.getItem(KEY);
}

export function keepTabTenant(tenantId: string): void {
  inTab.setItem(KEY, tenantId);
}

export function forgetTabTenant(): void {
  inTab.removeItem(KEY);
}
