"""Which days' numbers no longer hold after facts of some people changed."""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from common.periods import day_of


class Moment(NamedTuple):
    """A conversion, as far as days are concerned."""

    person_id: int
    goal_id: int
    at: datetime


@dataclass(slots=True)
class Changes:
    """What differs between stored and derived facts of some people."""

    # Conversions that came, went or changed, as they were and as they are.
    conversions: list[Moment] = field(default_factory=list)
    # All conversions of the people, as they were and as they are.
    standing: list[Moment] = field(default_factory=list)
    # When touches were that came, went, moved to another person or have another mark, by person.
    touches: dict[int, list[datetime]] = field(default_factory=lambda: defaultdict(list))
    # When stages were entered that came, went or moved, by person.
    entries: dict[int, list[datetime]] = field(default_factory=lambda: defaultdict(list))


def find_changed_days(changes: Changes, lookbacks: Mapping[int, timedelta], zone: ZoneInfo) -> set[date]:
    """Days of changed conversions, and of those whose path may hold a changed touch or be anchored anew.

    A touch 90 days before a conversion still spoils the conversion's day, under a look-back of 90 days.
    """
    spoilt = list(changes.conversions)
    touches = {person: sorted(times) for person, times in changes.touches.items()}
    for conversion in changes.standing:
        lookback = lookbacks.get(conversion.goal_id, timedelta(0))
        if _is_within(touches.get(conversion.person_id, ()), conversion.at - lookback, conversion.at) or any(
            entered <= conversion.at for entered in changes.entries.get(conversion.person_id, ())
        ):
            spoilt.append(conversion)
    return days_of((moment.at for moment in spoilt), zone)


def find_people_who_moved(changes: Changes) -> set[int]:
    """People whose way so far is another now: touches or conversions of theirs came, went or changed."""
    return {*changes.touches, *(moment.person_id for moment in changes.conversions)}


def days_of(moments: Iterable[datetime], zone: ZoneInfo) -> set[date]:
    """The days on which instants fall."""
    return {day_of(moment, zone) for moment in set(moments)}


def _is_within(times: list[datetime] | tuple[()], start: datetime, end: datetime) -> bool:
    place = bisect_left(times, start)
    return place < len(times) and times[place] <= end
