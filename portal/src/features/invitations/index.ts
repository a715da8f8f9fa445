/** What other features may use of invitations. */
export { InviteDialog } from "./invite-dialog";
export { OpenInvitations } from "./open-invitations";
