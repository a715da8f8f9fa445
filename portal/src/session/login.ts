/**
 * Who is logged in. The access token lives in this page's memory alone; the refresh cookie, which
 * no script can read, brings a new one after a reload and before the old one ends.
 */
import { LoggedOut, Refused } from "@/api/errors";
import { request } from "@/api/request";
import type { LoggedIn } from "@/wire/frames";

export interface Person {
  readonly userId: string;
  readonly email: string;
  readonly displayName: string;
  readonly role: LoggedIn["role"];
  readonly tenantId: string | null;
}

export interface AccessToken {
  readonly person: Person;
  readonly token: string;
  /** In milliseconds since 1970. */
  readonly expiresAt: number;
}

/** `unknown` until the first refresh was answered. */
export type LoginState =
  | { readonly kind: "unknown" }
  | { readonly kind: "unreachable" }
  | { readonly kind: "logged-out" }
  | { readonly kind: "logged-in"; readonly person: Person };

/** A token with less left than this is renewed before it is used. */
const GOOD_FOR_MS = 60_000;

export class Login {
  #state: LoginState = { kind: "unknown" };
  #access: AccessToken | null = null;
  #renewing: Promise<AccessToken> | null = null;
  readonly #listeners = new Set<() => void>();

  readonly getState = (): LoginState => this.#state;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  /** Is there a log-in from before? The state tells. */
  async restore(): Promise<void> {
    try {
      await this.#renew();
    } catch (error) {
      if (!(error instanceof LoggedOut)) this.#set({ kind: "unreachable" });
    }
  }

  async logIn(email: string, password: string): Promise<void> {
    this.#take(
      await request<LoggedIn>("/auth/login", { method: "POST", body: { email, password } }),
    );
  }

  async logOut(): Promise<void> {
    const token = this.#access?.token;
    await request("/auth/logout", { method: "POST", ...(token ? { token } : {}) });
    this.#forget();
  }

  async switchTenant(tenantId: string): Promise<void> {
    await this.#renew(tenantId);
  }

  /** A token that will still be good in a minute. Rejects with LoggedOut or Unreachable. */
  async accessToken({ renew }: { renew: boolean }): Promise<AccessToken> {
    const good = this.#access && this.#access.expiresAt - Date.now() > GOOD_FOR_MS;
    return good && !renew && this.#access ? this.#access : this.#renew();
  }

  /** One at a time: a refresh cookie is used once. */
  #renew(tenantId?: string): Promise<AccessToken> {
    if (tenantId !== undefined) return this.#refresh(tenantId);
    this.#renewing ??= this.#refresh().finally(() => {
      this.#renewing = null;
    });
    return this.#renewing;
  }

  async #refresh(tenantId?: string): Promise<AccessToken> {
    try {
      const body = tenantId === undefined ? {} : { tenant_id: tenantId };
      return this.#take(await request<LoggedIn>("/auth/refresh", { method: "POST", body }));
    } catch (error) {
      if (!(error instanceof Refused) || ![401, 403].includes(error.status)) throw error;
      this.#forget();
      throw new LoggedOut(error.message);
    }
  }

  #take(told: LoggedIn): AccessToken {
    const person: Person = {
      userId: told.user_id,
      email: told.email,
      displayName: told.display_name,
      role: told.role,
      tenantId: told.tenant_id,
    };
    const expiresAt = Date.now() + told.expires_in * 1000;
    this.#access = { person, token: told.access_token, expiresAt };
    if (this.#state.kind !== "logged-in" || !samePerson(this.#state.person, person)) {
      this.#set({ kind: "logged-in", person });
    }
    return this.#access;
  }

  #forget(): void {
    this.#access = null;
    this.#set({ kind: "logged-out" });
  }

  #set(state: LoginState): void {
    this.#state = state;
    for (const listener of this.#listeners) listener();
  }
}

function samePerson(one: Person, other: Person): boolean {
  return (
    one.userId === other.userId && one.role === other.role && one.tenantId === other.tenantId
  );
}
