"""Who somebody is: passwords, tokens, log-in sessions, memberships, invitations."""
