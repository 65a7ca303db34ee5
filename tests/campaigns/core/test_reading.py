"""Rows of spend as they are posted."""

from datetime import date

import pytest

from campaigns.core.reading import MOST_TOLD, read_row, read_rows
from campaigns.core.spend import Spend
from common.errors import Refusal

ROW = {"start": "2026-02-01", "end": "2026-02-28", "amount": "90.50", "currency": "EUR", "channel": "Paid Search"}


def test_a_row_with_everything_said():
    row = ROW | {"channel": None, "source": "FB", "medium": "CPC", "campaign": " Spring "}
    row |= {"impressions": 1000, "clicks": 10.0, "external_id": 77, "unknown": {"a": 1}}
    row |= {"claimed_conversions": "2.5", "claimed_value": 310}
    assert read_row(row) == Spend(
        start=date(2026, 2, 1),
        end=date(2026, 2, 28),
        amount=90_500_000,
        currency="EUR",
        channel=None,
        source="facebook",
        medium="cpc",
        campaign="Spring",
        impressions=1000,
        clicks=10,
        external_id="77",
        claimed_conversions=2_500_000,
        claimed_value=310_000_000,
    )


@pytest.mark.parametrize(
    ("amount", "micros"),
    [
        ("0", 0),
        (0, 0),
        (12, 12_000_000),
        (0.1 + 0.2, 300_000),
        ("0.1234565", 123_456),
        ("0.1234575", 123_458),
        (" 5 ", 5_000_000),
        (1e-7, 0),
        (1e9, 10**15),
        ("10000000000", 10**16),
    ],
)
def test_amounts(amount, micros):
    assert read_row(ROW | {"amount": amount}).amount == micros


@pytest.mark.parametrize(
    ("wrong", "field", "code"),
    [
        ({"start": None}, "start", "required"),
        ({"end": ""}, "end", "required"),
        ({"amount": None}, "amount", "required"),
        ({"currency": None}, "currency", "required"),
        ({"start": "01/02/2026"}, "start", "invalid_date"),
        ({"start": "2026-02-30"}, "start", "invalid_date"),
        ({"start": "0001-01-01"}, "start", "invalid_date"),
        ({"start": 20260201}, "start", "invalid_date"),
        ({"end": "2026-01-31"}, "end", "before_start"),
        ({"end": "9999-12-31"}, "end", "invalid_date"),
        ({"amount": -1}, "amount", "out_of_range"),
        ({"amount": "10000000000.000001"}, "amount", "out_of_range"),
        ({"amount": "1,234.50"}, "amount", "invalid"),
        ({"amount": "1e3"}, "amount", "invalid"),
        ({"amount": "NaN"}, "amount", "invalid"),
        ({"amount": "٣"}, "amount", "invalid"),
        ({"amount": "9" * 400}, "amount", "invalid"),
        ({"amount": 10**40}, "amount", "invalid"),
        ({"amount": 1e308}, "amount", "invalid"),
        ({"amount": 5e-324}, "amount", "invalid"),
        ({"amount": True}, "amount", "invalid"),
        ({"amount": [1]}, "amount", "invalid"),
        ({"currency": "XX"}, "currency", "unknown_currency"),
        ({"currency": "QQQ"}, "currency", "unknown_currency"),
        ({"currency": 978}, "currency", "unknown_currency"),
        ({"channel": {"a": 1}}, "channel", "invalid"),
        ({"channel": "x" * 61}, "channel", "too_long"),
        ({"channel": None}, "source", "required"),
        ({"channel": None, "source": "x" * 201, "medium": "cpc"}, "source", "too_long"),
        ({"channel": None, "source": "google"}, "medium", "required"),
        ({"source": "google"}, "channel", "ambiguous"),
        ({"campaign": "x" * 501}, "campaign", "too_long"),
        ({"campaign": True}, "campaign", "invalid"),
        ({"impressions": -1}, "impressions", "invalid"),
        ({"impressions": 1.5}, "impressions", "invalid"),
        ({"impressions": "many"}, "impressions", "invalid"),
        ({"clicks": 10**15 + 1}, "clicks", "out_of_range"),
        ({"clicks": 10**30}, "clicks", "invalid"),
        ({"clicks": False}, "clicks", "invalid"),
        ({"external_id": ["x"]}, "external_id", "invalid"),
        ({"external_id": "x" * 201}, "external_id", "too_long"),
    ],
)
def test_what_is_wrong_with_a_row_is_named(wrong, field, code):
    with pytest.raises(Refusal) as refusal:
        read_row(ROW | wrong)
    assert (refusal.value.field, refusal.value.code) == (field, code)


@pytest.mark.parametrize("raw", [None, 1, "x", [], [ROW]])
def test_a_row_is_an_object(raw):
    with pytest.raises(Refusal) as refusal:
        read_row(raw)
    assert refusal.value.field is None


def test_every_wrong_row_is_named_by_its_place():
    spends, wrongs = read_rows([ROW, ROW | {"amount": "x"}, ROW, 7])
    assert len(spends) == 2
    assert [(wrong.row, wrong.field) for wrong in wrongs] == [(1, "amount"), (3, "")]
    assert len(read_rows([7] * 10_000)[1]) == MOST_TOLD
