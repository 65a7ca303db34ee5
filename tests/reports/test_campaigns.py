"""Campaigns, worked out by hand: whom each brought, what it earned and cost, and what it adds to the pipeline."""

from datetime import timedelta
from decimal import Decimal as D

import pytest
from django.test import Client
from django.utils import timezone

from campaigns.actions import put_spend
from campaigns.core.reading import read_row
from reports import campaign_visits
from reports.catalogue import campaigns, pipeline_heat, returns
from reports.catalogue.params import parse_params
from tests.reports.test_solved import Integrator
from tests.tracking.core.given import NOON, event, tagged
from tracking.actions import set_pipeline
from tracking.models import Stage

pytestmark = pytest.mark.django_db(transaction=True)
SPRING, AUTUMN = tagged("spring"), tagged("autumn", "facebook", "paid_social")
HERE = "https://shop.example.test/"
MARCH = {"start": "2026-03-01", "end": "2026-03-31"}
STAGES = [
    {"name": "Lead", "event": "Signed Up", "role": "lead"},
    {"name": "Won", "event": "Deal Won", "role": "customer"},
]
HALF_AN_HOUR = timedelta(minutes=30)


def pay(shop, amount, start, end, **key):
    put_spend(shop.shop.workspace, [read_row({"start": start, "end": end, "amount": amount, "currency": "EUR"} | key)])


@pytest.fixture
def shop():
    """Autumn starts and spring closes; each of five people has a line in the tests below."""
    shop = Integrator()
    set_pipeline(shop.shop.workspace, STAGES)
    (ada,) = shop.walk(AUTUMN, SPRING, worth=100)
    (bob,) = shop.walk(SPRING, worth=30)
    shop.walk(AUTUMN)
    shop.walk(SPRING, SPRING)
    (eve,) = shop.walk(HERE, worth=20)
    shop.order("nobody", NOON, 7)
    shop.walk(SPRING, on=NOON - timedelta(days=28), worth=10)
    shop.shop.post(
        [
            event("track", ada, NOON + HALF_AN_HOUR, name="Signed Up"),
            event("track", bob, NOON + HALF_AN_HOUR, name="Signed Up"),
            event("track", eve, NOON + HALF_AN_HOUR, name="Deal Won"),
        ]
    )
    shop.settle()
    key = {"source": "facebook", "medium": "paid_social", "campaign": "autumn"}
    pay(shop, 80, "2026-03-01", "2026-03-31", **key)
    pay(shop, 20, "2026-03-01", "2026-03-31", source="news", medium="email", campaign="spring")
    pay(shop, 33, "2026-02-20", "2026-02-20", source="google", medium="cpc")
    return shop


def build(shop, **query):
    with shop.shop.open():
        params = parse_params(shop.shop.workspace, MARCH | {"goal": "Order Completed"} | query, now=timezone.now())
        return campaigns.build(shop.shop.workspace, params, timezone.now())


def line_of(report, name):
    return next(line for line in report.lines if line.campaign == name)


def test_each_campaign_has_what_can_be_counted_by_hand(shop):
    report = build(shop)
    assert [line.campaign for line in report.lines] == ["spring", "autumn"]
    # Half of Ada's 100 and all of Bob's 30; visits of Ada, Bob and twice of the fourth.
    spring = line_of(report, "spring")
    assert (spring.now.returns.conversions, spring.now.returns.revenue) == (D("1.5"), D(80))
    assert (spring.now.returns.sessions, spring.now.people) == (4, 3)
    assert (spring.now.returns.cost, spring.now.returns.cpa) == (D(20), D("13.333333"))
    assert (spring.now.returns.roi, spring.now.returns.roas) == (3.0, 4.0)
    assert spring.channel == "Email"
    autumn = line_of(report, "autumn")
    assert (autumn.now.returns.conversions, autumn.now.returns.revenue) == (D("0.5"), D(50))
    assert (autumn.now.returns.sessions, autumn.now.people) == (2, 2)
    assert (autumn.now.returns.roi, autumn.now.returns.cpa) == (-0.375, D(160))


def test_the_pipeline_is_credited_like_conversions(shop):
    report = build(shop)
    assert report.roles == ["lead", "customer"]
    # Ada signed up when she had only met autumn, Bob when he had only met spring.
    assert line_of(report, "spring").now.added == {"lead": D(1), "opportunity": None, "customer": D(0)}
    assert line_of(report, "autumn").now.added == {"lead": D(1), "opportunity": None, "customer": D(0)}
    assert report.without.now.added["customer"] == 1
    assert report.total.now.added == {"lead": D(2), "opportunity": None, "customer": D(1)}


