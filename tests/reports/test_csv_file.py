"""Files for spreadsheets: exact, and nothing in them runs."""

import csv
import io
from datetime import date
from decimal import Decimal

import pytest

from reports.ways_out.csv_file import Table, answer_csv, write_csv


def read(text):
    return list(csv.reader(io.StringIO(text.removeprefix("\ufeff"))))


def test_figures_come_unrounded_and_days_as_iso():
    table = Table(["Day", "Revenue", "Share"], [(date(2026, 2, 28), Decimal("1E+3"), 0.25), (None, None, -1)])
    assert read(write_csv(table)) == [["Day", "Revenue", "Share"], ["2026-02-28", "1000", "0.25"], ["", "", "-1"]]


@pytest.mark.parametrize("evil", ["=1+1", "+1+1", "-1+cmd", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "  =1", "＝1+1"])
def test_what_a_spreadsheet_would_run_is_text(evil):
    (cell,) = read(write_csv(Table(["x"], [(evil,)])))[1]
    assert cell.startswith("'")


@pytest.mark.parametrize("plain", ["-5", "+5", "-5.25", "brand-nl", "a=b", 'say "hi", twice', "Zoë"])
def test_what_is_harmless_stays_as_it_is(plain):
    assert read(write_csv(Table(["x"], [(plain,)])))[1] == [plain]


def test_the_name_of_the_file_breaks_no_header():
    answer = answer_csv(Table(["x"], []), 'shop"\r\nX: 1')
    assert answer.headers["Content-Disposition"] == 'attachment; filename="shop-X-1.csv"'
