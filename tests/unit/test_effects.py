"""What a class of effects means for a call found in a state, and what a result is kept as."""

import json
from typing import Any, get_args
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st
from shared.runs.effects import Effect, Next, State, call_id, next_for
from shared.runs.storable import bounded, storable

TABLE: dict[tuple[str, str], Next] = {
    **{(effect, "planned"): "act" for effect in get_args(Effect)},
    **{(effect, "waiting"): "wait" for effect in get_args(Effect)},
    ("read", "started"): "act",
    ("ours", "started"): "act",
    ("keyed", "started"): "act",
    ("once", "started"): "nobody_knows",
    **{
        (effect, state): "tell"
        for effect in get_args(Effect)
        for state in ("done", "failed", "refused", "unknown")
    },
}


def test_every_class_and_state_has_its_place_in_the_table() -> None:
    assert set(TABLE) == {(e, s) for e in get_args(Effect) for s in get_args(State)}
    assert {place: next_for(*place) for place in TABLE} == TABLE  # type: ignore[arg-type]


def test_a_calls_key_is_the_same_in_every_attempt_and_no_other_calls() -> None:
    run, other = uuid4(), uuid4()
    assert call_id(run, 1, 0) == call_id(run, 1, 0)
    keys = {call_id(which, n, idx) for which in (run, other) for n in (1, 11) for idx in (0, 1)}
    assert len(keys) == 8


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


@given(VALUES)
def test_whatever_a_tool_gives_can_be_kept(value: Any) -> None:
    """As JSONB takes it: no NUL, no half of a pair, no number that is spelled at length."""
    kept = storable(value)
    written = json.dumps(kept, allow_nan=False)
    assert "\\u0000" not in written.replace("\\\\", "")
    assert "\\ud8" not in written.replace("\\\\", "") or json.loads(written) == kept
    assert storable(kept) == kept


@given(VALUES, st.integers(200, 500))
def test_what_is_kept_is_bounded(value: Any, most: int) -> None:
    kept = bounded(storable(value), most)
    assert len(json.dumps(kept, ensure_ascii=False).encode()) <= most


@pytest.mark.parametrize("value", ["x", {"a": [1, None, True, 2.5]}, []])
def test_what_is_small_stays_as_it_is(value: Any) -> None:
    assert bounded(storable(value), 1_000) == value
