"""Events go when they are too old, what follows from them stays, and nothing that comes later can harm it."""

from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest
from django.db import connection, transaction

from attribution.actions import changed_days_of, fill_days
from attribution.models import DailyCredit, DailyPath
from common.errors import Refusal
from common.periods import Period
from tests.tracking.core.given import NOON, alias, event, identify, minutes, order, page, refund, tagged
from tests.tracking.shop import Shop, open_shop
from tracking.actions import change_settings, create_goal, retention, set_pipeline
from tracking.models import ChangedDay, Event, Inbox, Refill, Refund, RejectedEvent, Session

pytestmark = pytest.mark.django_db(transaction=True)

NOON_DAY = date(2026, 3, 2)
# Events of NOON_DAY and earlier are too old then, those of the next day are not.
LATER = NOON + timedelta(days=31)
SEAL = datetime.fromisoformat("2026-03-03T00:00:00+01:00")


@pytest.fixture
def shop() -> Shop:
    return open_shop(retention_days=30)


def days(number: float) -> datetime:
    return minutes(number * 24 * 60)


def fill(shop: Shop) -> None:
    with shop.open():
        changed = changed_days_of(shop.workspace)
    fill_days(shop.workspace, changed)


def credit(shop: Shop) -> list[tuple]:
    """All credit and paths as stored, but for when."""
    fields = ("day", "goal_id", "rule", "lookback_days", "half_life_days", "marks", "credit", "value", "conversions")
    paths = ("day", "goal_id", "marks", "steps", "lengths", "conversions", "value", "unattributed")
    with shop.open():
        kept = list(shop.rows(DailyCredit).values_list(*fields)) + list(shop.rows(DailyPath).values_list(*paths))
    return sorted(((row[0], *map(str, row[1:])) for row in kept), key=str)


def let_go(shop: Shop, now: datetime = LATER) -> None:
    """Let everything too old go, once it is worked off."""
    fill(shop)
    assert retention.retain(shop.workspace, now, seconds=60) is False
    assert retention.find_seal(shop.workspace, now) is None


def test_facts_and_credit_stand_when_their_events_are_gone(shop):
    told = [
        page("?a", url=tagged("spring")),
        identify("ada", "?a", minutes(3)),
        order("ada", minutes(5), "o1", revenue=80),
        refund("?till", minutes(9), "o1", revenue=20),
        page("ada", days(2), tagged("summer")),
        order("ada", days(3), "o2", revenue=70),
    ]
    shop.tell(*told)
    fill(shop)
    facts, earned = shop.stored(), credit(shop)
    assert len(earned) > 10
    let_go(shop)
    with shop.open():
        assert {one.message_id for one in shop.rows(Event)} == {one.message_id for one in told[4:]}
    assert (shop.workspace.sealed_at, shop.workspace.sealed_before) == (SEAL, NOON_DAY + timedelta(days=1))
    assert (shop.stored(), credit(shop)) == (facts, earned)
    shop.tell(page("ada", days(4)))
    kept = [row for row in shop.stored()["Touch"] if row[1] < SEAL]
    assert kept == [row for row in facts["Touch"] if row[1] < SEAL]
    assert shop.conversions() == [("purchase", 60.0, ""), ("purchase", 70.0, "")]
    assert shop.count(Refund) == 1
    fill(shop)
    assert credit(shop) == earned


def test_whatever_has_to_be_derived_again_comes_out_the_same(shop):
    set_pipeline(shop.workspace, [{"name": "Lead", "event": "Signed Up", "role": "lead"}])
    create_goal(shop.workspace, name="first", event="Order Completed", count="once")
    shop.tell(*a_busy_week())
    facts = shop.stored()
    let_go(shop, NOON + timedelta(days=33))
    change_settings(shop.workspace, {"own_domains": ["nothing.example"]})
    shop.derive()
    assert shop.stored() == facts


