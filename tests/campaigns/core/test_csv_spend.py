"""Files of spend: found in whatever an export wraps around them, guessed from their heads, refused line by line."""

import pytest

from campaigns.core.csv_file import decode, read_sheet
from campaigns.core.csv_spend import COMMA, DAY_FIRST, KNOWN, MONTH_FIRST, POINT, guess, read_day, read_lines, read_sum
from common.errors import Refusal

FIRST_OF_FEBRUARY = ("2026-02-01", 12000, None)
PLAIN = "start,end,amount,currency,channel\n2026-02-01,2026-02-28,1200.00,EUR,Paid Search\n"
GOOGLE = (
    "Campaign report\n1 February 2026 - 2 February 2026\n"
    "Day\tCampaign\tCurrency code\tCost\tImpr.\tClicks\n"
    "2026-02-01\tbrand\tEUR\t12.34\t1,200\t30\n2026-02-02\tbrand\tEUR\t--\t0\t0\n"
    "Total: Account\t --\tEUR\t12.34\t1,200\t30\n"
)
META = (
    '"Campaign name","Reporting starts","Reporting ends","Amount spent (EUR)","Impressions","Link clicks"\n'
    '"spring","2026-02-01","2026-02-01","8.50","12000","31"\n'
)
META_GERMAN = (
    "Reporting starts;Reporting ends;Kampagne;Amount spent (EUR);Impressionen\n"
    "01.02.2026;01.02.2026;frühling;1.234,50;12.000\n"
)
MICROSOFT = "Gregorian date,Campaign name,Currency code,Spend,Clicks\n2/14/2026,brand,USD,$3.20,4\n"
LINKEDIN = "Start Date (in UTC),Campaign Name,Currency,Total Spent\n2/14/2026,b2b,USD,99.00\n"


def read(text, currency="EUR"):
    sheet = read_sheet(text, KNOWN)
    reading = guess(sheet, currency)
    return reading, read_lines(sheet, reading)


def test_our_own_heads_need_no_guess():
    reading, found = read(PLAIN)
    [(line, spend)] = found.rows
    assert (line.number, spend.amount, spend.currency, spend.channel) == (2, 1_200_000_000, "EUR", "Paid Search")
    assert (spend.start.isoformat(), spend.end.isoformat()) == ("2026-02-01", "2026-02-28")
    assert reading.platform == ""


@pytest.mark.parametrize(
    ("text", "platform", "told"),
    [
        (GOOGLE, "Google Ads", ("google", "cpc", "brand", "EUR", 12_340_000, "2026-02-01", 1200, 30)),
        (META, "Meta Ads", ("facebook", "paid_social", "spring", "EUR", 8_500_000, "2026-02-01", 12000, 31)),
        (META_GERMAN, "Meta Ads", ("facebook", "paid_social", "frühling", "EUR", 1_234_500_000, *FIRST_OF_FEBRUARY)),
        (MICROSOFT, "Microsoft Advertising", ("bing", "cpc", "brand", "USD", 3_200_000, "2026-02-14", None, 4)),
        (LINKEDIN, "LinkedIn", ("linkedin", "paid_social", "b2b", "USD", 99_000_000, "2026-02-14", None, None)),
    ],
)  # fmt: skip
def test_the_exports_of_the_platforms_are_known(text, platform, told):
    reading, found = read(text, currency="GBP")
    spend = found.rows[0][1]
    assert reading.platform == platform
    assert told == (
        spend.source,
        spend.medium,
        spend.campaign,
        spend.currency,
        spend.amount,
        spend.start.isoformat(),
        spend.impressions,
        spend.clicks,
    )


def test_titles_and_totals_are_no_rows():
    sheet = read_sheet(GOOGLE, KNOWN)
    assert [line.number for line in sheet.lines] == [4, 5]
    assert sheet.totals == 1


def test_a_line_that_is_wrong_is_told_with_its_number_and_the_others_are_read():
    days = ["2026-02-01,5", "31.2.2026,5", "2026-02-03,five", ",5"]
    text = "day,cost,source,medium\n" + "".join(f"{day},google,cpc\n" for day in days)
    _reading, found = read(text)
    assert [line.number for line, _spend in found.rows] == [2]
    assert [(bad.line.number, bad.field, bad.given) for bad in found.bad] == [
        (3, "start", "31.2.2026"),
        (4, "amount", "five"),
        (5, "start", ""),
    ]
    assert "Write an amount as in 1234.50" in found.bad[1].message


