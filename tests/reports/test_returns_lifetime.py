"""What customers are worth, from orders and first touches as they are stored."""

from datetime import UTC, datetime, timedelta

import pytest

from accounts.tenancy import workspace_scope
from tests.api.cast import Caller, a_shop, a_token, an_agency, check_error, first_goal
from tests.reports.given import a_goal, a_mark
from tracking.models import Conversion, Goal, Touch
from tracking.storage.open_paths import save_open_paths

pytestmark = pytest.mark.django_db
TODAY = datetime(2026, 6, 30, 12, tzinfo=UTC)
TERMS = "as_of=2026-06-30&margin=0.6&lifetime_years=3"


@pytest.fixture
def shop():
    return a_shop(an_agency(), currency="EUR")


def sell(shop, customer, value, *, days_ago=10, goal=None):
    """An order of a customer, as derived: its value is what refunds have left of it."""
    at = TODAY - timedelta(days=days_ago)
    goal = goal or Goal.objects.of(shop).earliest("id")
    Conversion.objects.create(
        workspace=shop,
        goal_id=goal.pk,
        key=f"order:{customer}-{days_ago}-{value}",
        person_id=customer,
        at=at,
        message_id="m",
        currency="EUR",
        value_micros=None if value is None else value * 1_000_000,
    )


def see(shop, customer, channel, *, days_ago=30):
    at = TODAY - timedelta(days=days_ago)
    Touch.objects.create(workspace=shop, person_id=customer, at=at, mark_id=a_mark(shop, channel))
    save_open_paths(shop.pk, [customer])


def sell_the_example(shop):
    """5 customers, 11 orders, 800 in the year."""
    for customer in range(1, 6):
        for days_ago in (10, 20):
            sell(shop, customer, 90 if customer < 4 else 60, days_ago=days_ago)
    sell(shop, 5, 20)


def ask(shop, query=TERMS):
    answer = Caller(a_token(shop.agency)).get(f"workspaces/{shop.slug}/reports/lifetime-value/?{query}")
    assert answer.status_code == 200, answer.content
    return answer.json()


def test_the_worked_example(shop):
    with workspace_scope(shop):
        sell_the_example(shop)
    shown = ask(shop)
    assert shown["mean_historic_clv"] == "160.000000"
    assert shown["average_order_value"] == "72.727273"
    assert shown["purchases_per_customer_per_year"] == 2.2
    assert shown["predictive_clv"] == "288.000000"
    assert (shown["customers"], shown["currency"], shown["as_of"]) == (5, "EUR", "2026-06-30")
    assert (shown["margin"], shown["lifetime_years"], shown["notes"]) == (0.6, 3.0, [])


def test_a_customer_counts_for_the_channel_of_the_first_touch_of_all(shop):
    with workspace_scope(shop):
        sell_the_example(shop)
        for customer in (1, 2):
            see(shop, customer, "Paid Search", days_ago=20)
            see(shop, customer, "Email", days_ago=400)
        see(shop, 3, "Paid Search")
        see(shop, 77, "Display")
    assert ask(shop)["by_channel"] == [
        {"channel": "Email", "customers": 2, "mean_historic_clv": "180.000000", "predictive_clv": "324.000000"},
        {"channel": "Paid Search", "customers": 1, "mean_historic_clv": "180.000000", "predictive_clv": "324.000000"},
        {"channel": None, "customers": 2, "mean_historic_clv": "130.000000", "predictive_clv": "234.000000"},
    ]


def test_only_orders_up_to_the_day_and_of_the_goal_count(shop):
    with workspace_scope(shop):
        other = a_goal(shop, name="sign-up", event="Signed Up")
        sell(shop, 1, 50, days_ago=0)
        sell(shop, 1, 1000, days_ago=-1)
        sell(shop, 2, 7, goal=other)
    shown = ask(shop)
    assert (shown["customers"], shown["mean_historic_clv"]) == (1, "50.000000")
    assert ask(shop, f"{TERMS}&goal=Signed Up")["mean_historic_clv"] == "7.000000"
    assert ask(shop, "as_of=2026-07-01")["mean_historic_clv"] == "1050.000000"


def test_the_day_ends_where_the_workspace_is():
    shop = a_shop(an_agency(), timezone="America/New_York")
    with workspace_scope(shop):
        Conversion.objects.create(
            workspace=shop,
            goal_id=first_goal(shop).pk,
            key="order:1",
            person_id=1,
            at=datetime(2026, 7, 1, 3, 59, tzinfo=UTC),
            message_id="m",
            currency="USD",
            value_micros=5_000_000,
        )
    assert ask(shop)["mean_historic_clv"] == "5.000000"
    assert ask(shop, "as_of=2026-06-29")["mean_historic_clv"] is None


def test_nothing_is_forecast_or_made_up(shop):
    shown = ask(shop, "")
    assert shown["mean_historic_clv"] is shown["average_order_value"] is shown["predictive_clv"] is None
    assert shown["by_channel"] == []
    assert len(shown["notes"]) == 2
    with workspace_scope(shop):
        sell(shop, 1, 50)
        sell(shop, 1, None, days_ago=11)
    shown = ask(shop, "as_of=2026-06-30&margin=0.6")
    assert (shown["mean_historic_clv"], shown["predictive_clv"]) == ("50.000000", None)
    assert shown["notes"] == [
        "Nothing is forecast without a margin and a lifetime in years.",
        "1 order has no known value: it counts as an order, but adds no money.",
    ]


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("margin=60", "margin"),
        ("margin=-0.1", "margin"),
        ("margin=much", "margin"),
        ("margin=NaN", "margin"),
        ("margin=1e-3", "margin"),
        ("margin=" + "9" * 500, "margin"),
        ("lifetime_years=101", "lifetime_years"),
        ("lifetime_years=x", "lifetime_years"),
        ("as_of=yesterday", "as_of"),
        ("as_of=9999-12-31", "as_of"),
        ("goal=nothing", "goal"),
    ],
)
def test_what_is_wrong_is_named(shop, query, field):
    answer = Caller(a_token(shop.agency)).get(f"workspaces/{shop.slug}/reports/lifetime-value/?{query}")
    assert answer.status_code == 400
    assert [error["field"] for error in check_error(answer)["errors"]] == [field]
