"""What tests stand on: real servers, people in tenants, real processes, a WebSocket client."""