def test_a_column_without_meaning_is_said_on_every_line():
    _reading, found = read("day,cost\n2026-02-01,5\n")
    assert [(bad.field, bad.message) for bad in found.bad] == [("source", "Give a channel, or a source and a medium.")]


@pytest.mark.parametrize(
    ("text", "order", "day"),
    [
        ("2026-02-28", DAY_FIRST, "2026-02-28"),
        ("2026/2/3", DAY_FIRST, "2026-02-03"),
        ("28.02.2026", DAY_FIRST, "2026-02-28"),
        ("3/2/26", DAY_FIRST, "2026-02-03"),
        ("3/2/2026", MONTH_FIRST, "2026-03-02"),
        ("2026-02-28T00:00:00", DAY_FIRST, "2026-02-28"),
        ("28 Feb 2026", DAY_FIRST, "2026-02-28"),
        ("Feb 28, 2026", DAY_FIRST, "2026-02-28"),
        ("February 28, 2026", MONTH_FIRST, "2026-02-28"),
        ("30/2/2026", DAY_FIRST, None),
        ("2/28/2026", DAY_FIRST, None),
        ("yesterday", DAY_FIRST, None),
        ("0000-00-00", DAY_FIRST, None),
    ],
)
def test_days_are_read_in_every_usual_way(text, order, day):
    if day is None:
        with pytest.raises(Refusal):
            read_day(text, order)
    else:
        assert read_day(text, order) == day


@pytest.mark.parametrize(
    ("text", "decimal", "amount"),
    [
        ("1234.50", POINT, "1234.50"),
        ("1,234.50", POINT, "1234.50"),
        ("1.234,50", COMMA, "1234.50"),
        ("€ 1 234,50", COMMA, "1234.50"),
        ("EUR 12", POINT, "12"),
        ("12,5 EUR", COMMA, "12.5"),
        ("1'234.50", POINT, "1234.50"),
        ("1.234", COMMA, "1234"),
        ("-5", POINT, "-5"),
        (".5", POINT, "0.5"),
        ("1.234.567", COMMA, "1234567"),
        ("12,5", POINT, None),
        ("1.2.3", POINT, None),
        ("", POINT, None),
        ("5 apples", POINT, None),
    ],
)
def test_amounts_are_read_in_every_usual_way(text, decimal, amount):
    if amount is None:
        with pytest.raises(Refusal):
            read_sum(text, decimal)
    else:
        assert read_sum(text, decimal) == amount


def test_decimal_commas_and_months_first_are_seen():
    reading, _found = read("date;cost;source;medium\n01/31/2026;1.000,5;a;b\n02/01/2026;2,25;a;b\n")
    assert (reading.decimal, reading.order) == (COMMA, MONTH_FIRST)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_files_come_in_the_alphabets_of_spreadsheets(encoding):
    assert (
        decode("Kampagne;Kosten\nfrühling;5\n".encode(encoding))
        .removeprefix("\ufeff")
        .startswith("Kampagne;Kosten\nfrüh")
    )


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"PK\x03\x04 a workbook", "not_text"),
        (b"a\0b", "not_text"),
        (b"x" * 2_000_001, "too_large"),
    ],
)
def test_what_is_no_text_is_refused(content, code):
    with pytest.raises(Refusal) as refused:
        decode(content)
    assert refused.value.code == code


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "no_table"),
        ("just words\n", "no_table"),
        ("day,cost\n", "no_rows"),
        ("day,cost\n" + "2026-02-01,5\n" * 10_001, "too_many"),
        ('day,cost\n"' + "x" * 200_000, "not_csv"),
    ],
)
def test_what_is_no_table_is_refused(text, code):
    with pytest.raises(Refusal) as refused:
        read_sheet(text, KNOWN)
    assert (refused.value.code, refused.value.field) == (code, "file")


def test_what_the_platform_claims_is_found_by_its_heads():
    text = "Day,Campaign,Cost,Currency code,Impr.,Conversions,Conv. value\n2026-02-03,brand,84.50,EUR,100,2.5,310.00\n"
    sheet = read_sheet(text, KNOWN)
    ((_line, row),) = read_lines(sheet, guess(sheet, "EUR")).rows
    assert (row.claimed_conversions, row.claimed_value) == (2_500_000, 310_000_000)
