"""Shared by tests: real servers, people in tenants, real processes, a WebSocket client."""
