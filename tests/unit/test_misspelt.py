"""A misspelt setting does not pass in silence."""

import json
import re
from pathlib import Path

import pytest
from shared import misspelt as module
from shared.misspelt import known_names, misspelt, warn_of_misspelt_settings

from tests.support.cli import konstruct
from tests.support.servers import ROOT


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("LLM_MODLE", "LLM_MODEL"),
        ("MODEL", "LLM_MODEL"),
        ("DATABSE_URL", "DATABASE_URL"),
        ("PUBLICURL", "PUBLIC_URL"),
        ("LOGLEVEL", "LOG_LEVEL"),
        ("DATADIR", "DATA_DIR"),
    ],
)
def test_what_was_meant_is_named(written: str, meant: str) -> None:
    assert misspelt({f"KONSTRUCT_{written}": "x"}) == {f"KONSTRUCT_{written}": f"KONSTRUCT_{meant}"}


@pytest.mark.parametrize(
    "name", ["KONSTRUCT_LLM_MODEL", "KONSTRUCT_llm_model", "KONSTRUCT_IMAGE", "LLM_MODLE", "HOME"]
)
def test_what_is_read_or_no_name_of_ours_passes(name: str) -> None:
    assert misspelt({name: "x"}) == {}


def test_a_process_says_it_at_its_start(
    settings_of_its_own: pytest.MonkeyPatch, monkeypatch: pytest.MonkeyPatch
) -> None:
    said: list[tuple[str, dict[str, str]]] = []
    monkeypatch.setattr(module.log, "warning", lambda event, **told: said.append((event, told)))
    settings_of_its_own.setenv("KONSTRUCT_LLM_MODLE", "x")
    warn_of_misspelt_settings()
    told = {"name": "KONSTRUCT_LLM_MODLE", "meant": "KONSTRUCT_LLM_MODEL"}
    assert said == [("setting_not_read", told)]


def test_doctor_says_it(settings_of_its_own: pytest.MonkeyPatch, tmp_path: Path) -> None:
    settings_of_its_own.setenv("KONSTRUCT_DATABASE_URL", "postgresql://u@127.0.0.1:1/d")
    settings_of_its_own.setenv("KONSTRUCT_REDIS_URL", "redis://127.0.0.1:1/0")
    settings_of_its_own.setenv("KONSTRUCT_LLM_BASE_URL", "http://127.0.0.1:1/v1")
    settings_of_its_own.setenv("KONSTRUCT_PORT", "1")
    settings_of_its_own.setenv("KONSTRUCT_SILENCE_LOKO_S", "5")
    ran = konstruct("doctor", "--json", "--data-dir", tmp_path)
    found = {check["name"]: (check["ok"], check["message"]) for check in json.loads(ran.out)}
    ok, said = found["KONSTRUCT_SILENCE_LOKO_S"]
    assert (ok, said) == (False, "Nothing reads it. Did you mean KONSTRUCT_SILENCE_LOOK_S?")
    assert {name: found[name] for name in ("origins", "canary", "lag")} == {
        "origins": (None, "Not looked at: no gateway takes a socket."),
        "canary": (None, "Not looked at: no gateway tells of it."),
        "lag": (None, "Not looked at: no gateway tells of it."),
    }


def test_every_variable_that_our_code_names_is_known() -> None:
    source = "\n".join(path.read_text() for path in (ROOT / "packages").rglob("*.py"))
    named = set(re.findall(r"\bKONSTRUCT_[A-Z_]*[A-Z]\b", source))
    assert named <= known_names(), "add it to BESIDE_SETTINGS if no process has it as a setting"
