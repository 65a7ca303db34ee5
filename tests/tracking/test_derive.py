"""Events become facts in the database, in whatever batches, and mark the days they spoil."""

import threading
from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from psycopg import OperationalError
from psycopg.errors import NumericValueOutOfRange, UndefinedTable

from accounts.tenancy import hold_alone
from config.embedded import postgres
from tests.conftest import DATA_DIR
from tests.tracking.core.given import alias, identify, minutes, order, page, refund, tagged
from tests.tracking.shop import Shop, open_shop
from tests.twin.facts import as_row
from tests.twin.facts import facts_of as facts_of_twin
from tests.twin.worlds import GOALS, events
from tracking.actions import create_goal, derive_waiting
from tracking.actions import derive as deriving
from tracking.actions.derive import _LOCK, DatabaseTrouble
from tracking.core.facts import StoredEvent
from tracking.models import (
    AnonymousLink,
    Conversion,
    DerivingState,
    Event,
    Goal,
    Mark,
    Person,
    Refund,
    RejectedEvent,
    Stage,
    Touch,
)

pytestmark = pytest.mark.django_db(transaction=True)

NOON_DAY = date(2026, 3, 2)


@pytest.fixture
def shop() -> Shop:
    return open_shop()


def days_later(number: float) -> datetime:
    return minutes(number * 24 * 60)


def test_a_visit_and_an_order(shop):
    shop.tell(page("?a", url=tagged("spring")), order("ada", minutes(5), "o1", anonymous="?a", revenue=80))
    assert shop.touches() == [("Email", "news")]
    assert shop.conversions() == [("purchase", 80.0, "")]
    assert shop.waiting() == 0
    assert shop.changed_days() == {NOON_DAY}


def test_a_repeat_changes_nothing(shop):
    told = [page("?a", url=tagged("spring")), order("ada", minutes(5), "o1", anonymous="?a", revenue=80)]
    shop.tell(*told)
    before, _ = shop.stored(), shop.changed_days()
    shop.tell(*told)
    shop.tell(order("ada", minutes(9), "o1", "told-later", revenue=99))
    assert shop.stored() == before
    assert shop.changed_days() == set()


def test_an_event_derived_again_writes_nothing(shop):
    told = [page("?a"), identify("ada", "?a", minutes(1)), order("ada", minutes(5), "o1", revenue=80)]
    shop.tell(*told)
    before, _ = shop.stored(), shop.changed_days()
    with shop.open(), connection.cursor() as cursor:
        cursor.execute(
            "insert into tracking_inbox (workspace_id, message_id, received_at)"
            " select workspace_id, message_id, received_at from tracking_event"
        )
    shop.derive()
    assert (shop.stored(), shop.changed_days(), shop.waiting()) == (before, set(), 0)


def test_a_late_touch_spoils_the_days_of_the_conversions_it_reaches(shop):
    shop.tell(*(order("ada", days_later(day), f"o{day}", revenue=1) for day in (0, 10, 95, 100)))
    shop.changed_days()
    shop.tell(page("ada", days_later(9)))
    # 90 days from day 9 is day 99; the order of day 0 came before.
    assert shop.changed_days() == {NOON_DAY + timedelta(days=10), date(2026, 6, 5)}


def test_the_longer_look_back_of_a_goal_counts(shop):
    create_goal(shop.workspace, name="long", event="Order Completed", lookback_days=365)
    shop.tell(order("ada", days_later(200), "o1", revenue=1))
    shop.changed_days()
    shop.tell(page("ada", days_later(1)))
    assert shop.changed_days() == {date(2026, 9, 18)}


def test_days_are_those_of_the_workspaces_zone(shop):
    late = datetime(2026, 7, 1, 22, 30, tzinfo=UTC)
    shop.tell(order("ada", late, "o1", revenue=1))
    assert shop.changed_days() == {date(2026, 7, 2)}


def test_a_refund_spoils_the_day_of_its_order(shop):
    shop.tell(order("ada", order_id="o1", revenue=100))
    shop.changed_days()
    shop.tell(refund("?till", days_later(30), "o1", revenue=40))
    assert shop.conversions() == [("purchase", 60.0, "")]
    assert shop.changed_days() == {NOON_DAY}
    assert shop.count(Refund) == 1


def test_an_earlier_teller_takes_an_order_away(shop):
    shop.tell(order("bob", minutes(5), "o1", revenue=90))
    shop.tell(order("ada", minutes(4), "o1", revenue=80))
    assert shop.conversions() == [("purchase", 80.0, "")]


def test_a_linked_visitor_brings_touches_along(shop):
    shop.tell(page("?a", url=tagged("spring")))
    shop.tell(order("ada", minutes(60), "o1", revenue=80))
    before = shop.count(Person)
    shop.changed_days()
    shop.tell(identify("ada", "?a", days_later(3)))
    assert (before, shop.count(Person)) == (2, 1)
    assert shop.changed_days() == {NOON_DAY}


