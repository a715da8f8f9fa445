"""Hours of a week, by the wall clock of their time zone."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from shared.errors import BadRequest
from shared.tenants.hours import Hours, checked, is_open, next_opening

MADRID = ZoneInfo("Europe/Madrid")


def hours(week: dict[str, list[list[str]]], *, closed: list[str] | None = None) -> Hours:
    return checked({"time_zone": "Europe/Madrid", "week": week, "closed": closed or []})


def at(clock: str, zone: ZoneInfo = MADRID) -> datetime:
    return datetime.fromisoformat(clock).replace(tzinfo=zone)


WORK = hours({"mon": [["09:00", "14:00"], ["16:00", "20:00"]], "sat": [["22:00", "02:00"]]})


@pytest.mark.parametrize(
    ("clock", "there"),
    [
        ("2026-11-30T08:59", False),  # a Monday
        ("2026-11-30T09:00", True),
        ("2026-11-30T14:00", False),
        ("2026-11-30T19:59", True),
        ("2026-11-28T23:30", True),  # Saturday night
        ("2026-11-29T01:59", True),  # which ends on Sunday
        ("2026-11-29T02:00", False),
    ],
)
def test_a_moment_is_within_the_hours_or_not(clock: str, there: bool) -> None:
    assert is_open(WORK, at(clock)) is there


def test_who_asks_from_elsewhere_is_told_by_the_businesss_clock() -> None:
    assert is_open(WORK, at("2026-11-30T05:00", ZoneInfo("America/Sao_Paulo")))  # 9 in Madrid


def test_hours_stay_what_the_clock_on_the_wall_says_when_summer_time_begins() -> None:
    nine = hours({"sun": [["09:00", "10:00"]], "mon": [["09:00", "10:00"]]})
    for day in ("2026-03-29", "2026-03-30", "2026-10-25", "2026-10-26"):
        assert is_open(nine, at(f"{day}T09:30"))
        assert not is_open(nine, at(f"{day}T10:30"))
        assert not is_open(nine, at(f"{day}T08:30"))


def test_the_next_opening_is_now_or_the_next_one_that_is_not_closed() -> None:
    assert next_opening(WORK, at("2026-11-30T10:00")) == at("2026-11-30T10:00")
    assert next_opening(WORK, at("2026-11-30T15:00")) == at("2026-11-30T16:00")
    holiday = hours({"mon": [["09:00", "14:00"]]}, closed=["2026-12-07"])
    assert next_opening(holiday, at("2026-12-06T10:00")) == at("2026-12-14T09:00")
    assert next_opening(hours({}), at("2026-12-06T10:00")) is None


def test_a_whole_day_ends_at_24() -> None:
    assert is_open(hours({"tue": [["00:00", "24:00"]]}), at("2026-12-01T23:59"))
    assert not is_open(hours({"tue": [["00:00", "24:00"]]}), at("2026-12-02T00:00"))


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"time_zone": "Madrid/Spain"}, "time zone's name"),
        ({"time_zone": "../etc/passwd"}, "time zone's name"),
        ({"time_zone": None}, "time zone's name"),
        ({"week": {"monday": []}}, "each of mon"),
        ({"week": {"mon": [["9", "10:00"]]}}, "two times"),
        ({"week": {"mon": [["09:00", "09:00"]]}}, "no time at all"),
        ({"week": {"mon": [["09:00", "12:00"], ["11:00", "13:00"]]}}, "overlap"),
        ({"closed": ["2026-02-30"]}, "dates like"),
        ({"closed": [3]}, "dates like"),
        ({"open": True}, "no 'open'"),
    ],
)
def test_what_is_no_hours_is_refused_with_what_would_be(
    wrong: dict[str, object], sentence: str
) -> None:
    with pytest.raises(BadRequest, match=sentence):
        checked({"time_zone": "Europe/Madrid", "week": {}, "closed": []} | wrong)
