"""Live sockets: who may open one, what is sent on it and in which order."""
