"""Figures by group: a bounded number of them, the rest together."""

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from funnels.core.progress import Flags, Progress
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
    named = named.with_columns(pl.col("group").fill_null(NONE).str.slice(0, MOST_LETTERS))
    sizes = named.group_by("group").len().sort(["len", "group"], descending=[True, False])
    shown: Sequence[str] = sizes["group"].to_list()[:MOST_GROUPS]
    if len(sizes) > MOST_GROUPS:
        kept = pl.when(pl.col("group").is_in(list(shown))).then("group").otherwise(pl.lit(OTHER))
        named = named.with_columns(kept.alias("group"))
        shown = [*(name for name in shown if name != OTHER), OTHER]
    return [_measure(progress, name, named.filter(pl.col("group") == name), open_people) for name in shown]


def _measure(progress: Progress, name: str, named: pl.DataFrame, open_people: Flags | None) -> GroupFigures:
    steps = measure_steps(progress, named["row"].to_numpy(), open_people)
    return GroupFigures(name, steps, find_bottleneck([step.count for step in steps]))
