"""Whose events are whose."""

from random import Random

import pytest

from tests.tracking.core.given import alias, event, identify, minutes, order, page, people_of
from tracking.core.identity import Group, Id, find_leaders, number_people


def ids(*names):
    return frozenset(("anonymous", n) if n.startswith("?") else ("user", n) for n in names)


A, B = "?a", "?b"

WORLDS = [
    ("a visitor nobody knows", [page(A)], [ids(A)]),
    ("two visitors", [page(A), page(B)], [ids(A), ids(B)]),
    ("identify links backwards", [page(A), identify("ada", A, minutes(9))], [ids("ada", A)]),
    ("any event with both ids links", [page(A), order("ada", minutes(9), anonymous=A)], [ids("ada", A)]),
    ("two devices of one user", [identify("ada", A), identify("ada", B)], [ids("ada", A, B)]),
    (
        "the earliest link counts",
        [identify("bob", A, minutes(2)), identify("ada", A, minutes(1))],
        [ids("ada", A), ids("bob")],
    ),
    (
        "of links at one time the smaller messageId",
        [identify("bob", A, minutes(1), "m-2"), identify("ada", A, minutes(1), "m-10")],
        [ids("ada", A), ids("bob")],
    ),
    ("an alias links an anonymousId", [page(A), alias("ada", A, minutes(1))], [ids("ada", A)]),
    (
        "an alias of an id that was a userId merges the users",
        [order("old"), alias("ada", "old", minutes(1))],
        [frozenset({("user", "old"), ("user", "ada"), ("anonymous", "old")})],
    ),
    (
        "however late it was used as one",
        [alias("ada", "old"), order("old", minutes(900))],
        [frozenset({("user", "old"), ("user", "ada"), ("anonymous", "old")})],
    ),
    (
        "two users with one device are two people",
        [identify("ada", A), identify("bob", A, minutes(1)), alias("ada", A, minutes(2))],
        [ids("ada", A), ids("bob")],
    ),
    (
        "an alias between two users' anonymousId merges nobody",
        [alias("ada", A), alias("bob", A, minutes(1))],
        [ids("ada", A), ids("bob")],
    ),
    (
        "a userId and an anonymousId of one spelling are two",
        [event("page", "?same"), event("track", "same", name="Seen"), page("?same")],
        [frozenset({("anonymous", "?same")}), frozenset({("user", "same")})],
    ),
    (
        "merges reach through one another",
        [order("one"), order("two"), alias("two", "one"), alias("three", "two")],
        [frozenset([*(("user", u) for u in ("one", "two", "three")), ("anonymous", "one"), ("anonymous", "two")])],
    ),
    (
        "an alias to oneself changes nothing",
        [alias("ada", "ada")],
        [frozenset({("user", "ada"), ("anonymous", "ada")})],
    ),
]


@pytest.mark.parametrize(("events", "people"), [w[1:] for w in WORLDS], ids=[w[0] for w in WORLDS])
def test_people(events, people):
    for seed in range(5):
        Random(seed).shuffle(events)
        assert set(people_of(events)) == set(people)


def test_the_smallest_number_survives_and_nobody_shares_one():
    numbers = {Id("user", "ada"): 7, Id("anonymous", "a"): 3, Id("user", "bob"): 3}
    groups = [Group({"ada"}, {"a"}), Group({"bob"}), Group({"cem"})]
    assert number_people(groups, numbers) == [3, None, None]
    assert number_people([Group({"bob"}), Group({"ada"}, {"a"})], numbers) == [3, 7]


def test_leaders_are_the_same_for_merged_users():
    leaders = find_leaders("abcde", [("a", "b"), ("c", "d"), ("d", "b")])
    assert len({leaders[user] for user in "abcd"}) == 1
    assert leaders["e"] == "e"
