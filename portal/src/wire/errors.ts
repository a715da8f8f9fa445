/** What can go wrong between the page and the gateway. */

/** There is no log-in any more. */
export class LoggedOut extends Error {}

/** The gateway said no, with a sentence and a code. */
export class Refused extends Error {
  readonly status: number;
  readonly code: string;

  constructor(status: number, code: string, message: string) {
    super(message);
    this.status = status;
    this.code = code;
  }
}

/** The code of its no to a page that was opened at an address it does not know. */
export const ORIGIN_REFUSED = "origin_refused";

/** The gateway could not be reached. */
export class Unreachable extends Error {}
