"""What the columns of a file of spend mean: guessed from their heads, settled by a person, read line by line."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from campaigns.core.csv_file import Line, Sheet, cell_of
from campaigns.core.reading import read_row
from campaigns.core.spend import Spend
from common.errors import Refusal
from tracking.core.channels import ChannelRule

FIELDS = (
    "start",
    "end",
    "amount",
    "currency",
    "channel",
    "source",
    "medium",
    "campaign",
    "impressions",
    "clicks",
    "external_id",
    "claimed_conversions",
    "claimed_value",
)
# Heads by which the exports of the platforms, in English and a few other languages, name each field; the first wins.
NAMES: dict[str, tuple[str, ...]] = {
    "start": (
        "start", "day", "date", "reporting starts", "start date", "start date (in utc)", "gregorian date",
        "time period", "by day", "stat time day", "tag", "datum", "jour", "dag", "fecha", "month", "week",
    ),
    "end": ("end", "reporting ends", "end date", "end date (in utc)"),
    "amount": (
        "amount", "cost", "spend", "amount spent", "total spent", "costs", "cost (converted currency)", "kosten",
        "ausgaben", "ausgegebener betrag", "coût", "dépenses", "importe gastado", "coste", "uitgegeven bedrag",
    ),
    "currency": ("currency", "currency code", "währungscode", "währung", "devise", "moneda", "valutacode"),
    "channel": ("channel", "kanal", "canal", "kanaal"),
    "source": ("source", "utm_source", "utm source", "quelle"),
    "medium": ("medium", "utm_medium", "utm medium"),
    "campaign": ("campaign", "campaign name", "utm_campaign", "utm campaign", "kampagne", "campagne", "campaña"),
    "impressions": ("impressions", "impr.", "impressionen", "vertoningen", "impresiones"),
    "clicks": ("clicks", "link clicks", "clicks (all)", "klicks", "clics", "klikken"),
    "external_id": ("external_id", "external id", "row id"),
    "claimed_conversions": (
        "claimed_conversions", "conversions", "results", "purchases", "website purchases", "conversiones",
        "konversionen", "conversies",
    ),
    "claimed_value": (
        "claimed_value", "conversion value", "conv. value", "total conv. value", "purchases conversion value",
        "website purchases conversion value", "conversion-wert", "conversiewaarde", "revenue",
    ),
}  # fmt: skip
KNOWN = frozenset(name for names in NAMES.values() for name in names)
# What an export calls itself by, and what its visits carry.
PLATFORMS: tuple[tuple[str, str, frozenset[str], str, str], ...] = (
    ("meta", "Meta Ads", frozenset(("reporting starts",)), "facebook", "paid_social"),
    ("linkedin", "LinkedIn", frozenset(("total spent",)), "linkedin", "paid_social"),
    ("microsoft", "Microsoft Advertising", frozenset(("gregorian date",)), "bing", "cpc"),
    ("microsoft", "Microsoft Advertising", frozenset(("time period", "spend")), "bing", "cpc"),
    ("google", "Google Ads", frozenset(("impr.",)), "google", "cpc"),
    ("google", "Google Ads", frozenset(("currency code", "cost")), "google", "cpc"),
)
_UNIT = re.compile(r"\s*\(([A-Za-z]{3})\)\s*$")
_ISO = re.compile(r"([0-9]{4})[-/.]([0-9]{1,2})[-/.]([0-9]{1,2})(?:[T ].*)?$")
_PARTS = re.compile(r"([0-9]{1,2})[-/.]([0-9]{1,2})[-/.]([0-9]{4}|[0-9]{2})(?:[T ].*)?$")
_WORDED = ("%d %b %Y", "%d %B %Y", "%b %d, %Y", "%B %d, %Y", "%b %d %Y")
DAY_FIRST, MONTH_FIRST = "day", "month"
COMMA, POINT = "comma", "point"


@dataclass(frozen=True, slots=True)
class Reading:
    """How a sheet is to be read: the column of each field, what stands for every line, and how days and sums look."""

    columns: Mapping[str, int] = field(default_factory=dict)
    fixed: Mapping[str, str] = field(default_factory=dict)
    order: str = DAY_FIRST
    decimal: str = POINT
    platform: str = ""


@dataclass(frozen=True, slots=True)
class Bad:
    """A line that was not read: its number, the field, what stands there and what to do."""

    line: Line
    field: str
    given: str
    message: str


@dataclass(frozen=True, slots=True)
class Read:
    """The rows of a sheet with the lines they came from, and the lines that cannot be rows."""

    rows: Sequence[tuple[Line, Spend]]
    bad: Sequence[Bad]


def guess(sheet: Sheet, currency: str) -> Reading:
    """How a sheet probably wants to be read: `Amount spent (EUR)` is euro, 31/12/2025 has its day first."""
    plain = [_UNIT.sub("", head).strip().lower() for head in sheet.heads]
    columns = {
        name: plain.index(wanted) for name in FIELDS if (wanted := next((n for n in NAMES[name] if n in plain), None))
    }
    names = frozenset(plain)
    found = next((one for one in PLATFORMS if one[2] <= names), None)
    fixed: dict[str, str] = {}
    if "currency" not in columns:
        unit = _UNIT.search(sheet.heads[columns["amount"]]) if "amount" in columns else None
        fixed["currency"] = unit[1].upper() if unit else currency
    if found and not {"channel", "source"} & columns.keys():
        fixed |= {"source": found[3], "medium": found[4]}
    days = sheet.column(columns["start"]) if "start" in columns else []
    sums = sheet.column(columns["amount"]) if "amount" in columns else []
    return Reading(columns, fixed, guess_order(days), guess_decimal(sums), found[1] if found else "")


def guess_order(days: Sequence[str]) -> str:
    """Month first only where some second number is too large for a month and no first one is: 12/31/2025."""
    parts = [match for day in days if (match := _PARTS.match(day))]
    month_first = any(int(match[2]) > 12 for match in parts) and not any(int(match[1]) > 12 for match in parts)
    return MONTH_FIRST if month_first else DAY_FIRST


def guess_decimal(sums: Sequence[str]) -> str:
    """Comma where more amounts end in a comma and one, two or more than three digits than in a point: 1.234,50."""
    commas = sum(bool(re.search(r",(?:[0-9]{1,2}|[0-9]{4,})$", _bare(text))) for text in sums)
    points = sum(bool(re.search(r"\.(?:[0-9]{1,2}|[0-9]{4,})$", _bare(text))) for text in sums)
    return COMMA if commas > points else POINT


def read_lines(sheet: Sheet, reading: Reading, rules: Sequence[ChannelRule] = ()) -> Read:
    """Read every line; those that cannot be rows are told apart with what is wrong, and change nothing."""
    rows: list[tuple[Line, Spend]] = []
    bad: list[Bad] = []
    for line in sheet.lines:
        raw: dict[str, Any] = {}
        try:
            for name in FIELDS:
                raw[name] = _read_field(name, _given(line, reading, name), reading)
            raw["end"] = raw["end"] or raw["start"]
            rows.append((line, read_row(raw, rules)))
        except Refusal as refusal:
            name = refusal.field or ""
            bad.append(Bad(line, name, _given(line, reading, name) if name else "", refusal.message))
    return Read(rows, bad)


def read_day(text: str, order: str) -> str:
    """A day as 2026-02-28, whatever usual way it is written; raises Refusal."""
    text = text.strip()
    if match := _ISO.match(text):
        year, month, day = (int(part) for part in match.groups())
    elif match := _PARTS.match(text):
        first, second, year = (int(part) for part in match.groups())
        day, month = (first, second) if order == DAY_FIRST else (second, first)
        year += 2000 if year < 100 else 0
    else:
        return _read_worded(text)
    try:
        return date(year, month, day).isoformat()
    except ValueError:
        raise Refusal("invalid_date", "This is no day. Write it as 2026-02-28, or choose the other order.") from None


def read_sum(text: str, decimal: str) -> str:
    """An amount as 1234.50, without its currency's sign and the marks of thousands; raises Refusal."""
    bare = _bare(text)
    thousands = "." if decimal == COMMA else ","
    whole, mark, part = bare.partition("," if decimal == COMMA else ".")
    groups = whole.split(thousands)
    grouped = len(groups) > 1 and not all(len(group) == 3 for group in groups[1:])
    if grouped or not re.fullmatch(r"-?[0-9]*", "".join(groups)) or not re.fullmatch(r"[0-9]*", part) or not bare:
        raise Refusal("invalid", "Write an amount as in 1234.50, or choose the other decimal sign.")
    return f"{''.join(groups) or '0'}.{part}" if mark and part else "".join(groups)


