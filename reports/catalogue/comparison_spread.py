"""How far the chosen model's credit could have come out otherwise: spreads drawn from the days of the period."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

import numpy as np

from attribution.core.credit import CREDIT_UNITS
from attribution.core.frames import Ints
from attribution.core.markov import count_transitions
from attribution.core.path_groups import read_paths, split_by_day
from attribution.core.solved import SOLVED
from common.money import from_micros
from common.periods import Period
from reports.catalogue.comparison_sides import Sides
from reports.catalogue.params import Params
from reports.catalogue.solved import solve_by_day
from reports.core.bootstrap import LEAST_DAYS, Spread, resample_markov, resample_sums
from reports.core.intervals import Interval
from reports.core.ratios import conversions_of
from reports.credit_reports import Measure

Name = str | None
# Transitions of all days of a chain of order 2 over thirty campaigns would fill the memory.
MOST_CELLS = 20_000_000
MARKOV_ORDERS = {"markov_1": 1, "markov_2": 2}


@dataclass(frozen=True)
class Spreads:
    """Spreads of revenue and conversions by group; both None where nothing can be said, and `why` in a code."""

    names: Sequence[Name]
    revenue: Spread | None = None
    conversions: Spread | None = None
    why: str = ""

    def revenue_of(self, name: Name) -> Interval | None:
        """The interval of a group's revenue."""
        return self._interval(self.revenue, name, from_micros)

    def conversions_of(self, name: Name) -> Interval | None:
        """The interval of a group's credited conversions."""
        return self._interval(self.conversions, name, conversions_of)

    def is_close(self, one: Name, other: Name, measure: Measure) -> bool | None:
        """Whether two groups are too close to call; None where that cannot be said."""
        spread = self.revenue if measure == "revenue" else self.conversions
        if spread is None or one not in self.names or other not in self.names:
            return None
        return spread.is_close(self.names.index(one), self.names.index(other))

    def is_close_for(self, one: Name, other: Name, *, costs: tuple[Decimal, Decimal]) -> bool | None:
        """Whether revenue, each for its cost, is too close to call; None where that cannot be said."""
        if self.revenue is None or one not in self.names or other not in self.names:
            return None
        places = self.names.index(one), self.names.index(other)
        return self.revenue.is_close(*places, costs=(float(costs[0]), float(costs[1])))

    def _interval(self, spread: Spread | None, name: Name, write: Callable[[int], Decimal]) -> Interval | None:
        if spread is None or name not in self.names:
            return None
        low, high = spread.bounds()
        place = self.names.index(name)
        return Interval(write(round(low[place])), write(round(high[place])))


def find_drawn(period: Period, sides: Sides, today: date) -> Period | None:
    """The days that are drawn from: from the first with a conversion to the last that has begun; None: no such day.

    A workspace that began on the 20th did not earn nothing before: it was not there.
    """
    begun = [day.day for day in sides.days if day.conversions_total]
    end = min(period.end, today)
    return Period(begun[0], max(end, begun[-1])) if begun else None


def spread_credit(params: Params, sides: Sides, drawn: Period | None) -> Spreads:
    """Spreads of every group that earned something, over the days drawn."""
    names = [group.name for group in sides.groups[params.model]]
    if drawn is None or drawn.days < LEAST_DAYS or not names:
        return Spreads(names, why="too_few_days")
    if params.model in MARKOV_ORDERS:
        return _spread_markov(params.model, sides, drawn, names)
    credit, value = np.zeros((2, drawn.days, len(names)), np.int64)
    places = {name: place for place, name in enumerate(names)}
    for day, name, units, micros in _earned_by_day(params, sides):
        if name in places:
            credit[(day - drawn.start).days, places[name]] += units
            value[(day - drawn.start).days, places[name]] += micros
    return Spreads(names, resample_sums(value), resample_sums(credit))


def _earned_by_day(params: Params, sides: Sides) -> list[tuple[date, Name, int, int]]:
    if params.model in SOLVED:
        model = SOLVED[params.model]
        found = solve_by_day(model, sides.days, sides.names, sides.channels)
        return [(day.day, day.name, day.credit, day.value) for day in found]
    found = sides.stored.by_day_of(params.model)
    return [(day.day, sides.fold(day.name), day.credit, day.value) for day in found]


def _spread_markov(model: str, sides: Sides, drawn: Period, names: list[Name]) -> Spreads:
    order = MARKOV_ORDERS[model]
    wanted = list(dict.fromkeys(sides.names.values()))
    group_of = {mark: wanted.index(name) for mark, name in sides.names.items()}
    size = len(wanted)
    shape = (drawn.days, (size + 1) ** order, size + 2)
    if np.prod(shape) > MOST_CELLS:
        return Spreads(names, why="too_many_states")
    counts = np.zeros(shape, np.int64)
    totals: Ints = np.zeros((2, drawn.days), np.int64)
    for day, sums in zip(sides.days, split_by_day(sides.days, group_of), strict=True):
        at = (day.day - drawn.start).days
        counts[at] = count_transitions(sums, channels=size, order=order)
        totals[:, at] = CREDIT_UNITS * int(day.conversions.sum()), int(day.value.sum())
    open_sums = read_paths([], group_of, sides.open_paths)
    open_counts = count_transitions(open_sums, channels=size, order=order)
    spreads = resample_markov(counts, open_counts, totals, order=order)
    if spreads is None:
        return Spreads(names, why="too_many_states")
    return Spreads(wanted, conversions=spreads[0], revenue=spreads[1])
