"""The one way out to addresses that tenants name: model endpoints, servers, webhooks, tools.

`guarded_client()` gives an httpx2 client that reaches public addresses by https and what the
operator allows with KONSTRUCT_EGRESS_ALLOW, and nothing else. Only workers call anybody.
"""

from orchestrator.egress.client import EXCERPT_BYTES, excerpt, guarded_client
from orchestrator.egress.refused import EgressRefused

__all__ = ["EXCERPT_BYTES", "EgressRefused", "excerpt", "guarded_client"]
