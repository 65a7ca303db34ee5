"""Funnels over stored events: whose events count, which, when, and in what groups."""

from collections import defaultdict
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from funnels import storage
from tests.funnels.core.attempts import Seen, follow_slowly
from tests.reports.asking import after, ask, counts, said
from tests.tracking.core.given import NOON, event, order, page, tagged
from tests.tracking.shop import open_shop

# The reader has a connection of its own, so what it reads must be committed.
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def shop():
    return open_shop()


@pytest.mark.parametrize(
    ("steps", "text", "window", "way", "depth"),
    [
        ("abc", "a0 a4 b5 c11", 10, "ordered", 3),
        ("abc", "a0 a4 b5 c9", 10, "ordered", 3),
        ("abc", "a0 b5 c11", 10, "ordered", 2),
        ("abc", "a0 b5 c10", 10, "ordered", 3),
        ("abc", "b0 a0 c0", 10, "ordered", 3),
        ("abc", "a0 a1 b2 c3", 10, "strict", 3),
        ("ab", "a0 x1 b2", 10, "strict", 1),
        ("ab", "a0 x1 b2", 10, "ordered", 2),
        ("aa", "a0", 10, "ordered", 1),
        ("aa", "a0 a1", 10, "ordered", 2),
    ],
)
def test_the_examples_that_everybody_can_check(shop, steps, text, window, way, depth):
    shop.tell(*said("?ann", text))
    report = ask(shop, steps, window=window, order=way)
    assert counts(report) == [1] * depth + [0] * (len(steps) - depth)


def test_medians_shares_and_the_bottleneck(shop):
    shop.tell(*said("?ann", "a0 b5 c9"), *said("?bob", "a0 b10"), *said("?cleo", "a0"), *said("?dan", "b0"))
    report = ask(shop, "abc")
    assert counts(report) == [3, 2, 1]
    assert [step.median_seconds for step in report.figures] == [None, 7.5, 4.0]
    assert [step.conversion_from_previous for step in report.figures] == [None, pytest.approx(2 / 3), 0.5]
    assert report.bottleneck == 3


def test_pages_screens_and_track_events_are_steps_and_nothing_else_is(shop):
    shop.tell(
        page("?ann", after(0), name="Landing"),
        event("screen", "?ann", after(1), name="Cart"),
        event("identify", "ann", after(2), name="Order Completed", anonymous="?ann"),
        event("group", "ann", after(2), name="Order Completed"),
    )
    assert counts(ask(shop, ["Landing", "Cart", "Order Completed"], order="strict")) == [1, 1, 0]
    shop.tell(order("ann", after(3), "o-1"))
    assert counts(ask(shop, ["Landing", "Cart", "Order Completed"])) == [1, 1, 1]
    assert counts(ask(shop, ["Landing", "Cart", "Order Completed"], order="strict")) == [1, 1, 1]


def test_a_merged_person_counts_once_and_their_events_make_one_way(shop):
    shop.tell(*said("?phone", "a0 b1"), *said("?laptop", "a2 c3"))
    assert counts(ask(shop, "abc")) == [2, 1, 0]
    shop.tell(
        event("identify", "ann", after(20), anonymous="?phone"),
        event("identify", "ann", after(21), anonymous="?laptop"),
    )
    assert counts(ask(shop, "abc")) == [1, 1, 1]


def test_a_late_event_is_in_the_next_answer(shop):
    shop.tell(*said("?ann", "a0 c5"))
    assert counts(ask(shop, "abc")) == [1, 0, 0]
    shop.tell(*said("?ann", "b3"))
    assert counts(ask(shop, "abc")) == [1, 1, 1]


