"""Small random worlds of touches and conversions, and their credit computed the slow way."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import polars as pl
from hypothesis import strategies as st

from attribution.core.credit import CREDIT_UNITS, MAX_TOTAL
from attribution.core.daily import DayCredit, Terms, credit_of_one, fill
from attribution.core.frames import CONVERSIONS, MARKS, MILESTONES, TOUCHES
from attribution.core.journeys import MICROS_A_DAY, NEVER, Touch

START = datetime(2026, 3, 1, tzinfo=UTC)
DIRECT, SEARCH, EMAIL, SOCIAL = 7, 12, 905, 4_000_000
MARK_IDS = (DIRECT, SEARCH, EMAIL, SOCIAL)


@dataclass(frozen=True)
class Row:
    """A touch as it lies in the database; `at` in microseconds after START."""

    person: int
    at: int
    message: str
    mark: int


@dataclass(frozen=True)
class Reach:
    """A conversion; `at` in microseconds after START, value in millionths or None."""

    person: int
    at: int
    goal: int
    value: int | None


@dataclass(frozen=True)
class Milestones:
    """When a person became a lead and an opportunity, in microseconds after START, or never."""

    lead: int | None = None
    opportunity: int | None = None


# Few distinct instants, so that equal times and exact window ends are common, mixed with any instant at all.
few_instants = st.integers(0, 12).map(lambda step: step * 5 * MICROS_A_DAY // 2)
instants = st.one_of(few_instants, st.integers(0, 30 * MICROS_A_DAY))
values = st.one_of(
    st.none(),
    st.sampled_from([0, 1, -1, 80_000_000, MAX_TOTAL, -MAX_TOTAL]),
    st.integers(-MAX_TOTAL, MAX_TOTAL),
)
people = st.sampled_from([3, 4, 2**40])
touch_rows = st.lists(
    st.builds(Row, people, instants, st.uuids().map(str), st.sampled_from(MARK_IDS)),
    max_size=25,
    unique_by=lambda row: row.message,
)
reaches = st.lists(st.builds(Reach, people, instants, st.sampled_from([1, 2]), values), max_size=12)
# Everybody's, and mostly in an instant in which there is often a touch.
entries = st.fixed_dictionaries(
    dict.fromkeys((3, 4, 2**40), st.builds(Milestones, st.none() | few_instants, st.none() | instants))
)
terms = st.builds(
    Terms,
    lookback_days=st.sampled_from([0, 2.5, 7, 90]),
    half_life_days=st.sampled_from([0.01, 1, 7, 30]),
    goal_lookback_days=st.sampled_from([{}, {2: 5}]),
)


def at(micros: int) -> datetime:
    """The instant so many microseconds after START."""
    return START + timedelta(microseconds=micros)


def touches_frame(rows: list[Row]) -> pl.DataFrame:
    """Touches as storage hands them over: in the order of (at, message id)."""
    ordered = sorted(rows, key=lambda row: (row.at, row.message))
    return pl.DataFrame([(r.person, at(r.at), r.mark) for r in ordered], schema=TOUCHES, orient="row")


def conversions_frame(rows: list[Reach]) -> pl.DataFrame:
    """Conversions with their UTC day."""
    return pl.DataFrame(
        [(at(r.at).date(), r.goal, r.person, at(r.at), r.value) for r in rows],
        schema=CONVERSIONS,
        orient="row",
    )


def marks_frame() -> pl.DataFrame:
    """The four marks; only DIRECT is Direct."""
    return pl.DataFrame([(mark, mark == DIRECT) for mark in MARK_IDS], schema=MARKS, orient="row")


def milestones_frame(entered: dict[int, Milestones]) -> pl.DataFrame:
    """The first entries of the two stages."""
    rows = [
        (person, *(None if when is None else at(when) for when in (found.lead, found.opportunity)))
        for person, found in entered.items()
    ]
    return pl.DataFrame(rows, schema=MILESTONES, orient="row")


def fill_world(
    rows: list[Row],
    reached: list[Reach],
    agreed: Terms,
    *,
    entered: dict[int, Milestones] | None = None,
    threads: int = 1,
) -> list[DayCredit]:
    """Run the real thing."""
    return fill(
        touches_frame(rows),
        conversions_frame(reached),
        marks_frame(),
        agreed,
        milestones=milestones_frame(entered or {}),
        threads=threads,
    )


def timeline(rows: list[Row], person: int) -> list[Touch]:
    """One person's touches in order."""
    mine = sorted((row for row in rows if row.person == person), key=lambda row: (row.at, row.message))
    return [Touch(row.at, row.mark, is_direct=row.mark == DIRECT) for row in mine]


def credit_slowly(
    rows: list[Row], reached: list[Reach], agreed: Terms, entered: dict[int, Milestones] | None = None
) -> dict:
    """{(day, goal, rule, mark): [credit, value]} by the definitions, one conversion at a time."""
    sums: dict = defaultdict(lambda: [0, 0])
    for reach in reached:
        touches = timeline(rows, reach.person)
        milestones = (entered or {}).get(reach.person, Milestones())
        for rule in agreed.rules:
            for i, credit, value in credit_of_one(
                touches,
                rule,
                converted_at=reach.at,
                value=reach.value,
                lookback=agreed.lookback_of(reach.goal),
                half_life=agreed.half_life,
                lead_at=NEVER if milestones.lead is None else milestones.lead,
                opportunity_at=NEVER if milestones.opportunity is None else milestones.opportunity,
            ):
                key = (at(reach.at).date(), reach.goal, rule, touches[i].mark)
                sums[key][0] += credit
                sums[key][1] += value or 0
    return {key: pair for key, pair in sums.items() if pair != [0, 0]}


def as_dict(rows: list[DayCredit]) -> dict:
    """The same shape as credit_slowly, from packed rows."""
    return {
        (row.day, row.goal, row.rule, int(mark)): [int(credit), int(value)]
        for row in rows
        for mark, credit, value in zip(row.marks, row.credit, row.value, strict=True)
        if (credit, value) != (0, 0)
    }


def parts_of_one(share: float) -> int:
    """A share as whole units of credit."""
    return round(share * CREDIT_UNITS)
