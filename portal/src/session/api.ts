/** REST calls as the person who is logged in. What a feature alone asks for is in its `queries.ts`. */
import type { Login } from "./login";

export type Api = Pick<Login, "call">;

export function queryString(parameters: Record<string, string>): string {
  return new URLSearchParams(parameters).toString();
}
