"""Tables and messages. Importing this package makes all tables known to `Base.metadata`."""

from shared.models.agents import Agent
from shared.models.base import Base
from shared.models.channels import ChannelConnection
from shared.models.chat import WebConversation, WebConversationMessage
from shared.models.identity import Membership, PortalSessionRecord, PortalUser
from shared.models.invitations import Invitation
from shared.models.limits import TenantLimits
from shared.models.runs import AgentRun, WorkerLease
from shared.models.tenants import Tenant

__all__ = [
    "Agent",
    "AgentRun",
    "Base",
    "ChannelConnection",
    "Invitation",
    "Membership",
    "PortalSessionRecord",
    "PortalUser",
    "Tenant",
    "TenantLimits",
    "WebConversation",
    "WebConversationMessage",
    "WorkerLease",
]
