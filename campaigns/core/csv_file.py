"""Files of spend: bytes become a sheet of cells with the numbers of their lines; nothing is said yet about meaning."""

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass

from common.errors import Refusal

MOST_BYTES = 2_000_000
MOST_ROWS = 10_000
TOO_MANY = f"A file may have at most {MOST_ROWS:,} lines. Split it by month."
MOST_COLUMNS = 100
MOST_CELL = 2_000
# Exports tell their title, period and filters before the heads of the columns.
MOST_PREAMBLE = 20
DELIMITERS = (",", ";", "\t", "|")
# Spreadsheets in Europe and on Windows write other alphabets than UTF-8.
_MARKS = ((b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"), (b"\xef\xbb\xbf", "utf-8-sig"))
_TOTALS = ("total", "totals", "grand total", "gesamt", "summe", "totaal", "somme")


@dataclass(frozen=True, slots=True)
class Line:
    """One row of cells and its number in the file, from 1."""

    number: int
    cells: Sequence[str]


@dataclass(frozen=True, slots=True)
class Sheet:
    """The heads of the columns and the lines below them; lines of totals are left out and counted."""

    heads: Sequence[str]
    lines: Sequence[Line]
    totals: int = 0

    def column(self, place: int) -> list[str]:
        """All cells of a column; short lines have empty ones."""
        return [cell_of(line, place) for line in self.lines]


def cell_of(line: Line, place: int) -> str:
    """The cell at a place, without blanks around it; lines may be shorter than their heads."""
    return line.cells[place].strip() if place < len(line.cells) else ""


def decode(content: bytes) -> str:
    """The text of a file: by its mark, else UTF-8, else Western European. Raises Refusal for what is no text."""
    if len(content) > MOST_BYTES:
        raise Refusal("too_large", "A file may have at most 2 MB. Split it by month.", field="file")
    encoding = next((name for mark, name in _MARKS if content.startswith(mark)), "utf-8")
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError:
        text = content.decode("cp1252", "replace")
    if "\0" in text or content.startswith((b"PK\x03\x04", b"%PDF", b"\xd0\xcf\x11\xe0")):
        message = "This is not a text file. In the spreadsheet, choose “Save as” and “CSV”."
        raise Refusal("not_text", message, field="file")
    return text


def read_sheet(text: str, known: frozenset[str]) -> Sheet:
    """The sheet in a text; its heads are the first line that names two columns of `known` (in lower case).

    Where none does, the first line with two cells is taken for the heads. Raises Refusal for an empty file and for
    one with too many lines.
    """
    rows = _read_rows(text)
    place = _find_heads(rows, known)
    if place is None:
        message = "There is no table in this file: its first line should name the columns, such as day, cost, campaign."
        raise Refusal("no_table", message, field="file")
    below = [row for row in rows[place + 1 :] if any(cell.strip() for cell in row.cells)]
    lines = [row for row in below if not _is_total(row)]
    if len(lines) > MOST_ROWS:
        raise Refusal("too_many", TOO_MANY, field="file")
    if not lines:
        raise Refusal("no_rows", "There is no line below the heads of the columns.", field="file")
    heads = [head.strip()[:MOST_CELL] for head in rows[place].cells]
    return Sheet(heads, lines, totals=len(below) - len(lines))


def _read_rows(text: str) -> list[Line]:
    text = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    delimiter = _find_delimiter(text)
    reader = csv.reader(io.StringIO(text), delimiter=delimiter)
    rows: list[Line] = []
    try:
        for cells in reader:
            if len(rows) > MOST_ROWS + 10 * MOST_PREAMBLE:
                raise Refusal(
                    "too_many", f"A file may have at most {MOST_ROWS:,} lines. Split it by month.", field="file"
                )
            rows.append(Line(reader.line_num, [cell[:MOST_CELL] for cell in cells[:MOST_COLUMNS]]))
    except csv.Error as error:
        message = f"Line {reader.line_num} cannot be read: {error}."
        raise Refusal("not_csv", message, field="file") from None
    return rows


def _find_delimiter(text: str) -> str:
    """The sign that cuts the first lines most evenly: 20,5;google;cpc is cut by semicolons."""
    first = [line for line in text.split("\n", 4 * MOST_PREAMBLE)[: 4 * MOST_PREAMBLE] if line.strip()]

    def evenness(delimiter: str) -> tuple[int, int]:
        counts = [line.count(delimiter) for line in first]
        most = max(counts, default=0)
        return (counts.count(most) if most else 0, most)

    return max(DELIMITERS, key=evenness) if first else ","


def _find_heads(rows: Sequence[Line], known: frozenset[str]) -> int | None:
    first = rows[:MOST_PREAMBLE]
    for place, row in enumerate(first):
        if sum(cell.strip().lower() in known for cell in row.cells) >= 2:
            return place
    return next((place for place, row in enumerate(first) if sum(bool(cell.strip()) for cell in row.cells) >= 2), None)


def _is_total(line: Line) -> bool:
    first = next((cell.strip().lower() for cell in line.cells if cell.strip()), "")
    return first.split(":")[0].strip() in _TOTALS
