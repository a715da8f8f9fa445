"""A door needs no platform: it is proved by being ours, and what is said there is shown live."""

from collections.abc import Sequence
from uuid import UUID

from shared.channels.accounts import Account
from shared.channels.proofs import Health, Proved

from orchestrator.channels.adapter import (
    Abilities,
    AccountRefused,
    BaseAdapter,
    Found,
    Line,
    Part,
    Rate,
    Refused,
    Unknown,
    Verdict,
)

SHOWN_LIVE = "shown_live"
"""Nothing is ever sent there: an answer makes no delivery."""
_ANY = Rate(per_s=100.0, burst=100)


class WidgetAdapter(BaseAdapter):
    def abilities(self, account: Account) -> Abilities:  # noqa: ARG002
        return Abilities(keys="none", on_unknown="leave", account_rate=_ANY, place_rate=_ANY)

    def render(self, markdown: str) -> Sequence[Part]:
        return [{"text": markdown}]

    async def send(self, part: Part, place: str, key: UUID, line: Line) -> Verdict:  # noqa: ARG002
        return Refused(SHOWN_LIVE)

    async def look_up(self, place: str, key: UUID, line: Line) -> Found:  # noqa: ARG002
        return Unknown(SHOWN_LIVE)

    async def prove(self, line: Line) -> Proved:
        """Its own id names it. A door for signed visitors alone needs what to check them with."""
        account = line.account
        signs = account.credentials.get("identity_secret") or account.settings.get("identity_key")
        if account.settings.get("mode") == "required" and not signs:
            raise AccountRefused(
                "identity_missing",
                "Only visitors whom your site signs may come in, and nothing checks a signature "
                "yet. Give a secret or a public key.",
            )
        hosts = account.settings.get("hosts", [])
        return Proved(str(account.id), name=hosts[0].partition("://")[2] if hosts else None)

    async def check(self, line: Line) -> Health:
        try:
            proved = await self.prove(line)
        except AccountRefused as error:
            return Health(False, error.code, error.sentence)
        return Health(True, name=proved.name)

    async def subscribe(self, webhook_url: str, line: Line) -> None:  # noqa: ARG002
        return None

    async def unsubscribe(self, line: Line) -> None:  # noqa: ARG002
        return None
