"""The last lines of `konstruct up`."""

from pathlib import Path

import pytest
from konstruct.devstack.announcement import DemoData, announcement
from konstruct.devstack.data_dir import DataDir

URL = "http://127.0.0.1:8000"
TOY = {
    "KONSTRUCT_LLM_MODEL": "smollm2-135m",
    "KONSTRUCT_LLM_BASE_URL": "http://127.0.0.1:9/v1",
}
DEMO = DemoData.model_validate(
    {
        "users": [
            {"email": "p@demo.example", "password": "pw", "role": "platform_admin"},
            {"email": "a@demo.example", "password": None, "role": "customer_admin"},
        ],
        "agents": [{"name": "Ada"}, {"name": "Max"}],
    }
)


def told(settings: dict[str, str], demo: DemoData | None, data_dir: Path) -> str:
    return "\n".join(announcement(URL, DataDir(data_dir), settings, demo))


def test_the_businesss_admin_is_the_first_log_in(tmp_path: Path) -> None:
    lines = [line for line in told(TOY, DEMO, tmp_path).splitlines() if "log in as" in line]
    assert ["a@demo.example" in line for line in lines] == [True, False]
    assert "(the one they had before)" in lines[0]


def test_without_a_demo_it_says_how_the_first_person_is_made(tmp_path: Path) -> None:
    text = told(TOY, None, tmp_path)
    assert "konstruct tenant create --name Acme" in text
    assert "konstruct user create --email you@acme.com --tenant acme" in text
    assert f"--data-dir {tmp_path}" in text


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        (TOY, ("practice model smollm2-135m", "not the quality", "KONSTRUCT_LLM_BASE_URL=")),
        (
            {"KONSTRUCT_LLM_MODEL": "big", "KONSTRUCT_LLM_BASE_URL": "https://llm.example/v1"},
            ("Answers come from big at https://llm.example/v1.",),
        ),
        ({"KONSTRUCT_LLM_MODEL": "openai:gpt-5"}, ("Answers come from openai:gpt-5.",)),
        (
            {"KONSTRUCT_LLM_BASE_URL": "https://llm.example/v1"},
            ("Answers come from openai:gpt-5-mini at https://llm.example/v1.",),
        ),
    ],
)
def test_it_names_the_model_that_answers(
    settings: dict[str, str], words: tuple[str, ...], tmp_path: Path
) -> None:
    text = told(settings, DEMO, tmp_path)
    assert all(word in text for word in words), text
    assert ("practice" in text) == (settings is TOY)


def test_the_start_with_a_real_model_keeps_the_options(tmp_path: Path) -> None:
    where = {"KONSTRUCT_HOST": "127.0.0.1", "KONSTRUCT_PORT": "8123"}
    text = told({**TOY, **where}, DEMO, tmp_path / "my data")
    assert f"up --port 8123 --data-dir '{tmp_path / 'my data'}'" in text
    assert "konstruct up --no-demo\n" in told(TOY, None, Path(".konstruct"))
