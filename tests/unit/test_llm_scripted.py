"""The scripted model does what it is told."""

import json
from typing import Any

import httpx2
import pytest
from hypothesis import given
from hypothesis import strategies as st
from orchestrator.scripted_model import BadScript, Script, ScriptedModel, serve_in_thread
from orchestrator.scripted_model.script import directed


@pytest.mark.parametrize(
    ("message", "script", "left"),
    [
        ("hi", Script(), "hi"),
        ('a [[model: text="x ]] \\"é\\"" rate=2.5]] b', Script(text='x ]] "é"', rate=2.5), "a  b"),
        ("[[model: tokens=3 pieces=2]]", Script(tokens=3, pieces=2), ""),
        ("[[model: fail=429 once=k]]", Script(fail="429", once="k"), ""),
        ("[[model: fail=cut]] [[model: after=2]]", Script(fail="cut", after=2), ""),
    ],
)
def test_directives(message: str, script: Script, left: str) -> None:
    assert directed(Script(), message) == (script, left)


@pytest.mark.parametrize(
    "body",
    [
        'calls="clock +"',
        "calls=9",
        'calls="count {"',
        'calls="clock clock"',
        "zork=1",
        "fail=sometimes",
        "fail=200",
        "tokens=many",
        "rate=-1",
        "what",
        "tokens=1e9",
    ],
)
def test_a_slip_in_a_directive_is_told(body: str) -> None:
    with pytest.raises(BadScript):
        directed(Script(), f"[[model: {body}]]")


@given(st.text(), st.none() | st.integers(1, 20))
def test_cutting_loses_nothing(text: str, pieces: int | None) -> None:
    assert "".join(Script(text=text, pieces=pieces).answer("", 0)) == text


def asking(*said: str, **more: Any) -> dict[str, Any]:
    roles = ["user", "assistant"]
    messages = [{"role": roles[i % 2], "content": text} for i, text in enumerate(said)]
    return {"model": "m", "messages": messages} | more


async def test_it_echoes_and_counts_what_came_before() -> None:
    async with ScriptedModel() as model, httpx2.AsyncClient(base_url=model.base_url) as http:
        reply = (await http.post("chat/completions", json=asking("a", "b", "how are you"))).json()
        assert reply["choices"][0]["message"]["content"] == "echo: how are you (history: 2)"
        assert (await http.get("models")).json()["data"][0]["id"] == "scripted"
        seen = (await http.get(model.base_url.replace("/v1", "/__requests"))).json()
        stats = (await http.get(model.base_url.replace("/v1", "/__stats"))).json()
    assert [message["content"] for message in seen[0]["messages"]] == ["a", "b", "how are you"]
    assert seen[0]["authorization"] is False
    assert stats["requests"] == stats["completed"] == 1
    assert stats["connections"] == 1, "kept alive"


async def test_it_stops_at_the_token_limit() -> None:
    async with ScriptedModel(Script(tokens=9)) as model, httpx2.AsyncClient() as http:
        url = f"{model.base_url}/chat/completions"
        stream = (await http.post(url, json=asking("hi", stream=True, max_tokens=2))).text
    *texts, last, _ = [line[6:] for line in stream.split("\n\n") if line]
    assert json.loads(last)["choices"][0]["finish_reason"] == "length"
    assert len(texts) == 1 + 2


@pytest.mark.parametrize("key", [None, "wrong", "right"])
async def test_it_can_ask_for_a_key(key: str | None) -> None:
    headers = {"authorization": f"Bearer {key}"} if key else {}
    async with ScriptedModel(api_key="right") as model, httpx2.AsyncClient() as http:
        url = f"{model.base_url}/chat/completions"
        response = await http.post(url, json=asking("hi"), headers=headers)
    assert response.status_code == (200 if key == "right" else 401)


def test_it_serves_from_a_thread() -> None:
    with serve_in_thread(Script(text="hello")) as model:
        reply = httpx2.post(f"{model.base_url}/chat/completions", json=asking("hi")).json()
    assert reply["choices"][0]["message"]["content"] == "hello"
