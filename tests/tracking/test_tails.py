"""People who come back are derived again from where new events make a difference: with the very same facts."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.tracking.core.given import alias, event, identify, minutes, order, page, refund, tagged
from tests.tracking.shop import Shop, open_shop
from tests.tracking.test_derive import a_world_shop, derive_in_batches_of
from tests.tracking.test_open_paths import open_paths, open_paths_of_twin
from tests.twin.facts import as_row
from tests.twin.facts import facts_of as facts_of_twin
from tests.twin.worlds import GOALS, events
from tracking.actions import create_goal, set_pipeline
from tracking.actions import derive as deriving
from tracking.core.facts import StoredEvent
from tracking.models import Conversion, Session, StageEntry

pytestmark = pytest.mark.django_db(transaction=True)

DAY = 24 * 60


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many events of each person were derived from."""
    numbers: list[int] = []
    real = deriving.derive

    def derive(people, *rest):
        numbers.extend(len(person.events) for person in people.values())
        return real(people, *rest)

    monkeypatch.setattr(deriving, "derive", derive)
    return numbers


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.data())
def test_facts_and_open_paths_equal_the_twins(data):
    world = data.draw(events())
    arriving = [StoredEvent(**as_row(event)) for event in data.draw(st.permutations(world))]
    shop = a_world_shop()
    while arriving:
        size = data.draw(st.integers(1, 3))
        shop.post(arriving[:size])
        arriving = arriving[size:]
        derive_in_batches_of(shop, data.draw(st.integers(1, 3)))
    assert shop.in_twins_words() == facts_of_twin(world, GOALS)
    assert open_paths(shop) == open_paths_of_twin(world)


@pytest.fixture
def shop() -> Shop:
    return open_shop()


def test_only_the_end_of_a_long_story_is_read(shop, read):
    for day in range(30):
        shop.tell(page("?kiosk", minutes(day * DAY), tagged(f"c{day}")))
    shop.tell(order("?kiosk", minutes(29 * DAY + 5), "o1", revenue=80))
    # The visit of that day, and the order in it.
    assert read[-1] == 2
    assert len(shop.touches()) == 30
    assert len(shop.conversions()) == 1


def test_a_late_event_is_told_from_its_own_day_on(shop, read):
    for day in range(10):
        shop.tell(page("?kiosk", minutes(day * DAY), tagged(f"c{day}")))
    shop.tell(page("?kiosk", minutes(4 * DAY + 20), tagged("late")))
    assert read[-1] == 7
    assert len(shop.touches()) == 11


def test_a_visit_goes_on_from_one_batch_to_the_next(shop):
    for minute in (0, 10, 20):
        shop.tell(page("?a", minutes(minute)))
    with shop.open():
        [visit] = shop.rows(Session)
    assert (visit.hits, visit.ended_at) == (3, minutes(20))


def test_a_refund_of_long_ago_reaches_back(shop):
    shop.tell(page("?kiosk", minutes(0)), order("?kiosk", minutes(5), "o1", revenue=80))
    for day in range(1, 10):
        shop.tell(page("?kiosk", minutes(day * DAY)))
    shop.tell(refund("bob", minutes(10 * DAY), "o1", total=30))
    assert [value for _, value, _ in shop.conversions()] == [50.0]


def test_a_device_of_somebody_elses_is_noted_however_long_ago(shop):
    shop.tell(identify("ada", "?a", minutes(0)), identify("bob", "?a", minutes(1)))
    for number in range(5):
        shop.tell(order("bob", minutes(number * DAY), f"o{number}", revenue=1))
    assert {note for _, _, note in shop.conversions()} == {"", "shared_device"}
    assert [note for _, _, note in sorted(shop.conversions(), key=str)].count("shared_device") == 4


def test_a_device_is_noted_where_the_alias_that_told_so_came_long_before(shop):
    shop.tell(page("?a", minutes(0)), identify("ada", "?a", minutes(1)))
    shop.tell(alias("bob", "?a", minutes(2)))
    shop.tell(order("bob", minutes(5 * DAY), "o1", revenue=1), order("cem", minutes(5 * DAY), "o2", revenue=1))
    shop.tell(order("bob", minutes(9 * DAY), "o3", revenue=1))
    assert sorted(note for _, _, note in shop.conversions()) == ["", "shared_device", "shared_device"]


def test_a_device_of_ones_own_is_no_shared_one(shop):
    shop.tell(identify("ada", "?a", minutes(0)))
    for number in (100, 200):
        shop.tell(order("ada", minutes(number * DAY), f"o{number}", anonymous="?a", revenue=1))
    assert {note for _, _, note in shop.conversions()} == {""}


def test_what_counts_once_was_reached_long_ago(shop):
    create_goal(shop.workspace, name="signup", event="Signed Up", count="once")
    set_pipeline(shop.workspace, [{"name": "Lead", "event": "Signed Up", "role": "lead"}])
    for day in (0, 3, 6):
        shop.tell(event("track", "?kiosk", minutes(day * DAY), name="Signed Up"))
    assert [name for name, _, _ in shop.conversions()] == ["signup"]
    with shop.open():
        assert [
            (one.at, entry.at) for one, entry in zip(shop.rows(Conversion), shop.rows(StageEntry), strict=True)
        ] == [(minutes(0), minutes(0))]
