"""`konstruct.agent/v1`: what comes along, what is refused and where, and that nothing gets lost."""

import json
import re
import time
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from shared.errors import Conflict
from shared.templates import exporting, shelf, variables
from shared.templates.documents import MAX_BYTES, dump, load
from shared.templates.format import PLACEHOLDER, json_schema
from shared.templates.problems import TemplateRefused
from shared.templates.reading import checked, read

SMALL: dict[str, Any] = {"format": "konstruct.agent/v1", "locale": "en", "name": "Ada"}
SPEC: dict[str, Any] = {
    "name": "Ada", "role": "Support", "instructions": "Be kind.\nAlways.", "model": "openai:gpt-5",
    "tools": ["clock"], "helps_while_waiting": True, "greeting": "Hi!", "starters": ["Open?"],
    "hours": {"time_zone": "Europe/Madrid", "week": {"mon": [["09:00", "14:00"]]}, "closed": []},
    "about": {"locale": "es", "summary": "Good.", "tests": [{"question": "Open?"}]},
}  # fmt: skip


def problems(source: str | dict[str, Any]) -> dict[str, str]:
    with pytest.raises(TemplateRefused) as refused:
        read(source) if isinstance(source, str) else checked(source)
    return {problem.path: problem.sentence for problem in refused.value.problems}


# ── what comes along ───────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("locale", shelf.LOCALES)
def test_each_template_is_there_in_each_language_and_whole(locale: str) -> None:
    found = shelf.shipped(locale)
    assert [each.id for each in found] == ["knowledge-desk", "receptionist", "support"]
    for each in found:
        template = each.template
        assert template.locale == locale
        assert len(template.starters) == 3
        assert len(template.tests) == 10
        assert len(template.examples) == 3
        assert len(re.findall(r"^## ", template.instructions, re.MULTILINE)) == 5
        asked = {variable.name for variable in template.variables}
        assert asked == set(PLACEHOLDER.findall(each.source))
        english = shelf.get(each.id).template
        assert asked == {variable.name for variable in english.variables}
        required = [variable.name for variable in template.variables if variable.default is None]
        assert required == ["company"]


def test_the_published_schema_is_what_is_read() -> None:
    assert json.loads(shelf.schema()) == json_schema()


# ── what is refused ────────────────────────────────────────────────────────────────────────────


def test_everything_that_is_wrong_is_told_at_once_with_its_place() -> None:
    found = problems(
        SMALL
        | {
            "name": "x" * 81,
            "secret": "s",
            "model": {"wants": "a fast one", "id": 3},
            "starters": ["Open?", 7],
            "icon": "skull",
        }
    )
    assert set(found) == {"name", "secret", "model.id", "starters.1", "icon"}
    assert found["secret"] == "is no field of this format. Leave it out."


def test_variables_are_checked_by_themselves_and_where_they_are_named() -> None:
    found = problems(
        SMALL
        | {
            "greeting": "Hello from {{company}} in {{town}}.",
            "variables": [
                {"name": "company", "label": "Name?"},
                {"name": "tone", "label": "Tone?", "type": "choice"},
                {"name": "age", "label": "Age?", "type": "number", "default": "old"},
                {"name": "company", "label": "Again?"},
            ],
        }
    )
    assert set(found) == {"greeting", "variables.1.choices", "variables.2.default",
                          "variables.3.name"}  # fmt: skip


BOMB = "a: &a [x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a]\nc: [*b,*b,*b,*b,*b,*b]\n"


