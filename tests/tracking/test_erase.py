"""Erasing a person: nothing of theirs is found afterwards, wherever one looks, and every figure stays what it was."""

import json
from datetime import timedelta

import pytest
from django.db import connection
from django.utils.timezone import now

from attribution.actions import changed_days_of, fill_days
from attribution.models import DailyCredit, DailyPath
from tests.tracking.core.given import NOON, alias, event, identify, minutes, order, page, refund, tagged
from tests.tracking.shop import Shop, open_shop
from tracking.actions import change_settings, create_goal, erase, erase_person
from tracking.models import Alias, Conversion, Event, Inbox, OpenPath, Person, RejectedEvent, Session, Touch
from tracking.storage import load_journey

pytestmark = pytest.mark.django_db(transaction=True)
TRACES = ("mary@person.example", "mary-phone", "mary-old", "order-of-mary", "click-of-mary", "m-mary")


@pytest.fixture
def shop() -> Shop:
    shop = open_shop()
    shop.tell(
        page("?mary-phone", url=tagged("spring") + "&gclid=click-of-mary", message_id="m-mary-1"),
        identify("mary@person.example", "?mary-phone", minutes(3), "m-mary-2"),
        alias("mary@person.example", "mary-old", minutes(4), "m-mary-3"),
        order("mary-old", minutes(5), "order-of-mary", "m-mary-4", revenue=80, currency="EUR"),
        refund("?till", minutes(9), "order-of-mary", revenue=20),
        page("bob", minutes(10), tagged("summer")),
        order("bob", minutes(20), "o2", revenue=70, currency="EUR"),
    )
    fill(shop)
    return shop


def fill(shop: Shop) -> None:
    with shop.open():
        changed = changed_days_of(shop.workspace)
    fill_days(shop.workspace, changed)


def figures(shop: Shop) -> list[tuple]:
    """What every report is made of."""
    with shop.open():
        kept = [
            *shop.rows(DailyCredit).values_list("day", "goal_id", "rule", "marks", "credit", "value", "unattributed"),
            *shop.rows(DailyPath).values_list("day", "goal_id", "marks", "steps", "lengths", "conversions", "value"),
            *shop.rows(Session).values_list("started_at", "ended_at", "hits", "mark_id"),
            *shop.rows(Touch).values_list("person_id", "at", "mark_id"),
            *shop.rows(Conversion).values_list("person_id", "goal_id", "at", "value_micros", "refunded_micros"),
            *shop.rows(OpenPath).values_list("person_id", "marks", "ats", "goals"),
        ]
    return sorted((tuple(map(str, row)) for row in kept), key=str)


def everything(shop: Shop) -> str:
    """Every row of every table that the workspace can see, bytes both as they are and as text."""
    with shop.open(), connection.cursor() as cursor:
        cursor.execute(
            "select relname from pg_class where relnamespace = 'public'::regnamespace"
            " and relkind in ('r', 'p') and not relispartition and relname like 'tracking%'"
        )
        found = []
        for (table,) in cursor.fetchall():
            cursor.execute(f"select coalesce(string_agg(to_jsonb(t)::text, ' '), '') from {table} t")
            found.append(cursor.fetchone()[0])
        cursor.execute("select coalesce(string_agg(convert_from(body, 'UTF8'), ' '), '') from tracking_rejectedevent")
        return " ".join([*found, cursor.fetchone()[0]])


def traces(shop: Shop) -> list[str]:
    text = everything(shop)
    return [trace for trace in TRACES if trace in text]


@pytest.mark.parametrize("known_as", ["mary@person.example", "mary-old", "?mary-phone"])
def test_nothing_is_found_and_every_figure_stays(shop, known_as):
    with shop.open():
        # Put aside, refused at the door, or told of by a sentence.
        for body in (b'{"userId": "mary@person.example"}', json.dumps({"x": "mary-old"}).encode(), b'{"y": 1}'):
            RejectedEvent.objects.create(workspace=shop.workspace, reason="too_large", body=body, detail="x")
        RejectedEvent.objects.create(workspace=shop.workspace, reason="missing_type", detail="mary-old is not a type")
        assert len(list(shop.rows(Alias))) == 6
    before = figures(shop)
    assert set(traces(shop)) == set(TRACES)
    assert erase_person(shop.workspace, known_as, now()) is True
    assert traces(shop) == []
    assert figures(shop) == before
    with shop.open():
        assert load_journey(shop.workspace, "mary-old") is None
        assert sorted(row.value for row in shop.rows(Alias)) == ["?till", "bob"]
        assert [bytes(row.body) for row in shop.rows(RejectedEvent).exclude(body=None)] == [b'{"y": 1}']
        assert shop.rows(RejectedEvent).count() == 4
    # Worked out from scratch, the days say the same.
    fill_days(shop.workspace, [NOON.date()])
    assert figures(shop) == before
    assert erase_person(shop.workspace, known_as, now()) is False


def test_whatever_is_derived_again_leaves_the_figures(shop):
    erase_person(shop.workspace, "mary-old", now())
    before = figures(shop)
    change_settings(shop.workspace, {"own_domains": ["nothing.example"]})
    shop.derive()
    create_goal(shop.workspace, name="late", event="Order Refunded")
    shop.derive()
    fill(shop)
    assert [row for row in figures(shop) if row in before] == before
    assert shop.conversions() == [("purchase", 60.0, ""), ("late", 20.0, ""), ("purchase", 70.0, "")]


