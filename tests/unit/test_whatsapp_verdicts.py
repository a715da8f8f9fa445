"""Each answer of Meta has a verdict: what was surely not taken is told from what may have been."""

import pytest
from orchestrator.channels.adapter import Failing, Later, Refused, Sent, Unsure
from orchestrator.channels.whatsapp.graph import Answer
from orchestrator.channels.whatsapp.verdicts import verdict_on
from shared.channels.whatsapp.codes import MEANINGS, meaning_of
from shared.channels.whatsapp.ids import recipient
from shared.channels.whatsapp.sentences import sentence_of


def refused(
    code: int, status: int = 400, retry_after_s: float | None = None, **more: int
) -> Answer:
    return Answer(status, {"error": {"code": code, "message": "no"} | more}, retry_after_s)


@pytest.mark.parametrize("code", MEANINGS)
def test_every_code_we_know_is_a_clear_no_and_has_a_sentence(code: int) -> None:
    verdict = verdict_on(refused(code))
    assert isinstance(verdict, Later | Refused | Failing), "nobody has to ask what became of it"
    if isinstance(verdict, Later):
        assert verdict.wait_s >= 5
    assert sentence_of(str(code)).endswith((".", "more."))
    if isinstance(verdict, Failing):
        assert verdict.code == str(code)


def test_a_wait_is_for_the_number_or_for_one_person() -> None:
    assert verdict_on(refused(131056)) == Later(6.0, "131056", whole_account=False)
    assert verdict_on(refused(130429, retry_after_s=3_600)) == Later(3_600, "130429")
    assert verdict_on(Answer(429, {}, 7.0)) == Later(7.0, "http_429")
    assert verdict_on(Answer(429, {}, None)) == Later(60.0, "http_429")


def test_a_wrong_parameter_is_the_message_s_fault_and_an_unknown_number_the_account_s() -> None:
    assert verdict_on(refused(100)) == Refused("100")
    assert verdict_on(refused(100, error_subcode=33)) == Failing("33")
    assert verdict_on(refused(272, status=403)) == Failing("272")
    assert verdict_on(refused(131047)) == Refused("window_closed")
    assert verdict_on(refused(999_999)) == Refused("999999")


@pytest.mark.parametrize(
    "answer", [Answer(500, {}, None), Answer(502, {}, None), Answer(200, {}, None), refused(7, 503)]
)
def test_what_says_nothing_clear_leaves_it_open(answer: Answer) -> None:
    assert isinstance(verdict_on(answer), Unsure)


def test_what_was_taken_has_its_id() -> None:
    assert verdict_on(Answer(200, {"messages": [{"id": "wamid.1"}]}, None)) == Sent("wamid.1")


def test_a_person_is_reached_by_the_right_field() -> None:
    assert recipient("US.13491208655302741918") == {"recipient": "US.13491208655302741918"}
    assert recipient("US.ENT.11815799212886844830") == {"recipient": "US.ENT.11815799212886844830"}
    assert recipient("16505551234") == {"to": "16505551234"}


def test_permissions_are_a_range() -> None:
    assert all(meaning_of(code) == meaning_of(10) for code in (200, 250, 299))
    assert "permission" in sentence_of("299")
