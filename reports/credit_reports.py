"""Reports that hold credit side by side: all models at once, and one model over time."""

from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Literal

from common.periods import Period
from reports.core.intervals import Interval
from reports.core.verdicts import Verdict
from reports.report import Credited, Finding, StillFilling
from tracking.storage import IngestionState

Measure = Literal["revenue", "conversions"]


@dataclass(frozen=True, slots=True)
class ComparedModel:
    """One of the models side by side; credited + unattributed = total says `adds_up`."""

    name: str
    title: str
    formula: str
    credited: Credited
    adds_up: bool


@dataclass(frozen=True, slots=True)
class ComparedRow:
    """One group under every model; ranges run from the least to the most generous model, in the report's measure.

    Intervals are those of the chosen model; None under the evidence gate, and `gate` says why.
    """

    group: str | None
    channel: str | None
    credits: dict[str, Credited]
    # Conversions whose journey met the group.
    journeys: int
    low: Decimal
    high: Decimal
    low_model: str
    high_model: str
    before: Credited
    cost: Decimal | None
    roi_low: float | None
    roi_high: float | None
    verdict: Verdict
    revenue_interval: Interval | None = None
    conversions_interval: Interval | None = None
    gate: str = ""
    # Whether the chosen model cannot tell it from the next row; None where that is not known.
    too_close_to_next: bool | None = None

    def measured(self, model: str, measure: Measure) -> Decimal:
        """What one model gives it."""
        credited = self.credits[model]
        return credited.revenue if measure == "revenue" else credited.conversions


@dataclass(frozen=True, slots=True)
class ComparisonReport:
    """The same conversions under every model; for each model Σ rows + unattributed = total."""

    model: str
    model_title: str
    formula: str
    goal_id: int
    goal_name: str
    group_by: str
    period: Period
    lookback_days: int
    half_life_days: float
    currency: str
    measure: Measure
    models: list[ComparedModel]
    rows: list[ComparedRow]
    unattributed: Credited
    total: Credited
    total_before: Credited
    # Paid for none of the groups; None where that is not known.
    unassigned_cost: Decimal | None
    # Days the intervals were drawn from, and how many there must be; likewise journeys for each group.
    days_drawn: int
    days_needed: int
    journeys_needed: int
    finding: Finding
    as_of: datetime
    ingestion: IngestionState
    notes: list[str] = field(default_factory=list)
    still_filling: StillFilling = field(default_factory=lambda: StillFilling({}))
    # Days of the period before are still filling.
    before_filling: bool = False

    @property
    def changes_so_far(self) -> bool:
        """Whether changes against the period before may still turn."""
        return self.before_filling or bool(self.still_filling.filling)

    @property
    def adds_up(self) -> bool:
        """Whether every model hands out the same, and credited + unattributed = total under each."""
        return all(model.adds_up for model in self.models)


@dataclass(frozen=True, slots=True)
class Slot:
    """One day, week or month of a period, cut at the period's ends; `complete` once its last day is over.

    `complete_share` is the share of its conversions that is expected to be here (None: not known); `expected` what it
    will come to, while it is still filling and that can be said.
    """

    start: date
    end: date
    complete: bool
    is_filling: bool = False
    complete_share: float | None = None
    expected: Credited | None = None


@dataclass(frozen=True, slots=True)
class Series:
    """What one group earned in each slot, in all, and in all of the period before."""

    group: str | None
    channel: str | None
    slots: list[Credited]
    total: Credited
    before: Credited
    slots_before: list[Credited]


@dataclass(frozen=True, slots=True)
class OverTimeReport:
    """Credit of one goal by one model over time; in every slot Σ series + unattributed = total."""

    model: str
    model_title: str
    formula: str
    goal_id: int
    goal_name: str
    group_by: str
    interval: str
    period: Period
    lookback_days: int
    half_life_days: float
    currency: str
    measure: Measure
    slots: list[Slot]
    series: list[Series]
    unattributed: list[Credited]
    totals: list[Credited]
    total: Credited
    total_before: Credited
    as_of: datetime
    notes: list[str] = field(default_factory=list)
    # Of the days that have begun, together.
    complete_share: float | None = None
    expected: Credited | None = None
