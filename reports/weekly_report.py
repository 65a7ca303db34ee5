"""One week as it is mailed: a value that can be stored, and from which alone mail, text, PDF, page and API are made."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Literal

import msgspec

from reports.report import Credited

Kind = Literal["money", "count", "share"]


@dataclass(frozen=True, slots=True)
class WeeklyFigure:
    """A key figure; `change` against the week before is a ratio, None where there is none; `note` stands below it."""

    name: str
    kind: Kind
    value: Decimal | None
    change: float | None
    note: str


@dataclass(frozen=True, slots=True)
class WeeklyDay:
    """One day; while it is still filling, its figures may grow.

    `complete_share` is the share of its conversions that is usually here (None: not known); `expected` what it will
    come to, where that can be said.
    """

    day: date
    revenue: Decimal
    conversions: int
    is_filling: bool
    complete_share: float | None = None
    expected: Credited | None = None


@dataclass(frozen=True, slots=True)
class WeeklyRow:
    """What a channel earned; `is_new`: something where there was nothing, so that there is no change in per cent."""

    name: str
    colour: str
    shape: str
    conversions: Decimal
    revenue: Decimal
    change: float | None
    is_new: bool


@dataclass(frozen=True, slots=True)
class WeeklyReturn:
    """What a channel cost and what came back; None: not known or not defined."""

    name: str
    colour: str
    shape: str
    revenue: Decimal
    cost: Decimal | None
    roi: float | None
    cpa: Decimal | None


@dataclass(frozen=True, slots=True)
class WeeklyReturns:
    """The channels that cost something, dearest first; the total stands against all revenue."""

    sentence: str
    rows: list[WeeklyReturn]
    total: WeeklyReturn
    notes: list[str]


@dataclass(frozen=True, slots=True)
class WeeklyStage:
    """How many people got as far as a stage; `share` of those at the stage before."""

    name: str
    people: int
    people_before: int
    share: float | None
    median_seconds: float | None
    is_bottleneck: bool


@dataclass(frozen=True, slots=True)
class WeeklyPipeline:
    """The people who entered the pipeline in some weeks up to the report's, beside as many weeks before."""

    sentence: str
    start: date
    end: date
    stages: list[WeeklyStage]


@dataclass(frozen=True, slots=True)
class WeeklyReport:
    """Σ channels + no_touch = total, in conversions and in revenue; so is Σ of the first rows + more + no_touch."""

    workspace: str
    slug: str
    currency: str
    timezone: str
    language: str
    goal: str
    goal_id: int
    model: str
    model_title: str
    formula: str
    lookback_days: int
    start: date
    end: date
    as_of: datetime
    # The finding, and the mail's subject.
    heading: str
    sentences: list[str]
    # A person's own.
    words: str
    by_revenue: bool
    is_filling: bool
    figures: list[WeeklyFigure]
    days: list[WeeklyDay]
    # All of them, most earned first; the first `shown` have a row of their own where there is little room.
    channels: list[WeeklyRow]
    shown: int
    more: WeeklyRow | None
    no_touch: WeeklyRow
    total: WeeklyRow
    unattributed_share: Decimal | None
    returns: WeeklyReturns | None
    pipeline: WeeklyPipeline | None
    notes: list[str]
    # Stored figures no longer hold and are being worked out again; a mail waits for that, but not for late conversions.
    is_refilling: bool = False
    # Of the whole week; None: complete, or it cannot be said.
    complete_share: float | None = None
    expected: Credited | None = None


def freeze(report: WeeklyReport) -> dict[str, Any]:
    """The value as plain JSON; amounts are text, so that not a micro is lost."""
    plain: dict[str, Any] = msgspec.to_builtins(report)
    return plain


def thaw(figures: dict[str, Any]) -> WeeklyReport:
    """The very value that was frozen."""
    return msgspec.convert(figures, WeeklyReport)
