"""Which events reach which goals and stages, and what a conversion is worth."""

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from common.money import MOST_MICROS, convert_micros, find_rate
from common.periods import day_of
from tracking.core.channel_rules import RuleError, check_regex, compile_regex
from tracking.core.facts import (
    ORDER_COMPLETED,
    Condition,
    Conversion,
    GoalRule,
    Ledger,
    Refund,
    Rules,
    StageEntry,
    StageEvent,
    StoredEvent,
)
from tracking.core.orders import given_back, is_given_back_whole
from tracking.core.payloads import as_object, look_up, read_payload
from tracking.core.values import read_currency, read_number, read_order_micros

# What the rate column holds.
RATE_STEP = Decimal("0.000000000001")
NO_RATE, TOO_LARGE, SHARED_DEVICE = "no_rate", "too_large", "shared_device"


class Occurrence(NamedTuple):
    """An event that reaches goals, with what was posted about it."""

    event: StoredEvent
    properties: Mapping[str, Any]

    @property
    def order_id(self) -> str | None:
        return self.event.order_id if self.event.name == ORDER_COMPLETED else None


def find_occurrences(events: Iterable[StoredEvent], ledger: Ledger, names: frozenset[str]) -> list[Occurrence]:
    """Track events that some goal is about; of the events of one order only the order's own."""
    found = []
    for event in events:
        if event.kind != "track" or event.name not in names:
            continue
        if is_order_of_its_own(event, ledger):
            found.append(Occurrence(event, as_object(read_payload(event.payload).get("properties"))))
    return found


def is_order_of_its_own(event: StoredEvent, ledger: Ledger) -> bool:
    """False for an event that repeats an order which another event told of earlier."""
    if event.name != ORDER_COMPLETED or event.order_id is None:
        return True
    return ledger.winners.get(event.order_id, event.message_id) == event.message_id


def reach_goal(goal: GoalRule, occurrences: list[Occurrence], ledger: Ledger, rules: Rules) -> list[Conversion]:
    """The conversions of one goal, in order: every occurrence, or the earliest one only."""
    conversions: list[Conversion] = []
    for one in occurrences:
        if one.event.name != goal.event or not meets_all(goal.where, one.properties):
            continue
        refunds = ledger.refunds.get(one.order_id, []) if one.order_id is not None else []
        conversion = convert(goal, one, refunds, rules)
        if conversion is not None:
            conversions.append(conversion)
            if goal.once:
                break
    return conversions


def enter_stages(occurrences: list[Occurrence], rules: Rules) -> list[StageEntry]:
    """The first occurrence of each stage's goal."""
    if not occurrences:
        return []
    goals = {goal.id: goal for goal in rules.goals}
    entries = []
    for stage in rules.stages:
        goal = goals.get(stage.goal_id)
        for one in occurrences:
            if goal and one.event.name == goal.event and meets_all(goal.where, one.properties):
                entries.append(StageEntry(stage.id, one.event.at, one.event.message_id))
                break
    return entries


def find_stage_events(events: Iterable[StoredEvent], rules: Rules) -> list[StageEvent]:
    """Every track event that some stage is about: a funnel counts events, not what they are worth."""
    names = rules.stage_names
    if not names:
        return []
    return [StageEvent(event.name or "", event.at) for event in events if event.kind == "track" and event.name in names]


def convert(goal: GoalRule, one: Occurrence, refunds: list[Refund], rules: Rules) -> Conversion | None:
    """The conversion of one occurrence; None where the goal drops orders that were given back whole."""
    amount = read_order_micros(one.properties)
    if goal.drop_refunded and is_given_back_whole(amount, refunds):
        return None
    event = one.event
    key = f"order:{one.order_id}" if one.order_id is not None else f"event:{event.message_id}"
    plain = Conversion(
        goal.id, key, event.at, event.message_id, one.order_id, None, None, 0, rules.currency, None, None, ""
    )
    if goal.value_kind == "fixed":
        return plain._replace(value_micros=goal.fixed_value_micros, amount_micros=goal.fixed_value_micros)
    if goal.value_kind == "none" or amount is None:
        return plain
    return price(plain, amount, given_back(amount, refunds), read_currency(one.properties, rules.currency), rules)


