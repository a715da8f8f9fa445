/** The door's calls over HTTP. What is refused is known by its code; the page has its own words. */
import { Refused, Unreachable } from "@/wire/errors";
import type { Visit } from "@/wire/frames";

interface Begin {
  readonly token?: string;
  readonly identity?: string;
  readonly agreed_to?: string;
  readonly language?: string;
}

const TIMEOUT_MS = 20_000;

export class Calls {
  readonly #door: string;

  constructor(door: string) {
    this.#door = door;
  }

  begin(asked: Begin): Promise<Visit> {
    return this.#call<Visit>("POST", "session", { body: asked });
  }

  async leave(token: string): Promise<void> {
    await this.#call("DELETE", "session", { token });
  }

  async deleteConversation(token: string): Promise<void> {
    await this.#call("DELETE", "conversation", { token });
  }

  async askForPerson(token: string, asked: { reach_at: string; language: string }): Promise<void> {
    await this.#call("POST", "person", { token, body: asked });
  }

  async rate(token: string, messageId: string, good: boolean): Promise<void> {
    await this.#call("PUT", `ratings/${messageId}`, { token, body: { good } });
  }

  async wayBack(token: string): Promise<string> {
    return (await this.#call<{ url: string }>("POST", "link", { token })).url;
  }

  async #call<Result>(method: string, path: string, { token, body }: { token?: string; body?: unknown }): Promise<Result> {
    const headers: Record<string, string> = {};
    if (body !== undefined) headers["Content-Type"] = "application/json";
    if (token !== undefined) headers.Authorization = `Bearer ${token}`;
    let response: Response;
    try {
      response = await fetch(`/c/${this.#door}/${path}`, {
        method,
        headers,
        signal: AbortSignal.timeout(TIMEOUT_MS),
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
    } catch (error) {
      throw new Unreachable("The gateway did not answer.", { cause: error });
    }
    if (response.ok) return (response.status === 204 ? undefined : await response.json()) as Result;
    const { code, detail } = (await response.json().catch(() => ({}))) as { code?: string; detail?: string };
    if (response.status >= 500 && !code) throw new Unreachable(response.statusText);
    throw new Refused(response.status, code ?? "", detail ?? response.statusText);
  }
}
