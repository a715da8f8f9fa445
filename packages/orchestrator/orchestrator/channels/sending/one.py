"""One delivery: begun, sent or asked about, and written down.

What is not written down stays `sending` under our number; whoever has the account next asks what
became of it, as we do ourselves when no verdict came.
"""

import asyncio
import random
from dataclasses import dataclass
from uuid import uuid5

from shared.channels import deliveries, verdicts
from shared.channels.connections import FAILING_PAUSE_S
from shared.channels.deliveries import Due
from shared.channels.leases import CALL_TIMEOUT_S
from shared.log import get_logger

from orchestrator import metrics
from orchestrator.channels.adapter import (
    Abilities,
    Adapter,
    Failing,
    Found,
    Later,
    Line,
    NotSent,
    Part,
    Refused,
    Sent,
    Unknown,
    Unsure,
    Verdict,
)
from orchestrator.channels.rendering.sources import with_sources

log = get_logger(__name__)

FIRST_PAUSE_S = 0.5
LONGEST_PAUSE_S = 300.0
REPORTED_WITHIN_S = 30.0
"""Where the platform tells afterwards what came of a message: it would have by then."""
_REPORT_AWAITED = "report_awaited"
ASKED_TO_WRITE = "asked_to_write"
LOOK_AT_WINDOW_S = 20.0
"""How long after a person has written what waited for that may still wait."""


def pause_s(attempts: int) -> float:
    """Twice as long at each attempt, and never for all at the same time."""
    longest: float = min(LONGEST_PAUSE_S, FIRST_PAUSE_S * 2 ** min(attempts, 16))
    return longest * random.uniform(0.5, 1.0)  # noqa: S311 - no secret


@dataclass(frozen=True, slots=True)
class Desk:
    """What the account's sender sends with. `number` is its lease's."""

    adapter: Adapter
    abilities: Abilities
    line: Line
    number: int


async def send(desk: Desk, due: Due) -> Verdict | None:
    """What came of it; None if it was not ours to send. Raises the database's errors."""
    account, abilities = desk.line.account, desk.abilities
    end_by = asyncio.get_running_loop().time() + CALL_TIMEOUT_S
    parts = [due.body] if due.body is not None else _rendered(desk, due)
    found = await _found(desk, due, end_by)
    again = due.was_begun and (abilities.keys == "none" or isinstance(found, Unknown))
    repeats = again and abilities.on_unknown == "repeat" and not due.maybe_twice
    begun = await deliveries.begin(
        account.tenant_id,
        account.id,
        desk.number,
        due.id,
        parts=parts if due.body is None else (),
        was_begun=due.was_begun,
        maybe_twice=repeats,
    )
    if begun is None:
        return None
    if (why := begun.must_not_leave) is not None:
        if why == deliveries.WINDOW_SHUT and (opener := desk.adapter.opener(desk.line)) is not None:
            return await _open_window(desk, due, opener, end_by)
        await _over(desk, due, "dropped" if why == deliveries.OPTED_OUT else "dead", why)
        return None
    if not parts:
        await _over(desk, due, "dropped", "empty")
        return None
    if again and not repeats:
        await _over(desk, due, "unsure", "no_verdict")
        return Unsure("no_verdict")
    if isinstance(found, Sent | Unsure):
        verdict: Verdict = found
    else:
        verdict = await _verdict(desk, due, parts[0], end_by)
        if isinstance(verdict, Unsure) and abilities.keys == "report":
            verdict = Unsure(_REPORT_AWAITED, REPORTED_WITHIN_S)
    await _write_down(desk, due, verdict)
    metrics.DELIVERIES.labels(account.channel, type(verdict).__name__.lower()).inc()
    return verdict


def _rendered(desk: Desk, due: Due) -> list[Part]:
    """The message's parts; the first knows what helps to send it, as a placeholder's id."""
    parts = list(desk.adapter.render(with_sources(due.text, due.parts)))
    if parts and due.hints:
        parts[0] = {**parts[0], "hints": due.hints}
    return parts


