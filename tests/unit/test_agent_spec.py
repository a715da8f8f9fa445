"""What differs between two versions of an employee, and a draft that is carried along."""

from shared.agents.spec import differences, differing, rebased

ADA = {"name": "Ada", "role": "Support", "instructions": "Be kind.\nBe brief.", "starters": []}


def test_a_text_is_compared_line_by_line() -> None:
    (found,) = differences(ADA, ADA | {"instructions": "Be kind.\nAsk first.\nBe brief."})
    assert found.field == "instructions"
    assert [(line.op, line.text) for line in found.lines] == [
        ("same", "Be kind."),
        ("in", "Ask first."),
        ("same", "Be brief."),
    ]


def test_what_an_old_version_did_not_know_is_no_difference() -> None:
    assert differing({"name": "Ada"}, ADA) == []
    assert differing(ADA, {"name": "Eva"}) == ["name"]


def test_a_draft_keeps_what_it_changed_and_follows_in_the_rest() -> None:
    draft = ADA | {"instructions": "Be funny."}
    now = ADA | {"role": "Sales", "instructions": "Be strict."}
    assert rebased(draft, ADA, now) == ADA | {"role": "Sales", "instructions": "Be funny."}
