"""Where people stand: open paths follow from facts, whatever order these came in; milestones spoil the right days."""

from datetime import date, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.tracking.core.given import alias, event, identify, minutes, order, page, refund, tagged
from tests.tracking.shop import Shop, open_shop
from tests.tracking.test_derive import a_world_shop, derive_in_batches_of
from tests.twin.facts import as_row
from tests.twin.facts import facts_of as facts_of_twin
from tests.twin.worlds import GOALS, events
from tracking.actions import set_pipeline
from tracking.core.facts import StoredEvent
from tracking.models import Alias, Goal, Mark, OpenPath

pytestmark = pytest.mark.django_db(transaction=True)

NOON_DAY = date(2026, 3, 2)
DAY = 24 * 60
LEAD = {"name": "Lead", "event": "Signed Up", "role": "lead"}


@pytest.fixture
def shop() -> Shop:
    return open_shop()


def open_paths(shop: Shop) -> dict:
    """{ids of the person: ([(at, mark)], {place of the goal: reached last}, last touch)} as stored."""
    with shop.open():
        ids: dict = {}
        for person, *known in shop.rows(Alias).values_list("person_id", "namespace", "value"):
            ids.setdefault(person, []).append(tuple(known))
        marks = {mark.pk: shop._parts(mark) for mark in shop.rows(Mark)}
        goals = {goal.pk: place for place, goal in enumerate(shop.rows(Goal).order_by("id"), 1)}
        return {
            tuple(sorted(ids[row.person_id])): (
                list(zip(row.ats, [marks[mark] for mark in row.marks], strict=True)),
                {goals[goal]: at for goal, at in zip(row.goals, row.reached_at, strict=True)},
                row.last_at,
            )
            for row in shop.rows(OpenPath)
        }


def open_paths_of_twin(world: list) -> dict:
    """The same from the slow twin's facts."""
    found = {}
    for ids, facts in facts_of_twin(world, GOALS).items():
        if facts["touches"]:
            touches = [(at, mark) for at, _, mark, *_ in facts["touches"]]
            reached = {goal: at for goal, at, *_ in sorted(facts["conversions"], key=lambda one: one[1])}
            found[ids] = (touches, reached, touches[-1][0])
    return found


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.data())
def test_open_paths_equal_those_of_the_twin_in_any_order(data):
    world = data.draw(events())
    arriving = [StoredEvent(**as_row(event)) for event in data.draw(st.permutations(world))]
    shop = a_world_shop()
    while arriving:
        size = data.draw(st.integers(1, len(arriving)))
        shop.post(arriving[:size])
        arriving = arriving[size:]
        derive_in_batches_of(shop, data.draw(st.integers(1, 5)))
    assert open_paths(shop) == open_paths_of_twin(world)


def test_a_merge_brings_touches_and_conversions_into_one_path(shop):
    shop.tell(page("?a", url=tagged("spring")), page("bob", minutes(60), tagged("summer")))
    shop.tell(order("ada", minutes(90), "o1", revenue=80), identify("ada", "?a", minutes(91)))
    paths = open_paths(shop)
    ada = (("anonymous", "?a"), ("user", "ada"))
    assert set(paths) == {ada, (("user", "bob"),)}
    assert (len(paths[ada][0]), paths[ada][1]) == (1, {1: minutes(90)})
    shop.tell(alias("ada", "bob", minutes(200)))
    assert [(len(touches), reached, last) for touches, reached, last in open_paths(shop).values()] == [
        (2, {1: minutes(90)}, minutes(60))
    ]


def test_who_loses_every_touch_loses_the_path(shop):
    shop.tell(identify("ada", "?a", minutes(10)), page("?a", url=tagged("spring")))
    assert list(open_paths(shop)) == [(("anonymous", "?a"), ("user", "ada"))]
    shop.tell(identify("bob", "?a", minutes(5)))
    assert list(open_paths(shop)) == [(("anonymous", "?a"), ("user", "bob"))]


def test_a_conversion_that_goes_moves_the_path_back(shop):
    with shop.open():
        shop.rows(Goal).update(drop_refunded=True)
    shop.tell(page("ada", url=tagged("spring")), order("ada", minutes(5), "o1", revenue=80))
    assert [reached for _, reached, _ in open_paths(shop).values()] == [{1: minutes(5)}]
    shop.tell(refund("ada", minutes(90), "o1"))
    assert [reached for _, reached, _ in open_paths(shop).values()] == [{}]


def test_a_milestone_that_comes_late_spoils_the_conversions_after_it(shop):
    set_pipeline(shop.workspace, [LEAD])
    shop.tell(*(order("ada", minutes(days * DAY), f"o{days}", revenue=80) for days in (0, 2, 4)))
    shop.tell(order("bob", minutes(6 * DAY), "o6", revenue=80))
    shop.changed_days()
    shop.tell(event("track", "ada", minutes(3 * DAY), name="Signed Up"))
    third, fourth = (NOON_DAY + timedelta(days=days) for days in (3, 4))
    assert shop.changed_days() == {third, fourth}
    shop.tell(event("track", "ada", minutes(1 * DAY), name="Signed Up"))
    first, second = (NOON_DAY + timedelta(days=days) for days in (1, 2))
    assert shop.changed_days() == {first, second, third, fourth}
