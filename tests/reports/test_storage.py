"""Stored credit as it is read: summed over days, grouped by any part of a mark, of one workspace only."""

from datetime import date

import pytest

from accounts.tenancy import NoWorkspace, workspace_scope
from common.periods import Period
from reports.storage import GROUPS, Day, Group, load_credit
from tests.reports.given import a_day, a_goal, a_mark, a_workspace

pytestmark = pytest.mark.django_db
MONTH = Period(date(2026, 2, 1), date(2026, 2, 28))


@pytest.fixture
def shop():
    workspace = a_workspace()
    with workspace_scope(workspace):
        yield workspace


def load(workspace, goal, group_by="channel", rule="linear", period=MONTH):
    return load_credit(workspace, goal_id=goal.pk, rule=rule, period=period, group_by=group_by)


def test_days_add_up_and_both_ends_are_included(shop):
    goal, mark = a_goal(shop), a_mark(shop, "Email")
    for day in (date(2026, 1, 31), date(2026, 2, 1), date(2026, 2, 28), date(2026, 3, 1)):
        a_day(goal, day, {mark: (1, 10)}, unattributed=(1, 5))
    groups, days = load(shop, goal)
    assert groups == [Group("Email", "Email", 2_000_000_000, 20_000_000)]
    assert days == [
        Day(date(2026, 2, 1), 2, 15_000_000, 1, 5_000_000),
        Day(date(2026, 2, 28), 2, 15_000_000, 1, 5_000_000),
    ]


def test_a_group_names_its_channel_only_where_it_has_one(shop):
    goal = a_goal(shop)
    one = a_mark(shop, "Email", campaign="spring")
    two = a_mark(shop, "Paid Search", campaign="spring", medium="cpc")
    three = a_mark(shop, "Email", campaign="autumn")
    none = a_mark(shop, "Direct", source="(direct)", medium="(none)")
    a_day(goal, MONTH.start, {one: (0.25, 1), two: (0.25, 1), three: (0.25, 1), none: (0.25, 1)})
    groups, _ = load(shop, goal, "campaign")
    assert {group.name: group.channel for group in groups} == {"spring": None, "autumn": "Email", None: "Direct"}


@pytest.mark.parametrize("group_by", GROUPS)
def test_every_grouping_holds_all_of_the_credit(shop, group_by):
    goal = a_goal(shop)
    marks = [
        a_mark(shop, "Email", campaign="a", content="b", term="c", landing_path="/x"),
        a_mark(shop, "Direct", source="(direct)", medium="(none)"),
    ]
    a_day(goal, MONTH.start, {marks[0]: (0.7, 7), marks[1]: (0.3, 3)})
    groups, days = load(shop, goal, group_by)
    assert sum(group.credit for group in groups) == 1_000_000_000
    assert sum(group.value for group in groups) == days[0].value


def test_source_and_medium_are_written_together(shop):
    goal = a_goal(shop)
    a_day(goal, MONTH.start, {a_mark(shop, "Paid Search", medium="cpc"): (1, 1)})
    assert [group.name for group in load(shop, goal, "source_medium")[0]] == ["google / cpc"]


def test_other_goals_and_rules_stay_out(shop):
    goal, other = a_goal(shop), a_goal(shop, "sign-up", "Signed Up")
    mark = a_mark(shop, "Email")
    a_day(goal, MONTH.start, {mark: (1, 1)})
    a_day(other, MONTH.start, {mark: (1, 100)})
    a_day(goal, MONTH.start, {mark: (1, 1000)}, rule="first_touch")
    assert load(shop, goal)[0][0].value == 1_000_000


def test_another_workspace_cannot_be_read(shop):
    with pytest.raises(NoWorkspace):
        load_credit(a_workspace("Other"), goal_id=1, rule="linear", period=MONTH, group_by="channel")


def test_another_workspaces_credit_stays_out_even_under_the_same_ids():
    shop, other = a_workspace(), a_workspace("Other")
    with workspace_scope(shop):
        goal, mark = a_goal(shop), a_mark(shop, "Email")
        a_day(goal, MONTH.start, {mark: (1, 1)})
    with workspace_scope(other):
        assert load(other, goal) == ([], [])
