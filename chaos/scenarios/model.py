"""The language model fails, in its own ways and on the line."""

import time

from chaos.scenario import Act, scenario
from tests.integration import test_durability_model as tested
from tests.support.crowd import crowd
from tests.support.invariants import require_told

WITHIN_S = 60.0


@scenario(15, "a stored outcome within the deadline; typing ends")
async def model_fails_in_every_way(act: Act) -> None:
    """Refused, 401, 404, 429, 500, silent, cut, garbage, empty, endless."""
    await tested.test_every_way_a_model_fails_is_a_stored_outcome_told_in_time(
        act.stage, act.acme, act.figures
    )


@scenario(15, "a stored outcome within the deadline; typing ends")
async def model_unreachable(act: Act) -> None:
    """Nobody listens where the model was; then connections open and nothing comes back."""
    line = act.stage.workers_to_model
    async with crowd(act.acme, 5, act.stage.stack.gateways) as tabs:
        for how, name in ((line.refuse, "refused"), (line.black_hole, "black-holed")):
            how()
            began = time.monotonic()
            names = [await tab.send("are you there?") for tab in tabs]
            outcomes = [await tab.answered(n, WITHIN_S) for tab, n in zip(tabs, names, strict=True)]
            act.figures[f"{name}: longest seconds"] = round(time.monotonic() - began, 1)
            assert {outcome.status for outcome in outcomes} == {"failed"}
            line.heal()
        assert (await tabs[0].ask("and now?", WITHIN_S)).status == "complete"
        require_told(act.stage.stack.database, *tabs)
