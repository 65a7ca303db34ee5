"""Days whose conversions come in late: every report tells the same shares and expects the same."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal as D

import pytest

from accounts.tenancy import workspace_scope
from campaigns.actions import put_spend
from campaigns.core.reading import read_rows
from common.periods import Period
from reports.api.returns import show_returns
from reports.api.returns_over_time import show_over_time
from reports.api.serializers import show_attribution, show_credited
from reports.catalogue import attribution, over_time, overview, returns, returns_over_time, returns_page
from reports.catalogue.over_time_finding import find_over_time
from reports.catalogue.params import parse_params
from reports.catalogue.still_filling import find_still_filling, say_expected, say_shares
from reports.core.lateness import LEAST_CONVERSIONS, Lateness
from reports.report import Credited
from reports.storage import load_credit
from reports.storage_lateness import save_lateness
from tests.reports.given import a_day, a_goal, a_mark, a_workspace
from tracking.models import EventCount

pytestmark = pytest.mark.django_db
# Days of London in winter, so that a day's hours are those of the clock.
NOW = datetime(2026, 3, 4, 12, tzinfo=UTC)
LAST = Period(date(2026, 2, 27), date(2026, 3, 3))
# Of 100: 50 in hour 20, 25 in hour 40 of the next day, 20 in hour 80, 5 in hour 100; shares 0.5, 0.75, 0.95, 1.
CURVE = Lateness(days=30, conversions=100, hours=[20, 40, 80, 100], came=[50, 25, 20, 5], out_of=[50, 75, 95, 100])


@pytest.fixture
def shop():
    workspace = a_workspace(currency="EUR", timezone="Europe/London")
    with workspace_scope(workspace):
        EventCount.objects.create(workspace=workspace, received_at=NOW - timedelta(days=40), events=1)
        yield workspace


@pytest.fixture
def goal(shop):
    """Six orders of 120 on each of the last days, and one of them in the week before."""
    goal, mark = a_goal(shop), a_mark(shop, "Email")
    for day in LAST:
        a_day(goal, day, {mark: (6, 120)})
    a_day(goal, LAST.start - timedelta(days=3), {mark: (1, 20)})
    return goal


def look(shop, goal, period=LAST, as_of=NOW):
    _groups, days = load_credit(shop, goal_id=goal.pk, rule="linear", period=period, group_by="channel")
    return find_still_filling(shop, goal.pk, period, days, as_of)


def shares_of(still):
    return [one.complete_share for one in still.days.values()]


def test_a_day_holds_the_share_that_is_usually_here_at_its_age(shop, goal):
    save_lateness(shop, {goal.pk: CURVE}, NOW)
    # At noon on the 4th the days began 132, 108, 84, 60 and 36 hours ago.
    assert shares_of(look(shop, goal)) == [1.0, 1.0, 0.95, 0.75, 0.5]


def test_what_is_still_to_come_is_expected(shop, goal):
    save_lateness(shop, {goal.pk: CURVE}, NOW)
    still = look(shop, goal)
    assert [one.expected and one.expected.revenue for one in still.days.values()] == [
        None,
        None,
        D("126.315789"),
        D(160),
        D(240),
    ]
    # 120 + 120 + 126.32 + 160 + 240 of 600 here; of 6/0.95 + 8 + 12 + 12 conversions 30 are here.
    assert still.expected == Credited(D("38.315789474"), D("766.315789"))
    assert still.complete_share == pytest.approx(30 / 38.315789474, abs=0.0001)


def test_a_day_that_is_hardly_here_is_not_foretold_and_counts_as_it_is(shop, goal):
    save_lateness(shop, {goal.pk: CURVE}, NOW)
    # Half an hour into the hour in which most come in, a quarter is here; before that too little.
    period = Period(LAST.start, date(2026, 3, 4))
    evening = datetime(2026, 3, 4, 20, 15, tzinfo=UTC)
    young = look(shop, goal, period, as_of=evening)
    assert (young.days[period.end].complete_share, young.days[period.end].expected) == (0.125, None)
    assert young.expected == look(shop, goal, as_of=evening).expected
    older = look(shop, goal, period, as_of=datetime(2026, 3, 4, 20, 30, tzinfo=UTC))
    assert older.days[period.end].complete_share == 0.25
    assert older.expected is not None


def test_a_young_day_alone_and_an_older_one_that_is_hardly_here_say_nothing(shop, goal):
    slow = Lateness(30, 100, hours=[10, 400], came=[10, 90], out_of=[10, 100])
    save_lateness(shop, {goal.pk: slow}, NOW)
    alone = look(shop, goal, Period(date(2026, 3, 4), date(2026, 3, 4)))
    assert (alone.complete_share, alone.expected) == (None, None)
    assert look(shop, goal).expected is None


def test_days_to_come_are_not_a_part_of_the_sum(shop, goal):
    save_lateness(shop, {goal.pk: CURVE}, NOW)
    still = look(shop, goal, Period(LAST.start, date(2026, 3, 8)))
    assert still.days[date(2026, 3, 8)].complete_share == 0
    assert len(still.filling) == 3
    assert still.expected == look(shop, goal).expected


@pytest.mark.parametrize("conversions", [None, LEAST_CONVERSIONS - 1])
def test_without_enough_conversions_nothing_is_said(shop, goal, conversions):
    if conversions:
        save_lateness(shop, {goal.pk: Lateness(30, conversions, [20], [conversions], [conversions])}, NOW)
    still = look(shop, goal, Period(LAST.start, date(2026, 3, 4)))
    assert shares_of(still) == [None] * 6
    # Today is not over, whatever is known.
    assert [day for day, _one in still.filling] == [date(2026, 3, 4)]
    assert (still.expected, say_shares(still), say_expected(still, "EUR", by_revenue=True)) == (None, "", "")


def test_it_is_said_in_words(shop, goal):
    save_lateness(shop, {goal.pk: CURVE}, NOW)
    still = look(shop, goal)
    assert say_shares(still) == "Still filling: these days hold 95%, 75% and 50% of their conversions."
    assert say_expected(still, "EUR", by_revenue=True) == "About €766 is expected once late conversions are in."
    one = look(shop, goal, Period(LAST.end, LAST.end))
    assert say_shares(one) == "Still filling: this day holds 50% of its conversions."


def test_overview_and_credit_over_time_tell_the_same(shop, goal):
    save_lateness(shop, {goal.pk: CURVE}, NOW)
    params = parse_params(shop, {"start": str(LAST.start), "end": str(LAST.end)}, now=NOW)
    page, api = overview.build(shop, params, NOW), over_time.build(shop, params, "day", NOW)
    assert [day.filling.complete_share for day in page.days] == [slot.complete_share for slot in api.slots]
    assert [day.filling.expected for day in page.days] == [slot.expected for slot in api.slots]
    assert (page.still_filling.expected, page.still_filling.complete_share) == (api.expected, api.complete_share)
    assert "so far" in page.finding.before
    assert "About €766 is expected" in page.finding.deck


def test_attribution_and_returns_expect_what_the_overview_does(shop, goal):
    save_lateness(shop, {goal.pk: CURVE}, NOW)
    params = parse_params(shop, {"start": str(LAST.start), "end": str(LAST.end)}, now=NOW)
    page = overview.build(shop, params, NOW).still_filling
    told = {"still_filling": True, "complete_share": page.complete_share, "expected": show_credited(page.expected)}
    for shown in (
        show_attribution(attribution.build(shop, params, NOW)),
        show_returns(returns.build(shop, params, NOW)),
        show_returns(returns_page.build(shop, params, NOW).returns),
    ):
        assert {name: shown[name] for name in told} == told
        assert "Still filling: these days hold 95%, 75% and 50% of their conversions." in shown["notes"]
    assert "About €766 is expected once late conversions are in." in shown["notes"]


def test_weeks_of_returns_whose_days_fill_say_so_with_what_is_expected(shop, goal):
    save_lateness(shop, {goal.pk: CURVE}, NOW)
    a_day(goal, LAST.end - timedelta(days=20), {a_mark(shop, "Email"): (1, 20)})
    query = {"start": "2026-02-09", "end": str(LAST.end)}
    report = returns_over_time.build(shop, returns_over_time.read_over_time(shop, query, now=NOW), NOW)
    assert [bool(part.filling) for part in report.filling] == [False, False, True, True]
    # 24, 27 and 28 February and 1 March; then 2 and 3 March, of which 75 % and 50 % are here.
    assert [part.expected and part.expected.revenue for part in report.filling] == [None, None, D("386.315789"), D(400)]
    total = show_over_time(report)["total"]
    assert [cell["still_filling"] for cell in total] == [False, False, True, True]
    assert total[-1]["expected"] == {"conversions": 20.0, "revenue": "400.000000"}
    assert total[-1]["complete_share"] == 0.6


def test_a_week_that_fills_is_not_what_the_others_are_held_against(shop, goal):
    save_lateness(shop, {goal.pk: CURVE}, NOW)
    for days in (20, 13):
        a_day(goal, LAST.end - timedelta(days=days), {a_mark(shop, "Email"): (1, 100)})
    spends, _wrongs = read_rows(
        [{"start": "2026-02-09", "end": str(LAST.end), "currency": "EUR", "channel": "Email", "amount": 230}]
    )
    put_spend(shop, spends)
    query = {"start": "2026-02-09", "end": str(LAST.end)}
    report = returns_over_time.build(shop, returns_over_time.read_over_time(shop, query, now=NOW), NOW)
    finding = find_over_time(report, "roas", "ROAS", lambda value: f"{value:.2f}", NOW.date())
    assert finding.stress == "ROAS stands at 1.43"


def test_many_days_that_hold_alike_are_told_once(shop, goal):
    half = Lateness(days=30, conversions=100, hours=[20, 1000], came=[50, 50], out_of=[50, 100])
    save_lateness(shop, {goal.pk: half}, NOW)
    assert say_shares(look(shop, goal)) == "Still filling: these 5 days hold 50% of their conversions each."


def test_a_week_is_the_sum_of_its_days(shop, goal):
    save_lateness(shop, {goal.pk: CURVE}, NOW)
    params = parse_params(shop, {"start": str(LAST.start), "end": str(LAST.end)}, now=NOW)
    # 27 February is a Friday.
    first, second = over_time.build(shop, params, "week", NOW).slots
    assert (first.is_filling, first.expected) == (True, Credited(D("18.315789474"), D("366.315789")))
    assert (second.complete_share, second.expected) == (0.6, Credited(D(20), D(400)))