def _read_worded(text: str) -> str:
    for pattern in _WORDED:
        try:
            return datetime.strptime(text, pattern).date().isoformat()  # noqa: DTZ007 - a day has no zone
        except ValueError:
            continue
    raise Refusal("invalid_date", "Write the day as 2026-02-28.")


def _given(line: Line, reading: Reading, name: str) -> str:
    if name in reading.columns:
        return cell_of(line, reading.columns[name])
    return reading.fixed.get(name, "")


def _read_field(name: str, given: str, reading: Reading) -> Any:
    if not given or given in ("--", "-", "–"):
        return None
    read = _READERS.get(name)
    try:
        return read(given, reading) if read else given
    except Refusal as refusal:
        raise Refusal(refusal.code, refusal.message, field=name) from None


def _read_count(given: str, reading: Reading) -> str:
    """12.000 and 12,000 are twelve thousand; what is no number is left for the row's own reader to refuse."""
    bare = _bare(given)
    return re.sub(r"[.,](?=[0-9]{3}(?:\D|$))", "", bare)


def _bare(text: str) -> str:
    """An amount without blanks and signs of currencies: € 1 234,50 is 1234,50."""
    return re.sub(r"[\s\u00a0\u202f'’€$£¥]|^[A-Za-z]{3}(?=[\s0-9-])|(?<=[0-9\s])[A-Za-z]{3}$", "", text.strip())


_READERS: dict[str, Callable[[str, Reading], Any]] = {
    "start": lambda given, reading: read_day(given, reading.order),
    "end": lambda given, reading: read_day(given, reading.order),
    "amount": lambda given, reading: read_sum(given, reading.decimal),
    "impressions": _read_count,
    "clicks": _read_count,
    "claimed_conversions": lambda given, reading: read_sum(given, reading.decimal),
    "claimed_value": lambda given, reading: read_sum(given, reading.decimal),
    "currency": lambda given, reading: given.upper(),
}
