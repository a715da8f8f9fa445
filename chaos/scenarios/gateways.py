"""Gateways die or leave."""

from chaos.scenario import Act, scenario
from tests.integration import test_durability_gateways as tested


@scenario(1, "the sweep nudges, the answer arrives")
async def gateway_gone_between_commit_and_nudge(act: Act) -> None:
    """Messages are stored and nobody is nudged."""
    await tested.test_a_message_that_was_stored_and_told_to_no_worker_is_answered(
        act.stage, act.acme, act.figures
    )


@scenario(1, "nothing accepted is lost")
async def gateway_killed_with_nudges_unsent(act: Act) -> None:
    """Valkey sleeps while messages come in; their gateway is killed."""
    await tested.test_a_gateway_killed_with_its_nudges_unsent_loses_no_message(
        act.stage, act.acme, act.figures
    )


@scenario(1, "what was not accepted is sent again, once")
async def gateway_killed_as_messages_come_in(act: Act) -> None:
    """A gateway is killed while everybody speaks."""
    await tested.test_a_gateway_killed_as_messages_come_in_loses_none(
        act.stage, act.acme, act.figures
    )


@scenario(11, "`reconnect`, exit in time, nothing lost")
async def gateway_told_to_leave(act: Act) -> None:
    """SIGTERM to a gateway with 500 sockets and 100 answers in flight."""
    await tested.test_a_gateway_told_to_leave_says_good_bye_to_everyone_and_nothing_is_lost(
        act.stage, act.acme, act.figures
    )
