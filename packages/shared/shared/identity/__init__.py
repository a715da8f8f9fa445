"""Identity: passwords, tokens, log-in sessions, memberships, invitations."""
