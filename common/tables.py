"""Tables as CSV files that a spreadsheet can open without running anything in them."""

import csv
import io
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

# A cell that begins like this is a formula to a spreadsheet (OWASP, CSV injection).
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
_NUMBER = re.compile(r"[+-]?[0-9]+([.,][0-9]+)?%?", re.ASCII)
Cell = str | int | float | Decimal | date | datetime | None


@dataclass(frozen=True, slots=True)
class Table:
    """A table as people read it; None is an empty cell, never a zero."""

    heads: Sequence[str]
    rows: Iterable[Sequence[Cell]]


def write_csv(table: Table) -> str:
    """The whole file: UTF-8 with its mark, so that spreadsheets read it right; numbers with points, days as ISO."""
    page = io.StringIO()
    page.write("\ufeff")
    writer = csv.writer(page, lineterminator="\r\n")
    writer.writerow([_write_cell(head) for head in table.heads])
    for row in table.rows:
        writer.writerow([_write_cell(cell) for cell in row])
    return page.getvalue()


def _write_cell(cell: Cell) -> str:
    if cell is None:
        return ""
    if isinstance(cell, Decimal):
        return f"{cell:f}"
    if isinstance(cell, date):
        return cell.isoformat()
    if isinstance(cell, int | float):
        return repr(cell)
    text = cell.replace("\x00", "")
    if text.lstrip(" ").startswith(_FORMULA) and not _NUMBER.fullmatch(text):
        return f"'{text}"
    return text
