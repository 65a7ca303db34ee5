"""What came in and what became of it: the value that the page of live events shows."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from reports.report import Finding

# What can become of an event, in groups that people filter by.
TOUCH, CONVERSION, SESSION, KEPT, BOT, WAITING, DUPLICATE, REFUSED = FATES = (
    "touch",
    "conversion",
    "session",
    "kept",
    "bot",
    "waiting",
    "duplicate",
    "refused",
)


@dataclass(frozen=True, slots=True)
class LiveRow:
    """One event, or one refusal (which may stand for several events), and its fate in words.

    `fate` is one of FATES, `tone` how it is marked: good, info, warn, bad or plain.
    """

    received_at: datetime
    kind: str
    name: str
    door: str
    fate: str
    tone: str
    words: str
    at: datetime | None = None
    message_id: str | None = None
    rejected_id: int | None = None
    namespace: str = ""
    alias: str = ""
    channel: str | None = None
    conversion_id: int | None = None
    value: Decimal | None = None
    events: int = 1


@dataclass(frozen=True, slots=True)
class Counters:
    """Of today; received = in_reports + waiting + duplicates + refused."""

    received: int
    in_reports: int
    waiting: int
    duplicates: int
    refused: int
    # By the same time yesterday.
    received_before: int
    # Of what was refused, the most frequent reason and its share.
    main_reason: str | None = None
    main_refused: int = 0


@dataclass(frozen=True, slots=True)
class DoorFigure:
    """One way in: how many of the latest events came through it, and when the last one did."""

    door: str
    events: int
    last_at: datetime


@dataclass(frozen=True, slots=True)
class LiveReport:
    """One page of the stream, newest first, with the counters of today."""

    rows: Sequence[LiveRow]
    next_cursor: str | None
    # Set where a filter was applied to so many of the latest events and the page is not full.
    searched: int | None
    counters: Counters
    finding: Finding
    # Events stored in each of the last 60 minutes, the oldest first.
    minutes: Sequence[int]
    doors: Sequence[DoorFigure]
    # (value, words) of the kinds and names that came in lately.
    names: Sequence[tuple[str, str]]
    currency: str
    as_of: datetime
    last_at: datetime | None


@dataclass(frozen=True, slots=True)
class EventReport:
    """One event or refusal with all we know of it; `raw` is text that holds no secrets."""

    row: LiveRow
    raw: str
    mend: str
    explained: str
    facts: Sequence[tuple[str, str]] = field(default_factory=list)
    payload: Any = None
    cut: bool = False