def price(plain: Conversion, amount: int, refunded: int, currency: str, rules: Rules) -> Conversion:
    """Value a conversion at the rate of its day; a refund uses the rate of its order."""

    def priced(
        value_micros: int | None = None, rate: Decimal | None = None, rate_day: date | None = None, note: str = ""
    ) -> Conversion:
        goal_id, key, at, message_id, order_id, *_ = plain
        worth = value_micros, amount, refunded, currency, rate, rate_day, note
        return Conversion(goal_id, key, at, message_id, order_id, *worth)

    if currency == rules.currency:
        return priced(amount - refunded, Decimal(1))
    rate = find_rate(currency, rules.currency, day_of(plain.at, rules.zone))
    if rate is None:
        return priced(note=NO_RATE)
    value = convert_micros(amount - refunded, rate)
    if value > MOST_MICROS:
        return priced(note=TOO_LARGE)
    return priced(value, rate.factor.quantize(RATE_STEP), rate.day)


def value_again(conversion: Conversion, rules: Rules) -> Conversion:
    """A conversion whose event is gone, in the workspace's currency as it is now; a goal's own value stays."""
    notes = [note for note in conversion.note.split(",") if note]
    if conversion.amount_micros is None or (conversion.rate is None and not {NO_RATE, TOO_LARGE} & set(notes)):
        return conversion._replace(currency=rules.currency)
    plain = conversion._replace(value_micros=None, rate=None, rate_day=None, note="")
    priced = price(plain, conversion.amount_micros, conversion.refunded_micros, conversion.currency, rules)
    shared = [note for note in notes if note == SHARED_DEVICE]
    return priced._replace(note=",".join([*shared, *filter(None, [priced.note])]))


def meets_all(conditions: tuple[Condition, ...], properties: Mapping[str, Any]) -> bool:
    """Whether an event's properties fulfil every condition of a goal."""
    return not conditions or all(OPERATORS[c.op](look_up(properties, c.path), c.value) for c in conditions)


def check_pattern(op: str, wanted: object, field: str) -> None:
    """Raise a RuleError naming the field where a condition asks for a pattern that cannot be used."""
    if op != "regex":
        return
    if not isinstance(wanted, str) or not wanted:
        raise RuleError(field, "Write a regular expression.")
    check_regex(wanted, field)


def _equals(value: object, wanted: object) -> bool:
    number, wanted_number = read_number(value), read_number(wanted)
    if number is not None and wanted_number is not None:
        return number == wanted_number
    return value is not None and _as_words(value) == _as_words(wanted)


def _contains(value: object, wanted: object) -> bool:
    if isinstance(value, list):
        return any(_equals(item, wanted) for item in value)
    return value is not None and not isinstance(value, dict) and _as_words(wanted) in _as_words(value)


def _starts_with(value: object, wanted: object) -> bool:
    return value is not None and not isinstance(value, dict | list) and _as_words(value).startswith(_as_words(wanted))


def _matches(value: object, wanted: object) -> bool:
    if value is None or not isinstance(wanted, str) or isinstance(value, dict | list):
        return False
    return compile_regex(wanted, ignores_case=False).search(_as_words(value).encode("utf-8", "replace")) is not None


def _compare(holds: Callable[[Decimal, Decimal], bool]) -> Callable[[object, object], bool]:
    def compare(value: object, wanted: object) -> bool:
        number, wanted_number = read_number(value), read_number(wanted)
        return number is not None and wanted_number is not None and holds(number, wanted_number)

    return compare


def _as_words(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


# Numbers sent as text count as numbers; a property that is not there equals nothing and differs from everything.
OPERATORS: dict[str, Callable[[object, object], bool]] = {
    "equals": _equals,
    "not_equals": lambda value, wanted: not _equals(value, wanted),
    "contains": _contains,
    "starts_with": _starts_with,
    "regex": _matches,
    "greater": _compare(lambda value, wanted: value > wanted),
    "less": _compare(lambda value, wanted: value < wanted),
    "exists": lambda value, wanted: (value is not None) == (wanted is not False),
}
