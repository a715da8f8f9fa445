/** The log-in against a gateway that is a script: which refresh asks for what, and what follows. */
import { afterEach, beforeEach, expect, test, vi } from "vitest";

import { LoggedOut, Refused } from "@/wire/errors";

import { Login } from "./login";

interface Call {
  path: string;
  tenant: string | null;
  token: string | null;
}

/** A person's tenants with their roles there; empty, they cannot log in. */
let roles: Record<string, string>;
let calls: Call[];
let issued: number;
/** Tokens that are refused from now on, with the code they are refused with. */
let refused: Map<string, string>;

beforeEach(() => {
  roles = { acme: "customer_admin", globex: "customer_operator" };
  calls = [];
  issued = 0;
  refused = new Map();
  const kept = new Map<string, string>();
  vi.stubGlobal("sessionStorage", {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => kept.set(key, value),
    removeItem: (key: string) => kept.delete(key),
  });
  vi.stubGlobal("fetch", (url: string, init: RequestInit) => Promise.resolve(gateway(url, init)));
});

afterEach(() => { vi.unstubAllGlobals(); });

function gateway(url: string, { body, headers }: RequestInit): Response {
  const path = url.replace("/api/portal", "");
  const asked = typeof body === "string" ? (JSON.parse(body) as { tenant_id?: string }) : {};
  const bearer = (headers as Record<string, string>).Authorization ?? null;
  const token = bearer?.replace("Bearer ", "") ?? null;
  calls.push({ path, tenant: asked.tenant_id ?? null, token });
  if (path.startsWith("/auth/")) {
    const tenant = asked.tenant_id ?? Object.keys(roles)[0];
    if (!tenant || !roles[tenant]) return problem(403, "no_membership");
    return Response.json({
      access_token: `${tenant}-${++issued}`,
      expires_in: 900,
      user_id: "u",
      email: "ada@acme.com",
      display_name: "Ada",
      role: roles[tenant],
      tenant_id: tenant,
    });
  }
  const code = token && refused.get(token);
  return code ? problem(code === "logged_out" ? 401 : 403, code) : Response.json(token);
}

function problem(status: number, code: string): Response {
  return Response.json({ detail: code, code, retryable: false }, { status });
}

async function loggedIn(): Promise<Login> {
  const login = new Login();
  await login.logIn("ada@acme.com", "a password");
  return login;
}

function view(login: Login) {
  const state = login.getState();
  return state.kind === "logged-in" ? `${state.person.role} in ${state.person.tenantId ?? "-"}` : state;
}

test("a switch holds for every refresh that follows, also after a reload", async () => {
  const login = await loggedIn();
  await login.switchTenant("globex");
  await login.accessToken({ renew: true });
  const reloaded = new Login();
  await reloaded.restore();
  expect(calls.map(({ tenant }) => tenant)).toEqual([null, "globex", "globex", "globex"]);
  expect([view(login), view(reloaded)]).toEqual(Array(2).fill("customer_operator in globex"));
});

test("a switch waits for a refresh under way, and is what stays", async () => {
  const login = await loggedIn();
  await Promise.all([login.accessToken({ renew: true }), login.switchTenant("globex")]);
  expect(calls.slice(1).map(({ tenant }) => tenant)).toEqual(["acme", "globex"]);
  expect(view(login)).toBe("customer_operator in globex");
});

test("refreshes asked for at once are one", async () => {
  const login = await loggedIn();
  await Promise.all([1, 2, 3].map(() => login.accessToken({ renew: true })));
  expect(calls.map(({ path }) => path)).toEqual(["/auth/login", "/auth/refresh"]);
});

test.each(["role_changed", "logged_out"])("a call refused with %s is made again with a fresh token", async (code) => {
  const login = await loggedIn();
  refused.set("acme-1", code);
  roles.acme = "customer_operator";
  expect(await login.call("/people")).toBe("acme-2");
  expect(view(login)).toBe("customer_operator in acme");
});

test("any other refusal is told and not tried again", async () => {
  const login = await loggedIn();
  refused.set("acme-1", "forbidden");
  await expect(login.call("/people")).rejects.toMatchObject({ code: "forbidden" } satisfies Partial<Refused>);
  expect(calls).toHaveLength(2);
});

test("who is removed from one business goes on in another", async () => {
  const login = await loggedIn();
  refused.set("acme-1", "membership_ended");
  delete roles.acme;
  await login.call("/people");
  expect(view(login)).toBe("customer_operator in globex");
});

test("who is removed from their last business is told so at the log-in", async () => {
  const login = await loggedIn();
  refused.set("acme-1", "membership_ended");
  roles = {};
  await expect(login.call("/people")).rejects.toBeInstanceOf(LoggedOut);
  expect(view(login)).toEqual({ kind: "logged-out", because: "no_membership" });
});

test("an invitation is accepted as who is logged in, and leads into its business", async () => {
  const login = await loggedIn();
  vi.stubGlobal("fetch", (url: string, init: RequestInit) => {
    if (!url.includes("/invitations/")) return Promise.resolve(gateway(url, init));
    expect(init.headers).toMatchObject({ Authorization: "Bearer acme-1" });
    roles.initech = "customer_admin";
    return Promise.resolve(gateway("/auth/accepted", { ...init, body: '{"tenant_id":"initech"}' }));
  });
  await login.acceptInvitation("a/b", {});
  expect(view(login)).toBe("customer_admin in initech");
});

test("a restore that fails for a reason of the page's own says so, and is no outage", async () => {
  const fault = new TypeError("a bug");
  vi.stubGlobal("fetch", () => Promise.resolve({ ok: true, status: 200, get json() { throw fault; } }));
  const login = new Login();
  await login.restore();
  expect(login.getState()).toEqual({ kind: "failed", error: fault });
});

test("a storage that is forbidden keeps nobody out", async () => {
  vi.stubGlobal("sessionStorage", { getItem: refuse, setItem: refuse, removeItem: refuse });
  const login = new Login();
  await login.logIn("ada@acme.com", "a password");
  await login.restore();
  expect(login.getState().kind).toBe("logged-in");
});

function refuse(): never {
  throw new DOMException("denied", "SecurityError");
}

test("a page at an address that is not known keeps its log-in, and says why it cannot go on", async () => {
  vi.stubGlobal("fetch", () => Promise.resolve(problem(403, "origin_refused")));
  const login = new Login();
  await login.restore();
  expect(login.getState()).toMatchObject({ kind: "failed", error: { code: "origin_refused" } });
});