def test_step_one_lies_in_the_period_and_the_others_may_follow_it(shop):
    # Berlin's 2 March ends at 23:00 UTC.
    midnight = NOON.replace(hour=23)
    for who, start in {"?last": -1, "?next": 0}.items():
        shop.tell(
            event("track", who, midnight + timedelta(seconds=start), name="a"),
            event("track", who, midnight + timedelta(seconds=start + 10), name="b"),
        )
    assert counts(ask(shop, "ab")) == [1, 1]
    assert counts(ask(shop, "ab", window=9)) == [1, 0]
    assert counts(ask(shop, "ab", start="2026-03-03", end="2026-03-03")) == [1, 1]
    assert counts(ask(shop, "ab", start="2026-03-01", end="2026-03-03")) == [2, 2]
    # The day begins at 23:00 UTC of the day before.
    shop.tell(event("track", "?first", midnight - timedelta(days=1), name="a"))
    assert counts(ask(shop, "ab")) == [2, 1]


def test_conditions_read_properties_as_those_of_goals_do(shop):
    values = {"?int": 12, "?text": "12.0", "?less": 3, "?true": True, "?list": [12], "?none": None, "?object": {"b": 1}}
    for who, value in values.items():
        shop.tell(*said(who, "a0", properties={"x": value, "cart": {"country": "NL"}}), *said(who, "b1"))
    shop.tell(*said("?bare", "a0 b1"), *said("?dotted", "a0", properties={"cart.country": "DE", "cart": {"x": 1}}))

    def started(**condition):
        return counts(ask(shop, [("a", [condition]), "b"]))[0]

    assert started(property="x", op="equals", value=12) == 2
    assert started(property="x", op="contains", value=12) == 3
    assert started(property="x", op="starts_with", value="12") == 2
    assert started(property="x", op="regex", value="^(3|true)$") == 2
    assert started(property="x", op="greater", value=3) == 2
    assert started(property="x", op="equals", value=True) == 1
    assert started(property="x", op="exists", value=True) == 6
    assert started(property="x", op="exists", value=False) == 3
    assert started(property="cart.country", op="equals", value="NL") == 7
    assert started(property="cart.country", op="equals", value="DE") == 1
    assert started(property="cart.country", op="not_equals", value="NL") == 2
    assert started(property="x.b", op="equals", value=1) == 1


def test_two_steps_of_one_name_tell_their_events_by_conditions(shop):
    plans = [{"property": "plan", "op": "equals", "value": plan} for plan in ("free", "pro")]
    steps = [("a", [plans[0]]), ("a", [plans[1]])]
    shop.tell(*said("?up", "a0", properties={"plan": "free"}), *said("?up", "a5", properties={"plan": "pro"}))
    shop.tell(*said("?down", "a0", properties={"plan": "pro"}), *said("?down", "a5", properties={"plan": "free"}))
    assert counts(ask(shop, steps)) == [2, 1]


def test_by_channel_everybody_has_the_one_that_brought_them_before_they_started(shop):
    ads, mail = tagged("spring", "google", "cpc"), tagged("spring")
    shop.tell(page("?ann", after(-3600 * 2), ads), page("?ann", after(-3600), mail), *said("?ann", "a0 b1"))
    shop.tell(page("?bob", after(-3600), ads), *said("?bob", "a0"), page("?bob", after(5), mail))
    shop.tell(page("?eve", after(0), mail), *said("?eve", "a0 b1"))
    shop.tell(*said("?cleo", "a0"), page("?cleo", after(5), ads))
    report = ask(shop, "ab", breakdown="channel")
    groups = {group.group: [step.count for step in group.steps] for group in report.groups}
    assert groups == {"Email": [2, 2], "Paid Search": [1, 0], "(none)": [1, 0]}
    assert [group.group for group in report.groups] == ["Email", "(none)", "Paid Search"]
    assert [sum(column) for column in zip(*groups.values(), strict=True)] == counts(report)


def test_by_a_property_of_the_event_that_started(shop):
    shop.tell(*said("?ann", "a0", properties={"plan": "free"}), *said("?ann", "a4", properties={"plan": "pro"}))
    shop.tell(*said("?ann", "b11"))
    shop.tell(*said("?bob", "a0", properties={"plan": {"is": [True]}}), *said("?cleo", "a0", properties={"plan": ""}))
    shop.tell(*said("?dan", "a0", properties={"plan": 12}), *said("?nobody", "b0", properties={"plan": "none"}))
    report = ask(shop, "ab", breakdown="plan")
    groups = {group.group: [step.count for step in group.steps] for group in report.groups}
    assert groups == {"pro": [1, 1], '{"is": [true]}': [1, 0], "(none)": [1, 0], "12": [1, 0]}


