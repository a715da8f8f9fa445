/**
 * Who is logged in. The access token lives in this page's memory alone; the refresh cookie, which
 * no script can read, brings a new one after a reload and before the old one ends.
 */
import { LoggedOut, ORIGIN_REFUSED, Refused } from "@/wire/errors";
import type { LoggedIn } from "@/wire/frames";
import { request, type RequestOptions } from "@/wire/request";

import { forgetTabTenant, keepTabTenant, tabTenant } from "./tab-tenant";

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
  readonly renewAt: number;
}

/**
 * `unknown` until the first refresh was answered; `failed` when it could not be. `because` is the code of the refusal that ended a
 * log-in; who logs out themselves needs no reason.
 */
export type LoginState =
  | { readonly kind: "unknown" }
  | { readonly kind: "failed"; readonly error: unknown }
  | { readonly kind: "logged-out"; readonly because?: string }
  | { readonly kind: "logged-in"; readonly person: Person };

/** A token is renewed so long before its end; a short one at half its life. */
const RENEW_BEFORE_MS = 60_000;

/** What the token says is no longer so: a fresh one tells what is. */
const OUTDATED = ["role_changed", "membership_ended"];

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
      if (!(error instanceof LoggedOut)) this.#set({ kind: "failed", error });
    }
  }

  async logIn(email: string, password: string): Promise<void> {
    this.#take(
      await request<LoggedIn>("/auth/login", { method: "POST", body: { email, password } }),
    );
  }

  /** By the link that `konstruct up` opens: once. One that is used or too old leaves things as they were. */
  async enterByLink(token: string): Promise<void> {
    try {
      this.#take(await request<LoggedIn>("/auth/link", { method: "POST", body: { token } }));
    } catch (error) {
      if (!(error instanceof Refused) || error.status >= 500) throw error;
      if (this.#state.kind !== "logged-in") this.#set({ kind: "logged-out", because: error.code });
    }
  }

  async logOut(): Promise<void> {
    const token = this.#access?.token;
    await request("/auth/logout", { method: "POST", ...(token ? { token } : {}) });
    this.#forget();
  }

  /** Goes on in another of the person's tenants; in one that is theirs no more, they stay out. */
  async switchTenant(tenantId: string): Promise<void> {
    await this.#renew(tenantId);
  }

  /** Joins by an invitation's link: as who is logged in, or by a password. */
  async acceptInvitation(
    invitation: string,
    body: { display_name?: string; password?: string },
  ): Promise<void> {
    const path = `/invitations/by-token/${encodeURIComponent(invitation)}/accept`;
    const options = { method: "POST", body } as const;
    const loggedIn = this.#state.kind === "logged-in";
    this.#take(await (loggedIn ? this.call<LoggedIn>(path, options) : request<LoggedIn>(path, options)));
  }

  /** One REST call as this person, with a fresh token if the one at hand is not good any more. */
  async call<Result>(path: string, options: RequestOptions = {}): Promise<Result> {
    const { token } = await this.accessToken({ renew: false });
    try {
      return await request<Result>(path, { ...options, token });
    } catch (error) {
      if (!isOutdated(error)) throw error;
    }
    const renewed = await this.accessToken({ renew: true });
    return request<Result>(path, { ...options, token: renewed.token });
  }

  /** A token that will be good for a while. Rejects with LoggedOut or Unreachable. */
  async accessToken({ renew }: { renew: boolean }): Promise<AccessToken> {
    const good = this.#access && this.#access.renewAt > Date.now();
    return good && !renew && this.#access ? this.#access : this.#renew();
  }

  /** One at a time: a refresh cookie is used once. A switch waits for its turn. */
  #renew(tenantId?: string): Promise<AccessToken> {
    if (tenantId === undefined && this.#renewing) return this.#renewing;
    const before = this.#renewing?.catch(() => null) ?? Promise.resolve(null);
    const renewing = before
      .then(() => this.#refresh(tenantId ?? this.#access?.person.tenantId ?? tabTenant()))
      .finally(() => {
        if (this.#renewing === renewing) this.#renewing = null;
      });
    this.#renewing = renewing;
    return renewing;
  }

  /** The tenant is named each time: another tab may have switched the log-in they share. */
  async #refresh(tenantId: string | null): Promise<AccessToken> {
    try {
      const body = tenantId === null ? {} : { tenant_id: tenantId };
      return this.#take(await request<LoggedIn>("/auth/refresh", { method: "POST", body }));
    } catch (error) {
      if (!(error instanceof Refused) || ![401, 403].includes(error.status)) throw error;
      // It is the page that is refused, not the log-in.
      if (error.code === ORIGIN_REFUSED) throw error;
      if (error.status === 403 && tenantId !== null) return this.#refresh(null);
      const wasThere = this.#state.kind === "logged-in" || error.status === 403;
      this.#forget(wasThere ? error.code : undefined);
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
    const lifeMs = told.expires_in * 1000;
    const renewAt = Date.now() + Math.max(lifeMs / 2, lifeMs - RENEW_BEFORE_MS);
    this.#access = { person, token: told.access_token, renewAt };
    if (person.tenantId) keepTabTenant(person.tenantId);
    if (this.#state.kind !== "logged-in" || !samePerson(this.#state.person, person)) {
      this.#set({ kind: "logged-in", person });
    }
    return this.#access;
  }

  #forget(because?: string): void {
    this.#access = null;
    forgetTabTenant();
    this.#set({ kind: "logged-out", ...(because ? { because } : {}) });
  }

  #set(state: LoginState): void {
    this.#state = state;
    for (const listener of this.#listeners) listener();
  }
}

function isOutdated(error: unknown): boolean {
  if (!(error instanceof Refused)) return false;
  return error.status === 401 || (error.status === 403 && OUTDATED.includes(error.code));
}

function samePerson(one: Person, other: Person): boolean {
  return (
    one.userId === other.userId &&
    one.displayName === other.displayName &&
    one.role === other.role &&
    one.tenantId === other.tenantId
  );
}
