"""Facts are the same in whatever order events arrive: the pipeline against its slow twin."""

from datetime import timedelta
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.tracking.core.given import facts_of
from tests.twin.facts import as_row
from tests.twin.facts import facts_of as facts_of_twin
from tests.twin.worlds import GOALS, events
from tracking.core.facts import GoalRule, Rules, StageRule, StoredEvent

RULES = Rules(
    currency="EUR",
    zone=ZoneInfo("Europe/Berlin"),
    goals=tuple(
        GoalRule(
            goal["id"],
            goal["event"],
            once=goal.get("once", False),
            drop_refunded=goal.get("drop_refunded", False),
            lookback=timedelta(days=90),
        )
        for goal in GOALS
    ),
    stages=tuple(StageRule(goal["stage"], goal["id"]) for goal in GOALS if "stage" in goal),
)


def told_by_twin(facts):
    """The pipeline's facts in the twin's words."""
    return {
        "visits": [(s.started_at, s.ended_at, s.hits, s.mark) for s in facts.sessions],
        "touches": [
            (t.at, t.message_id, t.mark, t.landing_url, tuple(sorted(t.click_ids.items()))) for t in facts.touches
        ],
        "conversions": sorted(
            (c.goal_id, c.at, c.message_id, c.order_id, c.value_micros, c.note) for c in facts.conversions
        ),
        "entries": sorted(facts.entries),
    }


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_facts_equal_those_of_the_twin_in_any_order(data):
    world = data.draw(events())
    stored = [StoredEvent(**as_row(event)) for event in data.draw(st.permutations(world))]
    found = {tuple(sorted(ids)): told_by_twin(facts) for ids, facts in facts_of(stored, RULES).items()}
    assert found == facts_of_twin(world, GOALS)
