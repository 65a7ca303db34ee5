"""Figures by group: a bounded number of them, the rest together."""

from dataclasses import dataclass

import numpy as np
import polars as pl

from funnels.core.histories import Flags, Ints
from funnels.core.progress import Progress
from funnels.core.timing import StepFigures, find_bottleneck, measure_steps

MOST_GROUPS = 20
MOST_LETTERS = 200
NONE, OTHER = "(none)", "(other)"


@dataclass(frozen=True)
class GroupFigures:
    """One group's way through the funnel; `bottleneck` counts steps from 1."""

    group: str
    steps: list[StepFigures]
    bottleneck: int | None


def measure_groups(progress: Progress, named: pl.DataFrame, open_people: Flags | None = None) -> list[GroupFigures]:
    """Measure each group of `named` (row of progress, group or null), the largest first; those past 20 are `(other)`.

    A person is in one group, so that the counts of step 1 add up to the whole funnel's.
    """
    names, code = _code_groups(named["group"])
    sizes = np.bincount(code, minlength=len(names))
    largest = sorted(range(len(names)), key=lambda place: (-sizes[place], names[place]))
    shown, rest = [names[place] for place in largest[:MOST_GROUPS]], largest[MOST_GROUPS:]
    if rest:
        # One that is called so already is among the others.
        shown = [*(name for name in shown if name != OTHER), OTHER]
    place_of = {name: place for place, name in enumerate(shown)}
    group = np.array([place_of.get(name, len(shown) - 1) for name in names], np.int64)[code]
    rows = named["row"].to_numpy()[np.argsort(group, kind="stable")]
    ends = np.cumsum(np.bincount(group, minlength=len(shown)))
    parts = np.split(rows, ends[:-1]) if shown else []
    return [_measure(progress, name, part, open_people) for name, part in zip(shown, parts, strict=True)]


def _code_groups(group: pl.Series) -> tuple[list[str], Ints]:
    """The names of groups as they are shown, each once, and for each row the place of its own."""
    filled = group.fill_null(NONE)
    said = filled.unique()
    names = {name: place for place, name in enumerate(dict.fromkeys(text[:MOST_LETTERS] for text in said))}
    place = np.array([names[text[:MOST_LETTERS]] for text in said], np.int64)
    return list(names), place[filled.cast(pl.Enum(said)).to_physical().to_numpy()]


def _measure(progress: Progress, name: str, rows: Ints, open_people: Flags | None) -> GroupFigures:
    steps = measure_steps(progress, rows, open_people)
    return GroupFigures(name, steps, find_bottleneck([step.count for step in steps]))
