"""All clients beside each other: the very figures of their own reports, each in its own money, the worst first."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal as D

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts import actions
from accounts.tenancy import workspace_scope
from campaigns.actions import put_spend
from campaigns.core.spend import Spend
from common.periods import Period
from reports.catalogue import overview, returns
from reports.catalogue.agency import State, build
from reports.catalogue.params import parse_params
from reports.models import Edition, Schedule
from tests.reports.given import a_day, a_goal, a_mark, a_workspace
from tracking.models import ChangedDay, EventCount

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 30, 12, tzinfo=UTC)
PERIOD = Period(date(2026, 3, 1), date(2026, 3, 30))
EARLIER = date(2026, 2, 10)


def a_client(name="Shop", *, revenue=100, before=80, last_at=NOW, events=1000, **settings):
    """A workspace with an order in each of the two periods, by Paid Search, and events until `last_at`."""
    workspace = a_workspace(name, currency="EUR", **settings)
    with workspace_scope(workspace):
        goal = a_goal(workspace)
        mark = a_mark(workspace, "Paid Search", source="google", medium="cpc")
        if revenue:
            a_day(goal, date(2026, 3, 2), {mark: (1, revenue)}, unattributed=(1, 20))
        if before:
            a_day(goal, EARLIER, {mark: (1, before)})
        if last_at:
            EventCount.objects.create(workspace=workspace, received_at=last_at, events=events)
    return workspace


def row_of(workspace):
    return build([workspace], NOW).rows[0]


def state_of(workspace):
    return row_of(workspace).health.state


def test_it_shows_the_overviews_own_revenue_and_the_returns_own_roas():
    shop = a_client()
    mine = Spend(date(2026, 3, 1), date(2026, 3, 4), 40_000_000, "EUR", source="google", medium="cpc", campaign="brand")
    abroad = Spend(date(2026, 2, 25), date(2026, 3, 6), 10_000_000, "USD", channel="Display")
    put_spend(shop, [mine, abroad])
    row = row_of(shop)
    query = {"start": str(PERIOD.start), "end": str(PERIOD.end)}
    with workspace_scope(shop):
        params = parse_params(shop, query, now=NOW)
        shown = overview.build(shop, params, NOW)
        paid = returns.build(shop, params, NOW)
    revenue, conversions = shown.figures[:2]
    assert (row.revenue.value, row.revenue.before, row.revenue.change) == (
        revenue.value, revenue.before, revenue.change,
    )  # fmt: skip
    assert (row.conversions.value, row.conversions.before) == (conversions.value, conversions.before)
    assert [day.value for day in row.days] == [day.revenue for day in shown.days]
    assert row.cost == paid.total.cost > 40
    spent_on = [each for each in paid.rows if each.cost]
    assert row.roas == float(sum(each.revenue for each in spent_on) / sum(each.cost for each in spent_on))


def test_money_without_a_rate_is_not_known_rather_than_nothing():
    shop = a_client()
    put_spend(shop, [Spend(date(2026, 3, 1), date(2026, 3, 1), 1_000_000, "XAG", channel="Display")])
    row = row_of(shop)
    assert (row.cost, row.roas) == (None, None)


def test_without_spend_there_is_no_roas():
    row = row_of(a_client())
    assert (row.cost, row.roas) == (D(0), None)


@pytest.mark.parametrize(
    ("hours", "events", "state"),
    [(1, 1000, State.HEALTHY), (25, 1000, State.SILENT), (25, 10, State.HEALTHY), (24 * 7 + 1, 10, State.SILENT)],
)
def test_whoever_sends_often_is_missed_sooner(hours, events, state):
    assert state_of(a_client(last_at=NOW - timedelta(hours=hours), events=events)) == state


def test_states_are_told_apart():
    assert state_of(a_client(last_at=None, revenue=0, before=0)) == State.NO_EVENTS
    assert state_of(a_client(before=0)) == State.STARTED
    filling = a_client()
    with workspace_scope(filling):
        for n in range(9):
            ChangedDay.objects.create(workspace=filling, day=EARLIER + timedelta(days=n))
    assert state_of(filling) == State.FILLING


def test_a_report_that_is_held_back_is_told_with_its_reason():
    shop = a_client(last_at=NOW - timedelta(hours=2))
    with workspace_scope(shop):
        plan = Schedule.objects.create(workspace=shop, is_on=True, next_due_at=NOW)
        week = {"start": date(2026, 3, 16), "end": date(2026, 3, 22), "due_at": NOW, "schedule_id": plan.pk}
        Edition.objects.create(workspace=shop, **week, reason="No order came in.", look_again_at=NOW)
    row = row_of(shop)
    assert (row.health.state, row.health.reason, row.due_at) == (State.HELD_BACK, "No order came in.", NOW)


def test_a_workspace_that_began_just_now_is_filled_whatever_its_report_waits_for():
    shop = a_client()
    with workspace_scope(shop):
        plan = Schedule.objects.create(workspace=shop, is_on=True, next_due_at=NOW)
        week = {"start": date(2026, 3, 16), "end": date(2026, 3, 22), "due_at": NOW, "schedule_id": plan.pk}
        Edition.objects.create(workspace=shop, **week, reason="Not all of it is counted yet.", look_again_at=NOW)
        EventCount.objects.of(shop).update(received_at=NOW - timedelta(minutes=20))
    assert state_of(shop) == State.FILLING
    with workspace_scope(shop):
        EventCount.objects.of(shop).update(received_at=NOW - timedelta(minutes=61))
    assert state_of(shop) == State.HELD_BACK


def test_the_worst_comes_first_and_the_sentence_names_it():
    well, falling = a_client("Well"), a_client("Falling", revenue=10, before=90)
    silent = a_client("Tern Outdoors", last_at=NOW - timedelta(days=3))
    report = build([well, falling, silent], NOW)
    assert [row.workspace.name for row in report.rows] == ["Tern Outdoors", "Falling", "Well"]
    assert report.finding.before == "2 of 3 clients grew. "
    assert report.finding.stress + report.finding.after == "Tern Outdoors sends nothing any more."


def test_who_needs_care_stands_on_the_first_page_whatever_the_name():
    names = ["Ash", "Beech", "Cedar", "Zelkova"]
    well = [a_client(name) for name in names[:3]]
    silent = a_client(names[3], last_at=NOW - timedelta(days=3))
    first = build([*well, silent], NOW, most=2)
    assert [row.workspace.name for row in first.rows] == ["Zelkova", "Ash"]
    assert first.finding.stress + first.finding.after == "Zelkova sends nothing any more."
    assert first.finding.before == "4 of 4 clients grew. "
    second = build([*well, silent], NOW, most=2, after=first.rows[-1].workspace.pk)
    assert ([row.workspace.name for row in second.rows], second.place, second.in_all) == (["Beech", "Cedar"], 2, 4)
    whole = build([*well, silent], NOW)
    assert whole.finding == first.finding
    assert whole.rows == first.rows + second.rows


def test_nothing_is_said_of_nobody():
    assert build([], NOW).finding.stress == "No workspace yet."


def test_a_workspace_never_shows_anothers_rows():
    agency = actions.create_agency("Other")
    empty = actions.create_workspace(agency, name="Empty", currency="EUR")[0]
    a_client()
    row = row_of(empty)
    assert (row.revenue.value, row.goal, row.health.state) == (0, None, State.NO_EVENTS)


@pytest.mark.django_db(transaction=True)
def test_each_workspace_costs_the_same_two_statements():
    shops = [a_client(f"Shop {n}") for n in range(3)]
    with CaptureQueriesContext(connection) as seen:
        build(shops, NOW)
    # Beside the beginning and the end of their one transaction.
    assert len(seen) == 2 * len(shops) + 2
