"""The rules, shared by REST, WebSocket, worker and CLI. A service takes a session and never
commits; what must follow the commit it hands to `session.after_commit`."""
