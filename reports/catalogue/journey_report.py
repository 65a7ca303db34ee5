"""What is known of one conversion and of the person behind it: the value that every way out of a journey shows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from reports.report import Finding


@dataclass(frozen=True, slots=True)
class Share:
    """What one touch earned: a part of one conversion (nine decimals) and of its value (six; None: it has none)."""

    credit: Decimal
    value: Decimal | None


@dataclass(frozen=True, slots=True)
class JourneyTouch:
    """A touch in its place; `number` counts those that may earn credit, `reason` says why another may not.

    Where a journey is very long, one row stands for the `folded` touches in its middle, and earns what they earn.
    `evidence` is one of "click_id", "tags", "both", "referrer", "none"; `turned_back` marks a return, not a touch.
    """

    at: datetime
    channel: str | None
    source: str = ""
    medium: str = ""
    campaign: str | None = None
    term: str | None = None
    content: str | None = None
    landing_path: str | None = None
    landing_url: str = ""
    referrer_host: str | None = None
    click_id_kind: str | None = None
    evidence: str = "none"
    number: int | None = None
    reason: str = ""
    folded: int = 0
    turned_back: bool = False
    shares: Mapping[str, Share] = field(default_factory=dict)

    @property
    def counts(self) -> bool:
        return self.number is not None


@dataclass(frozen=True, slots=True)
class JourneyModel:
    """One model over this journey: its formula, and in `words` what it does here; `solved`: says nothing of one."""

    name: str
    title: str
    formula: str
    words: str
    solved: bool = False


@dataclass(frozen=True, slots=True)
class JourneyConversion:
    """A goal reached; value in the workspace's currency after refunds, `amount` and `refunded` as sent."""

    id: int
    at: datetime
    goal_id: int
    goal: str
    value: Decimal | None
    amount: Decimal | None
    refunded: Decimal
    currency: str
    order_id: str | None
    message_id: str
    note: str


@dataclass(frozen=True, slots=True)
class Moment:
    """Something on the line that is no touch: "stage", "conversion" or "refund"."""

    at: datetime
    kind: str
    title: str
    amount: Decimal | None = None
    currency: str = ""
    conversion_id: int | None = None


@dataclass(frozen=True, slots=True)
class Known:
    """An id by which the person is known; `joined_at` is when it was first told to be theirs, if ever."""

    namespace: str
    value: str
    joined_at: datetime | None


@dataclass(frozen=True, slots=True)
class JourneyReport:
    """One person's way to one conversion; without any, what they did so far.

    For every model, Σ shares of the touches is the conversion's value to the last unit, and its credit is one.
    """

    alias: str
    names: Sequence[Known]
    names_in_all: int
    conversion: JourneyConversion | None
    conversions: Sequence[JourneyConversion]
    conversions_in_all: int
    touches: Sequence[JourneyTouch]
    # Inside the look-back, and all there are.
    counted: int
    touches_in_all: int
    moments: Sequence[Moment]
    models: Sequence[JourneyModel]
    model: str
    lookback_days: float
    # When the look-back of the conversion begins.
    from_at: datetime | None
    half_life_days: float
    currency: str
    finding: Finding
    notes: Sequence[str]
    as_of: datetime
    # Somebody else is known by the same characters in the other name space.
    namesake: str | None = None
