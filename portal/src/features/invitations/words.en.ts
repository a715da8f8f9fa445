export const words = {
  "invitations.invite.title": "Invite somebody to {business}",
  "invitations.invite.submit": "Create invitation",
  "invitations.invite.made": "The invitation for {email}",
  "invitations.invite.madeLead": "Send them this link yourself. It is shown only now.",
  "invitations.invite.link": "Invitation link",
  "invitations.invite.copy": "Copy link",
  "invitations.invite.expires": "It works once, until {time}.",
  "invitations.invite.loopback":
    "This link opens on this computer alone: it points to {host}. For others, open Konstruct at an address they can reach, or have KONSTRUCT_PUBLIC_URL set to it.",
  "invitations.title": "Open invitations",
  "invitations.empty": "No invitation is open.",
  "invitations.until": "Open until {time}",
  "invitations.revoke": "Revoke",
  "invitations.revokeName": "Revoke the invitation of {email}",
  "invitations.revokeTitle": "Revoke the invitation of {email}?",
  "invitations.revokeLead": "Their link stops working at once. You can invite them again.",
  "invitations.revoked": "The invitation of {email} no longer works.",
  "invitations.join.heading": "Invitation",
  "invitations.join.title": "Join {business}",
  "invitations.join.lead": "You are invited as: {role}. The link works until {time}.",
  "invitations.join.name": "Your name",
  "invitations.join.passwordHelp": "At least 10 characters. You log in with it from now on.",
  "invitations.join.create": "Create account",
  "invitations.join.knownHelp": "You have an account already: enter its password.",
  "invitations.join.logIn": "Log in and join",
  "invitations.join.loggedInAs": "You are logged in as {email}.",
  "invitations.join.submit": "Join {business}",
  "invitations.join.somebodyElse":
    "This invitation is for {invited}, and you are logged in as {email}. Log out to accept it as {invited}.",
  "invitations.join.logOut": "Log out",
  "invitations.join.home": "Go to Konstruct",
  "invitations.join.badLink":
    "This invitation link does not work: it is wrong, used, taken back or expired. Ask the admin who sent it for a new one.",
  "invitations.join.noToken":
    "This invitation link is not complete. Open it again as it was sent to you.",
  "error.bad_email": "Enter an e-mail address like ada@acme.com.",
  "error.already_a_member": "This person belongs to the business already.",
  "error.email_taken":
    "This address has an account by now. Reload the page and enter its password.",
  "error.password_repeats": "This password repeats itself. Use at least four different characters.",
  "error.password_is_name":
    "This password is your name, your e-mail address or your business's name, which others know. Choose another one.",
  "error.not_invited": "This invitation is for somebody else.",
};

export type Words = Record<keyof typeof words, string>;
