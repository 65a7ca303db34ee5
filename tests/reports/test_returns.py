"""Cost beside credit: the same credit as the attribution report, every cent of cost in its place."""

from datetime import UTC, date, datetime
from decimal import Decimal as D

import pytest
from django.test import Client

from accounts import actions
from accounts.models import Scope
from accounts.tenancy import workspace_scope
from campaigns.actions import put_spend
from campaigns.core.reading import read_rows
from common.money import find_rate
from reports.catalogue import attribution, returns
from reports.catalogue.params import parse_params
from reports.storage import GROUPS
from tests.reports.given import a_day, a_goal, a_mark, a_workspace
from tracking.models import Session

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 3, 12, tzinfo=UTC)
FEBRUARY = {"start": "2026-02-01", "end": "2026-02-28"}
FACEBOOK = {"source": "fb", "medium": "paid_social", "campaign": "spring"}
NEWSLETTER = {"source": "newsletter", "medium": "email"}


@pytest.fixture
def shop():
    workspace = a_workspace(currency="EUR")
    with workspace_scope(workspace):
        yield workspace


def pay(shop, *rows):
    whole_month = {**FEBRUARY, "currency": "EUR"}
    spends, wrongs = read_rows([whole_month | row for row in rows])
    assert wrongs == []
    assert put_spend(shop, spends).refused == []


def earn(shop):
    """Facebook ads earn 900,000 with 9 orders, e-mail 1,700,000 with 17; 10 came from nowhere."""
    goal = a_goal(shop)
    facebook = a_mark(shop, "Paid Social", source="facebook", medium="paid_social", campaign="spring")
    email = a_mark(shop, "Email", source="newsletter", medium="email")
    earned = {facebook: (9, 900_000), email: (17, 1_700_000)}
    a_day(goal, date(2026, 2, 3), earned, unattributed=(1, 10))
    return facebook, email


def build(shop, **query):
    return returns.build(shop, parse_params(shop, FEBRUARY | query, now=NOW), NOW)


def by_group(report):
    return {row.group: row for row in report.rows}


def test_facebook_returns_80_and_email_240_per_cent(shop):
    earn(shop)
    pay(shop, FACEBOOK | {"amount": 500_000}, NEWSLETTER | {"amount": "500000.00"})
    report = build(shop)
    rows = by_group(report)
    assert list(rows) == ["Email", "Paid Social"]
    assert (rows["Paid Social"].roi, rows["Paid Social"].roas) == (0.8, 1.8)
    assert (rows["Email"].roi, rows["Email"].roas) == (2.4, 3.4)
    assert rows["Paid Social"].cpa == D("55555.555556")
    assert (report.total.cost, report.total.revenue) == (1_000_000, 2_600_010)
    assert report.total.roas == 2.60001
    assert report.unassigned_cost == 0


@pytest.mark.parametrize("group_by", GROUPS)
def test_credit_is_the_attribution_reports_own_and_cost_adds_up(shop, group_by):
    earn(shop)
    pay(shop, FACEBOOK | {"amount": "333.33"}, NEWSLETTER | {"amount": 1}, {"channel": "Trade fair", "amount": "0.01"})
    report = build(shop, group_by=group_by)
    credit = attribution.build(shop, parse_params(shop, FEBRUARY | {"group_by": group_by}, now=NOW), NOW)
    assert report.attribution == credit
    earned = {row.group: (row.conversions, row.revenue) for row in credit.rows}
    assert {row.group: (row.conversions, row.revenue) for row in report.rows if row.revenue} == earned
    assert report.total.cost == D("334.34")
    assert sum(row.cost or 0 for row in report.rows) + report.unassigned_cost == report.total.cost


@pytest.mark.parametrize("group_by", ["content", "term", "landing_page"])
def test_where_spend_cannot_say_cost_is_left_empty_with_a_note(shop, group_by):
    earn(shop)
    pay(shop, FACEBOOK | {"amount": 100})
    report = build(shop, group_by=group_by)
    assert [(row.cost, row.roi, row.roas, row.cpa) for row in report.rows] == [(None, None, None, None)]
    assert any("cost is not known" in note for note in report.rows[0].notes)
    assert any("known in total only" in note for note in report.notes)
    assert (report.unassigned_cost, report.total.cost) == (100, 100)
    assert report.total.roas == pytest.approx(26000.1)


def test_what_was_paid_for_and_earned_nothing_has_a_row_of_its_own(shop):
    earn(shop)
    pay(shop, {"channel": "Trade fair", "amount": 70})
    report = build(shop)
    fair = by_group(report)["Trade fair"]
    assert (fair.conversions, fair.revenue, fair.cost) == (0, 0, 70)
    assert (fair.roi, fair.roas, fair.cpa, fair.conversion_rate) == (-1, 0, None, None)
    assert fair.notes == [
        "There is no conversion rate: no session is known.",
        "There is no CPA: no conversion is credited.",
    ]
    email = by_group(report)["Email"]
    assert (email.cost, email.roi, email.roas, email.cpa) == (0, None, None, 0)
    assert "2 rows: There is no ROI and no ROAS: nothing was spent." in report.notes


