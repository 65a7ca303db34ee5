"""What stands from before the seal, read back from the stored facts: the events it came from are gone."""

from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import datetime
from typing import Any

from tracking.core.facts import Conversion, Ledger, PersonFacts, Refund, Session, StageEntry, StageEvent, Touch
from tracking.core.goals import SHARED_DEVICE
from tracking.core.marks import Mark
from tracking.core.sealed import Sealed, join_sealed, seal_ledger
from tracking.storage.rows import Row, for_each, run

_TOUCHES = """
select t.person_id, t.at, t.tie, d.message_id, t.mark_id, d.landing_url, d.click_ids::text::json
from tracking_touch t join tracking_touchdetail d using (workspace_id, person_id, at, tie)
where t.workspace_id = %(workspace)s and t.person_id = wanted.id and t.at < %(seal)s::timestamptz
"""
# A visit that went on past the seal is taken as having been seen at the seal: its next hit is within the gap, else
# it would not have gone on.
_SESSIONS = """
select person_id, started_at, tie, least(ended_at, %(seal)s::timestamptz) as ended_at,
    case when ended_at < %(seal)s::timestamptz then hits else coalesce(sealed_hits, hits) end, mark_id
from tracking_session
where workspace_id = %(workspace)s and person_id = wanted.id and started_at < %(seal)s::timestamptz
"""
_CONVERSIONS = """
select person_id, goal_id, key, at, message_id, order_id, value_micros, amount_micros, refunded_micros, currency, rate,
    rate_day, note
from tracking_conversion where workspace_id = %(workspace)s and person_id = wanted.id and at < %(seal)s::timestamptz
"""
_ENTRIES = """
select person_id, stage_id, at, message_id
from tracking_stageentry where workspace_id = %(workspace)s and person_id = wanted.id and at < %(seal)s::timestamptz
"""
_STAGE_EVENTS = """
select person_id, name, at
from tracking_stageevent where workspace_id = %(workspace)s and person_id = wanted.id and at < %(seal)s::timestamptz
"""
_SHARED = """
select person_id, min(at) from tracking_conversion
where workspace_id = %(workspace)s and person_id = wanted.id and strpos(note, %(shared)s) > 0 group by person_id
"""
_MARKS = """
select id, source, medium, campaign, content, term, referrer_host, landing_path, click_id_kind
from tracking_mark where workspace_id = %(workspace)s and id = wanted.id
"""
_WINNERS = """
select c.order_id, c.message_id from tracking_goal g, lateral (
    select order_id, message_id, at from tracking_conversion
    where workspace_id = %(workspace)s and goal_id = g.id and key = 'order:' || wanted.id offset 0
) as c where g.workspace_id = %(workspace)s and c.at < %(seal)s::timestamptz
"""
_REFUNDS = """
select order_id, key, at, message_id, amount_micros
from tracking_refund where workspace_id = %(workspace)s and order_id = wanted.id and at < %(seal)s::timestamptz
"""
_SPANNING = """
select person_id, started_at, tie from tracking_session
where workspace_id = %(workspace)s and started_at < %(seal)s::timestamptz and ended_at >= %(seal)s::timestamptz
"""
_KEEP_HITS = """
update tracking_session s set sealed_hits = sent.hits
from unnest(%(people)s::bigint[], %(started)s::timestamptz[], %(ties)s::integer[], %(hits)s::integer[])
    as sent (person_id, started_at, tie, hits)
where s.workspace_id = %(workspace)s and s.person_id = sent.person_id and s.started_at = sent.started_at
    and s.tie = sent.tie
"""

# Person, start and tie.
Visit = tuple[int, datetime, int]


def load_sealed(
    workspace_id: int, people: Collection[int], moved: Mapping[int, int], seal: datetime
) -> dict[int, Sealed]:
    """What stands of people from before the seal; that of a number nobody has any more goes where `moved` says."""
    ask = _asker(workspace_id, people, seal)
    touches, sessions = ask(_TOUCHES), ask(_SESSIONS)
    marks = _load_marks(workspace_id, {row[4] for row in touches} | {row[5] for row in sessions})
    facts = {number: PersonFacts() for number in people}
    for person, at, tie, message_id, mark, url, click_ids in sorted(touches, key=lambda row: row[:3]):
        facts[person].touches.append(Touch(at, tie, message_id, marks[mark], url, click_ids))
    for person, started_at, tie, ended_at, hits, mark in sorted(sessions, key=lambda row: (row[3], row[1], row[2])):
        facts[person].sessions.append(Session(started_at, tie, ended_at, hits, marks[mark]))
    for person, *rest in sorted(ask(_CONVERSIONS), key=lambda row: (row[1], row[3], row[4])):
        facts[person].conversions.append(Conversion(*rest))
    for person, *rest in sorted(ask(_ENTRIES), key=lambda row: row[2]):
        facts[person].entries.append(StageEntry(*rest))
    for person, *rest in sorted(ask(_STAGE_EVENTS), key=lambda row: row[2]):
        facts[person].stage_events.append(StageEvent(*rest))
    shared: dict[int, datetime] = dict(ask(_SHARED, shared=SHARED_DEVICE))
    sealed = {number: Sealed(found, shared.get(number)) for number, found in facts.items()}
    for gone in sorted(moved):
        sealed[moved[gone]] = join_sealed(sealed[moved[gone]], sealed.pop(gone))
    return sealed


def load_sealed_ledger(workspace_id: int, ledger: Ledger, orders: Collection[str], seal: datetime) -> Ledger:
    """The ledger of these orders, with what was counted and given back of them before the seal."""
    ask = _asker(workspace_id, list(orders), seal, kind="text")
    return seal_ledger(ledger, dict(ask(_WINNERS)), [Refund(*row) for row in ask(_REFUNDS)])


def find_spanning(workspace_id: int, seal: datetime) -> set[Visit]:
    """Visits that went on past the seal, by person, start and tie."""
    return {(person, started_at, tie) for person, started_at, tie in run(workspace_id, _SPANNING, seal=seal)}


def save_sealed_hits(workspace_id: int, hits: Mapping[Visit, int]) -> None:
    """Note how much of a visit came before the seal, by person, start and tie."""
    if hits:
        people, started, ties = (list(part) for part in zip(*hits, strict=True))
        run(workspace_id, _KEEP_HITS, people=people, started=started, ties=ties, hits=list(hits.values()))


def hits_of(sealed: Mapping[int, Sealed], people: Iterable[int]) -> dict[Visit, int]:
    """The hits before the seal of everything sealed of these people."""
    return {(p, s.started_at, s.tie): s.hits for p in people for s in sealed[p].facts.sessions}


def _asker(
    workspace_id: int, values: Collection[Any], seal: datetime, kind: str = "bigint"
) -> Callable[..., list[Row]]:
    def ask(query: str, **more: Any) -> list[Row]:
        return run(workspace_id, for_each("wanted_ids", kind, query), wanted_ids=list(values), seal=seal, **more)

    return ask


def _load_marks(workspace_id: int, numbers: Collection[int]) -> dict[int, Mark]:
    rows = run(workspace_id, for_each("marks", "bigint", _MARKS), marks=list(numbers))
    return {number: Mark(*parts) for number, *parts in rows}
