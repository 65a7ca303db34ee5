"""How far the data can be trusted: the value that the page of data health shows."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal

from common.periods import Period
from reports.report import Finding
from tracking.storage import IngestionState

BAD, WARN, GOOD = LEVELS = ("bad", "warn", "good")


@dataclass(frozen=True, slots=True)
class Point:
    """One thing that was looked at: what was found, what to do, and where (`page` names an address of the site)."""

    code: str
    level: str
    title: str
    found: str
    to_do: str = ""
    page: str = ""
    query: str = ""
    link: str = ""


@dataclass(frozen=True, slots=True)
class ReasonRow:
    """Refusals of one reason, by day of the period, with those of the period before."""

    reason: str
    named: str
    mend: str
    by_day: Sequence[int]
    total: int
    before: int


@dataclass(frozen=True, slots=True)
class Hygiene:
    """Visits of one kind that tell less than they could: how many, their share of all, and the share before."""

    code: str
    name: str
    visits: int
    share: Decimal | None
    share_before: Decimal | None
    examples: Sequence[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class SpendGap:
    """Days without spend of something that was paid for before and after them."""

    spent_on: str
    start: date
    end: date
    days: int


@dataclass(frozen=True, slots=True)
class HealthReport:
    """Everything that was looked at, the worst first, with the tables behind it."""

    points: Sequence[Point]
    reasons: Sequence[ReasonRow]
    hygiene: Sequence[Hygiene]
    visits: int
    gaps: Sequence[SpendGap]
    period: Period
    finding: Finding
    ingestion: IngestionState
    last_at: datetime | None

    @property
    def need_care(self) -> int:
        return sum(point.level != GOOD for point in self.points)
