"""The week in one value: it adds up, it is compared with the week before, and it is held back when it is not sound."""

import json
from datetime import timedelta
from decimal import Decimal as D

import pytest

from accounts.tenancy import workspace_scope
from reports.catalogue import attribution, weekly
from reports.catalogue.params import parse_params
from reports.weekly_report import freeze, thaw
from tests.reports.given import a_day, a_goal, a_mark
from tests.reports.weeks import MONDAY, WEEK, a_shop, arrived, spent, the_week, two_weeks
from tracking.models import ChangedDay, Event, Inbox, Stage

pytestmark = pytest.mark.django_db


@pytest.fixture
def shop():
    workspace = a_shop()
    with workspace_scope(workspace):
        yield workspace


def rows_of(report):
    return {row.name: row for row in report.channels}


def test_channels_and_what_has_no_touch_add_up_to_the_total_and_to_the_attribution_report(shop):
    two_weeks(shop)
    report = the_week(shop)
    for name in ("revenue", "conversions"):
        of = [getattr(row, name) for row in (*report.channels, report.no_touch)]
        few = [getattr(row, name) for row in (*report.channels[: report.shown], report.more, report.no_touch)]
        assert sum(of) == sum(few) == getattr(report.total, name)
    query = {"start": str(WEEK.start), "end": str(WEEK.end)}
    credit = attribution.build(shop, parse_params(shop, query, now=MONDAY), MONDAY)
    assert report.total.revenue == credit.total.revenue == D("6375.25")
    assert {row.name: row.revenue for row in report.channels} == {row.group: row.revenue for row in credit.rows}
    assert sum(day.revenue for day in report.days) == report.total.revenue


def test_the_week_before_stands_beside_every_figure(shop):
    two_weeks(shop, growth=1.25)
    report = the_week(shop)
    assert round(rows_of(report)["Paid Search"].change, 6) == 0.25
    assert rows_of(report)["Email"].change == 0
    revenue, conversions, credited, value = report.figures
    assert (revenue.kind, round(revenue.change, 3), revenue.note) == ("money", 0.046, "+5% on the week")
    assert (conversions.name, conversions.value, conversions.note) == ("Orders", 70, "0% on the week")
    assert credited.note == "7 without a touch"
    assert value.name == "Average value"
    assert report.unattributed_share == D("0.033214")


def test_what_stands_out_is_the_first_sentence(shop):
    two_weeks(shop, growth=1.25)
    report = the_week(shop)
    assert report.heading == "A better week: €6,375, 5% more than the week before."
    assert report.sentences == [
        "No channel stands out this week.",
        "Paid Search grew most: €1,404, +25% on the week.",
    ]


@pytest.mark.parametrize(
    ("before", "now", "heading"),
    [
        (100, 101, "A steady week: €707.00."),
        (100, 50, "A weaker week: €350.00, 50% less than the week before."),
        (0, 50, "A first week of revenue: €350.00."),
    ],
)
def test_the_heading_says_which_way_the_week_went(shop, before, now, heading):
    goal, mark = a_goal(shop), a_mark(shop, "Email")
    for n in range(14):
        if earned := now if n >= 7 else before:
            a_day(goal, WEEK.start + timedelta(days=n - 7), {mark: (1, earned)})
    arrived(shop, MONDAY)
    assert the_week(shop).heading == heading


def test_a_channel_with_few_conversions_is_not_called_out(shop):
    goal, few, many = a_goal(shop), a_mark(shop, "Referral"), a_mark(shop, "Email")
    for n in range(14):
        a_day(goal, WEEK.start + timedelta(days=n - 7), {many: (1, 100)})
    a_day(goal, WEEK.end + timedelta(days=1), {few: (1, 1)})
    report = the_week(shop)
    assert [sentence for sentence in report.sentences if "Referral" in sentence] == []


def test_a_week_without_money_is_told_in_conversions(shop):
    goal, mark = a_goal(shop, name="Leads"), a_mark(shop, "Email")
    for n in range(7):
        a_day(goal, WEEK.start + timedelta(days=n), {mark: (2, 0)})
    report = the_week(shop)
    assert not report.by_revenue
    assert report.heading == "A first week: ‘Leads’ reached 14 times."