def test_an_earlier_link_moves_a_device_to_another_person(shop):
    shop.tell(page("?a", url=tagged("spring")), identify("bob", "?a", minutes(9)))
    shop.tell(order("bob", minutes(20), "o1", revenue=1), order("ada", minutes(2 * 24 * 60), "o2", revenue=1))
    shop.changed_days()
    shop.tell(identify("ada", "?a", minutes(8)))
    assert shop.conversions() == [("purchase", 1.0, "shared_device"), ("purchase", 1.0, "")]
    assert shop.changed_days() == {NOON_DAY, NOON_DAY + timedelta(days=2)}


def test_users_merge_when_the_previous_id_turns_out_to_be_one(shop):
    shop.tell(alias("ada", "old"), page("ada"), order("ada", minutes(5), "o1", revenue=1))
    assert shop.count(Person) == 1
    shop.tell(order("old", minutes(9), "o2", revenue=1))
    assert shop.count(Person) == 1
    assert len({row[2] for row in shop.stored()["Alias"]}) == 1


def test_the_earliest_link_is_kept(shop):
    shop.tell(identify("bob", "?a", minutes(9)))
    shop.tell(identify("ada", "?a", minutes(8), "m-2"))
    shop.tell(identify("cem", "?a", minutes(8), "m-10"))
    shop.tell(identify("dan", "?a", minutes(10)))
    with shop.open():
        assert [link.user_id for link in shop.rows(AnonymousLink)] == ["cem"]


def test_workspaces_do_not_meet(shop):
    other = open_shop()
    told = [page("?a"), order("ada", minutes(5), "o1", anonymous="?a", revenue=80)]
    shop.tell(*told)
    other.tell(*told, order("ada", minutes(7), "o2", revenue=5))
    assert (len(shop.conversions()), len(other.conversions())) == (1, 2)


def test_marks_are_shared_and_bounded(shop, monkeypatch):
    monkeypatch.setattr("tracking.storage.marks.MOST_MARKS", 2)
    shop.tell(page("?a"), page("?b"))
    assert shop.count(Mark) == 1
    urls = [f"https://shop.example.test/{n}?utm_source=news&utm_content={n}" for n in range(4)]
    shop.tell(*(page(f"?{n}", url=url) for n, url in enumerate(urls)))
    with shop.open():
        kept = sorted(shop.rows(Mark).values_list("landing_path", "content"))
    # The one that fitted in, and one for all the others.
    assert len(kept) == 3
    assert ("(other)", "(other)") in kept
    before = shop.stored()
    shop.tell(page("?0", minutes(1), urls[0]), page("?3", minutes(1), urls[3]))
    assert [row[:4] for row in shop.stored()["Touch"]] == [row[:4] for row in before["Touch"]]


def poison(monkeypatch, *message_ids: str, error: Exception | None = None) -> list[int]:
    """Have the pipeline fail whenever it meets one of these events; returns the sizes of the batches it failed on."""
    failed = []
    real = deriving.derive

    def derive(people, *rest):
        met = [event for person in people.values() for event in person.events]
        if any(event.message_id in message_ids for event in met):
            failed.append(len(met))
            raise error or ValueError("poison")
        return real(people, *rest)

    monkeypatch.setattr(deriving, "derive", derive)
    return failed


def test_what_fails_alone_stands_aside_and_everything_else_goes_on(shop, monkeypatch):
    failed = poison(monkeypatch, "bad-1", "bad-2")
    told = [order(f"u{n}", minutes(n), f"o{n}", revenue=1) for n in range(40)]
    told.insert(7, order("eve", minutes(7), "bad", "bad-1", revenue=1))
    told.insert(30, order("eve", minutes(30), "bad", "bad-2", revenue=1))
    shop.tell(*told)
    assert len(shop.conversions()) == 40
    with shop.open():
        aside = list(shop.rows(RejectedEvent).order_by("message_id"))
    assert [(row.reason, row.message_id) for row in aside] == [
        ("not_processable", "bad-1"),
        ("not_processable", "bad-2"),
    ]
    assert b'"order_id": "bad"' in bytes(aside[0].body)
    assert failed.count(1) >= 3
    shop.tell(order("eve", minutes(60), "good", revenue=1))
    assert len(shop.conversions()) == 41


@pytest.mark.parametrize("error", [OperationalError("the server is gone"), UndefinedTable("not migrated yet")])
def test_trouble_of_the_database_is_never_the_events_fault(shop, monkeypatch, error):
    poison(monkeypatch, "m1", error=error)
    shop.post([order("ada", minutes(1), "o1", "m1", revenue=1)])
    for _ in range(20):
        with pytest.raises(DatabaseTrouble):
            shop.derive()
    monkeypatch.undo()
    shop.derive()
    assert len(shop.conversions()) == 1
    assert shop.count(RejectedEvent) == 0


