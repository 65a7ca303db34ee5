"""Spend: what a row is, which rows it replaces or overlaps, and what it costs on each of its days."""

from bisect import bisect_left, insort
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import NamedTuple

from common.errors import Refusal
from common.money import MOST_MICROS, Rate, convert_micros, is_currency
from common.periods import Period

MOST_DAYS = 3_660
MOST_COUNT = 10**15
MOST_TEXT = {"channel": 60, "source": 200, "medium": 200, "campaign": 500, "external_id": 200}
MICROS_A_CENT = 10_000

FindRate = Callable[[str, str, date], Rate | None]


class SpendKey(NamedTuple):
    """What was paid for: a channel, or a source and a medium, perhaps one campaign of it."""

    channel: str | None
    source: str | None
    medium: str | None
    campaign: str | None


@dataclass(frozen=True, slots=True)
class Spend:
    """Money paid for the days from start to end, both included; amount in micros of its currency.

    What the platform says that it brought: millionths of conversions, and their worth in micros of the same currency.
    """

    start: date
    end: date
    amount: int
    currency: str
    channel: str | None = None
    source: str | None = None
    medium: str | None = None
    campaign: str | None = None
    impressions: int | None = None
    clicks: int | None = None
    external_id: str | None = None
    claimed_conversions: int | None = None
    claimed_value: int | None = None

    @property
    def key(self) -> SpendKey:
        return SpendKey(self.channel, self.source, self.medium, self.campaign)

    @property
    def period(self) -> Period:
        return Period(self.start, self.end)


@dataclass(frozen=True, slots=True)
class Stored:
    """A row of spend that is kept already, with its id."""

    id: int
    spend: Spend


@dataclass(frozen=True, slots=True)
class Overlap:
    """Row number `row` of those sent shares days, but not all, with another row of the same key."""

    row: int
    other: Spend


@dataclass
class Plan:
    """What has to be written so that the rows sent are kept, and how many of them were new or took a place."""

    added: list[Spend] = field(default_factory=list)
    removed: list[int] = field(default_factory=list)
    created: int = 0
    replaced: int = 0
    refused: list[Overlap] = field(default_factory=list)


def check_spend(spend: Spend) -> None:
    """Raise a Refusal naming the first field that cannot be right."""
    if spend.end < spend.start:
        raise Refusal("before_start", "The end must not lie before the start.", field="end")
    if spend.period.days > MOST_DAYS:
        raise Refusal("too_long", f"A row may cover at most {MOST_DAYS} days.", field="end")
    if not 0 <= spend.amount <= MOST_MICROS:
        raise Refusal("out_of_range", f"The amount must be from 0 to {MOST_MICROS // 1_000_000}.", field="amount")
    if not is_currency(spend.currency):
        raise Refusal("unknown_currency", "The currency must be a code of ISO 4217, such as EUR.", field="currency")
    _check_key(spend)
    for name in ("impressions", "clicks"):
        count = getattr(spend, name)
        if count is not None and not 0 <= count <= MOST_COUNT:
            raise Refusal("out_of_range", f"This must be from 0 to {MOST_COUNT}.", field=name)
    for name in ("claimed_conversions", "claimed_value"):
        claimed = getattr(spend, name)
        if claimed is not None and not 0 <= claimed <= MOST_MICROS:
            raise Refusal("out_of_range", f"This must be from 0 to {MOST_MICROS // 1_000_000}.", field=name)


def _check_key(spend: Spend) -> None:
    if spend.channel and (spend.source or spend.medium):
        raise Refusal("ambiguous", "Give a channel, or a source and a medium, not both.", field="channel")
    for name in () if spend.channel else ("source", "medium"):
        if not getattr(spend, name):
            raise Refusal("required", "Give a channel, or a source and a medium.", field=name)
    for name, most in MOST_TEXT.items():
        if len(getattr(spend, name) or "") > most:
            raise Refusal("too_long", f"This may have at most {most} characters.", field=name)


def is_same(spend: Spend, other: Spend) -> bool:
    """Whether two rows tell of the same money: by external id where both have one, else by key and days."""
    if spend.external_id and other.external_id:
        return spend.external_id == other.external_id
    return (spend.key, spend.start, spend.end) == (other.key, other.start, other.end)


def plan_rows(rows: Sequence[Spend], stored: Iterable[Stored]) -> Plan:
    """Decide, row by row, what each replaces; a row that overlaps other days of its key is refused and changes nothing.

    `stored` are the rows kept so far; those without a common key, external id or day may be left out.
    """
    plan, shelf = Plan(), _Shelf()
    for kept in stored:
        shelf.put(_Slot(kept.spend, kept.id))
    for number, spend in enumerate(rows):
        same = shelf.find_same(spend)
        for slot in same:
            shelf.take(slot)
        other = shelf.find_overlapping(spend)
        if other is not None:
            plan.refused.append(Overlap(number, other))
            for slot in same:
                shelf.put(slot)
            continue
        plan.created += not same
        plan.replaced += bool(same)
        plan.removed += [slot.id for slot in same if slot.id is not None]
        shelf.put(_Slot(spend, None))
    plan.added = shelf.list_new()
    return plan


def share_evenly(total: int, parts: int) -> list[int]:
    """Share whole units evenly by largest remainder, ties to the earlier: 100 by 3 gives 34, 33, 33."""
    each, left = divmod(abs(total), parts)
    sign = -1 if total < 0 else 1
    return [sign * (each + (part < left)) for part in range(parts)]


