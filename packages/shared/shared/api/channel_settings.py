"""What a business has said in its name on outside channels, where neither an employee nor a
colleague speaks."""

from typing import Annotated, Any, Literal, cast
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from shared.api.dependencies import AdminOf, LetIn, MemberOf
from shared.api.problems import ProblemRoute, problem_documents
from shared.conversations.wording import (
    MAX_CHARS,
    ChangedBy,
    Kind,
    Wording,
    WordingChanges,
    change,
    defaults,
    wording_of,
)

channel_settings_router = APIRouter(
    prefix="/api/portal/tenants/{tenant_id}/channel-settings",
    tags=["channels"],
    route_class=ProblemRoute,
    responses=problem_documents(400, 401, 403, 404),
)

Language = Literal["en", "es", "pt"]


class ChannelSettingsOut(BaseModel):
    """A tenant's settings. `wording` has its own sentences, `defaults` what is said without one."""

    says_machine: bool
    """Whether people are told that a machine writes when their conversation begins."""
    language: Language
    """For people whose own is not known, or is none of these."""
    wording: dict[str, dict[str, str]]
    defaults: dict[str, dict[str, str]]

    @classmethod
    def of(cls, worded: Wording) -> "ChannelSettingsOut":
        return cls(
            says_machine=worded.says_machine,
            language=cast(Language, worded.language),
            wording=worded.own,
            defaults=defaults(),
        )


Sentence = Annotated[str, Field(min_length=1, max_length=MAX_CHARS)]


class ChangeChannelSettings(BaseModel):
    """What shall be otherwise; what is left out stays. A sentence of null is the default again.
    `{agent}` and `{business}` stand for the names."""

    model_config = ConfigDict(extra="forbid")

    says_machine: bool | None = None
    language: Language | None = None
    wording: dict[Kind, dict[Language, Sentence | None]] | None = None
    reason: str | None = Field(default=None, max_length=MAX_CHARS)
    """Why people are not told that a machine writes; it is recorded."""

    def changes(self) -> WordingChanges:
        given: Any = self.model_dump(exclude={"reason"}, exclude_none=True)
        if self.wording is not None:
            given["wording"] = self.wording  # whose nulls say something
        return cast(WordingChanges, given)


@channel_settings_router.get("")
async def get_channel_settings(member: MemberOf) -> ChannelSettingsOut:
    """What is said in the business's name. For members."""
    return ChannelSettingsOut.of(await wording_of(member.session, member.tenant_id))


@channel_settings_router.patch("")
async def change_channel_settings(
    tenant_id: UUID, body: ChangeChannelSettings, admin: AdminOf
) -> ChannelSettingsOut:
    """Word it otherwise, from the next sentence on. For admins. That people are not told of the
    machine needs a reason, and is a line of the audit log."""
    changed = await change(
        admin.session, tenant_id, body.changes(), by=_who(admin), reason=body.reason
    )
    return ChannelSettingsOut.of(changed)


def _who(admin: LetIn) -> ChangedBy:
    kind = "platform_admin" if admin.caller.is_platform_admin else "member"
    return ChangedBy(kind, admin.caller.user_id)
