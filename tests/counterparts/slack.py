"""Slack's own SDK, asked about the scripted Slack: run by the Python of its own environment.

Each line of input is a question, each line of output its answer.
"""

import asyncio
import json
import sys
from typing import Any

from slack_sdk.errors import SlackApiError
from slack_sdk.signature import Clock, SignatureVerifier
from slack_sdk.socket_mode.aiohttp import SocketModeClient
from slack_sdk.socket_mode.response import SocketModeResponse
from slack_sdk.web.async_client import AsyncWebClient

WITHIN_S = 20.0


class At(Clock):
    """A clock that stands still."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds

    def now(self) -> float:
        return self._seconds


def signature(secret: str, body: str, timestamp: str) -> str | None:
    """What the SDK signs a request with."""
    return SignatureVerifier(secret).generate_signature(timestamp=timestamp, body=body)


def is_valid(secret: str, body: str, headers: dict[str, str], now: float) -> bool:
    """Whether the SDK takes a request."""
    return SignatureVerifier(secret, clock=At(now)).is_valid_request(body, headers)


async def calls(api_url: str, token: str, made: list[list[Any]]) -> list[dict[str, Any]]:
    """What the SDK gets for each call; `error` where it raises."""
    client, answers = AsyncWebClient(token=token, base_url=api_url), []
    for method, arguments in made:
        try:
            said = await client.api_call(method, json=arguments)
            answers.append(dict(said.data))
        except SlackApiError as error:
            limited = error.response.headers.get("Retry-After")
            answers.append({"error": error.response["error"], "retry_after": limited})
    return answers


async def typed(api_url: str, token: str, user: str) -> dict[str, Any]:
    """A conversation by the SDK's own methods, with a form and with JSON as it sends them."""
    client = AsyncWebClient(token=token, base_url=api_url)
    who = await client.auth_test()
    opened = await client.conversations_open(users=user)
    channel = opened["channel"]["id"]
    about = {"event_type": "kept", "event_payload": {"delivery": "d-1"}}
    posted = await client.chat_postMessage(channel=channel, text="one", metadata=about)
    await client.chat_update(channel=channel, ts=posted["ts"], text="two")
    found = await client.conversations_history(channel=channel, include_all_metadata=True)
    replied = await client.chat_postMessage(
        channel=channel, thread_ts=posted["ts"], markdown_text="**three**"
    )
    thread = await client.conversations_replies(channel=channel, ts=posted["ts"])
    await client.assistant_threads_setStatus(
        channel_id=channel, thread_ts=posted["ts"], status="is typing…"
    )
    person = await client.users_info(user=user)
    await client.chat_delete(channel=channel, ts=replied["ts"])
    left = await client.conversations_replies(channel=channel, ts=posted["ts"])
    return {
        "bot": who["user_id"],
        "history": [[each["text"], each.get("metadata")] for each in found["messages"]],
        "thread": [each["text"] for each in thread["messages"]],
        "left": [each["text"] for each in left["messages"]],
        "person": person["user"]["id"],
    }


async def refreshed(
    api_url: str, client_id: str, client_secret: str, refresh_token: str
) -> dict[str, Any]:
    client = AsyncWebClient(base_url=api_url)
    said = await client.oauth_v2_access(
        client_id=client_id,
        client_secret=client_secret,
        grant_type="refresh_token",
        refresh_token=refresh_token,
    )
    return dict(said.data)


async def socket(api_url: str, app_token: str, events: int) -> list[Any]:
    """The next events that Socket Mode brings; each is acknowledged."""
    web = AsyncWebClient(base_url=api_url)
    client = SocketModeClient(app_token=app_token, web_client=web, auto_reconnect_enabled=False)
    heard: list[Any] = []
    enough = asyncio.Event()

    async def take(its: Any, request: Any) -> None:
        await its.send_socket_mode_response(SocketModeResponse(envelope_id=request.envelope_id))
        heard.append([request.type, request.payload["event"]["text"]])
        if len(heard) == events:
            enough.set()

    client.socket_mode_request_listeners.append(take)
    await client.connect()
    try:
        await asyncio.wait_for(enough.wait(), WITHIN_S)
        await asyncio.sleep(0.2)  # the last acknowledgement leaves
    finally:
        await client.close()
    return heard


QUESTIONS: dict[str, Any] = {
    "signature": signature,
    "is_valid": is_valid,
    "calls": calls,
    "typed": typed,
    "refreshed": refreshed,
    "socket": socket,
}


def main() -> None:
    for line in sys.stdin:
        question = json.loads(line)
        answer = QUESTIONS[question.pop("ask")](**question)
        if asyncio.iscoroutine(answer):
            answer = asyncio.run(answer)
        print(json.dumps({"answer": answer}), flush=True)


if __name__ == "__main__":
    main()
