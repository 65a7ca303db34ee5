"""Ids, the links between them, and the numbers of the people they make."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field

from tracking.core.identity import ANONYMOUS, USER, Group, Id, Mentions, group_ids, number_people
from tracking.storage.packed import pack
from tracking.storage.rows import Row, Table, add_columns, for_each, put_rows, run

_ALIASES = Table("tracking_alias", {"namespace": "text", "value": "text"}, {"person_id": "bigint"})
_SAVE_LINKS = """
insert into tracking_anonymouslink (workspace_id, anonymous_id, user_id, at, message_id)
select %(workspace)s, * from unnest(%(ids)s::text[], %(users)s::text[], %(ats)s::timestamptz[], %(messages)s::text[])
on conflict (workspace_id, anonymous_id) do update
set user_id = excluded.user_id, at = excluded.at, message_id = excluded.message_id
where (excluded.at, excluded.message_id collate "C")
    < (tracking_anonymouslink.at, tracking_anonymouslink.message_id collate "C")
"""
_SAVE_MERGES = """
insert into tracking_usermerge (workspace_id, previous_id, user_id)
select %(workspace)s, * from unnest(%(previous)s::text[], %(users)s::text[]) on conflict do nothing
"""
_LINK = (
    "select 'link', anonymous_id, user_id, null::bigint from tracking_anonymouslink where workspace_id = %(workspace)s"
)
_MERGE = "select 'merge', previous_id, user_id, null::bigint from tracking_usermerge where workspace_id = %(workspace)s"
_ALIAS = "select namespace, value, null, person_id from tracking_alias where workspace_id = %(workspace)s"
_NEIGHBOURS = " union all ".join(
    [
        for_each("anonymous", "text", f"{_LINK} and anonymous_id = wanted.id"),
        for_each("users", "text", f"{_LINK} and user_id = wanted.id"),
        for_each("users", "text", f"{_MERGE} and previous_id = wanted.id"),
        for_each("users", "text", f"{_MERGE} and user_id = wanted.id"),
        for_each("users", "text", f"{_ALIAS} and namespace = 'user' and value = wanted.id"),
        for_each("anonymous", "text", f"{_ALIAS} and namespace = 'anonymous' and value = wanted.id"),
        for_each("people", "bigint", f"{_ALIAS} and person_id = wanted.id"),
    ]
)
_NEW_PEOPLE = """
insert into tracking_person (workspace_id, created_at)
select %(workspace)s, now() from generate_series(1, %(number)s) returning id
"""


@dataclass(slots=True)
class Circle:
    """All that hangs together with some ids: before (numbers) and now (owners, merges)."""

    owners: dict[str, str] = field(default_factory=dict)
    merges: set[tuple[str, str]] = field(default_factory=set)
    numbers: dict[Id, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class People:
    """People whose facts may have changed, by number, and the numbers nobody has any more, with who has them now."""

    groups: dict[int, Group]
    gone: dict[int, int]
    # Of whose ids nothing was known before: nothing is stored about them, and all of their events wait.
    new: frozenset[int] = frozenset()
    # Whose ids are the very same as before.
    settled: frozenset[int] = frozenset()

    @property
    def numbers(self) -> list[int]:
        return sorted({*self.groups, *self.gone})


def save_people(workspace_id: int, said: Mentions, others: Iterable[Id] = ()) -> People:
    """Note what events say about ids, and return everybody concerned; `others` are looked at, not noted."""
    _save_links(workspace_id, said)
    near = {*others, *(Id(USER, u) for u in said.users), *(Id(ANONYMOUS, a) for a in said.anonymous)}
    circle = load_circle(workspace_id, near)
    users = said.users | {i.value for i in circle.numbers if i.namespace == USER}
    anonymous = said.anonymous | {i.value for i in circle.numbers if i.namespace == ANONYMOUS}
    groups = group_ids(users, anonymous, circle.owners, circle.merges)
    numbered = dict(zip(_number(workspace_id, groups, circle), groups, strict=True))
    ids = {number: group.ids() for number, group in numbered.items()}
    gone = _find_gone(ids, circle)
    _save_numbers(workspace_id, ids, circle, gone)
    new = frozenset(number for number, known in ids.items() if circle.numbers.keys().isdisjoint(known))
    return People(numbered, gone, new, _find_settled(ids, circle))


def load_people(workspace_id: int, numbers: Collection[int]) -> People:
    """People by their numbers; a number nobody has is left out."""
    rows = run(workspace_id, for_each("people", "bigint", f"{_ALIAS} and person_id = wanted.id"), people=list(numbers))
    groups: dict[int, Group] = {}
    for namespace, value, _, number in rows:
        group = groups.setdefault(number, Group())
        (group.users if namespace == USER else group.anonymous).add(value)
    return People(groups, {})


def load_circle(workspace_id: int, near: Iterable[Id]) -> Circle:
    """Follow links, merges and shared numbers from some ids until nothing new appears."""
    circle = Circle()
    seen: set[Id] = set()
    fresh = set(near)
    people: set[int] = set()
    while fresh or people:
        seen |= fresh
        found, numbers = _step(workspace_id, fresh, people, circle)
        people = numbers - set(circle.numbers.values())
        circle.numbers.update({known: number for known, number in found.items() if number is not None})
        fresh = found.keys() - seen
    return circle


def _step(workspace_id: int, fresh: set[Id], people: set[int], circle: Circle) -> tuple[dict[Id, int | None], set[int]]:
    rows = run(
        workspace_id,
        _NEIGHBOURS,
        users=pack("text", [i.value for i in fresh if i.namespace == USER]),
        anonymous=pack("text", [i.value for i in fresh if i.namespace == ANONYMOUS]),
        people=pack("bigint", people),
    )
    found: dict[Id, int | None] = {}
    numbers: set[int] = set()
    for kind, value, user, number in rows:
        if kind == "link":
            circle.owners[value] = user
            found.setdefault(Id(ANONYMOUS, value), None)
            found.setdefault(Id(USER, user), None)
        elif kind == "merge":
            circle.merges.add((value, user))
            found.setdefault(Id(USER, value), None)
            found.setdefault(Id(USER, user), None)
        else:
            found[Id(kind, value)] = number
            numbers.add(number)
    return found, numbers


def _save_links(workspace_id: int, said: Mentions) -> None:
    if links := list(said.links.values()):
        run(
            workspace_id,
            _SAVE_LINKS,
            ids=[link.anonymous_id for link in links],
            users=[link.user_id for link in links],
            ats=[link.place[0] for link in links],
            messages=[link.place[1] for link in links],
        )
    if said.merges:
        previous, users = zip(*said.merges, strict=True)
        run(workspace_id, _SAVE_MERGES, previous=list(previous), users=list(users))


def _number(workspace_id: int, groups: list[Group], circle: Circle) -> list[int]:
    chosen = number_people(groups, circle.numbers)
    missing = chosen.count(None)
    new = iter(sorted(row[0] for row in run(workspace_id, _NEW_PEOPLE, number=missing)) if missing else ())
    return [next(new) if number is None else number for number in chosen]


def _find_settled(ids: Mapping[int, list[Id]], circle: Circle) -> frozenset[int]:
    before = Counter(circle.numbers.values())
    return frozenset(
        number
        for number, group in ids.items()
        if before[number] == len(group) and all(circle.numbers.get(known) == number for known in group)
    )


def _find_gone(ids: Mapping[int, list[Id]], circle: Circle) -> dict[int, int]:
    if ids.keys() >= set(circle.numbers.values()):
        return {}
    # Where its ids parted, the number follows the first of its users.
    owners = {known: number for number, group in ids.items() for known in group}
    gone: dict[int, int] = {}
    for known, before in sorted(circle.numbers.items(), key=lambda pair: (pair[0].namespace == ANONYMOUS, pair[0])):
        if before not in ids:
            gone.setdefault(before, owners[known])
    return gone


def _save_numbers(workspace_id: int, ids: Mapping[int, list[Id]], circle: Circle, gone: Collection[int]) -> None:
    before = circle.numbers
    added: list[Row] = []
    moved: list[Row] = []
    for number, group in ids.items():
        for known in group:
            if (was := before.get(known)) != number:
                (added if was is None else moved).append((*known, number))
    put_rows(workspace_id, _ALIASES, moved)
    add_columns(workspace_id, _ALIASES, list(zip(*added, strict=True)))
    if gone:
        statement = "delete from tracking_person where workspace_id = %(workspace)s and id = any(%(gone)s::bigint[])"
        run(workspace_id, statement, gone=list(gone))
