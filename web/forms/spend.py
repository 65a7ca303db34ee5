"""A file of spend on its way in: the text travels with the form until it is saved or let go."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from django.utils.translation import gettext_lazy

from campaigns.core.csv_file import MOST_BYTES, Sheet, decode, read_sheet
from campaigns.core.csv_spend import COMMA, DAY_FIRST, FIELDS, KNOWN, MONTH_FIRST, POINT, Reading, guess
from common.errors import Refusal

TITLES: dict[str, object] = {
    "start": gettext_lazy("First day"),
    "end": gettext_lazy("Last day"),
    "amount": gettext_lazy("Amount"),
    "currency": gettext_lazy("Currency"),
    "channel": gettext_lazy("Channel"),
    "source": gettext_lazy("Source"),
    "medium": gettext_lazy("Medium"),
    "campaign": gettext_lazy("Campaign"),
    "impressions": gettext_lazy("Impressions"),
    "clicks": gettext_lazy("Clicks"),
    "external_id": gettext_lazy("Your id of the row"),
    "claimed_conversions": gettext_lazy("Conversions claimed by the platform"),
    "claimed_value": gettext_lazy("Value claimed by the platform"),
}
# What may stand for every line of a file instead of a column.
FIXABLE = ("currency", "channel", "source", "medium", "campaign")
ORDERS = {DAY_FIRST: gettext_lazy("Day first: 28.2.2026"), MONTH_FIRST: gettext_lazy("Month first: 2/28/2026")}
DECIMALS = {POINT: gettext_lazy("Point: 1,234.50"), COMMA: gettext_lazy("Comma: 1.234,50")}


@dataclass(frozen=True, slots=True)
class Upload:
    """A file's text, its sheet, and how it is read."""

    text: str
    sheet: Sheet
    reading: Reading


def read_upload(form: Mapping[str, str], content: bytes | None, currency: str) -> Upload:
    """A file that was just sent, read as it seems to want; or the form's, as was chosen there. Raises Refusal."""
    text = decode(content) if content is not None else form.get("text", "")
    if not text.strip():
        raise Refusal("required", "Choose a file, or paste its lines.", field="file")
    # Pasted text goes the same way as a file.
    text = decode(text[: MOST_BYTES + 1].encode()) if content is None else text
    sheet = read_sheet(text, KNOWN)
    guessed = guess(sheet, currency)
    return Upload(text, sheet, _choose(form, sheet, guessed) if "chosen" in form else guessed)


def _choose(form: Mapping[str, str], sheet: Sheet, guessed: Reading) -> Reading:
    columns: dict[str, int] = {}
    fixed: dict[str, str] = {}
    for name in FIELDS:
        given = form.get(f"column.{name}", "")
        if given.isascii() and given.isdigit() and len(given) < 4 and int(given) < len(sheet.heads):
            columns[name] = int(given)
        elif name in FIXABLE and (value := form.get(f"fixed.{name}", "").strip()):
            fixed[name] = value[:500]
    order = MONTH_FIRST if form.get("order") == MONTH_FIRST else DAY_FIRST
    decimal = COMMA if form.get("decimal") == COMMA else POINT
    return replace(guessed, columns=columns, fixed=fixed, order=order, decimal=decimal)
