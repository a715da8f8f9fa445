"""The same hops as one message's way through Konstruct, done bare: what nobody can do without.

WebSocket → message and run in PostgreSQL → Valkey list → worker → run claimed in PostgreSQL →
streaming model → answer and end of the run in PostgreSQL → Valkey pub-sub → WebSocket, in two
processes, with psycopg, redis-py, httpx2 and websockets alone. Each store is one durable
transaction of one tenant, sent in one round trip. There is no log-in, no order, no resume, no
retry, no lease, no history and no preview while the answer comes: what Konstruct promises beyond
the hops is what the ratio prices.
"""
