"""Rows of spend as they are posted: each becomes a Spend, or is named with everything that is wrong with it."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from campaigns.core.matching import tidy_spend
from campaigns.core.spend import MOST_TEXT, Spend, check_spend
from common.errors import Refusal
from common.money import to_micros
from tracking.core.channels import ChannelRule

FIRST_YEAR, LAST_YEAR = 1990, 2200
# A file of ten thousand rows that are all wrong in the same way is told so a hundred times.
MOST_TOLD = 100

_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_AMOUNT = re.compile(r"-?[0-9]{1,20}(\.[0-9]{1,20})?")
_COUNT = re.compile(r"[0-9]{1,20}")


@dataclass(frozen=True, slots=True)
class Wrong:
    """What is wrong with a field of row number `row`; the field is "" where the row is no row at all."""

    row: int
    field: str
    code: str
    message: str


def read_rows(raw: Iterable[Any], rules: Sequence[ChannelRule] = ()) -> tuple[list[Spend], list[Wrong]]:
    """Read posted rows; where one is wrong none of them is worth anything, but up to MOST_TOLD wrongs are named."""
    spends: list[Spend] = []
    wrongs: list[Wrong] = []
    for number, row in enumerate(raw):
        try:
            spends.append(read_row(row, rules))
        except Refusal as refusal:
            wrongs.append(Wrong(number, refusal.field or "", refusal.code, refusal.message))
            if len(wrongs) >= MOST_TOLD:
                break
    return spends, wrongs


def read_row(raw: Any, rules: Sequence[ChannelRule] = ()) -> Spend:
    """Read one row, written as touches carry its words; raises a Refusal naming the first field that is wrong."""
    if not isinstance(raw, Mapping):
        raise Refusal("invalid", "Write a row as an object with start, end, amount and currency.")
    read = {name: _read_field(raw, name, reader) for name, reader in _READERS.items()}
    for name, wanted in _REQUIRED.items():
        if read[name] is None:
            raise Refusal("required", wanted, field=name)
    spend = tidy_spend(Spend(**read), rules)
    check_spend(spend)
    return spend


def _read_field(raw: Mapping[Any, Any], name: str, reader: Callable[[Any], Any]) -> Any:
    given = raw.get(name)
    if given is None or given == "":
        return None
    try:
        read = reader(given)
    except Refusal as refusal:
        raise Refusal(refusal.code, refusal.message, field=name) from None
    most = MOST_TEXT.get(name)
    # Before words are written as touches carry them, which would cut them off.
    if most is not None and len(read) > most:
        raise Refusal("too_long", f"This may have at most {most} characters.", field=name)
    return read


def _read_day(given: Any) -> date:
    try:
        if not isinstance(given, str) or not _DAY.fullmatch(given):
            raise ValueError
        day = date.fromisoformat(given)
    except ValueError:
        raise Refusal("invalid_date", "Write the day as 2026-02-28.") from None
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise Refusal("invalid_date", f"Choose a day from {FIRST_YEAR} to {LAST_YEAR}.")
    return day


def _read_amount(given: Any) -> int:
    """Micros of a decimal text or a number; what is finer than a micro is rounded."""
    if isinstance(given, bool) or not isinstance(given, str | int | float):
        raise Refusal("invalid", _AMOUNT_WANTED)
    text = given.strip() if isinstance(given, str) else format(Decimal(repr(given)), "f")
    if not _AMOUNT.fullmatch(text):
        raise Refusal("invalid", _AMOUNT_WANTED)
    return to_micros(Decimal(text))


_AMOUNT_WANTED = 'Write an amount as in "1234.50" or 1234.5.'


def _read_count(given: Any) -> int:
    if isinstance(given, float) and given.is_integer():
        given = int(given)
    text = str(given) if isinstance(given, str | int) and not isinstance(given, bool) else ""
    if not _COUNT.fullmatch(text.strip()):
        raise Refusal("invalid", "Write a whole number from 0.")
    return int(text)


def _read_text(given: Any) -> str:
    if isinstance(given, bool) or not isinstance(given, str | int):
        raise Refusal("invalid", "Write a text.")
    return str(given).strip()


_READERS: dict[str, Callable[[Any], Any]] = {
    "start": _read_day,
    "end": _read_day,
    "amount": _read_amount,
    "currency": _read_text,
    "channel": _read_text,
    "source": _read_text,
    "medium": _read_text,
    "campaign": _read_text,
    "impressions": _read_count,
    "clicks": _read_count,
    "external_id": _read_text,
    "claimed_conversions": _read_amount,
    "claimed_value": _read_amount,
}
_REQUIRED = {
    "start": "Write the first day, as 2026-02-28.",
    "end": "Write the last day, as 2026-02-28.",
    "amount": _AMOUNT_WANTED,
    "currency": "Write the currency as three letters, as EUR.",
}
