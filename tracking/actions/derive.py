"""Turn waiting events into facts, a batch at a time, each in one transaction with the marks of the days it spoils."""

import gc
import logging
import time
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from itertools import chain
from types import MappingProxyType

import psycopg
from django.db import Error, connection

from accounts.models import Workspace
from accounts.tenancy import hold_alone, workspace_scope
from tracking.actions.attempts import Attempt, begin_attempt, end_attempt, is_our_fault, take_back_attempt
from tracking.actions.erase import refuse_erased, without_erased
from tracking.actions.quarantine import quarantine_event, quarantine_person, refuse_sealed
from tracking.actions.refills import finish_refills, share_settings
from tracking.actions.tails import derive_tails, find_tails
from tracking.core.changes import Changes, find_changed_days, find_people_who_moved
from tracking.core.facts import ORDER_COMPLETED, ORDER_REFUNDED, PersonEvents, PersonFacts, Rules, StoredEvent
from tracking.core.identity import ANONYMOUS, USER, Group, Id, read_mentions
from tracking.core.orders import keep_ledger
from tracking.core.pipeline import derive, reader_of_arrivals
from tracking.core.sealed import Sealed
from tracking.core.tails import Tail
from tracking.models import DerivingState
from tracking.storage.events import (
    OrderBook,
    leave_inbox,
    load_batch,
    load_events_of,
    order_ids_in,
)
from tracking.storage.facts import add_facts, save_facts, save_refunds
from tracking.storage.marks import MarkNumbers
from tracking.storage.open_paths import save_open_paths
from tracking.storage.people import People, load_people, save_people
from tracking.storage.rows import answers_later
from tracking.storage.rules import load_rules
from tracking.storage.sealed import hits_of, load_sealed, load_sealed_ledger, save_sealed_hits
from tracking.storage.work import note_days, take_people

log = logging.getLogger(__name__)

# A person brings along all their events; an event, those of one person.
PEOPLE_A_BATCH = 1000
# What comes of so many new people passes to the database at once, more than that in turns.
PEOPLE_A_PART = 2500
# One turn of a workspace: with many waiting, each has its next turn after so many seconds times their number, shared
# by the worker's processes.
TURN_S = 2.0
EVER = datetime.min.replace(tzinfo=UTC)
# The upper half of the key of the advisory lock under which one worker derives one workspace.
_LOCK = 0x6865_7764


class DatabaseTrouble(RuntimeError):
    """The database failed us, not the events; trying again later can help."""


def derive_waiting(workspace: Workspace, *, seconds: float = TURN_S) -> bool:
    """Work off waiting events and people for some seconds; return whether more wait.

    Does nothing while another worker derives this workspace. Raises DatabaseTrouble when trying again may help.
    """
    deadline = time.monotonic() + seconds
    try:
        with hold_alone(_LOCK, workspace.pk) as alone:
            worked = alone
            while worked and time.monotonic() < deadline:
                # By turns, so that neither a flood of events nor a change of settings holds up the other.
                worked = sum(derive_next(workspace, work) for work in DERIVE) > 0
            return worked
    except (Error, psycopg.Error) as trouble:
        raise DatabaseTrouble(str(trouble)) from trouble


def derive_next(workspace: Workspace, work: str) -> bool:
    """Try the next batch of `work`; return whether there was one, whatever became of it."""
    attempt = begin_attempt(workspace, work)
    if attempt is None:
        return False
    try:
        with workspace_scope(workspace), _no_collection():
            settled = _settle(workspace)
            step = GIVE_UP[work] if attempt.given_up else DERIVE[work]
            step(settled, attempt)
            end_attempt(workspace, attempt)
    except Exception as error:
        if is_our_fault(error):
            take_back_attempt(workspace, attempt)
            raise
        log.exception("workspace %s: %s could not be derived", workspace.pk, attempt)
    return True


