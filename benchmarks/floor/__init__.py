"""The same hops as one message's way through Konstruct, done bare: what nobody can do without.

WebSocket → message and run in PostgreSQL → Valkey list → worker → streaming model → answer in
PostgreSQL → Valkey pub-sub → WebSocket, in two processes, with the drivers alone. Each store is one
durable transaction of one tenant, sent in one round trip. There is no log-in, no order, no resume,
no retry, no lease and no history: what Konstruct promises beyond the hops is what the ratio prices.
"""
