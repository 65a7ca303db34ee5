"""All models side by side, over events that were really derived and filled."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal as D

import pytest
from django.test import Client
from django.test.utils import CaptureQueriesContext

from campaigns.actions import put_spend
from campaigns.core.reading import read_row
from reports.catalogue import attribution, comparison, overview
from reports.catalogue.params import parse_params
from reports.core.verdicts import Verdict
from tests.reports.test_solved import Integrator
from tests.tracking.core.given import NOON, tagged

pytestmark = pytest.mark.django_db(transaction=True)

DAY = timedelta(days=1)
EMAIL = tagged("spring")
SEARCH = tagged("brand", source="google", medium="cpc")
SOCIAL = tagged("autumn", source="facebook", medium="paid_social")
MARCH = {"start": "2026-03-01", "end": "2026-03-31"}
NOW = datetime(2026, 4, 2, tzinfo=UTC)


@pytest.fixture
def shop() -> Integrator:
    return Integrator()


def a_month(shop: Integrator, days: int = 16) -> None:
    """Social starts, search closes, e-mail is alone; every day a little different."""
    for day in range(days):
        at = NOON + day * DAY
        shop.walk(SOCIAL, SEARCH, on=at, worth=100 + day, times=2)
        shop.walk(EMAIL, on=at, worth=40, times=2 + day % 3)
        shop.walk(SOCIAL, on=at)
    shop.order("nobody", NOON, 7)
    shop.settle()


def pay(shop: Integrator, amount: float, **key: str) -> None:
    put_spend(shop.shop.workspace, [read_row(MARCH | {"currency": "EUR", "amount": amount} | key)])


def build(shop: Integrator, **query: str):
    with shop.shop.open():
        params = parse_params(shop.shop.workspace, MARCH | query, now=NOW)
        return comparison.build(shop.shop.workspace, params, NOW)


def rows_of(report):
    return {row.group: row for row in report.rows}


def test_every_model_hands_out_the_same_and_agrees_with_its_own_report(shop):
    a_month(shop)
    report = build(shop)
    assert report.adds_up
    assert len(report.models) == 12
    with shop.shop.open():
        for model in report.models:
            assert model.credited.revenue + report.unattributed.revenue == report.total.revenue
            asked = parse_params(shop.shop.workspace, MARCH | {"model": model.name}, now=NOW)
            alone = attribution.build(shop.shop.workspace, asked, NOW)
            assert {row.group: (row.conversions, row.revenue) for row in alone.rows} == {
                row.group: (row.credits[model.name].conversions, row.credits[model.name].revenue)
                for row in report.rows
                if row.credits[model.name].conversions
            }
    assert report.unattributed.revenue == D("7.000000")


def test_the_range_runs_from_the_least_to_the_most_generous_model(shop):
    a_month(shop)
    social = rows_of(build(shop))["Paid Social"]
    whole = sum(2 * (100 + day) for day in range(16))
    assert (social.low, social.low_model) == (0, "last_touch")
    assert (social.high, social.high_model) == (whole, "first_touch")
    assert social.credits["linear"].revenue == D(whole) / 2
    assert social.journeys == 32


def test_costs_are_judged_under_every_model(shop):
    a_month(shop)
    pay(shop, 100, source="google", medium="cpc")
    pay(shop, 1, source="news", medium="email")
    pay(shop, 5_000, source="facebook", medium="paid_social")
    pay(shop, 9, channel="Display")
    report = build(shop)
    rows = rows_of(report)
    # Search earns nothing under first touch, everything under last touch.
    assert rows["Paid Search"].verdict is Verdict.DEPENDS
    assert rows["Email"].verdict is Verdict.WINS
    assert rows["Paid Social"].verdict is Verdict.LOSES
    assert rows["Display"].verdict is Verdict.LOSES
    assert rows["Paid Search"].roi_low == -1
    assert rows["Paid Search"].roi_high == pytest.approx(float(rows["Paid Search"].high) / 100 - 1)
    finding = report.finding
    assert finding.stress == "Email pays for itself under all 12 models."
    assert finding.after == " Paid Social and Display never do."
    assert finding.deck.startswith("Paid Search depends on the model: Last touch gives it €3,440")


def test_intervals_hold_their_estimate_and_close_groups_are_said_to_be_close(shop):
    a_month(shop)
    report = build(shop)
    for row in report.rows:
        interval = row.revenue_interval
        assert interval.low <= row.credits["linear"].revenue <= interval.high
        assert interval.low < interval.high
    search, social, email = (rows_of(report)[name] for name in ("Paid Search", "Paid Social", "Email"))
    # Both earn half of the very same orders: no draw can part them, and they are what each other is.
    assert search.credits["linear"] == social.credits["linear"]
    assert [row.group for row in report.rows[:1]] == ["Email"] or report.rows[0].too_close_to_next
    assert email.conversions_interval.low < D(48) < email.conversions_interval.high


@pytest.mark.parametrize("model", ["first_touch", "time_decay", "shapley", "markov_1", "markov_2"])
def test_every_kind_of_model_has_intervals(shop, model):
    a_month(shop)
    report = build(shop, model=model)
    email = rows_of(report)["Email"]
    assert email.revenue_interval.low <= email.credits[model].revenue <= email.revenue_interval.high
    assert email.revenue_interval.half > 0


def test_too_few_days_have_no_interval_and_too_few_journeys_no_verdict(shop):
    a_month(shop, days=13)
    pay(shop, 1, source="google", medium="cpc")
    report = build(shop, end=(NOON + 12 * DAY).date().isoformat())
    search = rows_of(report)["Paid Search"]
    assert search.revenue_interval is None
    assert search.gate == "Not enough journeys yet (26 of 30)"
    assert search.verdict is Verdict.TOO_FEW
    assert "95% intervals need at least 14 days of conversions." in report.notes
    assert rows_of(report)["Email"].gate == ""
    assert rows_of(report)["Email"].revenue_interval is None


def test_campaigns_beyond_thirty_stand_together_under_every_model(shop):
    for number in range(32):
        shop.walk(tagged(f"c{number:02}"), worth=10, times=1 + (number < 30))
    shop.settle()
    report = build(shop, group_by="campaign")
    rows = rows_of(report)
    assert len(rows) == 31
    assert {name: credit.revenue for name, credit in rows["(other)"].credits.items()} == dict.fromkeys(
        rows["c00"].credits, D(20)
    )
    assert report.adds_up


def test_other_groupings_know_the_rules_only(shop):
    a_month(shop, days=2)
    report = build(shop, group_by="landing_page")
    assert len(report.models) == 9
    assert report.adds_up
    assert "Markov and Shapley know channels and campaigns only." in report.notes
    # Rows of spend cannot say which page was paid for.
    assert {row.verdict for row in report.rows} == {Verdict.UNKNOWN}


def test_without_spend_the_finding_says_who_leads(shop):
    a_month(shop)
    finding = build(shop).finding
    assert finding.stress + finding.after == "Email and Paid Search lead, too close to call."


def test_a_leader_under_every_model_is_named(shop):
    for day in range(16):
        shop.walk(EMAIL, on=NOON + day * DAY, worth=100, times=2)
    shop.settle()
    assert build(shop).finding.stress == "Email leads under all 12 models."


def test_the_api_answers_the_same_and_few_questions_are_asked(shop):
    from django.db import connection

    a_month(shop)
    pay(shop, 100, source="google", medium="cpc")
    path = f"/api/v1/workspaces/{shop.shop.workspace.slug}/reports/comparison/"
    with CaptureQueriesContext(
        connection,
    ) as asked:
        answer = Client().get(path, MARCH, headers={"Authorization": f"Bearer {shop.secret}"})
    assert answer.status_code == 200, answer.content
    assert len(asked) <= 30
    said = answer.json()
    report = build(shop)
    row, shown = rows_of(report)["Paid Search"], next(row for row in said["rows"] if row["group"] == "Paid Search")
    assert shown["cost"] == "100.000000"
    assert shown["models"]["linear"]["revenue"] == f"{row.credits['linear'].revenue:.6f}"
    assert shown["revenue_interval"]["low"] == f"{row.revenue_interval.low:.6f}"
    assert shown["verdict"] == "depends"
    # From the first day with a conversion to the end of the month.
    assert said["evidence"] == {"days_drawn": 32 - NOON.day, "days_needed": 14, "journeys_needed": 30}
    assert said["finding"].startswith("Whether Paid Search pays for itself depends on the model.")


@pytest.mark.parametrize("model", ["linear", "shapley", "markov_1"])
def test_the_overview_shows_the_same_intervals_and_who_is_too_close(shop, model):
    a_month(shop)
    shop.walk(tagged("rare", source="bing", medium="cpm"), worth=900)
    shop.settle()
    compared = rows_of(build(shop, model=model))
    with shop.shop.open():
        report = overview.build(
            shop.shop.workspace, parse_params(shop.shop.workspace, MARCH | {"model": model}, now=NOW), NOW
        )
    assert set(report.intervals) == {"Email", "Paid Search", "Paid Social"}
    assert report.intervals == {name: compared[name].revenue_interval for name in report.intervals}


def test_two_leaders_that_no_interval_parts_are_too_close_to_call(shop):
    for day in range(16):
        at = NOON + day * DAY
        shop.walk(EMAIL, on=at, worth=100 + 40 * (day % 2), times=2)
        shop.walk(SEARCH, on=at, worth=120, times=2)
    shop.settle()
    with shop.shop.open():
        report = overview.build(shop.shop.workspace, parse_params(shop.shop.workspace, MARCH, now=NOW), NOW)
    assert report.finding.stress + report.finding.after == "Email and Paid Search lead, too close to call."
