"""Returns over time and lifetime value as pages."""

from datetime import UTC, date, datetime

import pytest

from accounts.tenancy import workspace_scope
from reports.core.lateness import Lateness
from reports.storage_lateness import save_lateness
from tests.reports.given import a_day, a_mark
from tests.web.money import FEBRUARY, fill_february, pay
from tests.web.test_returns_page import words
from web.drawing.returns_over_time import draw_spark

pytestmark = pytest.mark.django_db
OVER_TIME = "/w/northwind-bikes/returns/over-time/"
LIFETIME = "/w/northwind-bikes/returns/lifetime-value/"


@pytest.fixture
def february(northwind, goal):
    fill_february(northwind, goal)


@pytest.mark.parametrize(
    ("measure", "said"),
    [
        ("roi", "Email −100% 6,695% −100% −100% −100%"),
        ("roas", "Email 0.00 67.95 0.00 0.00 0.00"),
        ("cpa", "Paid Social – €50.01 – – –"),
        ("clv", "All channels – €90.00 €90.00 €90.00 €90.00"),
        ("conversion_rate", "No session began in them."),
    ],
)
def test_a_measure_stands_in_the_address_and_in_the_cells(as_ada, february, measure, said):
    assert said in words(as_ada.get(OVER_TIME, FEBRUARY | {"measure": measure}))


def test_the_finding_sets_the_last_part_that_is_over_against_the_first(as_ada, northwind, goal, february):
    with workspace_scope(northwind):
        a_day(goal, date(2026, 3, 30), {a_mark(northwind, "Email", campaign="welcome"): (1, 300)})
    pay(northwind, {"start": "2026-03-30", "end": "2026-03-30", "channel": "Email", "amount": 100})
    page = words(as_ada.get(OVER_TIME, {"start": "2026-02-01", "end": "2026-03-31", "step": "month"}))
    assert "ROI rose from 77% to 200% ." in page


def test_weeks_whose_days_fill_say_so_with_what_is_expected(as_ada, northwind, goal, february, monkeypatch):
    evening = datetime(2026, 2, 10, 20, tzinfo=UTC)
    with workspace_scope(northwind):
        save_lateness(northwind, {goal.pk: Lateness(30, 100, [20, 400], [60, 40], [60, 100])}, evening)
    monkeypatch.setattr("django.utils.timezone.now", lambda: evening)
    page = words(as_ada.get(OVER_TIME, {"start": "2026-01-12", "end": "2026-02-08", "measure": "roas"}))
    # The week of 19 January began more than 400 hours ago; the one of the 2nd is over and still fills.
    assert "19 Jan 26 Jan so far 2 Feb so far" in page
    assert "2 Feb: 60% is here, about €3,750 credited is expected in all." in page
    file = as_ada.get(OVER_TIME, {"start": "2026-01-12", "end": "2026-02-08", "export": "returns-over-time"})
    assert file.content.decode("utf-8-sig").splitlines()[-1].endswith(",0.6,41.666666667,3750.000000")


def test_months_show_the_returns_of_the_whole_month(as_ada, february):
    page = words(as_ada.get(OVER_TIME, FEBRUARY | {"step": "month"}))
    assert "Feb 2026" in page
    for row in ("Email 1,600%", "Paid Social −75%", "All with spend 77%"):
        assert row in page
    assert "Nothing to show for Organic Search." in page
    assert "ROI by month" in page


def test_without_a_figure_the_page_says_what_it_needs(as_ada, goal):
    assert "It needs what was paid" in words(as_ada.get(OVER_TIME))
    assert "No session began in them" in words(as_ada.get(OVER_TIME, {"measure": "conversion_rate"}))


@pytest.mark.parametrize("query", [{"measure": "luck"}, {"step": "day"}, {"model": "shapley"}])
def test_an_unknown_measure_is_refused_with_a_way_back(as_ada, february, query):
    answer = as_ada.get(OVER_TIME, query)
    assert answer.status_code == 400
    assert "Show the usual view" in words(answer)


def test_all_measures_can_be_taken_along(as_ada, february):
    answer = as_ada.get(OVER_TIME, FEBRUARY | {"step": "month", "export": "returns-over-time"})
    lines = answer.content.decode("utf-8-sig").splitlines()
    assert lines[1].startswith("Email,2026-02-01,2026-02-28,100.000000,17.000000000,1700.000000")
    assert lines[-1].startswith("All channels,2026-02-01,2026-02-28,1100.000000,25.000000000,2250.000000")


def test_no_more_than_thirty_questions_to_the_database(as_ada, february, django_assert_max_num_queries):
    for address in (OVER_TIME, f"{OVER_TIME}?measure=clv&period=365d", LIFETIME):
        as_ada.get(address)
        with django_assert_max_num_queries(30):
            assert as_ada.get(address).status_code == 200


def test_a_line_has_gaps_where_nothing_is_known():
    spark = draw_spark([1.0, 2.0, None, 3.0, None, 2.0, 1.0])
    assert len(spark.lines) == 2
    assert len(spark.dots) == 1
    assert spark.last == ("93.0", "21.0")
    assert draw_spark([None, None]).last is None


def test_customers_are_worth_what_they_brought_and_may_bring(as_ada, february):
    said = words(as_ada.get(LIFETIME, {"margin": "60", "lifetime_years": "3", "as_of": "2026-06-30"}))
    assert "A customer has brought €90.00 so far." in said
    assert "one may be expected to bring €162.00" in said
    assert "Never seen to arrive €90.00 Predictive €162.00 Customers 26" in said


@pytest.mark.parametrize(("field", "value"), [("margin", "x"), ("margin", "101"), ("lifetime_years", "-1")])
def test_a_field_that_cannot_be_keeps_its_text_and_says_the_rule(as_ada, february, field, value):
    page = as_ada.get(LIFETIME, {field: value})
    assert page.status_code == 200
    assert f'value="{value}"' in page.content.decode()
    assert 'aria-invalid="true"' in page.content.decode()
    assert "needs margin and lifetime" in words(page)


def test_lifetime_values_can_be_taken_along(as_ada, february):
    lines = as_ada.get(LIFETIME, {"export": "lifetime-value"}).content.decode("utf-8-sig").splitlines()
    assert lines[-1] == "All customers,26,90.000000,"
