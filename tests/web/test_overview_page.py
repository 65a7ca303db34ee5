"""The page of a report, from hand-made reports: what it says and what it never carries."""

import re
from dataclasses import replace
from decimal import Decimal

import pytest
from django.template.loader import render_to_string
from django.test import RequestFactory

from accounts.models import Agency, User, Workspace
from reports.core.intervals import Interval
from reports.report import CreditRow, Finding
from tests.web import examples
from web.drawing.overview import draw_overview
from web.drawing.scales import percent
from web.forms.filters import read_filters

AGENCY = Agency(slug="marlow-pike", name="Marlow & Pike")
WORKSPACE = Workspace(
    agency=AGENCY, slug="northwind-bikes", name="Northwind Bikes", currency="EUR", timezone="Europe/Amsterdam"
)


def show(report=None, **query):
    report = report or examples.overview()
    request = RequestFactory().get("/w/northwind-bikes/", query)
    request.user = User(email="ada@marlow-pike.example", name="Ada")
    filters = read_filters(request.GET, report, before="24 Sep – 23 Oct 2026")
    context = draw_overview(report, WORKSPACE, compared=filters.compared) | {
        "workspace": WORKSPACE,
        "workspaces": [WORKSPACE],
        "section": "overview",
        "page_title": "Overview",
        "role": "analyst",
        "ingestion": report.ingestion,
        "filters": filters,
        "base_url": "https://hw.example",
    }
    return render_to_string("web/overview/page.html", context, request)


def words(page):
    text = re.sub(r"<[^>]+>", " ", re.sub(r"<(script|svg).*?</\1>", "", page, flags=re.S))
    return re.sub(r"\s+", " ", text)


def test_the_finding_the_figures_and_the_total_are_said():
    said = words(show())
    for part in ("Revenue grew 12%.", "Organic Search and Direct lead", "€139,741", "+12.4%", "24 Oct – 22 Nov 2026"):
        assert part in said
    assert "€135,423.00 credited + €4,318.00 not" in said
    assert "As of 09:14, nothing pending" in said
    assert "Times in Europe/Amsterdam" in said


def test_every_channel_stands_in_the_table_with_money_share_and_credit():
    said = words(show())
    for name, orders, money in examples.CHANNELS:
        share = f"{100 * money / 139741:.1f}%"
        assert f"{name} €{money:,} {share} {orders}" in said
    assert "Unattributed €4,318 3.1% 58.0" in said


def test_the_table_of_days_holds_what_the_bars_show():
    said = words(show())
    assert "Sat 24 Oct €2,520 €2,760 33 33" in said
    assert percent(2520, 8000) in show()


def test_without_comparison_nothing_of_the_time_before_is_said():
    said = words(show(compare="none"))
    assert "€124,325" not in said
    assert "30 days before" not in said
    assert "+12.4%" not in said


def test_waiting_events_and_days_in_work_are_said():
    late = examples.ingestion(pending=212, lag_seconds=3.4, caught_up=False)
    assert "212 events waiting, 4 s behind" in words(show(examples.overview(ingestion=late)))
    one = examples.ingestion(pending=1, lag_seconds=0.1, caught_up=False)
    assert "1 event waiting, 1 s behind" in words(show(examples.overview(ingestion=one)))
    filling = examples.ingestion(days_to_fill=3, caught_up=False)
    assert "3 days are being filled again" in words(show(examples.overview(ingestion=filling)))


def test_the_notes_of_the_report_are_shown():
    report = examples.overview(attribution=examples.attribution(notes=["2 conversions have no value."]))
    assert "2 conversions have no value." in words(show(report))


def test_the_filters_stay_in_every_address():
    page = show(model="linear", compare="none", start="2026-10-24", end="2026-11-22")
    assert 'href="?model=time_decay&amp;compare=none&amp;start=2026-10-24&amp;end=2026-11-22"' in page
    assert 'href="?model=linear&amp;compare=none&amp;period=7d"' in page
    assert '<input type="hidden" name="model" value="linear">' in page


@pytest.mark.parametrize(
    ("empty", "said"),
    [
        ("no_events", "Send the first one"),
        ("no_conversions", "48,212 in these days"),
        ("nothing_in_period", "Show the last 90 days"),
    ],
)
def test_an_empty_page_says_what_is_missing_and_the_way_on(empty, said):
    page = show(examples.overview(empty=empty, finding=Finding("Nothing yet.", "", "", "")))
    assert said in words(page)
    assert "Who earned it" not in page


def test_what_is_still_worked_off_is_not_called_missing():
    late = examples.ingestion(processed=212, pending=48_000, caught_up=False, lag_seconds=9)
    finding = Finding("Events arrive, but none counts yet.", "", "", "")
    page = show(examples.overview(empty="no_conversions", finding=finding, ingestion=late))
    assert "212 of 48,212 events" in words(page)
    assert "none counts yet" not in page
    assert "data-polls" in page


def test_the_first_call_to_make_is_shown_whole():
    page = show(examples.overview(empty="no_events"))
    assert "https://hw.example/v1/track" in page


def test_names_from_outside_stay_text():
    nasty = '<script>alert("x")</script>'
    rows = [CreditRow(nasty, Decimal(1), Decimal(9), nasty), CreditRow(None, Decimal(1), Decimal(1), None)]
    page = show(examples.overview(campaigns=rows, attribution=examples.attribution(rows=rows)))
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert" in page


def test_totals_that_do_not_add_up_show_no_check():
    report = examples.attribution()
    broken = examples.overview(attribution=replace(report, rows=report.rows[2:]))
    good, bad = show(), show(broken)
    assert good.count("check-cell") == bad.count("check-cell") == 1
    assert 'd="M8 2.4' in bad.split("check-cell")[1].split("</td>")[0]
    assert 'd="m3 8.6' in good.split("check-cell")[1].split("</td>")[0]


def test_the_page_carries_no_inline_script_or_style():
    page = show()
    assert " style=" not in page
    assert "<style" not in page
    assert "<script>" not in page
    assert not re.search(r"\son\w+=", page)


def test_tables_have_captions_or_names_and_scopes():
    page = show()
    tables = re.findall(r"<table.*?</table>", page, flags=re.S)
    assert len(tables) == 2
    for table in tables:
        assert "<caption" in table or "aria-labelledby" in table
        assert all("scope=" in head for head in re.findall(r"<th\b[^>]*>", table))


def test_one_id_names_one_thing():
    ids = re.findall(r'\sid="([^"]+)"', show())
    assert len(ids) == len(set(ids))


def test_a_channel_with_an_interval_has_a_whisker_and_a_bar_that_is_solid_up_to_its_lower_end():
    report = replace(examples.overview(), intervals={"Organic Search": Interval(Decimal(26_000), Decimal(30_000))})
    page = show(report)
    assert page.count('class="whisker"') == 1
    bar = re.search(r'<svg class="bar ch-organic-search doubted".*?</svg>', page, re.S)[0]
    solid, whisker = (re.search(pattern, bar)[1] for pattern in (r'<rect width="([\d.]+%)"', r'x1="([\d.]+%)"'))
    assert solid == whisker == percent(26_000, 30_000)
    assert "Whiskers: 95% interval" in words(page)
    assert "Whiskers" not in words(show())
