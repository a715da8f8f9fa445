"""Tables and messages. Importing this package makes all tables known to `Base.metadata`."""

from shared.models.agents import Agent, AgentCounter, AgentVersion
from shared.models.attention import AttentionItem
from shared.models.audit import AuditEvent
from shared.models.base import Base
from shared.models.business_hours import BusinessHours
from shared.models.channel_settings import ChannelSettings
from shared.models.channels import ChannelConnection, ConnectionCursor, ConnectionLease
from shared.models.chat import WebConversation, WebConversationMessage
from shared.models.contacts import Contact, ContactAddress
from shared.models.conversations import ChannelConversation, Conversation
from shared.models.deliveries import Delivery
from shared.models.files import File
from shared.models.grounding import AnswerRules, AnswerTrace, KnowledgeQuestion
from shared.models.identity import Membership, PortalSessionRecord, PortalUser
from shared.models.inbound import InboundEvent
from shared.models.invitations import Invitation
from shared.models.jobs import Job
from shared.models.knowledge import (
    AgentKnowledge,
    KnowledgeChunk,
    KnowledgeDocument,
    KnowledgeEmbedding,
    KnowledgeSource,
    KnowledgeTerm,
    KnowledgeVersion,
)
from shared.models.knowledge_trials import KnowledgeTrial
from shared.models.limits import TenantLimits
from shared.models.llm_keys import LlmKey, LlmSettings
from shared.models.messages import ChannelMessage, Message
from shared.models.runs import AgentRun, WorkerLease
from shared.models.secrets import Secret
from shared.models.steps import RunStep, ToolCall
from shared.models.tenants import Tenant
from shared.models.visitors import MessageRating, VisitorConsent, VisitorSession

__all__ = [
    "Agent",
    "AgentCounter",
    "AgentKnowledge",
    "AgentRun",
    "AgentVersion",
    "AnswerRules",
    "AnswerTrace",
    "AttentionItem",
    "AuditEvent",
    "Base",
    "BusinessHours",
    "ChannelConnection",
    "ChannelConversation",
    "ChannelMessage",
    "ChannelSettings",
    "ConnectionCursor",
    "ConnectionLease",
    "Contact",
    "ContactAddress",
    "Conversation",
    "Delivery",
    "File",
    "InboundEvent",
    "Invitation",
    "Job",
    "KnowledgeChunk",
    "KnowledgeDocument",
    "KnowledgeEmbedding",
    "KnowledgeQuestion",
    "KnowledgeSource",
    "KnowledgeTerm",
    "KnowledgeTrial",
    "KnowledgeVersion",
    "LlmKey",
    "LlmSettings",
    "Membership",
    "Message",
    "MessageRating",
    "PortalSessionRecord",
    "PortalUser",
    "RunStep",
    "Secret",
    "Tenant",
    "TenantLimits",
    "ToolCall",
    "VisitorConsent",
    "VisitorSession",
    "WebConversation",
    "WebConversationMessage",
    "WorkerLease",
]
