/** Which business this tab looks at, over a reload; other tabs may look at others. */

const KEY = "konstruct.tenant";

export function tabTenant(): string | null {
  return sessionStorage.getItem(KEY);
}

export function keepTabTenant(tenantId: string): void {
  sessionStorage.setItem(KEY, tenantId);
}

export function forgetTabTenant(): void {
  sessionStorage.removeItem(KEY);
}
