"""The scripted platforms that ship, each with one account and people who write to it."""

import asyncio
import time
from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Any

from orchestrator.scripted_channel import ScriptedChannel
from orchestrator.scripted_channel.served import Served
from orchestrator.scripted_slack import ScriptedSlack
from orchestrator.scripted_slack import people as slack_people
from orchestrator.scripted_telegram import ScriptedTelegram
from orchestrator.scripted_whatsapp import ScriptedWhatsApp

from benchmarks.failure import BenchmarkFailed

ACCOUNT = "bench"
ANSWERED_WITHIN_S = 30.0


class Heard(list[Any]):
    """What a platform took. Who waits for an answer at a place is told when it came."""

    def __init__(self, place_and_text: Callable[[Any], tuple[str, str]], answer: str) -> None:
        super().__init__()
        self._place_and_text = place_and_text
        self._answer = answer
        self._waiting: dict[str, asyncio.Future[float]] = {}

    def append(self, took: Any) -> None:
        super().append(took)
        place, text = self._place_and_text(took)
        if self._answer in text and (waiting := self._waiting.pop(place, None)):
            waiting.set_result(time.perf_counter())

    async def answered(self, place: str) -> float:
        """When the next answer comes here. Raises BenchmarkFailed if none does."""
        waiting = self._waiting[place] = asyncio.get_running_loop().create_future()
        try:
            return await asyncio.wait_for(waiting, ANSWERED_WITHIN_S)
        except TimeoutError:
            raise BenchmarkFailed(
                f"No answer came to {place} within {ANSWERED_WITHIN_S:.0f} s."
            ) from None


class Platform(ABC):
    """`async with platform.served` serves it; `given` is what its form is filled with."""

    served: Served
    given: dict[str, str]
    heard: Heard

    @abstractmethod
    def tell(self, webhook_url: str) -> None:
        """Where it posts what people write."""

    @abstractmethod
    def say(self, person: int, text: str) -> str:
        """Somebody writes; the place where they wait for an answer."""

    async def ask(self, person: int, text: str) -> float:
        """Milliseconds from what a person writes to the answer on the platform."""
        began = time.perf_counter()
        return (await self.heard.answered(self.say(person, text)) - began) * 1000


class Scripted(Platform):
    def __init__(self, port: int, answer: str) -> None:
        self.served = platform = ScriptedChannel(port=port)
        self._account = account = platform.account(ACCOUNT)
        account.received = self.heard = Heard(lambda took: (took.place, took.text), answer)
        self.given = {"api_token": account.token, "signing_secret": account.webhooks.secret}

    def tell(self, webhook_url: str) -> None:
        self._account.webhooks.url = webhook_url

    def say(self, person: int, text: str) -> str:
        place = f"place-{person}"
        self._account.say(place, text)
        return f"person-{place}"  # who wrote directly is answered at their own id


class Telegram(Platform):
    def __init__(self, port: int, answer: str) -> None:
        self.served = platform = ScriptedTelegram(port=port)
        self._bot = bot = platform.bot("bench_bot")
        bot.received = self.heard = Heard(lambda took: (took.place, took.text), answer)
        self.given = {"bot_token": bot.token, "receive": "webhook"}

    def tell(self, webhook_url: str) -> None:
        self._bot.updates.url = webhook_url

    def say(self, person: int, text: str) -> str:
        place = str(1_000 + person)
        self._bot.say(place, text)
        return place


class Slack(Platform):
    def __init__(self, port: int, answer: str) -> None:
        self.served = platform = ScriptedSlack(port=port)
        self._workspace = workspace = platform.workspace(ACCOUNT)
        workspace.received = self.heard = Heard(
            lambda took: (took["channel"], str(took["text"])), answer
        )
        self.given = {
            "bot_token": workspace.installation.token,
            "signing_secret": workspace.installation.app.signing_secret,
        }

    def tell(self, webhook_url: str) -> None:
        self._workspace.installation.app.dispatch.url = webhook_url

    def say(self, person: int, text: str) -> str:
        name = f"person-{person}"
        slack_people.say(self._workspace, name, text)
        return self._workspace.direct(self._workspace.person(name)).id


class WhatsApp(Platform):
    def __init__(self, port: int, answer: str) -> None:
        self.served = platform = ScriptedWhatsApp(port=port)
        self._number = number = platform.number("1000000000")
        number.received = self.heard = Heard(lambda took: (took.person, took.text), answer)
        self.given = {
            "phone_number_id": number.phone_number_id,
            "access_token": number.access_token,
            "waba_id": number.waba,
            "app_secret": number.app.secret,
        }

    def tell(self, webhook_url: str) -> None:
        self._number.webhooks.url = webhook_url

    def say(self, person: int, text: str) -> str:
        name = f"person-{person}"
        self._number.say(name, text)
        return name


PLATFORMS: dict[str, Callable[[int, str], Platform]] = {
    "scripted": Scripted,
    "telegram": Telegram,
    "slack": Slack,
    "whatsapp": WhatsApp,
}
"""Each channel's, made with a port and with words of the answer that is waited for."""
SETTINGS: dict[str, tuple[str, str]] = {
    "scripted": ("KONSTRUCT_SCRIPTED_API_URL", "{at}"),
    "telegram": ("KONSTRUCT_TELEGRAM_API_URL", "{at}"),
    "slack": ("KONSTRUCT_SLACK_API_URL", "{at}/api/"),
    "whatsapp": ("KONSTRUCT_WHATSAPP_API_URL", "{at}"),
}
"""Which setting says where each is reached."""
