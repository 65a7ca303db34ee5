"""Data health: every trouble is found, named in a sentence, and a healthy workspace hears of none."""

from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from campaigns.models import Spend
from reports.catalogue import health
from reports.catalogue.health_report import BAD, GOOD, WARN, SpendGap
from tests.tracking.core.given import NOON, minutes, order, page, tagged
from tests.tracking.shop import Shop, open_shop
from tracking.models import EventCount, RejectedEvent

pytestmark = pytest.mark.django_db(transaction=True)
NOW = NOON + timedelta(hours=1)
ADS = "https://shop.example.test/?gclid=abc"


@pytest.fixture
def shop() -> Shop:
    return open_shop()


def look(shop: Shop, now: datetime = NOW):
    with shop.open():
        return health.build(shop.workspace, now)


def levels(report) -> dict[str, str]:
    return {point.code: point.level for point in report.points}


def settle(shop: Shop) -> None:
    shop.derive()
    shop.changed_days()
    with shop.open():
        EventCount.objects.of(shop.workspace).update(received_at=NOON)


def test_a_healthy_workspace_hears_of_no_trouble(shop):
    shop.post([page("ada", NOON, tagged("spring")), order("ada", minutes(1), "N-1", revenue=80)])
    settle(shop)
    report = look(shop)
    assert set(levels(report).values()) == {GOOD}
    assert report.finding.stress == "Nothing needs care"
    assert report.need_care == 0


def test_every_trouble_is_found_and_told_what_to_do(shop):
    # Forty arrivals that tell nothing, of which some are clicks on ads without tags and some have odd tags.
    shop.post(page(f"?d{n}", NOON) for n in range(30))
    shop.post(page(f"?g{n}", NOON, ADS) for n in range(5))
    shop.post(page(f"?u{n}", NOON, "https://shop.example.test/?utm_source=acme&utm_medium=socail") for n in range(5))
    shop.post([order("ada", NOON, "N-1", revenue=80, currency="AED"), order("ada", NOON, "N-2")])
    shop.derive()
    shop.post([page("?late", NOON)])
    with shop.open():
        EventCount.objects.of(shop.workspace).update(received_at=NOON)
        for reason, events in (("missing_type", 3), ("unknown_type", 1), ("duplicate", 50)):
            RejectedEvent.objects.create(workspace=shop.workspace, received_at=NOON, reason=reason, events=events)
        RejectedEvent.objects.create(
            workspace=shop.workspace, received_at=NOON - timedelta(days=40), reason="missing_type", events=7
        )
    spend(shop, "Paid Search", (1, 3), (6, 6))
    report = look(shop, NOW)
    found = {point.code: point for point in report.points}
    assert levels(report) == {
        "silent": GOOD,
        "waiting": WARN,
        "refused": BAD,
        "duplicates": WARN,
        "bare": WARN,
        "unassigned": WARN,
        "direct": WARN,
        "currencies": BAD,
        "values": WARN,
        "shared": GOOD,
        "spend": WARN,
        "filling": GOOD,
    }
    assert found["refused"].found == "4 events were refused in 30 days, most often for: no type."
    assert found["bare"].found == "5 visits with a click id name no campaign (12% of all): google / cpc."
    assert "acme / socail" in found["unassigned"].found
    assert found["currencies"].found == "1 conversion has no value: no rate to EUR is known for AED."
    assert found["values"].found == "1 conversion of 30 days carries no amount."
    assert all(point.to_do for point in report.points if point.level != GOOD)
    assert [point.level for point in report.points] == sorted(
        (point.level for point in report.points), key=[BAD, WARN, GOOD].index
    )
    reasons = {row.reason: (row.total, row.before, row.by_day[-1]) for row in report.reasons}
    assert reasons["missing_type"] == (3, 7, 3)
    assert report.gaps == [SpendGap("Paid Search", date(2026, 2, 4), date(2026, 2, 5), 2)]


def spend(shop: Shop, channel: str, *february: tuple[int, int]) -> None:
    with shop.open():
        for first, last in february:
            Spend.objects.create(
                workspace=shop.workspace,
                start=date(2026, 2, first),
                end=date(2026, 2, last),
                amount_micros=1_000_000,
                currency="EUR",
                channel=channel,
                key_digest=b"1" * 32,
            )


def test_what_is_no_currency_is_not_named_like_one():
    from reports.catalogue.health_points import name_currency

    assert (name_currency("AED"), name_currency("XXX")) == ("AED", "what is no currency")


def test_a_workspace_that_fell_silent_is_told(shop):
    shop.post([page("ada", NOON)])
    settle(shop)
    report = look(shop, NOW + timedelta(days=5))
    assert levels(report)["silent"] == BAD
    assert report.points[0].found == "Silent for 5 days."


def test_a_workspace_without_events_is_told_how_to_begin(shop):
    report = look(shop)
    assert report.finding.stress == "Nothing has arrived yet"
    assert levels(report)["silent"] == WARN
    assert report.hygiene[0].share is None


def test_shares_stand_beside_those_of_the_days_before(shop):
    shop.post([page("?a", NOON), page("?b", NOON, tagged("x")), page("?c", NOON - timedelta(days=40))])
    settle(shop)
    direct = look(shop).hygiene[-1]
    assert (direct.visits, direct.share, direct.share_before) == (1, Decimal("0.5"), Decimal(1))


@pytest.mark.parametrize(
    ("paid", "gaps"),
    [
        ([(1, 3)], []),
        ([(1, 3), (4, 9)], []),
        ([(1, 3), (5, 9)], [(4, 4)]),
        ([(1, 9), (2, 3), (11, 12)], [(10, 10)]),
        ([(5, 6), (1, 2)], [(3, 4)]),
    ],
)
def test_gaps_lie_between_days_with_spend(paid, gaps):
    spent = {"Email": [(date(2026, 2, first), date(2026, 2, last)) for first, last in paid]}
    found = health.find_gaps(spent, date(2026, 3, 1))
    assert [(gap.start.day, gap.end.day) for gap in found] == gaps


def test_health_costs_few_questions(shop):
    shop.post([page("ada", NOON)])
    settle(shop)
    with CaptureQueriesContext(connection) as asked:
        look(shop)
    assert len(asked) <= 20