def spread(spend: Spend) -> dict[date, int]:
    """Micros of each day: whole cents where the amount is whole cents; all days add up to the amount."""
    return _spread_micros(spend.amount, spend)


def _spread_micros(micros: int, spend: Spend) -> dict[date, int]:
    unit = MICROS_A_CENT if micros % MICROS_A_CENT == 0 else 1
    shares = share_evenly(micros // unit, spend.period.days)
    return {spend.start + timedelta(days=day): share * unit for day, share in enumerate(shares)}


def count_within(total: int | None, spend: Spend, period: Period) -> int:
    """The part of a row's impressions or clicks that its days within the period have; none known count as 0."""
    if not total or _lies_within(spend, period):
        return total or 0
    shares = share_evenly(total, spend.period.days)
    begin = max((period.start - spend.start).days, 0)
    return sum(shares[begin : max((period.end - spend.start).days + 1, 0)])


def _lies_within(spend: Spend, period: Period) -> bool:
    return period.start <= spend.start and spend.end <= period.end


@dataclass
class Cost:
    """What was paid in a period: micros of one currency, and the money left out for want of a reference rate.

    Claims are sums of the rows that have one: millionths of conversions and micros of the currency.
    """

    amount: int = 0
    impressions: int = 0
    clicks: int = 0
    rows: int = 0
    days_without_rate: int = 0
    claimed_conversions: int = 0
    claimed_value: int = 0
    # Rows that say how many conversions, and what worth of them, the platform claims.
    rows_claiming_conversions: int = 0
    rows_claiming_value: int = 0


def add_spend(cost: Cost, spend: Spend, period: Period, *, currency: str, find_rate: FindRate) -> None:
    """Add what a row costs within a period, each day at its own reference rate; other periods add nothing."""
    if spend.end < period.start or spend.start > period.end:
        return
    cost.rows += 1
    cost.impressions += count_within(spend.impressions, spend, period)
    cost.clicks += count_within(spend.clicks, spend, period)
    if spend.claimed_conversions is not None:
        cost.rows_claiming_conversions += 1
        cost.claimed_conversions += count_within(spend.claimed_conversions, spend, period)
    if spend.claimed_value is not None:
        # A value without a rate has a cost without one, which hides both.
        cost.rows_claiming_value += 1
        cost.claimed_value += _worth_within(spend.claimed_value, spend, period, currency, find_rate)[0]
    amount, missing = _worth_within(spend.amount, spend, period, currency, find_rate)
    cost.amount += amount
    cost.days_without_rate += missing


def _worth_within(micros: int, spend: Spend, period: Period, currency: str, find_rate: FindRate) -> tuple[int, int]:
    """The part of a row's money that its days within the period have, and how many of them lack a rate."""
    if spend.currency == currency and _lies_within(spend, period):
        # Most rows are a day of the workspace's own money.
        return micros, 0
    worth, missing = 0, 0
    for day, share in _spread_micros(micros, spend).items():
        if not share or not period.start <= day <= period.end:
            continue
        rate = find_rate(spend.currency, currency, day)
        if rate is None:
            missing += 1
        else:
            worth += convert_micros(share, rate)
    return worth, missing


@dataclass(eq=False)
class _Slot:
    """A kept row; id is None for one that this plan adds."""

    spend: Spend
    id: int | None


Span = tuple[date, date]


class _Shelf:
    """Kept rows, found by external id, or by key and days; different spans of a key never overlap."""

    def __init__(self) -> None:
        self._slots: dict[SpendKey, dict[Span, list[_Slot]]] = {}
        self._spans: dict[SpendKey, list[Span]] = {}
        self._by_id: dict[str, _Slot] = {}
        self._new: dict[int, _Slot] = {}

    def put(self, slot: _Slot) -> None:
        spend = slot.spend
        span, spans = (spend.start, spend.end), self._slots.setdefault(spend.key, {})
        if span not in spans:
            insort(self._spans.setdefault(spend.key, []), span)
        spans.setdefault(span, []).append(slot)
        if spend.external_id:
            self._by_id[spend.external_id] = slot
        if slot.id is None:
            self._new[id(slot)] = slot

    def take(self, slot: _Slot) -> None:
        spend = slot.spend
        span, spans = (spend.start, spend.end), self._slots[spend.key]
        spans[span].remove(slot)
        if not spans[span]:
            del spans[span]
            self._spans[spend.key].remove(span)
        if spend.external_id:
            del self._by_id[spend.external_id]
        self._new.pop(id(slot), None)

    def find_same(self, spend: Spend) -> list[_Slot]:
        beside = self._slots.get(spend.key, {}).get((spend.start, spend.end), [])
        named = self._by_id.get(spend.external_id or "")
        return [slot for slot in {id(s): s for s in (named, *beside) if s}.values() if is_same(spend, slot.spend)]

    def find_overlapping(self, spend: Spend) -> Spend | None:
        span, spans = (spend.start, spend.end), self._spans.get(spend.key, [])
        spot = bisect_left(spans, span)
        for start, end in spans[max(spot - 1, 0) : spot + 1]:
            if (start, end) != span and start <= spend.end and spend.start <= end:
                return self._slots[spend.key][start, end][0].spend
        return None

    def list_new(self) -> list[Spend]:
        return [slot.spend for slot in self._new.values()]
