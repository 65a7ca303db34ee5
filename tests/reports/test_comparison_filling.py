"""The comparison of models while conversions still come in: nobody is called a loser who only waits for them."""

from datetime import UTC, datetime
from decimal import Decimal as D

import pytest
from django.test import Client

from reports.api.comparison import show_comparison
from reports.api.serializers import show_credited
from reports.catalogue import comparison
from reports.catalogue.params import parse_params
from reports.core.lateness import Lateness
from reports.core.verdicts import Verdict
from reports.storage_lateness import save_lateness
from tests.reports.test_comparison import MARCH, NOW, a_month, build, pay, rows_of
from tests.reports.test_solved import Integrator

pytestmark = pytest.mark.django_db(transaction=True)
# Of 100: 50 in hour 20, 50 in hour 500. On 2 April the days from 13 March on began less than 500 hours ago.
HALF = Lateness(days=30, conversions=100, hours=[20, 500], came=[50, 50], out_of=[50, 100])


@pytest.fixture
def shop() -> Integrator:
    shop = Integrator()
    a_month(shop)
    with shop.shop.open():
        goal = parse_params(shop.shop.workspace, MARCH, now=NOW).goal
        save_lateness(shop.shop.workspace, {goal.pk: HALF}, NOW)
    return shop


def missing_of(report) -> D:
    return report.still_filling.expected.revenue - report.total.revenue


def test_what_is_still_to_come_is_expected_as_everywhere(shop):
    report = build(shop)
    assert len(report.still_filling.filling) == 19
    # As much again as came in on 13 to 17 March.
    assert missing_of(report) == sum(2 * (100 + day) + 40 * (2 + day % 3) for day in range(11, 16))
    assert any(note.startswith("Still filling: these 19 days hold 50%") for note in report.notes)
    assert "is expected once late conversions are in." in report.finding.deck


def test_who_only_waits_for_late_conversions_has_not_lost(shop):
    most = rows_of(build(shop))["Paid Social"].high
    pay(shop, float(most) + 100, source="facebook", medium="paid_social")
    pay(shop, 9, channel="Display")
    pay(shop, 100, source="google", medium="cpc")
    pay(shop, 1, source="news", medium="email")
    report = build(shop)
    verdicts = {name: row.verdict for name, row in rows_of(report).items()}
    assert verdicts == {
        "Paid Social": Verdict.TOO_EARLY,
        "Display": Verdict.TOO_EARLY,
        "Paid Search": Verdict.TOO_EARLY,
        "Email": Verdict.WINS,
    }
    assert report.finding.stress == "Email pays for itself under all 12 models."
    assert report.finding.after == ""
    assert "depends on the model" not in report.finding.deck


def test_who_would_lose_with_all_that_is_still_to_come_has_lost(shop):
    report = build(shop)
    most = rows_of(report)["Paid Social"].high + missing_of(report)
    pay(shop, float(most) + 100, source="facebook", medium="paid_social")
    assert rows_of(build(shop))["Paid Social"].verdict is Verdict.LOSES


def test_the_finding_says_that_it_is_too_early_and_who_leads_so_far(shop):
    assert build(shop, model="last_touch").finding.before == "So far, "
    pay(shop, 3_500, source="facebook", medium="paid_social")
    assert build(shop).finding.stress == "Whether Paid Social pays for itself is too early to say."


def test_days_that_nobody_can_tell_withhold_the_verdict_too(shop):
    pay(shop, 50_000, source="facebook", medium="paid_social")
    # 1 April has begun an hour ago, and nothing is known of the days to come.
    now = datetime(2026, 4, 1, 1, tzinfo=UTC)
    with shop.shop.open():
        asked = {"start": "2026-03-01", "end": "2026-04-05"}
        params = parse_params(shop.shop.workspace, asked, now=now)
        report = comparison.build(shop.shop.workspace, params, now)
    assert rows_of(report)["Paid Social"].verdict is Verdict.TOO_EARLY


def test_changes_are_so_far_while_the_period_before_still_fills(shop):
    april = {"start": "2026-03-25", "end": "2026-03-31"}
    report = build(shop, **april)
    assert (report.before_filling, report.changes_so_far) == (True, True)
    old = build(shop, start="2026-03-01", end="2026-03-05")
    assert (old.before_filling, old.changes_so_far, old.still_filling.filling) == (False, False, [])


def test_the_api_tells_the_same(shop):
    pay(shop, 3_500, source="facebook", medium="paid_social")
    report = build(shop)
    shown = show_comparison(report)
    assert (shown["still_filling"], shown["before_still_filling"]) == (True, False)
    assert shown["expected"] == show_credited(report.still_filling.expected)
    assert {row["group"]: row["verdict"] for row in shown["rows"]}["Paid Social"] == "too_early"
    answer = (
        Client()
        .get(
            f"/api/v1/workspaces/{shop.shop.workspace.slug}/reports/comparison/",
            MARCH,
            headers={"Authorization": f"Bearer {shop.secret}"},
        )
        .json()
    )
    # Now is long after: everything is in, and the verdicts stand.
    assert (answer["still_filling"], answer["before_still_filling"], answer["expected"]) == (False, False, None)
    assert {row["group"]: row["verdict"] for row in answer["rows"]}["Paid Social"] == "loses"
