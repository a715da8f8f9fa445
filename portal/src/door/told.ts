/** What the page was told when it was made: whose door it is, who answers, what is said first. */

export type Language = "en" | "es" | "pt";

export interface Told {
  readonly door: string;
  readonly business: string;
  readonly agent: string;
  readonly language: Language;
  /** That a machine writes. */
  readonly notice: string;
  /** Why nobody answers now; empty if somebody does. */
  readonly away: string;
  readonly greeting: string;
  readonly consent: { readonly text: string; readonly version: string };
  readonly privacy_url: string;
  readonly email: string;
  readonly phone: string;
  readonly hours: string;
  readonly mode: "open" | "required";
  /** Origins of the sites that may frame the page. */
  readonly hosts: readonly string[];
}

export function told(): Told {
  return JSON.parse(document.getElementById("told")?.textContent ?? "") as Told;
}