def test_returns_stand_beside_what_was_spent(shop):
    two_weeks(shop)
    spent(shop, "Paid Search", "1000")
    spent(shop, "Display", "700")
    report = the_week(shop)
    assert [(row.name, row.cost, round(row.roi, 4)) for row in report.returns.rows] == [
        ("Paid Search", D("1000"), 0.4035),
        ("Display", D("700"), -0.9),
    ]
    assert report.returns.sentence == "€1,700 was spent. These earned less than they cost this week: Display."
    assert report.figures[3].name == "ROI on spend"
    assert report.figures[3].note == "€1,700 spent"
    assert report.returns.total.revenue == report.total.revenue


def test_without_spend_and_stages_there_are_no_such_pages(shop):
    two_weeks(shop)
    report = the_week(shop)
    assert (report.returns, report.pipeline) == (None, None)


def test_a_pipeline_nobody_entered_is_left_out(shop):
    two_weeks(shop)
    Stage.objects.create(workspace=shop, position=1, name="Lead", event="Lead Created", goal_id=1)
    assert the_week(shop).pipeline is None


def test_freezing_keeps_every_figure_to_the_micro(shop):
    two_weeks(shop)
    spent(shop, "Paid Search", "1000.123456")
    report = the_week(shop, words="The gravel campaign ended on Tuesday.")
    stored = json.loads(json.dumps(freeze(report)))
    assert thaw(stored) == report
    assert stored["total"]["revenue"] == "6375.250000"


def hold(shop, now=MONDAY, due_at=MONDAY):
    return weekly.find_reason_to_hold(shop, the_week(shop, now=now), due_at=due_at, now=now)


def test_a_sound_week_is_not_held_back(shop):
    two_weeks(shop)
    assert hold(shop) == ""


def test_a_workspace_that_was_never_sent_anything_is_held_back(shop):
    a_goal(shop)
    assert hold(shop) == "No event has arrived yet."


def test_a_week_that_went_silent_is_held_back(shop):
    goal = a_goal(shop)
    a_day(goal, WEEK.start, {a_mark(shop, "Email"): (1, 10)})
    arrived(shop, MONDAY - timedelta(days=3))
    assert hold(shop) == "No event has arrived since 20 November. Check that events still come in."


def test_a_week_without_conversions_is_held_back(shop):
    a_goal(shop, name="Orders")
    arrived(shop, MONDAY)
    assert hold(shop) == "No conversion of ‘Orders’ was counted in this week."


def test_a_week_whose_events_came_a_moment_ago_is_waited_for(shop):
    a_goal(shop)
    arrived(shop, MONDAY)
    late = {"message_id": "m1", "received_at": MONDAY, "at": MONDAY, "kind": "page", "payload": {}, "door": "csv"}
    Event.objects.create(workspace=shop, **late)
    assert hold(shop) == "Events of this week are still being worked off."
    assert weekly.is_in_progress(shop, the_week(shop))
    ChangedDay.objects.create(workspace=shop, day=WEEK.end, noted_at=MONDAY)
    Inbox.objects.of(shop).delete()
    assert hold(shop) == "Days of this week are being filled again."
    assert hold(shop, now=MONDAY + weekly.PATIENCE).startswith("No conversion of")


def test_days_that_are_filled_again_are_waited_for_and_then_told(shop):
    two_weeks(shop)
    ChangedDay.objects.create(workspace=shop, day=WEEK.end, noted_at=MONDAY)
    assert hold(shop) == "Days of this week are being filled again."
    late = MONDAY + weekly.PATIENCE
    assert hold(shop, now=late) == ""
    report = the_week(shop, now=late)
    assert [day.is_filling for day in report.days] == [False] * 6 + [True]
    assert report.figures[0].name == "Revenue so far"
    assert report.heading.startswith("A better week so far")


def test_a_goal_that_is_gone_gives_way_to_the_first_one(shop):
    goal = two_weeks(shop)
    params = weekly.make_params(shop, WEEK, goal_id=goal.pk + 1000, model="linear", words="")
    assert params.credit.goal.pk == goal.pk
