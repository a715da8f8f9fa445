"""The small model speaks the same protocol as the real ones, to those who have the key."""

import json
from collections.abc import Iterator
from pathlib import Path

import httpx2 as httpx
import pytest
from konstruct.devstack.data_dir import DataDir
from konstruct.devstack.model_weights import MODEL_ALIAS
from konstruct.devstack.programs import LocalModel, Programs

KEY = "the-key"
QUESTION = {
    "model": MODEL_ALIAS,
    "messages": [{"role": "user", "content": "What is the capital of France?"}],
    "max_tokens": 24,
    "stream": True,
}


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalModel]:
    data = DataDir(tmp_path_factory.mktemp("local model"))
    data.create()
    with LocalModel(Programs().model, api_key=KEY, data=data) as model:
        yield model


@pytest.fixture
def client(model: LocalModel) -> Iterator[httpx.Client]:
    with httpx.Client(
        base_url=model.base_url, headers={"Authorization": f"Bearer {KEY}"}, timeout=30
    ) as client:
        yield client


def test_streams_an_answer_under_its_alias(client: httpx.Client) -> None:
    with client.stream("POST", "/chat/completions", json=QUESTION) as response:
        lines = [line.removeprefix("data: ") for line in response.iter_lines() if line]

    assert response.status_code == 200
    assert lines[-1] == "[DONE]"
    chunks = [json.loads(line) for line in lines[:-1]]
    assert {chunk["model"] for chunk in chunks} == {MODEL_ALIAS}
    assert not any(".gguf" in line for line in lines)
    parts = [choice["delta"].get("content") or "" for c in chunks for choice in c["choices"]]
    assert len([part for part in parts if part]) > 1
    assert "Paris" in "".join(parts)


@pytest.mark.parametrize("headers", [{}, {"Authorization": "Bearer wrong"}])
def test_refuses_without_the_key(model: LocalModel, headers: dict[str, str]) -> None:
    answer = httpx.post(f"{model.base_url}/chat/completions", json=QUESTION, headers=headers)

    assert answer.status_code == 401


def test_other_origins_may_not_read(client: httpx.Client) -> None:
    answer = client.get("/models", headers={"Origin": "https://elsewhere.example"})

    assert not answer.headers.get("access-control-allow-origin")


def test_ends_at_once(tmp_path: Path) -> None:
    data = DataDir(tmp_path)
    data.create()
    model = LocalModel(Programs().model, api_key=KEY, data=data)
    model.start()
    try:
        model.ask_to_stop()
        model.finish(2.0)
        assert model.exit_code() == -15, "ended by SIGTERM, not by impatience"
    finally:
        model.kill()
