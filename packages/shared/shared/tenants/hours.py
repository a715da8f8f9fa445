"""Hours of a week in a time zone: checked, and asked whether somebody is there.

    {"time_zone": "Europe/Madrid",
     "week": {"mon": [["09:00", "14:00"], ["16:00", "20:00"]], "sat": [["22:00", "02:00"]]},
     "closed": ["2027-01-06"]}

Times are the wall clock's of the time zone, so that hours stay what they are when summer time
begins. A span that ends before it begins ends on the next day; "24:00" is the day's end. On a
closed date nothing begins.
"""

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from typing import Any, TypedDict
from zoneinfo import ZoneInfo

from shared.errors import BadRequest

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
MOST_SPANS, MOST_CLOSED = 6, 100
LOOKS_AHEAD_DAYS = 60
"""Further than this no opening is looked for."""

_TIME = re.compile(r"([01]\d|2[0-3]):[0-5]\d|24:00")
_ZONE = re.compile(r"[A-Za-z][\w+-]*(/[\w+-]+){0,2}", re.ASCII)


class Hours(TypedDict):
    """As above; a day that is not there is closed."""

    time_zone: str
    week: dict[str, list[list[str]]]
    closed: list[str]


def checked(given: dict[str, Any]) -> Hours:
    """The hours in their stored form: days in order, spans in order. Raises BadRequest."""
    if unknown := set(given) - {"time_zone", "week", "closed"}:
        raise BadRequest(f"Hours have time_zone, week and closed, and no {min(unknown)!r}.")
    _zone(given.get("time_zone"))
    week = given.get("week")
    if not isinstance(week, dict) or (set(week) - set(DAYS)):
        raise BadRequest(f"`week` names days, each of {', '.join(DAYS)}.")
    closed = given.get("closed", [])
    if not isinstance(closed, list) or len(closed) > MOST_CLOSED:
        raise BadRequest(f"`closed` is a list of at most {MOST_CLOSED} dates like 2027-01-06.")
    return Hours(
        time_zone=given["time_zone"],
        week={day: _spans(day, week[day]) for day in DAYS if week.get(day)},
        closed=sorted({_date(each).isoformat() for each in closed}),
    )


def is_open(hours: Hours, at: datetime) -> bool:
    """Whether the moment is within the hours. `at` has a time zone."""
    return any(begins <= at < ends for begins, ends in _around(hours, at))


def next_opening(hours: Hours, at: datetime) -> datetime | None:
    """When they are open next, in UTC: `at` itself if they are; None if not within 60 days."""
    if is_open(hours, at):
        return at
    return next((begins for begins, _ in _around(hours, at) if begins > at), None)


def _around(hours: Hours, at: datetime) -> Iterator[tuple[datetime, datetime]]:
    """The spans from the day before on, in order, in UTC."""
    zone = ZoneInfo(hours["time_zone"])
    first = at.astimezone(zone).date() - timedelta(days=1)
    for day in (first + timedelta(days=n) for n in range(LOOKS_AHEAD_DAYS + 2)):
        if day.isoformat() in hours["closed"]:
            continue
        for opens, closes in hours["week"].get(DAYS[day.weekday()], []):
            last = day if closes > opens else day + timedelta(days=1)
            yield _moment(day, opens, zone), _moment(last, closes, zone)


def _moment(day: date, clock: str, zone: ZoneInfo) -> datetime:
    if clock == "24:00":
        day, clock = day + timedelta(days=1), "00:00"
    return datetime.combine(day, time.fromisoformat(clock), zone).astimezone(UTC)


def _zone(name: object) -> None:
    # The form is checked first: a name is looked up as a file.
    try:
        if not isinstance(name, str) or not _ZONE.fullmatch(name):
            raise ValueError
        ZoneInfo(name)
    except (ValueError, KeyError, OSError):
        raise BadRequest(
            "`time_zone` must be a time zone's name like Europe/Madrid or America/Sao_Paulo."
        ) from None


def _spans(day: str, given: object) -> list[list[str]]:
    if not isinstance(given, list) or len(given) > MOST_SPANS:
        raise BadRequest(f"`week.{day}` is a list of at most {MOST_SPANS} spans.")
    spans = []
    for span in given:
        if (
            not isinstance(span, list)
            or len(span) != 2
            or not all(isinstance(each, str) and _TIME.fullmatch(each) for each in span)
        ):
            raise BadRequest(f'`week.{day}` has spans of two times, like ["09:00", "17:30"].')
        if span[0] in (span[1], "24:00"):
            raise BadRequest(f"`week.{day}`: {span[0]} to {span[1]} is no time at all.")
        spans.append([span[0], span[1]])
    spans.sort()
    for (opened, closes), (opens, _) in pairwise(spans):
        if opens < closes or closes < opened:
            raise BadRequest(f"`week.{day}`: two of its spans overlap.")
    return spans


def _date(given: object) -> date:
    try:
        return date.fromisoformat(given)  # type: ignore[arg-type] # else TypeError
    except (TypeError, ValueError):
        raise BadRequest("`closed` has dates like 2027-01-06.") from None
