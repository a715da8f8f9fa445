"""Tries a key: is it known, is it paid, does it have the model, which models are there.

The provider's list of models is free and is asked first. Where it proves nothing, for it is shown
to anybody or lacks the model, the model is asked for one token. Nothing of what is answered is kept
but names of models.
"""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from http import HTTPStatus
from typing import Any

import httpx2
import orjson
from shared.llm_keys.in_use import KeyInUse
from shared.llm_keys.marking import Tested
from shared.llm_keys.providers import PROVIDERS, LocalServer
from shared.llm_keys.states import State
from shared.plain_text import is_model_name

from orchestrator.egress import EgressRefused, guarded_client
from orchestrator.llm import failures
from orchestrator.llm.chain import FOR_A_PERSON
from orchestrator.llm.clients import open_pool
from orchestrator.llm.refusals import refused

LIST_WITHIN_S = 1.8
ANSWER_WITHIN_S = 6.0
LOCAL_WITHIN_S = 0.8
MAX_LIST_BYTES = 2 * 1024 * 1024
MOST_MODELS = 200
ANTHROPIC_VERSION = "2023-06-01"
_NO_CHAT = (
    "embed", "whisper", "tts", "dall-e", "moderation", "image", "audio", "realtime", "transcribe",
    "rerank", "guard", "speech", "vision-preview", "sora", "ocr", "babbage", "davinci", "search",
    "aqa", "imagen", "veo", "clip", "live",
)  # fmt: skip


async def try_key(key: KeyInUse) -> Tested:
    """Ends within `LIST_WITHIN_S` where the provider's list says enough and comes in time, else
    within `ANSWER_WITHIN_S` more."""
    provider = PROVIDERS.get(key.provider)
    async with _client(guarded=key.guarded) as http:
        try:
            async with asyncio.timeout(LIST_WITHIN_S):
                status, listed = await _get(http, key, "/models")
                if status == HTTPStatus.OK and provider and provider.proves_at:
                    status, _ = await _get(http, key, provider.proves_at)
        except EgressRefused as error:
            blocked = error.code == "blocked_address"
            return Tested("blocked_address" if blocked else "unreachable")
        except (TimeoutError, httpx2.HTTPError):
            return Tested("unreachable")
        models = models_in(listed) if status == HTTPStatus.OK else []
        if status != HTTPStatus.OK and (state := _state_of(status, listed, key)) in (
            "refused", "no_quota",
        ):  # fmt: skip
            return Tested(state)
        model = chosen(key.model, models, provider.prefers if provider else ())
        if model is None:
            return Tested("no_model" if models else "unreachable", models=models)
        list_proves = provider is not None and (
            not provider.lists_to_anybody or provider.proves_at is not None
        )
        if model in models and list_proves:
            return Tested("ok", model, models)
        return Tested(await _asked(http, key, model, known=model in models), model, models)


async def models_of(server: LocalServer) -> list[str]:
    """The models of a server on this machine; none if there is no such server."""
    async with _client(guarded=False) as http:
        try:
            async with asyncio.timeout(LOCAL_WITHIN_S):
                status, body = await _read(http.stream("GET", f"{server.base_url}/models"))
        except (TimeoutError, httpx2.HTTPError):
            return []
    return models_in(body) if status == HTTPStatus.OK else []


def models_in(body: bytes) -> list[str]:
    """The names in a list of models, as most servers put it; sane ones, and not too many."""
    try:
        told = orjson.loads(body)
    except ValueError:
        return []
    listed = told.get("data") if isinstance(told, dict) else told
    if not isinstance(listed, list):
        return []
    names = [str(each.get("id", "")) for each in listed if isinstance(each, dict)]
    sane = (name.removeprefix("models/") for name in names)
    return list(dict.fromkeys(name for name in sane if is_model_name(name)))[:MOST_MODELS]


def chosen(wanted: str | None, models: Sequence[str], prefers: Sequence[str]) -> str | None:
    """The wanted model as it is called there; without one, the best of those that are preferred,
    else the first that seems to chat. None if there is none."""
    if wanted is not None:
        return next((name for name in (wanted, f"{wanted}:latest") if name in models), wanted)
    for beginning in prefers:
        if beginning in models:
            return beginning
        if fitting := [name for name in models if name.startswith(beginning) and _chats(name)]:
            return fitting[0]
    return next(filter(_chats, models), None)


def _chats(name: str) -> bool:
    return not any(word in name.lower() for word in _NO_CHAT)


async def _asked(http: httpx2.AsyncClient, key: KeyInUse, model: str, *, known: bool) -> State:
    """What one token says. A listed model that takes its time is there: it may be loading."""
    try:
        async with asyncio.timeout(ANSWER_WITHIN_S):
            status, body = await _post(http, key, model)
    except EgressRefused as error:
        return "blocked_address" if error.code == "blocked_address" else "unreachable"
    except (TimeoutError, httpx2.HTTPError):
        return "ok" if known else "unreachable"
    if status == HTTPStatus.OK and not _is_page(body):
        return "ok"
    return _state_of(status, body, key)


def _state_of(status: int, body: bytes, key: KeyInUse) -> State:
    """Busy, or a field it does not take: it knows the key and the model."""
    failure = refused(status, body, key=key.secret)
    if isinstance(failure, failures.ModelBroken):
        return "unreachable"
    return FOR_A_PERSON.get(type(failure), "ok")


def _is_page(body: bytes) -> bool:
    return body.lstrip()[:1] == b"<"


async def _get(http: httpx2.AsyncClient, key: KeyInUse, path: str) -> tuple[int, bytes]:
    prefix = "/v1" if key.dialect == "anthropic" else ""
    url = f"{key.base_url}{prefix}{path}"
    return await _read(http.stream("GET", url, headers=_headers(key)))


async def _post(http: httpx2.AsyncClient, key: KeyInUse, model: str) -> tuple[int, bytes]:
    path = "/v1/messages" if key.dialect == "anthropic" else "/chat/completions"
    asked = {"model": model, "max_tokens": 1, "messages": [{"role": "user", "content": "Hi"}]}
    headers = _headers(key) | {"content-type": "application/json"}
    content = orjson.dumps(asked)
    return await _read(
        http.stream("POST", f"{key.base_url}{path}", content=content, headers=headers)
    )


def _headers(key: KeyInUse) -> dict[str, str]:
    if key.dialect == "anthropic":
        return {"x-api-key": key.secret, "anthropic-version": ANTHROPIC_VERSION}
    return {"authorization": f"Bearer {key.secret}"} if key.secret else {}


async def _read(asking: Any) -> tuple[int, bytes]:
    """Status and the beginning of the body."""
    body = b""
    async with asking as response:
        async for part in response.aiter_raw():
            body += part
            if len(body) > MAX_LIST_BYTES:
                break
        return response.status_code, body


@asynccontextmanager
async def _client(*, guarded: bool) -> AsyncIterator[httpx2.AsyncClient]:
    client = guarded_client(max_bytes=2 * MAX_LIST_BYTES) if guarded else open_pool()
    try:
        yield client
    finally:
        await client.aclose()