def a_busy_week() -> list:
    told = []
    for day in range(6):
        for who in ("ada", "bob", "?c"):
            told.append(page(who, days(day) + timedelta(hours=10, minutes=50), tagged(f"c{day}")))
            # Past midnight in Berlin, in one visit.
            told.extend(page(who, days(day) + timedelta(hours=10, minutes=50 + 20 * n)) for n in range(1, 4))
            told.append(page(who, days(day) + timedelta(hours=11, minutes=5), tagged(f"late{day}")))
        told.append(event("track", "ada", days(day), name="Signed Up"))
        told.append(order("ada", days(day) + timedelta(hours=11), f"o{day}", revenue=10 + day))
        told.append(order("bob", days(day) + timedelta(hours=11), None, revenue=1))
    return told


def test_a_visit_over_the_seal_goes_on_whatever_comes_late(shop):
    at = SEAL - timedelta(minutes=40)
    visit = [
        page("ada", at + timedelta(minutes=20 * n), tagged("spring") if n == 0 else "https://a.test/")
        for n in (0, 1, 3)
    ]
    twin = open_shop()
    for one in (shop, twin):
        one.tell(*visit)
        one.tell(page("ada", at + timedelta(minutes=20 * 2)))
    let_go(shop)
    assert shop.count(Event) == 2
    for one in (shop, twin):
        one.tell(page("ada", SEAL + timedelta(minutes=1)), page("ada", SEAL + timedelta(minutes=40), tagged("spring")))
        one.tell(page("ada", SEAL + timedelta(minutes=50), tagged("summer")))
    assert visits(shop) == visits(twin) == [(at, SEAL + timedelta(minutes=50), 7)]
    assert shop.touches() == twin.touches()
    # The seal passes it by while it goes on for days.
    on_and_on = [page("ada", SEAL + timedelta(minutes=50 + 25 * n)) for n in range(1, 120)]
    for one in (shop, twin):
        one.tell(*on_and_on)
    let_go(shop, LATER + timedelta(days=1))
    assert shop.count(Event) < 80
    for one in (shop, twin):
        one.tell(page("ada", SEAL + timedelta(days=1, minutes=3)))
    assert visits(shop) == visits(twin)
    let_go(shop, LATER + timedelta(days=9))
    assert (shop.count(Event), visits(shop)) == (0, visits(twin))


def visits(shop: Shop) -> list[tuple]:
    with shop.open():
        return sorted(shop.rows(Session).values_list("started_at", "ended_at", "hits"))


def test_an_event_from_before_the_seal_is_told_that_it_is_too_late(shop):
    shop.tell(page("?a", url=tagged("spring")), order("ada", minutes(5), "o1", anonymous="?a", revenue=80))
    fill(shop)
    let_go(shop)
    facts, earned = shop.stored(), credit(shop)
    late = [order("ada", minutes(1), "o1", "early", revenue=9), page("ada", minutes(2)), identify("eve", "?a", NOON)]
    shop.post(late)
    # Not even before it was looked at.
    let_go(shop, LATER)
    assert shop.count(Inbox) == 3
    shop.derive()
    assert (shop.stored(), credit(shop), shop.changed_days()) == (facts, earned, set())
    with shop.open():
        aside = list(shop.rows(RejectedEvent).order_by("message_id"))
    assert [row.reason for row in aside] == ["sealed"] * 3
    assert b'"order_id": "o1"' in bytes(next(row.body for row in aside if row.message_id == "early"))
    assert (shop.count(Event), shop.count(Inbox)) == (0, 0)


def test_a_late_event_after_the_seal_counts_as_ever(shop):
    shop.tell(page("?a", url=tagged("spring")), order("ada", days(2), "o1", anonymous="?a", revenue=80))
    fill(shop)
    let_go(shop)
    shop.changed_days()
    shop.tell(page("ada", days(1.5), tagged("late")))
    assert shop.touches() == [("Email", "news")] * 2
    assert shop.changed_days() == {NOON_DAY + timedelta(days=2)}
    assert shop.conversions() == [("purchase", 80.0, "")]