def test_only_the_largest_groups_are_told_apart(shop):
    events = [e for i in range(25) for e in said(f"?p{i}", "a0", properties={"x": f"v{i:02}"})]
    shop.tell(*events, *said("?again", "a0 b1", properties={"x": "v24"}))
    report = ask(shop, "ab", breakdown="x")
    assert [group.group for group in report.groups][:2] == ["v24", "v00"]
    assert len(report.groups) == 21
    assert (report.groups[-1].group, report.groups[-1].steps[0].count) == ("(other)", 5)
    assert sum(group.steps[0].count for group in report.groups) == 26
    assert "(other)" in report.notes[-1]


def test_two_workspaces_never_mix(shop):
    other = open_shop()
    shop.tell(*said("ann", "a0"), *said("?ann", "a0"))
    other.tell(*said("ann", "b1 a2 b3"), *said("?ann", "b1"))
    assert counts(ask(shop, "ab")) == [2, 0]
    assert counts(ask(other, "ab", breakdown="channel")) == [1, 1]


def test_a_user_id_and_an_anonymous_id_of_the_same_letters_are_two_people(shop):
    (visitor,) = said("?ann", "b1")
    shop.tell(*said("ann", "a0"), visitor._replace(anonymous_id="ann"))
    assert counts(ask(shop, "ab")) == [1, 0]


def test_names_may_hold_anything(shop):
    names = ['a"b', "a\\b", "{a,b}", "', 'x", "%s $1 {0}", "é" * 150, "NULL", "null"]
    for place, name in enumerate(names):
        shop.tell(event("track", "?ann", after(place), name=name, properties={name: name}))
        shop.tell(event("track", "?other", after(0), name=name[:-1] + "?"))
    steps = [(name, [{"property": name, "op": "equals", "value": name}]) for name in names]
    assert counts(ask(shop, steps)) == [1] * len(names)


TELLING = st.tuples(
    st.sampled_from(["?p", "?q", "?r", "u", "v"]),
    st.sampled_from("aabbcx"),
    st.integers(0, 8),
    st.sampled_from([None, "?q"]),
    st.booleans(),
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    told=st.lists(TELLING, max_size=14),
    names=st.text("abc", min_size=1, max_size=3),
    window=st.integers(1, 9),
    way=st.sampled_from(["ordered", "strict"]),
    filtered=st.booleans(),
    many=st.sampled_from([0, 20_000]),
)
def test_any_history_equals_the_definition(told, names, window, way, filtered, many, monkeypatch):
    monkeypatch.setattr(storage, "MANY", many)
    shop = open_shop(goals=False)
    for who, name, at, beside, good in told:
        anonymous = beside if not who.startswith("?") else None
        shop.post([event("track", who, after(at), name=name, anonymous=anonymous, properties={"good": good})])
    shop.derive()
    conditions = [{"property": "good", "op": "equals", "value": True}] if filtered else []
    report = ask(shop, [(name, conditions) for name in names], window=window, order=way)
    times = [follow_slowly(seen, len(names), window, way) for seen in _histories(told, names, filtered)]
    expected = [sum(len(reached) > step for reached in times) for step in range(len(names))]
    assert counts(report) == expected


def _histories(told, names, filtered):
    """Each merged person's events, by who they are known to be in the end."""
    owners = {}
    for who, _name, _at, beside, _good in sorted(told, key=lambda one: one[2]):
        if not who.startswith("?") and beside:
            owners.setdefault(beside, who)
    histories = defaultdict(list)
    for who, name, at, _beside, good in told:
        fits = frozenset(k for k, step in enumerate(names, 1) if step == name and (good or not filtered))
        histories[owners.get(who, who)].append(Seen(at, fits))
    return histories.values()