def derive_batch(workspace: Workspace, attempt: Attempt) -> None:
    """Derive the facts that the oldest waiting events change, and take those events out of the inbox."""
    rules = load_rules(workspace)
    batch = load_batch(workspace.pk, attempt.size, attempt.only, names=rules.event_names)
    events = refuse_erased(workspace, refuse_sealed(workspace, batch.events))
    book = OrderBook(workspace.pk)
    # Who else told of the same order may lose it to an earlier teller, or win it.
    tellers = {_owner_of(event) for event in book.read(order_ids_in(events))}
    with answers_later():
        people = save_people(workspace.pk, read_mentions(events), tellers)
        told = [*events, *book.read(order_ids_in(events))]
        tails = _find_tails(workspace, rules, people, told)
        since = {number: tail.since for number, tail in tails.items()}
        persons = _gather_new(people, events) | load_persons(workspace, people, rules, since=since)
        derive_people(workspace, rules, people, persons, book, tails, refunded=order_ids_in(events, ORDER_REFUNDED))
        leave_inbox(workspace.pk, batch.places)


def derive_people_again(workspace: Workspace, attempt: Attempt) -> None:
    """Derive the facts of people anew whose rules have changed."""
    numbers, refills = take_people(workspace.pk, min(attempt.size, PEOPLE_A_BATCH), attempt.only)
    rules, people = load_rules(workspace), load_people(workspace.pk, numbers)
    persons = load_persons(workspace, people, rules)
    derive_people(workspace, rules, people, persons, OrderBook(workspace.pk), refill_id=max(refills, default=None))
    finish_refills(workspace)


def derive_people(
    workspace: Workspace,
    rules: Rules,
    people: People,
    persons: Mapping[int, PersonEvents],
    book: OrderBook,
    tails: Mapping[int, Tail] = MappingProxyType({}),
    *,
    refunded: Collection[str] = (),
    refill_id: int | None = None,
) -> None:
    """Derive all facts of some people, write what differs, and mark the days it spoils."""
    seal = workspace.sealed_at
    told = chain.from_iterable(person.events for person in persons.values())
    orders = order_ids_in(told, ORDER_COMPLETED).union(refunded)
    ledger = without_erased(workspace.pk, keep_ledger(book.read(orders, seal=seal)), orders)
    sealed: Mapping[int, Sealed] = {}
    if seal is not None:
        ledger = load_sealed_ledger(workspace.pk, ledger, orders, seal)
        sealed = load_sealed(workspace.pk, people.numbers, people.gone, seal)
    save_refunds(workspace.pk, refunded, ledger)
    read, numbers = reader_of_arrivals(rules), MarkNumbers(workspace.pk, rules.channels)

    def derive_after(before: Mapping[int, Sealed]) -> dict[int, PersonFacts]:
        return derive({n: persons[n] for n in before}, ledger, rules, before, read)

    # Known people first: what they lose to new ones is theirs no longer when those are added.
    whole = {n: person for n, person in persons.items() if n not in people.new and n not in tails}
    known = derive(whole, ledger, rules, sealed, read)
    known |= derive_tails(workspace.pk, people.groups, tails, rules, derive_after)
    changes = _save_known(workspace.pk, people, known, numbers, tails)
    # Visits that moved along with a person left behind how much of them came before the seal.
    save_sealed_hits(workspace.pk, hits_of(sealed, people.gone.values()) if sealed else {})
    for part in _parts_of(people.new):
        facts = derive({number: persons[number] for number in part}, ledger, rules, sealed, read)
        changes.conversions += add_facts(workspace.pk, facts, numbers.of(facts.values())).conversions
    lookbacks = {goal.id: goal.lookback for goal in rules.goals}
    note_days(workspace.pk, find_changed_days(changes, lookbacks, rules.zone), refill_id)


def _find_tails(workspace: Workspace, rules: Rules, people: People, told: Iterable[StoredEvent]) -> Mapping[int, Tail]:
    """Of whom only the end is derived again: of all whose ids stay as they were. What is sealed stands anyway."""
    if workspace.sealed_at is not None:
        return {}
    groups = {number: people.groups[number] for number in sorted(people.settled)}
    return find_tails(workspace.pk, groups, rules, told) if groups else {}