def test_people_who_turn_out_to_be_one_bring_what_is_sealed_along(shop):
    same = [page(who, NOON, tagged(f"c-{who}")) for who in ("?a", "ada", "bob")]
    shop.tell(*same, order("ada", minutes(5), "o1", revenue=1), order("bob", minutes(6), "o2", revenue=2))
    shop.tell(order("ada", days(2), "o3", revenue=3))
    fill(shop)
    let_go(shop)
    earned = credit(shop)
    shop.changed_days()
    shop.tell(identify("ada", "?a", days(2.1)), alias("ada", "bob", days(2.2)))
    facts = shop.stored()
    assert len({row[0] for row in facts["Touch"]}) == len(facts["Person"]) == 1
    assert sorted((row[1], row[2]) for row in facts["Touch"]) == [(NOON, 0), (NOON, 1), (NOON, 2)]
    assert len({row[3] for row in facts["Touch"]}) == 3
    assert shop.conversions() == [("purchase", float(n), "") for n in (1, 2, 3)]
    # The touches of the others may have led to the order of day 2; the orders before the seal keep their credit.
    assert shop.changed_days(forget=False) == {NOON_DAY + timedelta(days=2)}
    fill(shop)
    assert [row for row in credit(shop) if row[0] < SEAL.date()] == [row for row in earned if row[0] < SEAL.date()]
    shop.tell(page("ada", days(5)))
    assert [row for row in shop.stored()["Touch"] if row[1] < SEAL] == facts["Touch"]


def test_a_visit_over_the_seal_moves_along_with_its_person(shop):
    at = SEAL - timedelta(minutes=10)
    shop.tell(page("ada", days(-5)))
    shop.tell(page("?a", at), page("?a", at + timedelta(minutes=15)))
    let_go(shop)
    shop.tell(identify("ada", "?a", days(1)))
    for _ in range(2):
        assert visits(shop)[1] == (at, at + timedelta(minutes=15), 2)
        shop.tell(page("ada", days(3)))
    assert shop.count(Session) == 3


def test_orders_and_refunds_of_before_the_seal_are_not_counted_anew(shop):
    once = create_goal(shop.workspace, name="first", event="Order Completed", count="once")
    create_goal(shop.workspace, name="kept", event="Order Completed", drop_refunded=True)
    shop.tell(order("ada", NOON, "o1", revenue=80), refund("?till", minutes(1), "o1", revenue=30, refund_id="r1"))
    let_go(shop)
    before = shop.conversions()
    assert [row[0] for row in before] == ["purchase", once.name, "kept"]
    shop.changed_days()
    # Another person with the same order id, the same order and refund again, and another refund.
    shop.tell(order("bob", days(4), "o1", revenue=80))
    assert shop.conversions() == before
    shop.tell(order("ada", days(2), "o1", revenue=80), refund("?till", days(2), "o1", revenue=30, refund_id="r1"))
    shop.tell(refund("?till", days(3), "o1", revenue=50, refund_id="r2"))
    assert shop.conversions() == before
    assert shop.changed_days() == set()
    with shop.open():
        assert sorted(shop.rows(Refund).values_list("key", "at")) == [("refund:r1", minutes(1)), ("refund:r2", days(3))]
    shop.tell(order("ada", days(5), "o2", revenue=5))
    assert shop.conversions() == [*before, ("purchase", 5.0, ""), ("kept", 5.0, "")]


def test_a_first_goal_and_a_stage_are_not_reached_again(shop):
    create_goal(shop.workspace, name="first", event="Seen", count="once")
    set_pipeline(shop.workspace, [{"name": "Lead", "event": "Seen", "role": "lead"}])
    shop.tell(event("track", "ada", NOON, name="Seen"))
    facts = shop.stored()
    let_go(shop)
    shop.tell(event("track", "ada", days(3), name="Seen"))
    assert shop.stored() == facts


def test_the_note_of_a_shared_device_stays(shop):
    shop.tell(page("?a", url=tagged("spring")), identify("bob", "?a", minutes(9)))
    shop.tell(identify("ada", "?a", minutes(10)), order("ada", minutes(11), "o1", revenue=1))
    let_go(shop)
    shop.tell(order("ada", days(3), "o2", revenue=1))
    assert shop.conversions() == [("purchase", 1.0, "shared_device")] * 2


