"""Stored facts against derived ones: only what differs is written."""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from functools import partial
from types import MappingProxyType
from typing import Any, NamedTuple

from tracking.core.changes import Changes, Moment
from tracking.core.facts import Ledger, PersonFacts
from tracking.core.marks import Mark
from tracking.storage.open_paths import add_open_paths
from tracking.storage.packed import Packed, pack
from tracking.storage.rows import Row, Table, add_columns, for_each, put_rows, remove_rows, run

_TOUCH_KEY = {"person_id": "bigint", "at": "timestamptz", "tie": "integer"}
TOUCHES = Table("tracking_touch", _TOUCH_KEY, {"mark_id": "bigint"})
DETAILS = Table("tracking_touchdetail", _TOUCH_KEY, {"message_id": "text", "landing_url": "text", "click_ids": "jsonb"})
# Of who was erased nothing of the kind is left.
TOUCHES_WITH_MESSAGES = Table(
    "tracking_touch left join tracking_touchdetail using (workspace_id, person_id, at, tie)",
    _TOUCH_KEY,
    {"mark_id": "bigint", "coalesce(message_id, '')": "text"},
)
SESSIONS = Table(
    "tracking_session",
    {"person_id": "bigint", "started_at": "timestamptz", "tie": "integer"},
    {"ended_at": "timestamptz", "hits": "integer", "mark_id": "bigint"},
    time="started_at",
)
CONVERSIONS = Table(
    "tracking_conversion",
    {"goal_id": "bigint", "key": "text"},
    {
        "person_id": "bigint",
        "at": "timestamptz",
        "message_id": "text",
        "order_id": "text",
        "value_micros": "bigint",
        "amount_micros": "bigint",
        "refunded_micros": "bigint",
        "currency": "text",
        "rate": "numeric",
        "rate_day": "date",
        "note": "text",
    },
)
ENTRIES = Table(
    "tracking_stageentry",
    {"person_id": "bigint", "stage_id": "bigint"},
    {"at": "timestamptz", "message_id": "text"},
)
STAGE_EVENTS = Table(
    "tracking_stageevent", {"person_id": "bigint", "name": "text", "at": "timestamptz", "tie": "integer"}, {}
)
REFUNDS = Table(
    "tracking_refund",
    {"order_id": "text", "key": "text"},
    {"at": "timestamptz", "message_id": "text", "amount_micros": "bigint"},
)

_EVER = datetime.min.replace(tzinfo=UTC)
Load = Callable[[Table], dict[Row, Row]]


class Difference(NamedTuple):
    """What to write so that a table holds what was derived: rows by their keys, as they were and as they are."""

    removed: dict[Row, Row]
    put: dict[Row, Row]
    replaced: dict[Row, Row]

    @property
    def added(self) -> dict[Row, Row]:
        """What takes no other row's place."""
        return {key: rest for key, rest in self.put.items() if key not in self.replaced}


def save_facts(
    workspace_id: int,
    people: Collection[int],
    facts: Mapping[int, PersonFacts],
    marks: Mapping[Mark, int],
    *,
    since: Mapping[int, datetime] = MappingProxyType({}),
) -> Changes:
    """Make the stored facts of `people` those derived, and return what that changed; of some, only those `since` then.

    People without derived facts lose theirs; what is stored already is left alone, so a repeat writes nothing.
    """
    changes = Changes()
    load = partial(_load, workspace_id, column="person_id", kind="bigint", values=list(people), since=since)
    _save_touches(workspace_id, load, facts, marks, changes)
    _save_sessions(workspace_id, load, facts, marks)
    _save_conversions(workspace_id, load, facts, changes)
    _save_entries(workspace_id, load, facts, changes)
    _save_stage_events(workspace_id, load, facts)
    return changes


