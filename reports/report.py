"""One value for every way out, so that two places can never show two numbers."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Literal

from common.periods import Period
from funnels.core.groups import GroupFigures
from funnels.core.timing import StepFigures
from reports.core.intervals import Interval
from reports.core.lifetime import Lifetime
from reports.core.returns import is_too_close
from tracking.storage import IngestionState


@dataclass(frozen=True, slots=True)
class Credited:
    """Credited conversions (nine decimals) and revenue in the workspace's currency (six decimals), both exact."""

    conversions: Decimal
    revenue: Decimal


@dataclass(frozen=True, slots=True)
class CreditRow:
    """What one group earned; `channel` is its channel where the group has exactly one (None: several)."""

    group: str | None
    conversions: Decimal
    revenue: Decimal
    channel: str | None = None


@dataclass(frozen=True, slots=True)
class DayFilling:
    """How much of a day's conversions is here; `complete_share` is None where lateness is not known.

    `expected` is what the day is expected to come to: None for a day that counts as complete, and where too little is
    here to say.
    """

    complete_share: float | None
    is_filling: bool
    expected: Credited | None = None


@dataclass(frozen=True, slots=True)
class StillFilling:
    """How much of a period's conversions is here: day by day, and of the days that have begun together."""

    days: Mapping[date, DayFilling]
    complete_share: float | None = None
    expected: Credited | None = None

    @property
    def filling(self) -> list[tuple[date, DayFilling]]:
        """The days that have begun and are still filling, oldest first."""
        begun = [(day, one) for day, one in self.days.items() if one.is_filling and one.complete_share != 0]
        return sorted(begun, key=lambda entry: entry[0])

    @property
    def is_told(self) -> bool:
        """Whether it is known of every day that is not complete what it will come to."""
        return all(one.expected is not None for one in self.days.values() if one.is_filling)


@dataclass(frozen=True, slots=True)
class AttributionReport:
    """Credit of one goal over a period, by one grouping; Σ rows + unattributed = total."""

    model: str
    model_title: str
    goal_id: int
    goal_name: str
    group_by: str
    period: Period
    lookback_days: int
    half_life_days: float
    currency: str
    rows: list[CreditRow]
    unattributed: Credited
    total: Credited
    formula: str
    as_of: datetime
    notes: list[str] = field(default_factory=list)
    # How much of the period's conversions is here, and what they will come to.
    still_filling: StillFilling = field(default_factory=lambda: StillFilling({}))


@dataclass(frozen=True, slots=True)
class ReturnsRow:
    """What one group earned and what was paid for it; ratios as numbers (0.8 = 80 %).

    None: not known, or not defined; `notes` say why in sentences. The total has no group.
    """

    group: str | None
    channel: str | None
    conversions: Decimal
    revenue: Decimal
    cost: Decimal | None
    sessions: int
    conversion_rate: float | None
    cpa: Decimal | None
    roi: float | None
    roas: float | None
    notes: list[str]
    # What the platforms say that they brought; None where not every row of its spend says so, and of totals.
    claimed_conversions: Decimal | None = None
    claimed_value: Decimal | None = None
    # (claimed − credited) / credited, of the value; of the conversions where no value is claimed.
    claim_difference: float | None = None
    # 95 % intervals; None under the evidence gate, without cost, and of totals.
    revenue_interval: Interval | None = None
    roi_low: float | None = None
    roi_high: float | None = None

    @property
    def too_close(self) -> bool | None:
        """Whether nobody can tell if it paid for itself; None without an interval."""
        if self.roi_low is None or self.roi_high is None:
            return None
        return is_too_close(self.roi_low, self.roi_high)


@dataclass(frozen=True, slots=True)
class ReturnsReport:
    """An attribution report beside what was paid; Σ cost of rows + unassigned_cost = cost of the total."""

    attribution: AttributionReport
    rows: list[ReturnsRow]
    # Paid for something the grouping does not name: a channel's budget has no source.
    unassigned_cost: Decimal | None
    total: ReturnsRow
    notes: list[str]

    @property
    def still_filling(self) -> bool:
        """Whether days of the period are, so that nothing is decided yet."""
        return bool(self.attribution.still_filling.filling)


@dataclass(frozen=True, slots=True)
class LifetimeReport:
    """What a customer, a person with an order, is worth up to a day; money in the workspace's currency."""

    goal_id: int
    goal_name: str
    currency: str
    as_of: date
    margin: Decimal | None
    lifetime_years: Decimal | None
    lifetime: Lifetime
    complete_up_to: datetime
    notes: list[str]


@dataclass(frozen=True, slots=True)
class FunnelStep:
    """One step of a funnel; `name` and `role` are those of a pipeline's stage."""

    event: str
    name: str = ""
    role: str | None = None


@dataclass(frozen=True, slots=True)
class FunnelReport:
    """How many people come how far, one entry of `figures` for each of `steps`; the bottleneck counts from 1.

    Counts of `groups` (None: not broken down) add up to those of the whole at every step.
    """

    steps: list[FunnelStep]
    figures: list[StepFigures]
    bottleneck: int | None
    breakdown: str | None
    groups: list[GroupFigures] | None
    order: str
    # None: no limit.
    window_seconds: int | None
    period: Period
    as_of: datetime
    notes: list[str]


@dataclass(frozen=True, slots=True)
class Choice:
    """One entry of a menu: what goes into the address, what is shown, one line that explains it."""

    value: str
    title: str
    explained: str = ""


@dataclass(frozen=True, slots=True)
class Figure:
    """A key figure with the same one of the period before; `change` is a ratio (0.12 = +12 %), None if undefined."""

    name: str
    kind: Literal["money", "count", "share", "percent", "ratio"]
    value: Decimal | None
    before: Decimal | None
    change: float | None
    note: str = ""
    # What it is expected to come to, while days are still filling and that can be said.
    expected: Decimal | None = None


@dataclass(frozen=True, slots=True)
class DayFigure:
    """One day's totals, those of the day as many days before as the period is long, and how much of it is here."""

    day: date
    revenue: Decimal
    conversions: int
    revenue_before: Decimal
    conversions_before: int
    filling: DayFilling = DayFilling(None, is_filling=False)


@dataclass(frozen=True, slots=True)
class Finding:
    """The sentence a client could repeat: `before` + `stress` (highlighted) + `after`; the deck is the evidence."""

    before: str
    stress: str
    after: str
    deck: str


@dataclass(frozen=True, slots=True)
class OverviewReport:
    """Everything the workspace's overview shows, in reading order."""

    attribution: AttributionReport
    before: AttributionReport
    campaigns: list[CreditRow]
    campaigns_in_all: int
    finding: Finding
    figures: list[Figure]
    days: list[DayFigure]
    ingestion: IngestionState
    # None, "no_events", "no_conversions" (events arrive but none reaches the goal) or "nothing_in_period".
    empty: str | None
    # Came in since the period began, by the server's clock.
    events_in_period: int
    models: list[Choice]
    goals: list[Choice]
    # By channel, in revenue (in conversions, where there is none); channels under the evidence gate have none.
    intervals: Mapping[str | None, Interval] = field(default_factory=dict)
    still_filling: StillFilling = field(default_factory=lambda: StillFilling({}))