def _save_known(
    workspace_id: int,
    people: People,
    facts: Mapping[int, PersonFacts],
    numbers: MarkNumbers,
    tails: Mapping[int, Tail],
) -> Changes:
    known = [number for number in people.numbers if number not in people.new]
    if not known:
        return Changes()
    since = {number: tail.since for number, tail in tails.items()}
    changes = save_facts(workspace_id, known, facts, numbers.of(facts.values()), since=since)
    save_open_paths(workspace_id, find_people_who_moved(changes))
    return changes


def _parts_of(numbers: Collection[int]) -> Iterator[list[int]]:
    """A few people at a time: the database writes what came of some while we derive the next."""
    whole = sorted(numbers)
    return (whole[start : start + PEOPLE_A_PART] for start in range(0, len(whole), PEOPLE_A_PART))


def find_waiting_workspaces() -> list[int]:
    """Ids of the workspaces with events or people waiting."""
    with connection.cursor() as cursor:
        cursor.execute("select tracking_workspaces_waiting()")
        return [workspace_id for (workspace_id,) in cursor.fetchall()]


DERIVE: dict[str, Callable[[Workspace, Attempt], None]] = {
    DerivingState.EVENTS: derive_batch,
    DerivingState.PEOPLE: derive_people_again,
}
GIVE_UP: dict[str, Callable[[Workspace, Attempt], None]] = {
    DerivingState.EVENTS: lambda workspace, attempt: quarantine_event(workspace, attempt.only or 0),
    DerivingState.PEOPLE: lambda workspace, attempt: quarantine_person(workspace, attempt.only or 0),
}


def load_persons(
    workspace: Workspace, people: People, rules: Rules, *, since: Mapping[int, datetime] = MappingProxyType({})
) -> dict[int, PersonEvents]:
    """Everything kept about these people, of some only `since` then; new ones are left out."""
    groups = {number: group for number, group in people.groups.items() if number not in people.new}
    # Before the seal events are gone, or about to go: half of them would tell less than none.
    ever = workspace.sealed_at or EVER
    users = {user: since.get(n, ever) for n, group in groups.items() for user in group.users}
    anonymous = {one: since.get(n, ever) for n, group in groups.items() for one in group.anonymous}
    return _share_out(load_events_of(workspace.pk, users, anonymous, rules.event_names), groups)


def _gather_new(people: People, events: Iterable[StoredEvent]) -> dict[int, PersonEvents]:
    """New people from the batch alone: should more of them wait, they are known by the time its turn comes."""
    return _share_out(events, {number: people.groups[number] for number in people.new})


def _share_out(events: Iterable[StoredEvent], groups: Mapping[int, Group]) -> dict[int, PersonEvents]:
    """The events of each of the groups; those of nobody among them are left out."""
    persons = {number: PersonEvents([], frozenset(group.anonymous)) for number, group in groups.items()}
    users = {user: persons[number].events for number, group in groups.items() for user in group.users}
    anonymous = {one: persons[number].events for number, group in groups.items() for one in group.anonymous}
    for event in events:
        user = event.user_id
        told = users.get(user) if user is not None else anonymous.get(event.anonymous_id or "")
        if told is not None:
            told.append(event)
    return persons


def _owner_of(event: StoredEvent) -> Id:
    if event.user_id is not None:
        return Id(USER, event.user_id)
    return Id(ANONYMOUS, event.anonymous_id or "")


@contextmanager
def _no_collection() -> Iterator[None]:
    """Hold the garbage collector back: a batch makes a million values, no cycles; walking them costs as much again."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _settle(workspace: Workspace) -> Workspace:
    """The workspace with its settings as they are now; they stay so until the batch is committed.

    Who changes settings holds the row against us, so a batch derived under old rules commits before, and is marked.
    """
    with connection.cursor() as cursor:
        # We only look rows up by their keys. A bitmap of all that waits, sorted anew for each batch, looks cheap to a
        # planner that knows little of the workspace; so does a walk over all of a table that was small once.
        cursor.execute("set local enable_bitmapscan = off; set local enable_seqscan = off")
    share_settings(workspace)
    return Workspace.objects.get(pk=workspace.pk)