def add_facts(workspace_id: int, facts: Mapping[int, PersonFacts], marks: Mapping[Mark, int]) -> Changes:
    """Store the facts of people about whom nothing is stored, as `save_facts` would, but without looking."""
    touched = _add_touches(workspace_id, facts, marks)
    _add_sessions(workspace_id, facts, marks)
    conversions = _rows_of_conversions(facts)
    # Whoever lost an order to these people still has it until their own facts are saved.
    put_rows(workspace_id, CONVERSIONS, conversions)
    _add(workspace_id, ENTRIES, _rows_of_entries(facts))
    _add(workspace_id, STAGE_EVENTS, _rows_of_stage_events(facts))
    if touched:
        add_open_paths(workspace_id, facts, *touched)
    # Every day they converted on is spoilt by that already, whatever touches came with it.
    return Changes(conversions=[Moment(row[2], row[0], row[3]) for row in conversions])


def save_refunds(workspace_id: int, order_ids: Collection[str], ledger: Ledger) -> None:
    """Make the stored refunds of these orders those of the ledger."""
    wanted = {
        (order_id, refund.key): (refund.at, refund.message_id, refund.amount_micros)
        for order_id in order_ids
        for refund in ledger.refunds.get(order_id, [])
    }
    if order_ids:
        stored = _load(workspace_id, REFUNDS, column="order_id", kind="text", values=list(order_ids))
        _write(workspace_id, REFUNDS, compare(stored, wanted))


def compare(stored: Mapping[Row, Row], wanted: Mapping[Row, Row]) -> Difference:
    """How `stored` becomes `wanted`."""
    put = {key: rest for key, rest in wanted.items() if stored.get(key) != rest}
    removed = {key: rest for key, rest in stored.items() if key not in wanted}
    return Difference(removed, put, {key: stored[key] for key in put if key in stored})


def _save_touches(
    workspace_id: int,
    load: Load,
    facts: Mapping[int, PersonFacts],
    marks: Mapping[Mark, int],
    changes: Changes,
) -> None:
    stored = load(TOUCHES_WITH_MESSAGES)
    touches = {(number, t.at, t.tie): t for number, found in facts.items() for t in found.touches}
    wanted = {key: (marks[t.mark], t.message_id) for key, t in touches.items()}
    difference = compare(stored, wanted)
    narrow = {key: rest[:1] for key, rest in difference.put.items()}
    details = {key: (t.message_id, t.landing_url, t.click_ids) for key in difference.put if (t := touches[key])}
    _write_own(workspace_id, TOUCHES, difference._replace(put=narrow))
    _write_own(workspace_id, DETAILS, difference._replace(put=details))
    for person_id, at, _ in (*difference.removed, *difference.put):
        changes.touches[person_id].append(at)


def _add_touches(
    workspace_id: int, facts: Mapping[int, PersonFacts], marks: Mapping[Mark, int]
) -> tuple[Packed, Packed] | None:
    """Store all touches; returns the columns of their times and marks, if there are any."""
    touches = [touch for found in facts.values() for touch in found.touches]
    if not touches:
        return None
    people = [number for number, found in facts.items() for _ in found.touches]
    at, tie, message, mark, url, click_ids = zip(*touches, strict=True)
    key = [pack(kind, column) for kind, column in zip(_TOUCH_KEY.values(), (people, at, tie), strict=True)]
    numbers = pack("bigint", [marks[one] for one in mark])
    add_columns(workspace_id, TOUCHES, [*key, numbers])
    add_columns(workspace_id, DETAILS, [*key, message, url, click_ids])
    return key[1], numbers


def _add_sessions(workspace_id: int, facts: Mapping[int, PersonFacts], marks: Mapping[Mark, int]) -> None:
    if sessions := [session for found in facts.values() for session in found.sessions]:
        people = [number for number, found in facts.items() for _ in found.sessions]
        *rest, mark = zip(*sessions, strict=True)
        add_columns(workspace_id, SESSIONS, [people, *rest, [marks[one] for one in mark]])


def _save_sessions(workspace_id: int, load: Load, facts: Mapping[int, PersonFacts], marks: Mapping[Mark, int]) -> None:
    stored = load(SESSIONS)
    _write_own(workspace_id, SESSIONS, compare(stored, _by_key(SESSIONS, _rows_of_sessions(facts, marks))))


