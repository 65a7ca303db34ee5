"""A pipeline is counted from facts; they say the very same as the events they were derived from."""

from datetime import timedelta

import polars as pl
import pytest
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from funnels import storage
from funnels.core.asked import Funnel, Step
from funnels.core.fitting import EVENTS
from reports.catalogue import pipeline
from tests.reports.asking import after, said
from tests.tracking.core.given import NOON, event, order, page, tagged
from tests.tracking.shop import Shop, open_shop
from tracking.actions import create_goal, erase_person, retention, set_pipeline
from tracking.models import ChangedPerson, StageEvent

pytestmark = pytest.mark.django_db(transaction=True)
STAGES = [{"name": name.upper(), "event": name} for name in "abc"]
QUERY = {"start": str(NOON.date()), "end": str(NOON.date())}


@pytest.fixture
def shop() -> Shop:
    return open_shop()


def read_both(shop: Shop, names: str = "abc", window: int = 10**8) -> list[pl.DataFrame]:
    """What a pipeline over these stages loads, from its facts and from the events."""
    funnel = Funnel(tuple(map(Step, names)), window, kinds=pipeline.KINDS)
    start, until = NOON - timedelta(days=900), NOON + timedelta(days=900)
    with shop.open():
        frames = [
            load(shop.workspace, funnel, start, until) for load in (storage.load_stage_events, storage.load_events)
        ]
    return [frame.select("person", "at", "name").sort("person", "at", "name") for frame in frames]


def count_stages(shop: Shop, now=NOON, **query: str) -> list[int]:
    with shop.open():
        params = pipeline.read_params(shop.workspace, QUERY | query, now)
        report = pipeline.build(shop.workspace, params, now)
        return [step.count for step in report.figures]


TELLING = st.tuples(
    st.sampled_from(["?p", "?q", "?r", "u", "v"]),
    st.sampled_from(["a", "a", "b", "c", "x", "Order Completed"]),
    st.integers(0, 4),
    st.sampled_from([None, "?q", "?r"]),
)


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    told=st.lists(TELLING, max_size=14),
    staged_first=st.booleans(),
    parts=st.integers(1, 3),
)
def test_the_facts_of_stages_are_their_events(told, staged_first, parts):
    shop = open_shop()
    stages = [*STAGES, {"name": "Won", "event": "Order Completed"}]
    if staged_first:
        set_pipeline(shop.workspace, stages)
    for part in range(parts):
        for who, name, at, beside in told[part::parts]:
            anonymous = beside if not who.startswith("?") else None
            more = {"order_id": "o1"} if name == "Order Completed" else {}
            shop.post([event("track", who, after(at), name=name, anonymous=anonymous, **more)])
        shop.derive()
    set_pipeline(shop.workspace, stages)
    shop.derive()
    facts, events = read_both(shop)
    assert facts.equals(events)
    with shop.open():
        kept = shop.rows(StageEvent).filter(name="Order Completed").count()
    assert kept == sum(name == "Order Completed" for _, name, _, _ in told)


def test_an_order_told_twice_is_one_conversion_and_two_events(shop):
    set_pipeline(shop.workspace, [{"name": "Lead", "event": "a"}, {"name": "Won", "event": "Order Completed"}])
    shop.tell(order("ann", after(0), "o1"), *said("ann", "a5"), order("ann", after(9), "o1"))
    assert len(shop.conversions()) == 2
    assert count_stages(shop) == [1, 1]


def test_only_what_is_in_time_is_read(shop):
    set_pipeline(shop.workspace, STAGES)
    shop.tell(*said("?ann", "a0 b5 c9"))
    funnel = Funnel((Step("a"), Step("b"), Step("c")), 5_000_000, kinds=pipeline.KINDS)
    with shop.open():
        found = storage.load_stage_events(shop.workspace, funnel, after(0), after(1))
        assert found.schema == pl.Schema(EVENTS)
        assert sorted(found["at"]) == [after(0), after(5)]
        assert storage.load_stage_events(shop.workspace, funnel, after(1), after(4))["name"].to_list() == [1]
        assert storage.load_stage_events(shop.workspace, funnel, after(10), after(11)).is_empty()