def test_money_that_names_no_campaign_stands_apart(shop):
    earn(shop)
    pay(shop, FACEBOOK | {"amount": 100}, FACEBOOK | {"campaign": None, "amount": 11})
    rows = by_group(report := build(shop, group_by="campaign"))
    assert (rows["spring"].cost, rows[None].cost, report.unassigned_cost) == (100, None, 11)
    assert any("unassigned" in note for note in report.notes)
    assert report.total.cost == 111
    by_source = build(shop, group_by="source")
    assert by_group(by_source)["facebook"].cost == 111
    assert by_group(by_source)["newsletter"].cost == 0
    assert not any("unassigned" in note for note in by_source.notes)


def test_parts_of_a_row_add_up_to_the_cent(shop):
    a_goal(shop)
    pay(shop, {"channel": "Email", "amount": "100.00"})
    weeks = [("2026-01-01", "2026-02-01"), ("2026-02-02", "2026-02-14"), ("2026-02-15", "2026-03-31")]
    costs = [build(shop, start=start, end=end).total.cost for start, end in weeks]
    assert sum(costs) == 100
    assert all(cost == cost.quantize(D("0.01")) for cost in costs)
    assert costs[0] == D("3.58")


def test_each_day_of_foreign_money_costs_what_it_was_worth_that_day(shop):
    a_goal(shop)
    pay(shop, {"channel": "Email", "amount": 20, "currency": "USD", "start": "2026-02-03", "end": "2026-02-04"})
    rates = [find_rate("USD", "EUR", date(2026, 2, day)).factor for day in (3, 4)]
    assert rates[0] != rates[1]
    assert build(shop).total.cost == pytest.approx(10 * sum(rates), abs=D("0.000001"))


def test_cost_without_a_rate_is_not_known_and_never_a_part_of_it(shop):
    earn(shop)
    pay(shop, FACEBOOK | {"amount": 100}, FACEBOOK | {"campaign": "b", "amount": 28, "currency": "VES"})
    report = build(shop)
    row = by_group(report)["Paid Social"]
    assert (row.cost, row.roi, row.roas, row.cpa) == (None, None, None, None)
    assert (report.total.cost, by_group(report)["Email"].cost) == (None, 0)
    assert any(note.startswith("28 days of spend have no exchange rate to EUR") for note in report.notes)


def test_a_changed_channel_rule_moves_the_cost(shop):
    a_goal(shop)
    pay(shop, NEWSLETTER | {"amount": 5})
    assert by_group(build(shop))["Email"].cost == 5
    shop.channel_rules = [{"channel": "Letters", "all": [{"field": "source", "op": "equals", "value": "newsletter"}]}]
    assert by_group(build(shop))["Letters"].cost == 5


def test_sessions_give_the_conversion_rate(shop):
    facebook, email = earn(shop)
    for number, mark in enumerate([facebook] * 36 + [email]):
        at = datetime(2026, 2, 28, 23, 0, number, tzinfo=UTC)
        Session.objects.create(workspace=shop, person_id=1, started_at=at, ended_at=at, hits=1, mark_id=mark)
    for day in (datetime(2026, 1, 31, 23, 59, tzinfo=UTC), datetime(2026, 3, 1, tzinfo=UTC)):
        Session.objects.create(workspace=shop, person_id=1, started_at=day, ended_at=day, hits=1, mark_id=email)
    report = build(shop)
    rows = by_group(report)
    assert (rows["Paid Social"].sessions, rows["Paid Social"].conversion_rate) == (36, 0.25)
    assert (rows["Email"].sessions, report.total.sessions) == (1, 37)


def test_the_largest_cost_over_the_smallest_credit_is_a_number(shop):
    goal, mark = a_goal(shop), a_mark(shop, "Email")
    a_day(goal, date(2026, 2, 3), {mark: (0.000000001, 0.000001)}, unattributed=(1, 0))
    pay(shop, *({"channel": "Email", "campaign": f"{n}", "amount": 10**10} for n in range(1000)))
    row = by_group(build(shop))["Email"]
    assert row.cpa == D(10) ** 22


def test_the_api_shows_the_very_same_report():
    shop = a_workspace(currency="EUR")
    with workspace_scope(shop):
        earn(shop)
        pay(shop, FACEBOOK | {"amount": 500_000}, {"channel": "Trade fair", "amount": 70})
        report = build(shop, group_by="source")
    shown = ask(shop, "returns", **FEBRUARY, group_by="source")
    assert shown["rows"][1] == {
        "source": "facebook",
        "conversions": 9.0,
        "revenue": "900000.000000",
        "cost": "500000.000000",
        "sessions": 0,
        "conversion_rate": None,
        "cpa": "55555.555556",
        "roi": 0.8,
        "roas": 1.8,
        "notes": ["There is no conversion rate: no session is known."],
        "claimed_conversions": None,
        "claimed_value": None,
        "claim_difference": None,
        "roi_interval": None,
        "too_close_to_call": None,
    }
    assert shown["unassigned"] == {"cost": "70.000000"}
    assert shown["unattributed"] == {"conversions": 1.0, "revenue": "10.000000"}
    assert shown["total"]["cost"] == "500070.000000"
    assert shown["notes"] == report.notes
    credit = ask(shop, "attribution", **FEBRUARY, group_by="source")
    for name in set(credit) - {"rows", "total", "notes", "as_of"}:
        assert shown[name] == credit[name], name


def ask(shop, name, **query):
    secret = actions.create_api_token(shop.agency, scope=Scope.READ)[1]
    address = f"/api/v1/workspaces/{shop.slug}/reports/{name}/"
    answer = Client().get(address, query, headers={"Authorization": f"Bearer {secret}"})
    assert answer.status_code == 200, answer.content
    return answer.json()
