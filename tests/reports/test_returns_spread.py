"""Intervals of ROI: the credit's own, against a cost that is known; verdicts only where they tell something apart."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal as D

import pytest

from accounts.tenancy import workspace_scope
from campaigns.actions import put_spend
from campaigns.core.reading import read_rows
from reports.catalogue import returns, returns_page
from reports.catalogue.params import parse_params
from reports.core.bootstrap import LEAST_JOURNEYS
from reports.core.intervals import Interval
from reports.core.lateness import Lateness
from reports.core.returns import bound_roi, is_too_close
from reports.storage_lateness import save_lateness
from tests.reports.given import a_day, a_goal, a_mark, a_path, a_workspace
from web.drawing.returns import draw_bar

DB = pytest.mark.django_db
NOW = datetime(2026, 3, 20, 12, tzinfo=UTC)
FEBRUARY = {"start": "2026-02-01", "end": "2026-02-28"}


@pytest.mark.parametrize(
    ("low", "high", "roi", "close"),
    [(600_000, 1_200_000, (0.2, 1.4), False), (400_000, 600_000, (-0.2, 0.2), True), (0, 250_000, (-1, -0.5), False)],
)
def test_roi_is_bounded_by_what_may_have_been_earned(low, high, roi, close):
    assert bound_roi(Interval(D(low), D(high)), D(500_000)) == roi
    assert is_too_close(*roi) is close


@pytest.mark.parametrize(
    ("roi", "low", "high", "solid", "whisker", "ends"),
    [
        # 0 stands at a quarter of the scale, each 100 % is a quarter more.
        (1.0, 0.5, 1.5, ("25%", "37.5%"), ("37.5%", "62.5%"), (True, True)),
        (0.2, -0.4, 0.8, ("25%", "25%"), ("15%", "45%"), (True, True)),
        (-0.6, -0.8, -0.4, ("15%", "25%"), ("5%", "15%"), (True, True)),
        (2.5, 2.0, 5.0, ("25%", "75%"), ("75%", "100%"), (True, False)),
    ],
)
def test_bars_are_solid_up_to_the_end_nearer_to_0(roi, low, high, solid, whisker, ends):
    bar = draw_bar(roi, low, high)
    assert (bar.solid.left, bar.solid.right) == solid
    assert (bar.whisker.left, bar.whisker.right, bar.whisker.ends) == (*whisker, ends)


def test_a_whisker_off_the_scale_is_not_drawn():
    bar = draw_bar(14.5, 9.0, 20.0)
    assert (bar.cut, bar.whisker) == (True, None)


@pytest.fixture
def shop():
    workspace = a_workspace(currency="EUR")
    with workspace_scope(workspace):
        yield workspace


@pytest.fixture
def goal(shop):
    """Email earns 100 or 120 on each day of February, Display 60 or nothing; each with two orders a day."""
    goal = a_goal(shop)
    email = a_mark(shop, "Email", source="news", medium="email")
    display = a_mark(shop, "Display", source="banner", medium="display")
    for n in range(28):
        day = date(2026, 2, 1) + timedelta(days=n)
        a_day(goal, day, {email: (2, 100 + 20 * (n % 2)), display: (2, 60 * (n % 2))})
        a_path(goal, day, {(email,): (2, 100 + 20 * (n % 2)), (display,): (2, 60 * (n % 2))})
    return goal


def pay(shop, **amounts):
    rows = [{**FEBRUARY, "currency": "EUR", "channel": name, "amount": amount} for name, amount in amounts.items()]
    spends, wrongs = read_rows(rows)
    assert wrongs == []
    put_spend(shop, spends)


def params_of(shop, **query):
    return parse_params(shop, FEBRUARY | query, now=NOW)


@DB
def test_a_channel_that_earned_steadily_has_a_narrow_interval(shop, goal):
    pay(shop, Email=1540, Display=840)
    rows = {row.group: row for row in returns.build(shop, params_of(shop), NOW).rows}
    email, display = rows["Email"], rows["Display"]
    # 28 days of 110 ± 10: a sum of 3,080 with a standard error of 10 √28 = 53, so ± 104, a little more for 28 days.
    assert (email.roi, display.roi) == (1.0, 0.0)
    assert email.roi_low == pytest.approx(1 - 110 / 1540, abs=0.02)
    assert email.roi_high == pytest.approx(1 + 110 / 1540, abs=0.02)
    assert (email.too_close, display.too_close) == (False, True)


@DB
def test_under_the_evidence_gate_and_without_cost_there_is_no_interval(shop, goal):
    pay(shop, Email=1540)
    rows = {row.group: row for row in returns.build(shop, params_of(shop), NOW).rows}
    assert (rows["Display"].roi_low, rows["Display"].too_close) == (None, None)
    few = params_of(shop, start="2026-02-14", end="2026-02-28")
    assert LEAST_JOURNEYS <= 2 * 15
    assert returns.build(shop, few, NOW).rows[0].roi_low is not None
    fewer = params_of(shop, start="2026-02-15", end="2026-02-28")
    assert returns.build(shop, fewer, NOW).rows[0].roi_low is None


@DB
def test_a_loss_that_may_be_none_is_too_close_to_call(shop, goal):
    pay(shop, Email=1540, Display=870)
    page = returns_page.build(shop, params_of(shop), NOW)
    assert page.finding.stress == "Whether Display paid for itself is too close to call."


@DB
def test_two_that_returned_alike_are_too_close_to_call(shop, goal):
    pay(shop, Email=2100, Display=560)
    page = returns_page.build(shop, params_of(shop), NOW)
    assert page.finding.stress == "Display and Email returned most, too close to call."


@DB
def test_nobody_is_judged_while_conversions_come_in(shop, goal):
    late = Lateness(60, 200, hours=[10, 400], came=[100, 100], out_of=[100, 200])
    save_lateness(shop, {goal.pk: late}, NOW)
    pay(shop, Email=1540, Display=1400)
    now = datetime(2026, 3, 2, 12, tzinfo=UTC)
    page = returns_page.build(shop, params_of(shop), now)
    assert page.returns.still_filling
    assert page.finding.before.endswith("so far. ")
    assert page.finding.stress == "Display has not earned back its cost yet."
    assert any(note.startswith("Still filling:") for note in page.notes)


@DB
def test_groups_other_than_channels_have_intervals_too(shop, goal):
    spends, wrongs = read_rows([{**FEBRUARY, "currency": "EUR", "source": "news", "medium": "email", "amount": 1540}])
    assert wrongs == []
    put_spend(shop, spends)
    rows = {row.group: row for row in returns.build(shop, params_of(shop, group_by="source"), NOW).rows}
    assert rows["news"].roi_low == pytest.approx(1 - 110 / 1540, abs=0.02)