def test_a_stage_that_is_not_derived_for_everybody_yet_is_counted_from_events(shop):
    shop.tell(*said("?ann", "a0 b5"), *said("?bob", "a0"))
    set_pipeline(shop.workspace, STAGES)
    with shop.open():
        assert shop.rows(ChangedPerson).exists()
        assert not shop.rows(StageEvent).exists()
    assert count_stages(shop) == [2, 1, 0]
    shop.derive()
    with shop.open():
        assert shop.rows(StageEvent).count() == 3
        # Only the facts say so now.
        shop.rows(StageEvent).filter(name="b").delete()
    assert count_stages(shop) == [2, 0, 0]


def test_by_a_property_the_events_are_asked(shop):
    set_pipeline(shop.workspace, STAGES)
    shop.tell(*said("?ann", "a0 b1", properties={"plan": "pro"}), *said("?bob", "a0"))
    with shop.open():
        params = pipeline.read_params(shop.workspace, QUERY | {"breakdown": "plan"}, NOON)
        groups = pipeline.build(shop.workspace, params, NOON).groups
    assert {group.group: [step.count for step in group.steps] for group in groups} == {
        "pro": [1, 1, 0],
        "(none)": [1, 0, 0],
    }


def test_a_stage_whose_goal_was_there_before_counts_all_its_events(shop):
    create_goal(shop.workspace, name="First a", event="a", count="once")
    set_pipeline(shop.workspace, STAGES)
    shop.tell(*said("?ann", "a0 b20 a30 b35"))
    assert count_stages(shop, window_days="1") == [1, 1, 0]
    with shop.open():
        assert shop.rows(StageEvent).count() == 4


def test_stages_that_go_are_no_longer_kept(shop):
    set_pipeline(shop.workspace, STAGES)
    shop.tell(*said("?ann", "a0 b1"))
    set_pipeline(shop.workspace, STAGES[:1])
    shop.tell(*said("?ann", "a2 b3"))
    with shop.open():
        assert list(shop.rows(StageEvent).order_by("at").values_list("name", flat=True)) == ["a", "a"]
    set_pipeline(shop.workspace, STAGES)
    shop.derive()
    assert count_stages(shop) == [1, 1, 0]


def test_a_pipeline_stands_when_its_events_are_gone():
    shop = open_shop(retention_days=30)
    set_pipeline(shop.workspace, STAGES)
    shop.tell(page("?ann", after(-60), tagged("spring")), *said("?ann", "a0 a0 b5"), *said("?bob", "a0"))
    later = NOON + timedelta(days=31)
    with shop.open():
        shop.workspace.refresh_from_db()
        from tracking.models import ChangedDay

        shop.rows(ChangedDay).delete()
    assert retention.retain(shop.workspace, later, seconds=60) is False
    facts, events = read_both(shop)
    assert (len(facts), len(events)) == (4, 0)
    assert count_stages(shop, later) == [2, 1, 0]
    # Whoever comes back, and whoever turns out to be the same, brings along what stands.
    shop.tell(event("identify", "ann", later, anonymous="?ann"), event("identify", "ann", later, anonymous="?bob"))
    shop.tell(event("track", "ann", later, name="c"))
    assert count_stages(shop, later) == [1, 1, 1]
    with shop.open():
        assert shop.rows(StageEvent).count() == 5
        assert len(set(shop.rows(StageEvent).values_list("person_id", flat=True))) == 1


def test_what_an_erased_person_did_stays_under_a_number_that_leads_to_nobody(shop):
    set_pipeline(shop.workspace, STAGES)
    shop.tell(*said("ann", "a0 b5"), *said("bob", "a0"))
    assert erase_person(shop.workspace, "ann", timezone.now())
    assert count_stages(shop) == [2, 1, 0]
    assert len(read_both(shop)[1]) == 1