def test_figures_equal_those_without_the_person_but_for_what_is_of_nobody(shop):
    """Take what is of nobody away, and what is left is what a workspace knows that never heard of them."""
    other = open_shop()
    other.tell(page("bob", minutes(10), tagged("summer")), order("bob", minutes(20), "o2", revenue=70))
    erase_person(shop.workspace, "mary-old", now())
    with shop.open():
        known = set(shop.rows(Person).values_list("id", flat=True))
        shop.rows(Touch).exclude(person_id__in=known).delete()
        left = [(c.at, c.value_micros) for c in shop.rows(Conversion).filter(person_id__in=known)]
    with other.open():
        assert left == [(c.at, c.value_micros) for c in other.rows(Conversion)]
    assert shop.touches() == other.touches()


def test_what_is_sent_again_is_dropped_and_what_comes_later_is_of_somebody_new(shop):
    before = figures(shop)
    erased_at = NOON + timedelta(days=1)
    erase_person(shop.workspace, "mary-old", erased_at)
    shop.tell(
        page("?mary-phone", url=tagged("spring"), message_id="m-mary-1"),
        order("mary-old", minutes(5), "order-of-mary", "m-mary-4", revenue=80),
        # The till tells of the order again, with an id that nobody erased.
        order("?till", minutes(30), "order-of-mary", revenue=80),
        page("mary-old", minutes(40)),
    )
    assert shop.conversions() == [("purchase", 60.0, ""), ("purchase", 70.0, "")]
    assert [row for row in figures(shop) if row in before] == before
    with shop.open():
        [dropped] = shop.rows(RejectedEvent)
        assert (dropped.reason, dropped.events, dropped.body, dropped.message_id) == ("erased", 3, None, None)
    assert set(traces(shop)) == {"order-of-mary"}
    shop.tell(order("mary-old", erased_at + timedelta(days=1), "o9", revenue=5))
    assert len(shop.conversions()) == 3
    assert shop.count(Person) == 3


@pytest.mark.parametrize("name", ["7", "zoë", "a.b+c@d.example", "x\\y"])
def test_refused_bodies_lose_whoever_they_name_and_nobody_else(shop, name):
    shop.tell(page(name, NOON))
    bodies = [json.dumps({"userId": name, "n": 71}), json.dumps({"userId": name}, ensure_ascii=False)]
    bodies += [json.dumps({"userId": int(name)})] if name == "7" else []
    with shop.open():
        for body in [*bodies, '{"userId": "77", "n": 17, "x": "zoe"}']:
            RejectedEvent.objects.create(workspace=shop.workspace, reason="too_large", body=body.encode())
    erase_person(shop.workspace, name, now())
    with shop.open():
        left = [bytes(row.body) for row in shop.rows(RejectedEvent).exclude(body=None)]
    assert left == [b'{"userId": "77", "n": 17, "x": "zoe"}']


def test_what_waits_is_erased_too(shop):
    shop.post([page("mary-old", minutes(50), message_id="m-mary-9"), page("bob", minutes(51))])
    erase_person(shop.workspace, "mary-old", now())
    assert (shop.count(Inbox), traces(shop)) == (1, [])
    shop.derive()
    assert shop.count(Inbox) == 0


def test_others_on_the_same_device_keep_what_is_theirs(shop):
    shop.tell(event("page", "carl", minutes(60), anonymous="?mary-phone", properties={"url": tagged("autumn")}))
    touches = shop.touches()
    erase_person(shop.workspace, "mary-old", now())
    assert traces(shop) == []
    assert shop.touches() == touches
    shop.tell(order("carl", minutes(70), "o7", revenue=1))
    assert len(shop.conversions()) == 3


def test_another_currency_values_what_is_of_nobody(shop):
    goal = create_goal(shop.workspace, name="flat", event="Order Completed", value=5)
    shop.derive()
    twin_values = []
    for erased in (False, True):
        if erased:
            erase_person(shop.workspace, "mary-old", now())
        change_settings(shop.workspace, {"currency": "USD"})
        shop.derive()
        twin_values.append(shop.conversions())
        change_settings(shop.workspace, {"currency": "EUR"})
        shop.derive()
    assert twin_values[0] == twin_values[1] != shop.conversions()
    assert (goal.name, 5.0, "") in twin_values[1]
    with shop.open():
        assert set(shop.rows(Conversion).values_list("currency", flat=True)) == {"EUR"}


def test_one_who_dies_halfway_has_erased_nothing(shop, monkeypatch):
    class Killed(BaseException):
        pass

    def die(*_):
        raise Killed

    monkeypatch.setattr(erase, "remember_erased", die)
    before = everything(shop)
    with pytest.raises(Killed):
        erase_person(shop.workspace, "mary-old", now())
    assert everything(shop) == before


def test_workspaces_erase_their_own_only(shop):
    other = open_shop()
    other.tell(page("mary-old"))
    erase_person(shop.workspace, "mary-old", now())
    assert (other.count(Event), other.count(Alias)) == (1, 1)
    other.tell(page("mary-old", minutes(90)))
    assert other.count(Event) == 2
