/** One HTTP call to the gateway: JSON in, JSON out, and errors of three kinds. */
import { Refused, Unreachable } from "./errors";

export interface RequestOptions {
  readonly method?: "GET" | "POST" | "PATCH" | "DELETE";
  readonly body?: unknown;
  readonly token?: string;
}

const TIMEOUT_MS = 20_000;

export async function request<Result>(path: string, options: RequestOptions = {}): Promise<Result> {
  const { method = "GET", body, token } = options;
  let response: Response;
  try {
    response = await fetch(`/api/portal${path}`, {
      method,
      signal: AbortSignal.timeout(TIMEOUT_MS),
      headers: {
        ...(body === undefined ? {} : { "Content-Type": "application/json" }),
        ...(token === undefined ? {} : { Authorization: `Bearer ${token}` }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  } catch (error) {
    throw new Unreachable("The gateway did not answer.", { cause: error });
  }
  if (!response.ok) throw await refusal(response);
  return (response.status === 204 ? undefined : await response.json()) as Result;
}

async function refusal(response: Response): Promise<Error> {
  const told = (await response.json().catch(() => ({}))) as { code?: string; detail?: string };
  // Without a code of ours it was not the gateway who spoke, but something in front of it.
  if (response.status >= 500 && !told.code) return new Unreachable(response.statusText);
  return new Refused(response.status, told.code ?? "", told.detail ?? response.statusText);
}
