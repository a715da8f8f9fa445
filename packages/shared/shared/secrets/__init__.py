"""Secrets of tenants, sealed with HPKE: gateways store what they cannot read, workers open it.

`sealing` and `verifying` are for everybody, `opening` and `rotation` for workers and `konstruct
secrets`; import-linter holds the gateway to that, and it has no key for more.
"""
