"""However the language model fails, the person is told in time, and the next message works."""

import asyncio
import time
from collections import Counter

from tests.support.breakable_stack import BreakableStack
from tests.support.crowd import crowd
from tests.support.invariants import require_settled, require_told
from tests.support.people import World
from tests.support.tab import Tab

FAILURES = {
    "fail=refuse": "model_unreachable",
    "fail=401": "model_key_refused",
    "fail=404": "model_unknown",
    "fail=429": "model_busy",
    "fail=500": "model_broken",
    "fail=hang": "model_silent",
    "fail=hang after=3 rate=20": "model_stalled",
    "fail=cut after=3 rate=20": "model_cut",
    "fail=garbage after=3": "model_garbage",
    "fail=error after=3": "model_broken",
    "fail=empty": "model_empty",
    "fail=endless rate=500": "model_endless",
}
SAID_SOMETHING = {
    "fail=hang after=3 rate=20",
    "fail=cut after=3 rate=20",
    "fail=garbage after=3",
    "fail=error after=3",
    "fail=endless rate=500",
}
WITHIN_S = 30.0


async def test_every_way_a_model_fails_is_a_stored_outcome_told_in_time(
    breakable_stack: BreakableStack, acme: World, figures: Counter[str]
) -> None:
    began = time.monotonic()
    async with crowd(acme, len(FAILURES), breakable_stack.stack.gateways) as tabs:
        await asyncio.gather(*map(_fail_and_go_on, tabs, FAILURES, FAILURES.values()))
        figures["model fails: ways"] = len(FAILURES)
        figures["model fails: seconds to the last outcome"] = round(time.monotonic() - began, 1)
        require_told(breakable_stack.stack.database, *tabs)
    assert require_settled(breakable_stack.stack.database, acme.id) == 2 * len(FAILURES)


async def _fail_and_go_on(tab: Tab, how: str, code: str) -> None:
    """The error names its code and its message, then comes the outcome, which is stored: with what
    was said until then, or with the same sentence."""
    outcome = await tab.ask(f"[[model: {how}]] please", WITHIN_S)
    assert [(error.code, error.reply_to in tab.outcomes) for error in tab.errors] == [(code, True)]
    assert tab.client is not None
    (response,) = tab.client.of_type("response")
    assert (response.status, response.error_code) == ("failed", code)
    if how in SAID_SOMETHING:
        assert response.finish == "broken_off"
        assert outcome.text.startswith("echo: please")
    else:
        assert (response.finish, outcome.text) == (None, tab.errors[0].message)
    kinds = [frame.type for frame in tab.client.frames]
    assert kinds.index("typing") < kinds.index("error") < kinds.index("response")
    assert (await tab.ask("and now?", WITHIN_S)).status == "complete"


async def test_an_answer_with_characters_no_database_takes_is_given_without_them(
    breakable_stack: BreakableStack, acme: World
) -> None:
    async with crowd(acme, 1, breakable_stack.stack.gateways) as (tab,):
        outcome = await tab.ask('[[model: text="one\\u0000 two" pieces=4]] please', WITHIN_S)
        assert (outcome.status, outcome.text) == ("complete", "one two")
        require_told(breakable_stack.stack.database, tab)