def _save_conversions(workspace_id: int, load: Load, facts: Mapping[int, PersonFacts], changes: Changes) -> None:
    stored = load(CONVERSIONS)
    wanted = _by_key(CONVERSIONS, _rows_of_conversions(facts))
    difference = compare(stored, wanted)
    _write(workspace_id, CONVERSIONS, difference)
    changes.standing.extend(Moment(rest[0], key[0], rest[1]) for kept in (stored, wanted) for key, rest in kept.items())
    changes.conversions.extend(
        Moment(rest[0], key[0], rest[1]) for changed in difference for key, rest in changed.items()
    )


def _save_entries(workspace_id: int, load: Load, facts: Mapping[int, PersonFacts], changes: Changes) -> None:
    stored = load(ENTRIES)
    difference = compare(stored, _by_key(ENTRIES, _rows_of_entries(facts)))
    _write(workspace_id, ENTRIES, difference)
    for changed in difference:
        for key, rest in changed.items():
            changes.entries[key[0]].append(rest[0])


def _save_stage_events(workspace_id: int, load: Load, facts: Mapping[int, PersonFacts]) -> None:
    difference = compare(load(STAGE_EVENTS), _by_key(STAGE_EVENTS, _rows_of_stage_events(facts)))
    remove_rows(workspace_id, STAGE_EVENTS, difference.removed)
    _add(workspace_id, STAGE_EVENTS, difference.put)


def _rows_of_sessions(facts: Mapping[int, PersonFacts], marks: Mapping[Mark, int]) -> list[Row]:
    return [
        (number, s.started_at, s.tie, s.ended_at, s.hits, marks[s.mark])
        for number, found in facts.items()
        for s in found.sessions
    ]


def _rows_of_conversions(facts: Mapping[int, PersonFacts]) -> list[Row]:
    return [(c.goal_id, c.key, number, *c[2:]) for number, found in facts.items() for c in found.conversions]


def _rows_of_entries(facts: Mapping[int, PersonFacts]) -> list[Row]:
    return [(number, *entry) for number, found in facts.items() for entry in found.entries]


def _rows_of_stage_events(facts: Mapping[int, PersonFacts]) -> list[Row]:
    return [
        (number, *event, tie)
        for number, found in facts.items()
        for event, times in Counter(found.stage_events).items()
        for tie in range(times)
    ]


def _by_key(table: Table, rows: Iterable[Row]) -> dict[Row, Row]:
    width = len(table.key)
    return {row[:width]: row[width:] for row in rows}


def _load(
    workspace_id: int,
    table: Table,
    *,
    column: str,
    kind: str,
    values: Sequence[Any],
    since: Mapping[Any, datetime] = MappingProxyType({}),
) -> dict[Row, Row]:
    query = (
        f"select {', '.join(table.columns)} from {table.name}"  # noqa: S608 - our own names
        f" where workspace_id = %(workspace)s and {column} = wanted.id and {table.time} >= wanted.since"
    )
    times = pack("timestamptz", [since.get(value, _EVER) for value in values])
    rows = run(workspace_id, for_each("values", kind, query, since="since"), values=pack(kind, values), since=times)
    return _by_key(table, rows)


def _add(workspace_id: int, table: Table, rows: Iterable[Row]) -> None:
    add_columns(workspace_id, table, list(zip(*rows, strict=True)))


def _write(workspace_id: int, table: Table, difference: Difference) -> None:
    remove_rows(workspace_id, table, difference.removed)
    put_rows(workspace_id, table, ((*key, *rest) for key, rest in difference.put.items()))


def _write_own(workspace_id: int, table: Table, difference: Difference) -> None:
    """Write rows that nobody else can have: what is new to its person is not looked for again as it is stored."""
    remove_rows(workspace_id, table, difference.removed)
    put_rows(workspace_id, table, ((*key, *difference.put[key]) for key in difference.replaced))
    _add(workspace_id, table, ((*key, *rest) for key, rest in difference.added.items()))