def test_the_period_before_stands_beside_each_figure(shop):
    report = build(shop)
    spring = line_of(report, "spring")
    assert (spring.before.returns.revenue, spring.before.returns.sessions, spring.before.people) == (D(10), 1, 1)
    autumn = line_of(report, "autumn").before
    assert (autumn.returns.revenue, autumn.returns.sessions, autumn.returns.cost) == (D(0), 0, D(0))
    assert (report.unassigned_cost, report.unassigned_cost_before) == (D(0), D(33))


def test_rows_and_what_stands_beside_them_make_the_total(shop):
    for model in ("linear", "first_touch", "markov_1", "shapley"):
        report = build(shop, model=model)
        assert report.adds_up
        assert report.total.now.returns.revenue == D(157)
        assert report.unattributed.now.returns.revenue == D(7)
        # Markov weighs all journeys together, so that what no campaign brought takes part of others' orders.
        assert model == "markov_1" or report.without.now.returns.revenue == D(20)
    assert (report.total.now.returns.sessions, report.total.now.people) == (7, 5)


def test_figures_are_those_of_returns_and_of_the_pipeline(shop):
    report = build(shop)
    with shop.shop.open():
        workspace, now = shop.shop.workspace, timezone.now()
        params = parse_params(workspace, MARCH | {"goal": "Order Completed", "group_by": "campaign"}, now=now)
        other = {row.group: row for row in returns.build(workspace, params, now).rows}
        stages = list(Stage.objects.of(workspace).order_by("position"))
        added = {
            row.campaign: row.by_role
            for row in pipeline_heat.build_campaigns(workspace, stages, params.period, "linear").rows
        }
    for line in report.lines:
        mine, theirs = line.now.returns, other[line.campaign]
        for name in ("conversions", "revenue", "cost", "sessions", "cpa", "roi", "roas"):
            assert getattr(mine, name) == getattr(theirs, name), (line.campaign, name)
        assert line.now.added == added[line.campaign]


def test_a_model_that_shares_no_single_entry_says_so(shop):
    report = build(shop, model="markov_1")
    assert line_of(report, "spring").now.added == {"lead": None, "opportunity": None, "customer": None}
    assert any("share no single entry" in note for note in report.notes)


def test_too_many_visits_are_counted_but_their_people_are_not_told_apart(shop, monkeypatch):
    monkeypatch.setattr(campaign_visits, "MOST_TOLD_APART", 6)
    report = build(shop)
    spring = line_of(report, "spring")
    assert (spring.now.returns.sessions, spring.now.people) == (4, None)
    assert (spring.before.returns.sessions, spring.before.people) == (1, 1)
    assert any("People are told apart among up to" in note for note in report.notes)


def test_the_finding_says_who_leads_and_who_loses(shop):
    finding = build(shop).finding
    assert finding.stress == "spring and autumn lead"
    assert finding.after == " the campaigns. 1 of 2 campaigns with spend earned more than they cost."
    assert finding.deck.startswith("Under Linear, 2 campaigns earned €130.00, 83% of all revenue; €10.00 in the period")
    assert "autumn cost €80.00 and earned €50.00." in finding.deck


def test_the_api_answers_the_same(shop):
    path = f"/api/v1/workspaces/{shop.shop.workspace.slug}/reports/campaigns/"
    answer = Client().get(path, MARCH, headers={"Authorization": f"Bearer {shop.secret}"})
    assert answer.status_code == 200, answer.content
    said = answer.json()
    spring = said["rows"][0]
    assert (spring["campaign"], spring["conversions"], spring["revenue"]) == ("spring", 1.5, "80.000000")
    assert (spring["sessions"], spring["people"], spring["cost"], spring["roi"]) == (4, 3, "20.000000", 3.0)
    assert spring["added"] == {"lead": 1.0, "opportunity": None, "customer": 0.0}
    assert spring["before"]["revenue"] == "10.000000"
    assert said["total"]["revenue"] == "157.000000"
    assert said["unattributed"]["conversions"] == 1.0
    wrong = Client().get(path, {"model": "clever"}, headers={"Authorization": f"Bearer {shop.secret}"})
    assert wrong.status_code == 400
