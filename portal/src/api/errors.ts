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

/** The gateway could not be reached. */
export class Unreachable extends Error {}
