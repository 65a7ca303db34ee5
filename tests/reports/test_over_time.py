"""Credit over time: it adds up in every slot, to the report of the whole, and to the period before."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal as D

import pytest
from django.test import Client

from common.errors import Refusal
from reports.catalogue import attribution, over_time
from reports.catalogue.params import parse_params
from tests.reports.test_comparison import EMAIL, SOCIAL, a_month
from tests.reports.test_solved import Integrator
from tests.tracking.core.given import NOON, tagged

pytestmark = pytest.mark.django_db(transaction=True)
DAYS = {"start": "2026-03-01", "end": "2026-03-20"}
NOW = datetime(2026, 3, 17, 15, tzinfo=UTC)


@pytest.fixture
def shop() -> Integrator:
    return Integrator()


def build(shop: Integrator, interval: str = "day", **query: str):
    with shop.shop.open():
        params = parse_params(shop.shop.workspace, DAYS | query, now=NOW)
        return over_time.build(shop.shop.workspace, params, interval, NOW)


@pytest.mark.parametrize("model", ["linear", "time_decay", "shapley"])
@pytest.mark.parametrize("interval", ["day", "week", "month"])
def test_every_slot_adds_up_and_all_slots_make_the_report(shop, model, interval):
    a_month(shop)
    report = build(shop, interval, model=model)
    for place, total in enumerate(report.totals):
        parts = [series.slots[place] for series in report.series] + [report.unattributed[place]]
        assert sum(part.revenue for part in parts) == total.revenue
        assert sum(part.conversions for part in parts) == total.conversions
    with shop.shop.open():
        params = parse_params(shop.shop.workspace, DAYS | {"model": model}, now=NOW)
        whole = attribution.build(shop.shop.workspace, params, NOW)
    assert {series.group: series.total.revenue for series in report.series} == {
        row.group: row.revenue for row in whole.rows
    }
    assert report.total == whole.total


def test_slots_know_whether_they_are_over(shop):
    a_month(shop, days=2)
    complete = {slot.start: slot.complete for slot in build(shop).slots}
    assert complete[NOON.date()]
    assert not complete[(NOW - timedelta(hours=1)).date()]


def test_the_period_before_stands_beside(shop):
    shop.walk(EMAIL, on=NOON, worth=30)
    shop.walk(SOCIAL, on=NOON + timedelta(days=3), worth=50)
    shop.settle()
    report = build(shop, start="2026-03-05", end="2026-03-07")
    series = {one.group: one for one in report.series}
    assert series["Email"].before.revenue == D(30)
    assert [slot.revenue for slot in series["Email"].slots_before] == [30, 0, 0]
    assert [slot.revenue for slot in series["Paid Social"].slots] == [50, 0, 0]
    assert (report.total.revenue, report.total_before.revenue) == (50, 30)


def test_small_groups_stand_together_at_the_end(shop):
    for number in range(22):
        shop.walk(tagged(f"c{number:02}"), worth=100 - number)
    shop.settle()
    series = build(shop, group_by="campaign").series
    assert [series[0].group, series[-1].group, len(series)] == ["c00", "(other)", 21]
    assert series[-1].total.revenue == 80 + 79


@pytest.mark.parametrize("model", ["markov_1", "markov_2"])
def test_markov_has_no_days(shop, model):
    with pytest.raises(Refusal) as refused:
        build(shop, model=model)
    assert (refused.value.code, refused.value.field) == ("not_by_day", "model")


def test_the_api_answers_by_week_and_names_what_is_wrong(shop):
    a_month(shop, days=3)
    path = f"/api/v1/workspaces/{shop.shop.workspace.slug}/reports/over-time/"

    def ask(**query: str):
        return Client().get(path, DAYS | query, headers={"Authorization": f"Bearer {shop.secret}"})

    said = ask(interval="week").json()
    assert [slot["start"] for slot in said["slots"]] == ["2026-03-01", "2026-03-02", "2026-03-09", "2026-03-16"]
    assert {series["group"] for series in said["series"]} == {"Paid Social", "Paid Search", "Email"}
    assert said["series"][0]["slots"][1]["revenue"].endswith(".000000")
    for query in ({"interval": "year"}, {"model": "markov_1"}):
        answer = ask(**query)
        assert answer.status_code == 400
        assert answer.json()["errors"][0]["field"] in query
