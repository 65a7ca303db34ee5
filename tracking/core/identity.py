"""Whose events are whose: links between ids, and the people they make.

An anonymousId belongs to the userId of its earliest link; an event with a userId belongs to that user whatever its
anonymousId; two userIds are one person only by an alias whose previousId was itself used as a userId.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from operator import attrgetter
from typing import NamedTuple

from tracking.core.facts import Place, StoredEvent
from tracking.core.payloads import as_text, read_payload

USER, ANONYMOUS = "user", "anonymous"
# The collector cuts ids at this length; previousId comes from the payload.
MAX_ID = 255


class Id(NamedTuple):
    """A userId or an anonymousId: two separate name spaces."""

    namespace: str
    value: str


class Link(NamedTuple):
    """An event's word that an anonymousId is a user's."""

    anonymous_id: str
    user_id: str
    place: Place


@dataclass(slots=True)
class Group:
    """The ids of one person."""

    users: set[str] = field(default_factory=set)
    anonymous: set[str] = field(default_factory=set)

    def ids(self) -> list[Id]:
        """In a fixed order: users first, each sorted."""
        if not self.users and len(self.anonymous) == 1:
            return [Id(ANONYMOUS, *self.anonymous)]
        return [Id(USER, u) for u in sorted(self.users)] + [Id(ANONYMOUS, a) for a in sorted(self.anonymous)]

    @property
    def first(self) -> Id:
        """The first of them, which is no other person's."""
        return Id(USER, min(self.users)) if self.users else Id(ANONYMOUS, min(self.anonymous))


@dataclass(slots=True)
class Mentions:
    """What some events say about ids."""

    users: set[str] = field(default_factory=set)
    anonymous: set[str] = field(default_factory=set)
    links: dict[str, Link] = field(default_factory=dict)
    merges: set[tuple[str, str]] = field(default_factory=set)


def previous_id_of(event: StoredEvent) -> str:
    """The id that an alias says is another's; empty for every other event."""
    if event.kind != "alias":
        return ""
    return as_text(read_payload(event.payload).get("previousId")).strip()[:MAX_ID]


def links_of(event: StoredEvent) -> Iterator[Link]:
    """Every event with both ids links them; an alias also links its previousId, read as an anonymousId."""
    if event.user_id is None:
        return
    if event.anonymous_id is not None:
        yield Link(event.anonymous_id, event.user_id, event.place)
    if previous := previous_id_of(event):
        yield Link(previous, event.user_id, event.place)


def read_mentions(events: Iterable[StoredEvent]) -> Mentions:
    """The ids that events name, the earliest link of each anonymousId, and the aliases between users."""
    said = Mentions()
    for event in events:
        if event.anonymous_id is not None:
            said.anonymous.add(event.anonymous_id)
        if event.user_id is None:
            continue
        said.users.add(event.user_id)
        for link in links_of(event):
            said.anonymous.add(link.anonymous_id)
            earliest = said.links.get(link.anonymous_id)
            if earliest is None or link.place < earliest.place:
                said.links[link.anonymous_id] = link
        if (previous := previous_id_of(event)) and previous != event.user_id:
            said.merges.add((previous, event.user_id))
    return said


def group_ids(
    users: set[str], anonymous: set[str], owners: Mapping[str, str], merges: Iterable[tuple[str, str]]
) -> list[Group]:
    """The people that known ids make: `owners` gives each linked anonymousId its user.

    A merge counts only between ids that are both known as users.
    """
    groups: dict[str, Group] = defaultdict(Group)
    leaders = find_leaders(users, [(a, b) for a, b in merges if a in users and b in users])
    for user, leader in leaders.items():
        groups[leader].users.add(user)
    strangers: list[Group] = []
    for value in anonymous:
        owner = owners.get(value)
        if owner in leaders:
            groups[leaders[owner]].anonymous.add(value)
        else:
            strangers.append(Group(set(), {value}))
    return sorted([*groups.values(), *strangers], key=attrgetter("first"))


def find_leaders(users: Iterable[str], merges: Iterable[tuple[str, str]]) -> dict[str, str]:
    """For each user one of its merged users, the same for all of them."""
    leader = {user: user for user in users}

    def follow(user: str) -> str:
        while leader[user] != user:
            leader[user] = leader[leader[user]]
            user = leader[user]
        return user

    for one, other in merges:
        leader[follow(one)] = follow(other)
    return {user: follow(user) for user in leader}


def number_people(groups: list[Group], numbers: Mapping[Id, int]) -> list[int | None]:
    """A number for each group: the smallest its ids had before that no group took; None: a new person."""
    if not numbers:
        return [None] * len(groups)
    wanted = [sorted({numbers[known] for known in group.ids() if known in numbers}) for group in groups]
    chosen: list[int | None] = [None] * len(groups)
    taken: set[int] = set()
    for index in sorted(range(len(groups)), key=lambda i: (wanted[i][:1] or [0], i)):
        chosen[index] = next((number for number in wanted[index] if number not in taken), None)
        if (number := chosen[index]) is not None:
            taken.add(number)
    return chosen
