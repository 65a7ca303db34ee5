"""What goes into the pipeline and what comes out: stored events and rules in, facts of each person out."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import cached_property
from typing import NamedTuple
from zoneinfo import ZoneInfo

from tracking.core.channel_rules import ChannelRule
from tracking.core.marks import ArrivalRules, Mark

ORDER_COMPLETED = "Order Completed"
ORDER_REFUNDED = "Order Refunded"

# The order of everything: time, then the bytes of messageId (code points sort as UTF-8 bytes do).
Place = tuple[datetime, str]


class StoredEvent(NamedTuple):
    """One accepted event; `payload` is JSON text, left unread (None) where no fact can come of it."""

    message_id: str
    kind: str
    at: datetime
    anonymous_id: str | None
    user_id: str | None
    name: str | None
    order_id: str | None
    payload: str | None

    @property
    def place(self) -> Place:
        return self.at, self.message_id


class Touch(NamedTuple):
    """An arrival; `tie` counts the person's touches of the very same time."""

    at: datetime
    tie: int
    message_id: str
    mark: Mark
    landing_url: str
    click_ids: dict[str, str]


class Session(NamedTuple):
    """A visit; it begins with the touch of the same time and tie."""

    started_at: datetime
    tie: int
    ended_at: datetime
    hits: int
    mark: Mark


class Conversion(NamedTuple):
    """A goal reached. `amount_micros` as sent, `value_micros` in the workspace's currency after refunds."""

    goal_id: int
    key: str
    at: datetime
    message_id: str
    order_id: str | None
    value_micros: int | None
    amount_micros: int | None
    refunded_micros: int
    currency: str
    rate: Decimal | None
    rate_day: date | None
    note: str


class StageEntry(NamedTuple):
    """A person's first event of a stage."""

    stage_id: int
    at: datetime
    message_id: str


class StageEvent(NamedTuple):
    """A track event that some stage is about, whether it counts as a conversion or not."""

    name: str
    at: datetime


class Refund(NamedTuple):
    """Money given back for an order, once per key; amount None: all that was left."""

    order_id: str
    key: str
    at: datetime
    message_id: str
    amount_micros: int | None


@dataclass(slots=True)
class PersonEvents:
    """Everything stored about one person, and the anonymousIds that are theirs."""

    events: list[StoredEvent]
    anonymous_ids: frozenset[str] = frozenset()


@dataclass(slots=True)
class PersonFacts:
    """All that is derived about one person, each list in order of time."""

    sessions: list[Session] = field(default_factory=list)
    touches: list[Touch] = field(default_factory=list)
    conversions: list[Conversion] = field(default_factory=list)
    entries: list[StageEntry] = field(default_factory=list)
    stage_events: list[StageEvent] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Condition:
    """What a property of an event must be; `path` may lead into objects with dots."""

    path: str
    op: str
    value: object = None


@dataclass(frozen=True, slots=True)
class GoalRule:
    """What counts as reaching a goal, and what it is worth: "auto", "fixed" or "none"."""

    id: int
    event: str
    value_kind: str = "auto"
    fixed_value_micros: int | None = None
    once: bool = False
    where: tuple[Condition, ...] = ()
    drop_refunded: bool = False
    lookback: timedelta = timedelta(days=90)


@dataclass(frozen=True, slots=True)
class StageRule:
    """A stage and the goal that enters it."""

    id: int
    goal_id: int


@dataclass(frozen=True, slots=True)
class Ledger:
    """Which event is each order's own (by order id: messageId), and what was given back for it."""

    winners: Mapping[str, str] = field(default_factory=dict)
    refunds: Mapping[str, list[Refund]] = field(default_factory=dict)


@dataclass(frozen=True)
class Rules:
    """Every setting of a workspace from which facts follow."""

    currency: str
    zone: ZoneInfo
    goals: tuple[GoalRule, ...] = ()
    stages: tuple[StageRule, ...] = ()
    arrivals: ArrivalRules = field(default_factory=ArrivalRules)
    channels: tuple[ChannelRule, ...] = ()

    @cached_property
    def event_names(self) -> frozenset[str]:
        """The track events that some goal is about."""
        return frozenset(goal.event for goal in self.goals)

    @cached_property
    def stage_names(self) -> frozenset[str]:
        """The track events that some stage is about."""
        staged = {stage.goal_id for stage in self.stages}
        return frozenset(goal.event for goal in self.goals if goal.id in staged)