async def _found(desk: Desk, due: Due, end_by: float) -> Found | None:
    """What the platform knows of it; None if it was never begun, or there is nobody to ask."""
    if not due.was_begun or desk.abilities.keys not in ("ask", "report"):
        return None
    if desk.abilities.keys == "report":
        if due.code == _REPORT_AWAITED:
            return Unknown("no_report")
        return Unsure(_REPORT_AWAITED, REPORTED_WITHIN_S)
    try:
        async with asyncio.timeout_at(end_by):
            return await desk.adapter.look_up(_place(due), due.id, desk.line)
    except TimeoutError:
        return Unsure("timeout")


async def _verdict(desk: Desk, due: Due, part: Part, end_by: float) -> Verdict:
    try:
        async with asyncio.timeout_at(end_by):
            return await desk.adapter.send(part, _place(due), due.id, desk.line)
    except TimeoutError:
        return Unsure("timeout")


async def _open_window(desk: Desk, due: Due, opener: Part, end_by: float) -> Verdict | None:
    """The person is asked to write again, once; what is to be said waits for that, or for a day."""
    if due.code != ASKED_TO_WRITE:
        key = uuid5(due.id, ASKED_TO_WRITE)  # a report of it is none of the delivery
        try:
            async with asyncio.timeout_at(end_by):
                verdict = await desk.adapter.send(opener, _place(due), key, desk.line)
        except TimeoutError:
            verdict = Unsure("timeout")
        if not isinstance(verdict, Sent | Unsure):
            await _write_down(desk, due, verdict)
            return verdict
    await verdicts.waits(
        desk.line.account.tenant_id,
        desk.number,
        due.id,
        code=ASKED_TO_WRITE,
        pause_s=LOOK_AT_WINDOW_S,
    )
    return None


def _place(due: Due) -> str:
    return due.address or due.external_key


async def _write_down(desk: Desk, due: Due, verdict: Verdict) -> None:
    account, number = desk.line.account, desk.number
    match verdict:
        case Sent(external_id):
            await verdicts.sent(account.tenant_id, account.id, number, due.id, external_id)
        case Later(wait_s, code, whole_account=True):
            await verdicts.account_waits(
                account.tenant_id, account.id, number, due.id, code=code, pause_s=wait_s
            )
        case Later(wait_s, code):
            await verdicts.waits(account.tenant_id, number, due.id, code=code, pause_s=wait_s)
        case Refused(code):
            await _over(desk, due, "dead", code)
        case Failing(code):
            await verdicts.account_waits(
                account.tenant_id,
                account.id,
                number,
                due.id,
                code=code,
                pause_s=FAILING_PAUSE_S,
                failing=True,
            )
        case NotSent(code):
            await verdicts.account_waits(
                account.tenant_id,
                account.id,
                number,
                due.id,
                code=code,
                pause_s=pause_s(due.attempts),
            )
        case Unsure(code, wait_s):
            await _ask_again(desk, due, code, wait_s)


async def _ask_again(desk: Desk, due: Due, code: str, wait_s: float) -> None:
    """Nobody knows whether it arrived. It stays with its conversation until that is settled, as
    far as it can be."""
    if desk.abilities.keys == "none" and (desk.abilities.on_unknown == "leave" or due.was_begun):
        await _over(desk, due, "unsure", code)
        return
    await verdicts.waits(
        desk.line.account.tenant_id,
        desk.number,
        due.id,
        code=code,
        pause_s=max(wait_s, pause_s(due.attempts)),
        left=True,
    )


async def _over(desk: Desk, due: Due, state: str, code: str) -> None:
    account = desk.line.account
    await verdicts.over(account.tenant_id, desk.number, due.id, state=state, code=code)
    if state != "dropped":
        log.warning(
            "delivery_over",
            state=state,
            code=code,
            channel=account.channel,
            delivery_id=str(due.id),
            tenant_id=str(account.tenant_id),
        )
