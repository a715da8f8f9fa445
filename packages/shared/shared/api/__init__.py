"""REST under `/api/portal`: thin routers over the domains."""

from shared.api.account import account_router
from shared.api.agent_dismissals import agent_dismissals_router
from shared.api.agent_versions import agent_versions_router
from shared.api.agents import agents_router
from shared.api.answers import answers_router
from shared.api.attention import attention_router
from shared.api.auth import auth_router
from shared.api.channel_settings import channel_settings_router
from shared.api.channels import channels_router
from shared.api.chat import chat_router
from shared.api.files import files_router
from shared.api.hours import hours_router
from shared.api.inbox import inbox_router
from shared.api.invitations import invitations_router
from shared.api.knowledge import knowledge_router
from shared.api.knowledge_gaps import knowledge_gaps_router
from shared.api.llm_keys import llm_keys_router
from shared.api.me import me_router
from shared.api.people import people_router
from shared.api.setup import setup_router
from shared.api.templates import templates_router
from shared.api.tenants import tenants_router

__all__ = [
    "account_router",
    "agent_dismissals_router",
    "agent_versions_router",
    "agents_router",
    "answers_router",
    "attention_router",
    "auth_router",
    "channel_settings_router",
    "channels_router",
    "chat_router",
    "files_router",
    "hours_router",
    "inbox_router",
    "invitations_router",
    "knowledge_gaps_router",
    "knowledge_router",
    "llm_keys_router",
    "me_router",
    "people_router",
    "setup_router",
    "templates_router",
    "tenants_router",
]
