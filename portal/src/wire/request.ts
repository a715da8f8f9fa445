/** One HTTP call to the gateway: JSON in, JSON out, and errors of three kinds. */
import { Refused, Unreachable } from "./errors";
import { wellFormed } from "./well-formed";

export interface RequestOptions {
  readonly method?: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  readonly body?: unknown;
  /** In the place of a body: sent as it is. */
  readonly file?: Blob;
  /** What is asked takes its time. */
  readonly long?: boolean;
  /** The same again makes nothing new. */
  readonly idempotencyKey?: string;
  readonly token?: string;
  /** Why somebody else's conversation is looked into; the gateway logs it. */
  readonly reason?: string;
}

const TIMEOUT_MS = 20_000;
/** A file on its way, or an employee who is asked. */
const LONG_TIMEOUT_MS = 300_000;

export async function request<Result>(path: string, options: RequestOptions = {}): Promise<Result> {
  const { method = "GET", body, file, long = file !== undefined, idempotencyKey, token, reason } = options;
  // A fault of the page's own, in what is put together here, is not the network's.
  const call: RequestInit = {
    method,
    signal: AbortSignal.timeout(long ? LONG_TIMEOUT_MS : TIMEOUT_MS),
    headers: {
      ...(file ? { "Content-Type": file.type || "application/octet-stream" } : {}),
      ...(idempotencyKey === undefined ? {} : { "Idempotency-Key": idempotencyKey }),
      ...(body === undefined ? {} : { "Content-Type": "application/json" }),
      ...(token === undefined ? {} : { Authorization: `Bearer ${token}` }),
      // A header holds no other letters than Latin ones.
      ...(reason === undefined ? {} : { "X-Reason": encodeURIComponent(wellFormed(reason)) }),
    },
    ...(file ? { body: file } : body === undefined ? {} : { body: JSON.stringify(body) }),
  };
  const response = await orUnreachable(fetch(`/api/portal${path}`, call));
  if (!response.ok) throw await refusal(response);
  // What is no JSON was not said by the gateway, but by something before it.
  return (response.status === 204 ? undefined : await orUnreachable(response.json())) as Result;
}

async function orUnreachable<Result>(answer: Promise<Result>): Promise<Result> {
  try {
    return await answer;
  } catch (error) {
    throw new Unreachable("The gateway did not answer.", { cause: error });
  }
}

async function refusal(response: Response): Promise<Error> {
  const told = (await response.json().catch(() => ({}))) as { code?: string; detail?: unknown };
  // Without a code of ours it was not the gateway who spoke, but something in front of it.
  if (response.status >= 500 && !told.code) return new Unreachable(response.statusText);
  return new Refused(response.status, told.code ?? "", typeof told.detail === "string" ? told.detail : response.statusText);
}
