"""Which events reach goals and stages, and why a conversion has no touch."""

from datetime import timedelta

import pytest

from tests.tracking.core.given import event, facts_of_user, identify, minutes, order, page, rules
from tracking.core.facts import Condition, GoalRule

PROPERTIES = {"plan": {"name": "Pro", "seats": "12"}, "a.b": 1, "tags": ["new", 7], "paid": True, "none": None}

CONDITIONS = [
    ("plan.name", "equals", "Pro", True),
    ("plan.name", "equals", "pro", False),
    ("plan.name", "not_equals", "Free", True),
    ("missing", "equals", "x", False),
    ("missing", "not_equals", "x", True),
    ("plan.seats", "equals", 12, True),
    ("plan.seats", "equals", 12.0, True),
    ("plan.seats", "greater", 11, True),
    ("plan.seats", "greater", 12, False),
    ("plan.seats", "less", "12.5", True),
    ("plan.name", "greater", 1, False),
    ("missing", "less", 1, False),
    ("plan.name", "contains", "r", True),
    ("plan.name", "contains", "z", False),
    ("tags", "contains", "new", True),
    ("tags", "contains", "7", True),
    ("tags", "contains", "ne", False),
    ("plan", "contains", "Pro", False),
    ("plan.name", "starts_with", "Pr", True),
    ("plan.name", "starts_with", "ro", False),
    ("plan.name", "starts_with", "pr", False),
    ("plan.seats", "starts_with", 1, True),
    ("tags", "starts_with", "[", False),
    ("missing", "starts_with", "", False),
    ("plan.name", "regex", "^P.o$", True),
    ("plan.name", "regex", "ro", True),
    ("plan.name", "regex", "^ro", False),
    ("plan.name", "regex", "pro", False),
    ("plan.name", "regex", "(?i)pro", True),
    ("plan.seats", "regex", "^[0-9]+$", True),
    ("tags", "regex", ".", False),
    ("missing", "regex", ".*", False),
    ("a.b", "equals", 1, True),
    ("paid", "equals", True, True),
    ("paid", "equals", "true", True),
    ("plan", "exists", None, True),
    ("none", "exists", None, False),
    ("plan.name.first", "exists", None, False),
    ("missing", "exists", False, True),
]


@pytest.mark.parametrize(("path", "op", "value", "reached"), CONDITIONS)
def test_conditions(path, op, value, reached):
    goal = GoalRule(1, "Signed Up", where=(Condition(path, op, value),))
    events = [event("track", "ada", name="Signed Up", properties=PROPERTIES)]
    assert bool(facts_of_user("ada", events, rules(goal)).conversions) == reached


def seen(at, **properties):
    return event("track", "ada", minutes(at), name="Seen", properties=properties)


def test_every_and_once():
    events = [seen(9), seen(3), seen(5)]
    every, once = GoalRule(1, "Seen"), GoalRule(2, "Seen", once=True)
    found = facts_of_user("ada", events, rules(every, once)).conversions
    assert [(c.goal_id, c.at) for c in found] == [
        (1, minutes(3)),
        (1, minutes(5)),
        (1, minutes(9)),
        (2, minutes(3)),
    ]


def test_once_is_once_after_a_merge():
    once = GoalRule(1, "Seen", once=True)
    events = [event("track", "?a", minutes(1), name="Seen"), seen(3), identify("ada", "?a", minutes(5))]
    [found] = facts_of_user("ada", events, rules(once)).conversions
    assert found.at == minutes(1)


def test_fixed_and_no_value():
    fixed = GoalRule(1, "Seen", value_kind="fixed", fixed_value_micros=5_000_000)
    none = GoalRule(2, "Seen", value_kind="none")
    found = facts_of_user("ada", [seen(1, revenue=90, currency="USD")], rules(fixed, none)).conversions
    assert [(c.value_micros, c.currency) for c in found] == [(5_000_000, "EUR"), (None, "EUR")]


def test_page_names_reach_no_goal():
    events = [event("page", "ada", name="Seen"), event("identify", "ada", name="Seen")]
    assert facts_of_user("ada", events, rules(GoalRule(1, "Seen"))).conversions == []


def test_what_bots_track_is_kept():
    robot = {"userAgent": "Googlebot/2.1"}
    events = [event("track", "ada", name="Order Completed", properties={"revenue": 5}, context=robot)]
    assert len(facts_of_user("ada", events).conversions) == 1


def test_stages_are_entered_once_and_by_their_goals_conditions():
    big = GoalRule(2, "Seen", where=(Condition("seats", "greater", 9),))
    under = rules(GoalRule(1, "Seen"), big, stages=[(10, 1), (20, 2), (30, 99)])
    events = [seen(9, seats=20), seen(3, seats=1), seen(5, seats=10)]
    assert [(e.stage_id, e.at) for e in facts_of_user("ada", events, under).entries] == [
        (10, minutes(3)),
        (20, minutes(5)),
    ]


def shared(*more):
    """Ada and Bob use one device, which is Ada's."""
    return [page("?a"), identify("ada", "?a", minutes(1)), identify("bob", "?a", minutes(2)), *more]


def test_a_buyer_on_somebody_elses_device_is_unattributed_and_says_so():
    events = shared(order("bob", minutes(5), "o1", revenue=10), order("ada", minutes(6), "o2", revenue=10))
    bob, ada = facts_of_user("bob", events), facts_of_user("ada", events)
    assert (bob.touches, [c.note for c in bob.conversions]) == ([], ["shared_device"])
    assert (len(ada.touches), [c.note for c in ada.conversions]) == (1, [""])


def test_only_a_conversion_without_touches_after_sharing_says_so():
    before = order("bob", minutes(-5), "o0", revenue=10)
    own = page("bob", minutes(10))
    later = order("bob", minutes(12), "o1", revenue=10)
    assert [c.note for c in facts_of_user("bob", shared(before, own, later)).conversions] == ["", ""]
    short = rules(GoalRule(1, "Order Completed", lookback=timedelta(minutes=1)))
    assert [c.note for c in facts_of_user("bob", shared(before, own, later), short).conversions] == [
        "",
        "shared_device",
    ]


def test_both_ends_of_the_look_back_belong_to_it():
    own = page("bob", minutes(10))
    for age, note in [(1, ""), (1.01, "shared_device")]:
        later = order("bob", minutes(10 + age), "o1", revenue=10)
        under = rules(GoalRule(1, "Order Completed", lookback=timedelta(minutes=1)))
        assert [c.note for c in facts_of_user("bob", shared(own, later), under).conversions] == [note]


def test_notes_stand_side_by_side():
    events = shared(order("bob", minutes(5), "o1", revenue=10, currency="ZZZ"))
    assert [c.note for c in facts_of_user("bob", events).conversions] == ["shared_device,no_rate"]
