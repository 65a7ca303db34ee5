"""Frames turned into arrays: people numbered, their touches gathered, conversions grouped by day and goal."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

import polars as pl

from attribution.core.credit import MAX_TOTAL
from attribution.core.frames import CONVERSIONS, MARKS, MILESTONES, TOUCHES, Ints, check_columns
from attribution.core.journeys import NEVER, index_of, order_by_person
from attribution.core.kernel import Paths, Reached


@dataclass(frozen=True)
class Group:
    """The conversions [begin:end) that share a day and a goal."""

    day: date
    goal: int
    begin: int
    end: int


@dataclass(frozen=True)
class Gathered:
    """Everything the kernels need; marks are numbered by their place in mark_ids, which ascend."""

    paths: Paths
    reached: Reached
    groups: list[Group]
    mark_ids: Ints

    def reached_in(self, group: Group) -> Reached:
        """The conversions of one group."""
        rows = slice(group.begin, group.end)
        all_of_them = self.reached
        return Reached(
            all_of_them.person[rows], all_of_them.at[rows], all_of_them.value[rows], all_of_them.has_value[rows]
        )


def gather(
    touches: pl.DataFrame,
    conversions: pl.DataFrame,
    marks: pl.DataFrame,
    milestones: pl.DataFrame | None = None,
) -> Gathered:
    """Take in frames as declared in frames.py; one person's touches in the order of (at, message id), else any order.

    Touches and milestones of people without a conversion are passed over. Groups come by ascending day and goal.
    """
    milestones = pl.DataFrame(schema=MILESTONES) if milestones is None else milestones
    for name, frame, schema in (
        ("touches", touches, TOUCHES),
        ("conversions", conversions, CONVERSIONS),
        ("marks", marks, MARKS),
        ("milestones", milestones, MILESTONES),
    ):
        check_columns(frame, schema, name=name)
    _refuse_huge_values(conversions)
    conversions, marks = conversions.sort("day", "goal"), marks.sort("mark")
    people = conversions["person"].unique().sort().to_numpy()
    reached = Reached(
        person=index_of(people, conversions["person"].to_numpy()),
        at=conversions["at"].to_physical().to_numpy(writable=True),
        value=conversions["value"].fill_null(0).to_numpy(writable=True),
        has_value=conversions["value"].is_not_null().to_numpy(writable=True),
    )
    paths = _gather_paths(touches, marks, milestones, people)
    return Gathered(paths, reached, list(_groups_of(conversions)), marks["mark"].to_numpy())


def _refuse_huge_values(conversions: pl.DataFrame) -> None:
    largest = conversions.select(pl.col("value").abs().max()).item()
    if largest is not None and largest > MAX_TOTAL:
        raise ValueError(f"value must be within ±{MAX_TOTAL} millionths to be shared exactly, got {largest}")


def _gather_paths(touches: pl.DataFrame, marks: pl.DataFrame, milestones: pl.DataFrame, people: Ints) -> Paths:
    mark = index_of(marks["mark"].to_numpy(), touches["mark"].to_numpy())
    if (mark < 0).any():
        raise ValueError(f"touches name a mark that is not among the marks: {touches['mark'][int(mark.argmin())]}")
    person = index_of(people, touches["person"].to_numpy())
    at = touches["at"].to_physical().to_numpy(writable=True)
    who = pl.DataFrame({"person": people}, schema={"person": pl.Int64})
    reached = who.join(milestones, on="person", how="left", maintain_order="left")
    lead, opportunity = (
        reached[name].to_physical().fill_null(NEVER).to_numpy(writable=True) for name in ("lead_at", "opportunity_at")
    )
    is_direct = marks["is_direct"].to_numpy(writable=True)
    return Paths(*order_by_person(person, at, mark, len(people)), is_direct, lead, opportunity)


def _groups_of(conversions: pl.DataFrame) -> Iterator[Group]:
    keys = conversions.with_row_index("begin").group_by("day", "goal", maintain_order=True).agg(pl.first("begin"))
    bounds = [*keys["begin"], len(conversions)]
    for day, goal, (begin, end) in zip(keys["day"], keys["goal"], pairwise(bounds), strict=True):
        yield Group(day, goal, begin, end)
