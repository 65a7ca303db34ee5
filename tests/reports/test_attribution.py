"""The attribution report: it adds up, says what it rests on, and is the same over HTTP."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal as D

import pytest
from django.test import Client

from accounts import actions
from accounts.models import Scope
from accounts.tenancy import workspace_scope
from reports.catalogue import attribution
from reports.catalogue.params import parse_params
from reports.storage import GROUPS
from tests.reports.given import a_day, a_goal, a_mark, a_workspace
from tracking.models import ChangedDay, Conversion

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 3, 12, tzinfo=UTC)
FEBRUARY = {"start": "2026-02-01", "end": "2026-02-28"}


@pytest.fixture
def shop():
    workspace = a_workspace(currency="EUR")
    with workspace_scope(workspace):
        yield workspace


def earn(shop, **options):
    """One day: Email a third, Paid Search two thirds of 90, and an order of 10 that nobody earned."""
    goal = options.pop("goal", None) or a_goal(shop)
    search = a_mark(shop, "Paid Search", medium="cpc", campaign="spring")
    email = a_mark(shop, "Email", source="news", medium="email")
    shares = {email: (0.333333333, 30), search: (0.666666667, 60)}
    a_day(goal, date(2026, 2, 3), shares, unattributed=(1, 10), **options)
    return goal


def build(shop, **query):
    return attribution.build(shop, parse_params(shop, FEBRUARY | query, now=NOW), NOW)


def test_rows_and_unattributed_add_up_to_the_total_exactly(shop):
    earn(shop)
    for group_by in GROUPS:
        report = build(shop, group_by=group_by)
        assert report.total.conversions == 2
        assert report.total.revenue == D("100.000000")
        assert sum(row.conversions for row in report.rows) + report.unattributed.conversions == 2, group_by
        assert sum(row.revenue for row in report.rows) + report.unattributed.revenue == 100, group_by


def test_rows_come_by_revenue_then_conversions_then_name(shop):
    goal = a_goal(shop)
    earned = {"C": (1, 5), "B": (2, 5), "A": (1, 5), "D": (0.5, 50)}
    a_day(goal, date(2026, 2, 3), {a_mark(shop, "Email", source=name): value for name, value in earned.items()})
    assert [row.group for row in build(shop, group_by="source").rows] == ["D", "B", "A", "C"]


def test_what_has_no_campaign_is_a_group_without_a_name(shop):
    earn(shop)
    rows = build(shop, group_by="campaign").rows
    assert [(row.group, row.channel, row.revenue) for row in rows] == [
        ("spring", "Paid Search", 60),
        (None, "Email", 30),
    ]


def test_the_report_says_what_it_rests_on(shop):
    earn(shop, rule="time_decay", half_life_days=7)
    report = build(shop, model="time_decay")
    assert (report.model, report.lookback_days, report.half_life_days, report.currency) == ("time_decay", 90, 7, "EUR")
    assert "7" in report.formula
    assert report.as_of == NOW
    assert report.notes == []


def test_a_period_without_anything_is_empty_and_adds_up(shop):
    a_goal(shop)
    report = build(shop)
    assert (report.rows, report.total.conversions, report.total.revenue) == ([], 0, 0)


def test_days_being_filled_again_are_counted_and_what_is_stored_is_shown(shop):
    earn(shop)
    for day in (3, 3, 4):
        ChangedDay.objects.create(workspace=shop, day=date(2026, 2, day), noted_at=NOW - timedelta(minutes=day))
    ChangedDay.objects.create(workspace=shop, day=date(2026, 1, 1), noted_at=NOW)
    report = build(shop)
    assert report.total.revenue == 100
    assert report.notes == ["2 of 28 days are being filled again; their numbers may still change."]
    assert report.as_of == NOW - timedelta(minutes=4)


def a_conversion(shop, goal, key, note, at=datetime(2026, 2, 3, tzinfo=UTC)):
    Conversion.objects.create(
        workspace=shop, goal_id=goal.pk, key=key, person_id=1, at=at, message_id=key, currency="EUR", note=note
    )


def test_doubtful_conversions_are_counted_in_words(shop):
    goal = earn(shop)
    a_conversion(shop, goal, "1", "no_rate")
    a_conversion(shop, goal, "2", "shared_device,no_rate")
    a_conversion(shop, goal, "3", "too_large")
    a_conversion(shop, goal, "4", "no_rate", at=datetime(2026, 3, 1, tzinfo=UTC))
    a_conversion(shop, goal, "5", "")
    notes = build(shop).notes
    assert [note.split()[0] for note in notes] == ["2", "1", "1"]
    assert "exchange rate to EUR" in notes[0]


def test_shared_credit_of_one_conversion_is_a_number_with_all_its_decimals(shop):
    earn(shop)
    report = build(shop)
    assert [row.conversions for row in report.rows] == [D("0.666666667"), D("0.333333333")]


def test_the_api_shows_the_very_same_report():
    shop = a_workspace(currency="EUR")
    with workspace_scope(shop):
        goal = earn(shop)
        report = build(shop, group_by="source_medium")
    secret = actions.create_api_token(shop.agency, scope=Scope.READ)[1]
    answer = Client().get(
        f"/api/v1/workspaces/{shop.slug}/reports/attribution/",
        FEBRUARY | {"group_by": "source_medium", "goal": "Order Completed"},
        headers={"Authorization": f"Bearer {secret}"},
    )
    assert answer.status_code == 200, answer.content
    shown = answer.json()
    assert shown.pop("as_of").endswith("Z")
    assert shown == {
        "rows": [
            {"source_medium": "google / cpc", "conversions": 0.666666667, "revenue": "60.000000"},
            {"source_medium": "news / email", "conversions": 0.333333333, "revenue": "30.000000"},
        ],
        "unattributed": {"conversions": 1.0, "revenue": "10.000000"},
        "total": {"conversions": 2.0, "revenue": "100.000000"},
        "still_filling": False,
        "complete_share": None,
        "expected": None,
        "model": "linear",
        "formula": report.formula,
        "goal": goal.pk,
        "group_by": "source_medium",
        "start": "2026-02-01",
        "end": "2026-02-28",
        "currency": "EUR",
        "lookback_days": 90,
        "half_life_days": 7.0,
        "notes": [],
    }
    for row, told in zip(report.rows, shown["rows"], strict=True):
        assert (float(row.conversions), f"{row.revenue:.6f}") == (told["conversions"], told["revenue"])