CHANGES = [
    {"lookback_days": 1},
    {"half_life_days": 30.0},
    {"channel_rules": [{"channel": "Direct", "all": [{"field": "source", "op": "equals", "value": "news"}]}]},
    {"own_domains": ["example.test"]},
]


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: next(iter(change)))
def test_a_change_of_settings_leaves_sealed_days_alone_and_says_so(shop, change):
    for day in (0, 2):
        shop.tell(page("?a", days(day - 2), tagged("spring")), page("?a", days(day - 1), tagged("summer")))
        shop.tell(page("?a", days(day - 0.5)), order("ada", days(day), f"o{day}", anonymous="?a", revenue=80))
    fill(shop)
    let_go(shop)
    earned = credit(shop)
    refill = change_settings(shop.workspace, change)
    assert refill.sealed_before == NOON_DAY + timedelta(days=1)
    shop.derive()
    with shop.open():
        assert {row.day for row in shop.rows(ChangedDay)} <= {NOON_DAY + timedelta(days=2)}
    fill(shop)
    # Asked for by name, a sealed day does not move either.
    fill_days(shop.workspace, [NOON_DAY])
    after = credit(shop)
    assert [row for row in after if row[0] <= NOON_DAY] == [row for row in earned if row[0] <= NOON_DAY]
    if "own_domains" not in change:
        assert after != earned
    with shop.open():
        assert shop.rows(Refill).get(pk=refill.pk).finished_at is not None


def test_a_new_goal_reaches_back_to_the_seal(shop):
    shop.tell(event("track", "ada", NOON, name="Seen"), event("track", "ada", days(2), name="Seen"))
    let_go(shop)
    create_goal(shop.workspace, name="seen", event="Seen", value=Decimal(5))
    shop.derive()
    assert shop.conversions() == [("seen", 5.0, "")]
    assert shop.changed_days() == {NOON_DAY + timedelta(days=2)}


@pytest.mark.parametrize(("field", "value"), [("currency", "USD"), ("timezone", "UTC")])
def test_money_and_days_stay_what_they_were_summed_in(shop, field, value):
    shop.tell(order("ada", NOON, "o1", revenue=1))
    fill(shop)
    change_settings(shop.workspace, {field: getattr(shop.workspace, field)})
    let_go(shop)
    with pytest.raises(Refusal) as refused:
        change_settings(shop.workspace, {field: value})
    assert (refused.value.code, refused.value.field) == ("conflict", field)
    assert "2026-03-03" in refused.value.message


def test_nothing_is_sealed_while_something_before_it_waits(shop):
    shop.post([order("ada", NOON, "o1", revenue=80)])
    assert retention.seal_days(shop.workspace, LATER) is False
    shop.derive()
    # Now its day waits to be filled.
    assert retention.seal_days(shop.workspace, LATER) is False
    fill(shop)
    change_settings(shop.workspace, {"own_domains": ["example.test"]})
    assert retention.seal_days(shop.workspace, LATER) is False
    shop.derive()
    shop.post([order("ada", days(3), "o2", revenue=80)])
    assert retention.seal_days(shop.workspace, LATER) is True
    assert retention.seal_days(shop.workspace, LATER) is False
    shop.derive()
    assert len(shop.conversions()) == 2


def test_without_a_retention_everything_is_kept():
    shop = open_shop()
    shop.tell(page("ada"))
    let_go(shop, NOON + timedelta(days=9_000))
    assert (shop.count(Event), shop.workspace.sealed_at) == (1, None)
    change_settings(shop.workspace, {"retention_days": 30})
    let_go(shop)
    assert shop.count(Event) == 0
    # The seal never moves back.
    change_settings(shop.workspace, {"retention_days": None})
    let_go(shop)
    assert shop.workspace.sealed_at == SEAL


