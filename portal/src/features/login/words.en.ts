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
  "login.forgot": "Forgot your password?",
  "login.forgotTitle": "A forgotten password",
  "login.forgotLead": "Konstruct sends no e-mail. A link to a new password comes from a person:",
  "login.forgotAsk": "Ask an admin of your business.",
  "login.forgotMake": "Under People, beside your name, they press “New password” and get a link for you.",
  "login.forgotOpen": "Open it within an hour and set a new password.",
  "login.forgotAlone": "You are the only admin? Whoever runs the installation makes the link:",
  "login.forgotBack": "Back to the log-in",
  "login.reset": "A new password",
  "login.resetLead": "All your log-ins end with it, and you log in anew.",
  "login.resetHelp": "At least 10 characters.",
  "login.resetSubmit": "Set password",
  "login.resetDone": "Your password is set. Log in with it.",
  "error.reset_link_used": "This link has been used or is too old. Ask for a new one.",
};

export type Words = Record<keyof typeof words, string>;
