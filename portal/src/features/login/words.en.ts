export const words = {
  "login.title": "Log in",
  "login.lead": "Talk to your AI employees.",
  "login.submit": "Log in",
  "login.busy": "Logging in…",
  "login.emailMissing": "Enter your e-mail address.",
  "error.login_link_used":
    "This log-in link has been used or is too old. Log in with e-mail and password.",
  "error.wrong_credentials": "E-mail and password do not match. Check both and try again.",
  "error.no_membership": "You do not belong to a business here. Ask an admin to invite you.",
};

export type Words = Record<keyof typeof words, string>;
