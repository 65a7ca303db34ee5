"""Returns by week and month: each cell is what the returns of those days alone would say."""

from datetime import UTC, date, datetime
from decimal import Decimal as D

import pytest

from accounts.tenancy import workspace_scope
from campaigns.actions import put_spend
from campaigns.core.reading import read_rows
from common.errors import Refusal
from reports.catalogue import returns, returns_over_time
from reports.catalogue.params import parse_params
from tests.reports.given import a_day, a_goal, a_mark, a_workspace
from tracking.models import Conversion, Session, Touch
from tracking.storage.open_paths import save_open_paths

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 4, 3, 12, tzinfo=UTC)
WEEKS = {"start": "2026-02-25", "end": "2026-03-17"}
ROWS = [
    {"start": "2026-02-20", "end": "2026-03-12", "amount": "333.33", "channel": "Email"},
    {"start": "2026-03-10", "end": "2026-03-10", "amount": 40, "source": "fb", "medium": "paid_social"},
    {"start": "2026-03-01", "end": "2026-03-31", "amount": 31, "channel": "Display"},
]


@pytest.fixture
def shop():
    workspace = a_workspace(currency="EUR", timezone="America/New_York")
    with workspace_scope(workspace):
        goal = a_goal(workspace)
        email, social = a_mark(workspace, "Email"), a_mark(workspace, "Paid Social", source="facebook")
        other = a_mark(workspace, "Email", campaign="other")
        a_day(goal, date(2026, 2, 26), {email: (2, 50), other: (1, 5)}, unattributed=(1, 9))
        a_day(goal, date(2026, 3, 1), {email: (1, 70)})
        a_day(goal, date(2026, 3, 2), {social: (3, 90)})
        a_day(goal, date(2026, 3, 11), {social: (1, 10), email: (1.5, 15)})
        a_day(goal, date(2026, 3, 11), {email: (9, 900)}, rule="last_touch")
        # 04:30 in UTC is still the evening of the eighth in New York.
        for place, at in enumerate(["2026-03-09T03:30:00Z", "2026-03-09T12:00:00Z", "2026-03-02T12:00:00Z"]):
            Session.objects.create(
                workspace=workspace, person_id=place, started_at=at, ended_at=at, hits=1, mark_id=email
            )
        spends, wrongs = read_rows([{"currency": "EUR"} | row for row in ROWS])
        assert wrongs == []
        put_spend(workspace, spends)
        yield workspace


def build(shop, **query):
    return returns_over_time.build(shop, returns_over_time.read_over_time(shop, WEEKS | query, now=NOW), NOW)


@pytest.mark.parametrize("step", ["week", "month"])
@pytest.mark.parametrize("model", ["linear", "last_touch"])
def test_each_cell_is_what_the_returns_of_its_days_say(shop, step, model):
    report = build(shop, step=step, model=model)
    assert len(report.parts) == {"week": 4, "month": 2}[step]
    seen = 0
    for place, part in enumerate(report.parts):
        asked = {"start": str(part.start), "end": str(part.end), "model": model}
        rows = returns.build(shop, parse_params(shop, asked, now=NOW), NOW).rows
        for row in rows:
            cell = report.rows[row.group][place]
            assert (cell.conversions, cell.revenue, cell.sessions) == (row.conversions, row.revenue, row.sessions)
            assert (cell.cost, cell.returns.conversion_rate) == (row.cost, row.conversion_rate)
            if row.cost:
                assert (cell.returns.cpa, cell.returns.roi, cell.returns.roas) == (row.cpa, row.roi, row.roas)
            seen += 1
        paid = [row for row in rows if row.cost]
        cost = sum(row.cost for row in paid)
        if cost:
            assert report.total[place].returns.roas == float(sum(row.revenue for row in paid) / cost)
    assert seen >= 4


def test_a_channel_that_nobody_paid_for_has_no_returns(shop):
    social = build(shop).rows["Paid Social"]
    assert [cell.returns.roi for cell in social] == [None, None, -0.75, None]
    assert [cell.returns.cpa for cell in social] == [None, None, 40, None]


def test_lifetime_value_is_that_of_all_orders_up_to_the_last_day(shop):
    goal_id = parse_params(shop, WEEKS, now=NOW).goal.pk
    email = a_mark(shop, "Email")
    Touch.objects.create(workspace=shop, person_id=1, at="2026-02-01T00:00:00Z", mark_id=email)
    save_open_paths(shop.pk, [1])
    orders = [(1, "2026-02-10T12:00:00Z", 30), (1, "2026-03-05T12:00:00Z", 50), (2, "2026-03-12T12:00:00Z", 8)]
    for place, (person, at, value) in enumerate(orders):
        Conversion.objects.create(
            workspace=shop,
            goal_id=goal_id,
            key=str(place),
            person_id=person,
            at=at,
            message_id=str(place),
            value_micros=value * 1_000_000,
            currency="EUR",
        )
    report = build(shop)
    assert [cell.clv for cell in report.rows["Email"]] == [D(30), D(80), D(80), D(80)]
    assert [cell.clv for cell in report.total] == [D(30), D(80), D(44), D(44)]
    assert [cell.customers for cell in report.total] == [1, 1, 2, 2]


@pytest.mark.parametrize(
    ("query", "field"),
    [({"step": "day"}, "step"), ({"model": "markov_1"}, "model"), ({"start": "2020-01-01"}, "start")],
)
def test_what_cannot_be_shown_is_refused_by_name(shop, query, field):
    with pytest.raises(Refusal) as refused:
        build(shop, **query)
    assert refused.value.field == field


def test_the_question_costs_a_handful_of_statements(shop, django_assert_max_num_queries):
    params = returns_over_time.read_over_time(shop, WEEKS, now=NOW)
    with django_assert_max_num_queries(12):
        returns_over_time.build(shop, params, NOW)
