"""A shop's two weeks in the domain's words, for the tests of the Monday mail."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from accounts.models import Workspace
from campaigns.actions import put_spend
from campaigns.core.reading import read_rows
from common.periods import Period, start_of_day
from reports.catalogue import weekly
from reports.weekly_report import WeeklyReport
from tests.reports.given import a_day, a_goal, a_mark, a_workspace
from tracking.models import EventCount, Goal

# A Monday at 8 in Amsterdam.
MONDAY = datetime(2026, 11, 23, 7, tzinfo=UTC)
WEEK = Period(date(2026, 11, 16), date(2026, 11, 22))
EARNED_A_DAY = {
    "Organic Search": (2, 300.0),
    "Paid Search": (1, 200.5),
    "Email": (1, 150.0),
    "Direct": (1, 100.0),
    "Affiliates": (1, 60.0),
    "Paid Social": (1, 40.0),
    "Referral": (1, 20.0),
    "Display": (1, 10.0),
}


def a_shop(name: str = "Northwind Bikes", **settings: Any) -> Workspace:
    """A workspace whose days are Amsterdam's."""
    return a_workspace(name=name, currency="EUR", timezone="Europe/Amsterdam", **settings)


def two_weeks(shop: Workspace, *, growth: float = 1.25, week: Period = WEEK, goal: Goal | None = None) -> Goal:
    """A goal and both weeks' credit; this week's Paid Search earned `growth` times as much as last week's."""
    goal = goal or a_goal(shop, name="Orders")
    marks = {channel: a_mark(shop, channel, campaign=channel.lower()) for channel in EARNED_A_DAY}
    for n in range(14):
        earned = {marks[channel]: values for channel, values in EARNED_A_DAY.items()}
        if n < 7:
            count, revenue = EARNED_A_DAY["Paid Search"]
            earned[marks["Paid Search"]] = (count, revenue / growth)
        a_day(goal, week.start + timedelta(days=n - 7), earned, unattributed=(1, 30.25))
    arrived(shop, start_of_day(week.end, ZoneInfo(shop.timezone)) + timedelta(days=1))
    return goal


def arrived(shop: Workspace, at: datetime) -> None:
    """Events came in then."""
    EventCount.objects.create(workspace=shop, received_at=at, events=100)


def spent(shop: Workspace, channel: str, amount: str, *, week: Period = WEEK) -> None:
    """Money paid in the week."""
    row = {"start": str(week.start), "end": str(week.end), "currency": "EUR", "channel": channel, "amount": amount}
    spends, wrongs = read_rows([row])
    assert wrongs == []
    put_spend(shop, spends)


def the_week(shop: Workspace, **more: Any) -> WeeklyReport:
    """The report of the week, as built on Monday."""
    params = weekly.make_params(shop, WEEK, goal_id=None, model="linear", words=more.pop("words", ""))
    return weekly.build(shop, params, more.pop("now", MONDAY))
