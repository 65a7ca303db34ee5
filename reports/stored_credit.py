"""Stored credit of a goal, every rule and day read in one go and added up in columns."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property

import numpy as np

from accounts.models import Workspace
from attribution.core.adding import add_by_place, find_only
from attribution.core.frames import Ints
from attribution.core.journeys import index_of, list_distinct
from common.periods import Period
from reports.storage import Day, DayGroup, Group, Totals, load_names
from tracking.storage.packed import unpack_lists, unpack_numbers
from tracking.storage.rows import run

# Lists as bytes, one row for each rule: unnested by the database they would be hundreds of thousands of rows. Lists of
# one row run in step, and so do the rows of a rule, in whatever order they come.
_LOAD = """
select rule, string_agg(array_send(marks), ''), string_agg(array_send(credit), ''),
    string_agg(array_send(value), ''), array_send(array_agg(cardinality(marks)::bigint)),
    array_send(array_agg((day - date '1970-01-01')::bigint)), array_send(array_agg(conversions::bigint)),
    array_send(array_agg(conversions_value)), array_send(array_agg(unattributed::bigint)),
    array_send(array_agg(unattributed_value))
from attribution_dailycredit
where workspace_id = %(workspace)s and goal_id = %(goal)s and rule = any(%(rules)s)
    and day between %(start)s and %(end)s
group by rule
"""
_EPOCH = date(1970, 1, 1)
_NONE = np.zeros(0, np.int64)

Name = str | None


@dataclass(frozen=True)
class RuleCredit:
    """Credit of one rule: row r is day days[r], and its marks the next lengths[r] of `marks`."""

    marks: Ints
    credit: Ints
    value: Ints
    lengths: Ints
    days: Ints
    # By row: conversions, their value, and those of both that are unattributed.
    totals: tuple[Ints, Ints, Ints, Ints]


NOTHING = RuleCredit(_NONE, _NONE, _NONE, _NONE, _NONE, (_NONE, _NONE, _NONE, _NONE))


@dataclass(frozen=True)
class StoredCredit:
    """What is stored of a goal in a period under some rules, with the names its marks have now."""

    by_rule: Mapping[str, RuleCredit]
    channels: Mapping[int, str]
    names: Mapping[int, Name]

    def groups_of(self, rule: str) -> list[Group]:
        """What each group earned in all; groups that earned nothing are left out."""
        found, at = self.by_rule[rule], self._groups_at(rule)
        credit, value = (add_by_place(at, part, len(self._groups)).tolist() for part in (found.credit, found.value))
        return [
            Group(self._groups[place], channel, credit[place], value[place])
            for place, channel in self._name_channels(rule, at)
            if credit[place] or value[place]
        ]

    def days_of(self, rule: str) -> list[Day]:
        """Each day's conversions, by ascending day; days without conversions have no entry."""
        return days_of(self.by_rule[rule])

    def totals_of(self, rule: str) -> Totals:
        """What the days come to."""
        return Totals(*(int(numbers.sum()) for numbers in self.by_rule[rule].totals))

    def by_day_of(self, rule: str) -> list[DayGroup]:
        """What each group earned on each day; what had no touch on a day has no entry."""
        found, size = self.by_rule[rule], len(self._groups)
        rows = np.repeat(np.arange(len(found.days)), found.lengths)
        at = rows * size + self._groups_at(rule)
        credit, value = (
            add_by_place(at, part, len(found.days) * size).tolist() for part in (found.credit, found.value)
        )
        days = [_EPOCH + timedelta(days=day) for day in found.days.tolist()]
        return [
            DayGroup(days[place // size], self._groups[place % size], channel, credit[place], value[place])
            for place, channel in self._name_channels(rule, at)
        ]

    @cached_property
    def _marks(self) -> Ints:
        return np.array(list_marks_of(self.by_rule), np.int64)

    @cached_property
    def _groups(self) -> list[Name]:
        return list(dict.fromkeys(self.names.get(mark) for mark in self._marks.tolist()))

    @cached_property
    def _channels(self) -> list[Name]:
        return list(dict.fromkeys(self.channels.get(mark) for mark in self._marks.tolist()))

    def _groups_at(self, rule: str) -> Ints:
        """For each entry of a rule, the place of its group."""
        places = {name: place for place, name in enumerate(self._groups)}
        by_mark = np.array([places[self.names.get(mark)] for mark in self._marks.tolist()], np.int64)
        return by_mark[index_of(self._marks, self.by_rule[rule].marks)]

    def _name_channels(self, rule: str, at: Ints) -> Iterator[tuple[int, Name]]:
        """Each place that entries of a rule are at, with the one channel of its marks; None where they have several."""
        places = {name: place for place, name in enumerate(self._channels)}
        by_mark = np.array([places[self.channels.get(mark)] for mark in self._marks.tolist()], np.int64)
        met, only = find_only(at, by_mark[index_of(self._marks, self.by_rule[rule].marks)])
        for place, channel in zip(met.tolist(), only.tolist(), strict=True):
            yield place, None if channel < 0 else self._channels[channel]


def days_of(found: RuleCredit) -> list[Day]:
    """Each day's conversions, by ascending day; days without conversions have no entry."""
    rows = zip(found.days.tolist(), *(numbers.tolist() for numbers in found.totals), strict=True)
    return [Day(_EPOCH + timedelta(days=day), *totals) for day, *totals in sorted(rows)]


def load_stored(
    workspace: Workspace, *, goal_id: int, rules: Sequence[str], period: Period, group_by: str
) -> StoredCredit:
    """What is stored of a goal in a period, with the names that a grouping gives its marks."""
    by_rule = load_rules(workspace, goal_id=goal_id, rules=rules, period=period)
    return StoredCredit(by_rule, *load_names(workspace, list_marks_of(by_rule), group_by))


def load_rules(workspace: Workspace, *, goal_id: int, rules: Sequence[str], period: Period) -> dict[str, RuleCredit]:
    """What is stored of a goal in a period under each of the rules, in one snapshot; its marks have no names yet."""
    asked = {"goal": goal_id, "rules": list(rules), "start": period.start, "end": period.end}
    by_rule = dict.fromkeys(rules, NOTHING)
    for rule, *sent in run(workspace.pk, _LOAD, **asked):
        by_rule[rule] = _read(sent)
    return by_rule


def list_marks_of(by_rule: Mapping[str, RuleCredit]) -> list[int]:
    """Every mark that has credit, ascending."""
    return list_distinct(np.concatenate([_NONE, *(found.marks for found in by_rule.values())])).tolist()


def _read(sent: Sequence[bytes]) -> RuleCredit:
    lengths, days, *totals = map(unpack_numbers, sent[3:])
    marks, credit, value = (unpack_lists(numbers, lengths) for numbers in sent[:3])
    return RuleCredit(marks, credit, value, lengths, days, (totals[0], totals[1], totals[2], totals[3]))