@pytest.mark.parametrize(
    ("source", "sentence"),
    [
        (BOMB, "Aliases and anchors"),
        ("name: !!python/object/apply:os.system ['true']\n", "tag"),
        ("name: !!binary aGVsbG8=\n", "tag"),
        ("a: 1\na: 2\n", "twice"),
        ('{"a": 1, "a": 2}', "twice"),
        ("1: one\n", "A key is a word"),
        ("a: [" + "[" * 40 + "]" * 40 + "]\n", "nested"),
        ('{"a": ' + "[" * 40 + "]" * 40 + "}", "nested"),
        ('{"a": ' + "[" * 20_000 + "]" * 20_000 + "}", "nested"),
        ("[" * 20_000, "nested"),
        ("a: [" + "x, " * 5_000 + "]\n", "parts"),
        ('{"a": NaN}', "no number"),
        ("a: b: c\n", "Line 1"),
        ("--- 1\n--- 2\n", "document"),
        ("just words", "object"),
        ("", "object"),
        ("x" * (MAX_BYTES + 1), "at most"),
        ("\x00", "cannot be read"),
        ("name: \ud800\n", "cannot be read"),
    ],
)
def test_what_could_grow_run_or_mean_two_things_is_not_read(source: str, sentence: str) -> None:
    begun = time.monotonic()
    assert sentence in problems(source)[""]
    assert time.monotonic() - begun < 5  # a bound against running away


def test_words_stay_words() -> None:
    assert load("a: yes\nb: no\nc: 2026-01-01\nd: on\ne: true\nf: 12\n<<: x\n") == {
        "a": "yes", "b": "no", "c": "2026-01-01", "d": "on", "e": True, "f": 12, "<<": "x",
    }  # fmt: skip


def test_another_format_is_named() -> None:
    assert "konstruct.agent/v1" in problems({"format": "konstruct.agent/v2"})["format"]


# ── variables ──────────────────────────────────────────────────────────────────────────────────


def test_answers_are_checked_by_their_type_and_put_in_once() -> None:
    template = checked(
        SMALL
        | {
            "greeting": "{{company}}, {{tone}}, {{mail}}",
            "variables": [
                {"name": "company", "label": "Name?"},
                {"name": "tone", "label": "?", "type": "choice", "choices": ["du", "Sie"]},
                {"name": "mail", "label": "?", "type": "email", "default": "a@example.com"},
            ],
        }
    )
    _, wrong = variables.answered(template.variables, {"tone": "hey", "mail": "x", "age": "3"})
    assert [each.path for each in wrong] == [
        "values.age", "values.company", "values.tone", "values.mail",
    ]  # fmt: skip
    values, wrong = variables.answered(
        template.variables, {"company": "{{mail}} & Co", "tone": "Sie"}
    )
    assert not wrong
    said = variables.filled(template.greeting, values)
    assert said == "{{mail}} & Co, Sie, a@example.com"


# ── export ─────────────────────────────────────────────────────────────────────────────────────


def test_an_export_says_no_model_and_can_be_read_again() -> None:
    text = exporting.exported(SPEC)
    assert "gpt-5" not in text
    again = read(text)
    assert (again.name, again.locale, again.tools) == ("Ada", "es", ["clock"])
    assert text.startswith("format: konstruct.agent/v1\nlocale: es\nname: Ada\n")


@pytest.mark.parametrize(
    "key",
    [
        "sk-proj-abcdefghijklmnop1234",
        "xoxb-123456789012-abcdefghijkl",
        "123456789:AAF0abcdefghijklmnopqrstuvwxyz12345",
        "-----BEGIN PRIVATE KEY-----",
    ],
)
def test_what_looks_like_a_key_does_not_leave(key: str) -> None:
    with pytest.raises(Conflict, match="instructions") as refused:
        exporting.exported(SPEC | {"instructions": f"Use {key} for this."})
    assert key not in str(refused.value)


def test_braces_that_somebody_typed_come_back_as_they_were() -> None:
    spec = SPEC | {"instructions": "Write {{ticket}} and {{ other }}."}
    again = read(exporting.exported(spec))
    values, wrong = variables.answered(again.variables, {})
    assert not wrong
    assert variables.filled(again.instructions, values) == spec["instructions"]


WRITABLE = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)


@example("\x85")
@example("a\r\nb\u2028")
@settings(max_examples=60, deadline=None)
@given(
    st.recursive(
        WRITABLE | st.booleans() | st.integers(-9999, 9999),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(WRITABLE, inner, max_size=3),
        max_leaves=5,
    )
)
def test_whatever_is_written_is_read_as_it_was(value: Any) -> None:
    document = {"value": value}
    assert load(dump(document)) == document