def test_reports_say_what_a_change_left_alone(shop):
    from reports.catalogue.sealed import describe_gone, describe_sealed

    shop.tell(order("ada", NOON, "o1", revenue=1), order("ada", days(2), "o2", revenue=1))
    let_go(shop)
    sealed, since = Period(NOON_DAY, NOON_DAY), Period(NOON_DAY + timedelta(days=1), NOON_DAY + timedelta(days=2))
    with shop.open():
        assert describe_sealed(shop.workspace, sealed) == []
        assert describe_gone(shop.workspace, since) == []
        assert [note[:33] for note in describe_gone(shop.workspace, sealed)] == ["Events of days before March 3, 20"]
    change_settings(shop.workspace, {"half_life_days": 30.0})
    with shop.open():
        assert describe_sealed(shop.workspace, since) == []
        assert [note[:40] for note in describe_sealed(shop.workspace, sealed)] == [
            "Days before March 3, 2026 are sealed: th"
        ]


class Killed(BaseException):
    """Stands for the end of the process: nothing catches it."""


def test_whoever_dies_halfway_leaves_everything_as_good(shop, monkeypatch):
    shop.tell(*a_busy_week())
    fill(shop)
    facts, earned = shop.stored(), credit(shop)
    monkeypatch.setattr(retention, "EVENTS_A_BATCH", 7)
    real, calls = retention.remove_events_before, []

    def die_sometimes(*args):
        calls.append(1)
        gone = real(*args)
        if len(calls) % 2:
            raise Killed
        return gone

    monkeypatch.setattr(retention, "remove_events_before", die_sometimes)
    kills, more = 0, True
    while more:
        try:
            more = retention.retain(shop.workspace, NOON + timedelta(days=33), seconds=60)
        except Killed:
            kills += 1
        # With half of the events gone, whoever is looked at comes out the same.
        change_settings(shop.workspace, {"own_domains": [f"n{kills}.example"]})
        shop.derive()
        assert shop.stored() == facts
    assert kills > 3
    monkeypatch.undo()
    with shop.open():
        assert not shop.rows(Event).filter(at__lt=shop.workspace.sealed_at).exists()
    fill(shop)
    assert credit(shop) == earned


def test_one_who_dies_while_sealing_has_sealed_nothing(shop, monkeypatch):
    shop.tell(page("ada", SEAL - timedelta(minutes=1)), page("ada", SEAL + timedelta(minutes=1)))

    def die(*_):
        raise Killed

    monkeypatch.setattr(retention, "save_sealed_hits", die)
    with pytest.raises(Killed):
        retention.retain(shop.workspace, LATER, seconds=60)
    shop.workspace.refresh_from_db()
    assert (shop.workspace.sealed_at, shop.count(Event)) == (None, 2)


def test_it_does_not_wait_for_those_who_derive_nor_keep_them_waiting(shop, monkeypatch):
    shop.tell(page("ada"))
    monkeypatch.setattr(retention, "PATIENCE", "50ms")
    other = connection.copy()
    try:
        with transaction.atomic(), other.cursor() as cursor:
            other.set_autocommit(False)
            cursor.execute("select 1 from accounts_workspace where id = %s for share", [shop.workspace.pk])
            assert retention.retain(shop.workspace, LATER, seconds=5) is False
            other.rollback()
    finally:
        other.close()
    shop.workspace.refresh_from_db()
    assert shop.workspace.sealed_at is None
    let_go(shop)
    assert shop.count(Event) == 0


def test_workspaces_let_go_of_their_own_only(shop):
    other = open_shop()
    for one in (shop, other):
        one.tell(page("ada"))
    let_go(shop)
    assert (shop.count(Event), other.count(Event)) == (0, 1)


def test_what_was_rejected_goes_and_goes_on_being_counted(shop):
    with shop.open():
        for days_ago, reason, body in [(40, "too_large", b"x"), (40, "too_large", b"y"), (2, "too_large", b"z")]:
            RejectedEvent.objects.create(
                workspace=shop.workspace,
                reason=reason,
                body=body,
                received_at=LATER - timedelta(days=days_ago),
                events=3,
            )
    let_go(shop)
    with shop.open():
        kept = sorted((row.events, bytes(row.body) if row.body else None) for row in shop.rows(RejectedEvent))
    assert kept == [(3, b"z"), (6, None)]