def test_values_that_the_database_refuses_are_the_events_fault(shop, monkeypatch):
    poison(monkeypatch, "m1", error=NumericValueOutOfRange("bigint out of range"))
    shop.tell(order("ada", minutes(1), "o1", "m1", revenue=1), order("bob", minutes(1), "o2", revenue=1))
    assert len(shop.conversions()) == 1
    assert shop.count(RejectedEvent) == 1


def test_what_the_database_refuses_late_stands_aside_too(shop, monkeypatch):
    """Many people's facts are on their way when the answer comes that one of them cannot be kept."""
    monkeypatch.setattr(deriving, "PEOPLE_A_PART", 2)
    # Each with a mark of its own, so that the refusal comes while something is asked.
    told = [page(f"?{n}", minutes(n), tagged(f"c{n}"), message_id=f"m{n}") for n in range(20)]
    with postgres.superuser(DATA_DIR, "headwater") as owner:
        owner.execute("alter table tracking_touchdetail add constraint poison check (message_id <> 'm3')")
        try:
            shop.tell(*told)
        finally:
            owner.execute("alter table tracking_touchdetail drop constraint poison")
    assert (shop.count(Touch), shop.count(RejectedEvent), shop.waiting()) == (19, 1, 0)


class Killed(BaseException):
    """Stands for the end of the process: nothing catches it."""


def test_a_batch_that_kills_its_worker_loses_and_doubles_nothing(shop, monkeypatch):
    told = [event for n in range(30) for event in (page(f"u{n}"), order(f"u{n}", minutes(n), f"o{n}", revenue=1))]
    shop.post(told)
    with monkeypatch.context() as patched:

        def die(*_, **__):
            raise Killed

        # After the facts were written, just before the inbox is left.
        patched.setattr(deriving, "leave_inbox", die)
        for _ in range(4):
            with pytest.raises(Killed):
                shop.derive()
        assert (shop.count(Touch), shop.count(Conversion), shop.waiting()) == (0, 0, 60)
        with shop.open():
            [state] = shop.rows(DerivingState).filter(work="events")
        # Three deaths at the full size, and one at half of it.
        assert (state.failures, state.batch_size) == (1, 30)
    shop.derive()
    assert (shop.count(Touch), shop.count(Conversion), shop.waiting()) == (30, 30, 0)


def test_only_one_worker_derives_a_workspace(shop):
    shop.post([order("ada", minutes(1), "o1", revenue=1)])
    answers = []

    def other_worker():
        answers.append(derive_waiting(shop.workspace))
        connection.close()

    with hold_alone(_LOCK, shop.workspace.pk) as mine:
        assert mine
        thread = threading.Thread(target=other_worker)
        thread.start()
        thread.join()
        assert (answers, shop.waiting()) == ([False], 1)
    shop.derive()
    assert shop.waiting() == 0


def test_events_that_nobody_stored_leave_the_inbox(shop):
    shop.post([order("ada", minutes(1), "o1", revenue=1)])
    with shop.open():
        shop.rows(Event).delete()
    shop.derive()
    assert (shop.waiting(), shop.conversions()) == (0, [])


def a_world_shop() -> Shop:
    """A workspace with the goals and stages of the small worlds."""
    shop = open_shop(goals=False)
    for goal in GOALS:
        create_goal(
            shop.workspace,
            name=f"goal {goal['id']}",
            event=goal["event"],
            count="once" if goal.get("once") else "every",
            drop_refunded=goal.get("drop_refunded", False),
        )
    with shop.open():
        goals = list(shop.rows(Goal).order_by("id"))
        for goal, told in zip(goals, GOALS, strict=True):
            if "stage" in told:
                Stage.objects.create(
                    workspace=shop.workspace,
                    position=told["stage"] // 10,
                    name=goal.name,
                    event=goal.event,
                    goal_id=goal.pk,
                )
    return shop


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.data())
def test_facts_do_not_depend_on_order_repeats_or_batches(data):
    world = data.draw(events())
    arriving = [StoredEvent(**as_row(event)) for event in data.draw(st.permutations(world))]
    arriving += data.draw(st.lists(st.sampled_from(arriving), max_size=4))
    shop = a_world_shop()
    while arriving:
        size = data.draw(st.integers(1, len(arriving)))
        shop.post(arriving[:size])
        arriving = arriving[size:]
        if data.draw(st.booleans()):
            derive_in_batches_of(shop, data.draw(st.integers(1, 5)))
    derive_in_batches_of(shop, data.draw(st.integers(1, 5)))
    assert shop.in_twins_words() == facts_of_twin(world, GOALS)
    before, _ = shop.stored(), shop.changed_days()
    shop.post([StoredEvent(**as_row(event)) for event in world])
    shop.derive()
    assert (shop.stored(), shop.changed_days()) == (before, set())


def derive_in_batches_of(shop: Shop, size: int) -> None:
    with shop.open():
        DerivingState.objects.of(shop.workspace).delete()
        DerivingState.objects.create(workspace=shop.workspace, batch_size=size)
    shop.derive()
