"""Erase a person: nothing leads to them any more, and every figure stays what it was."""

from datetime import datetime

from accounts.models import Workspace
from accounts.tenancy import workspace_scope
from tracking.actions.quarantine import drop_events
from tracking.actions.refills import finish_refills, hold_settings
from tracking.core.facts import Ledger, StoredEvent
from tracking.core.goals import value_again
from tracking.core.identity import ANONYMOUS, USER, Id
from tracking.models import Alias
from tracking.storage.erasing import (
    ORDER,
    find_erased,
    load_erased,
    put_values,
    remember_erased,
    remove_traces,
)
from tracking.storage.journey import find_person
from tracking.storage.rules import load_rules


def erase_person(workspace: Workspace, alias: str, now: datetime) -> bool:
    """Erase whoever has this userId, else this anonymousId, with every other id of theirs; False if nobody has it.

    One transaction: killed halfway, nothing has happened. Running it twice changes nothing.
    """
    with workspace_scope(workspace):
        # Whatever is being derived may be about them.
        hold_settings(workspace)
        person = find_person(workspace, alias)
        if person is None:
            return False
        rows = Alias.objects.of(workspace).filter(person_id=person).values_list("namespace", "value")
        ids = {Id(namespace, value) for namespace, value in rows}
        orders = remove_traces(workspace.pk, person, ids)
        remember_erased(workspace.pk, ids | {Id(ORDER, order) for order in orders}, now)
        finish_refills(workspace)
    return True


def refuse_erased(workspace: Workspace, events: list[StoredEvent]) -> list[StoredEvent]:
    """Those events that are not older than the erasure of whose they are; nothing of the others is kept."""
    erased = find_erased(workspace.pk, (owner_of(event) for event in events))
    if not erased:
        return events
    late = [event for event in events if (at := erased.get(owner_of(event))) is not None and event.at <= at]
    drop_events(workspace, [event.message_id for event in late], "erased")
    gone = {event.message_id for event in late}
    return [event for event in events if event.message_id not in gone]


def without_erased(workspace_id: int, ledger: Ledger, orders: set[str]) -> Ledger:
    """The ledger where orders of people who were erased are counted already, whoever tells of them again."""
    erased = find_erased(workspace_id, (Id(ORDER, order) for order in orders))
    return Ledger({**ledger.winners, **{one.value: "" for one in erased}}, ledger.refunds) if erased else ledger


def price_erased(workspace: Workspace) -> None:
    """Value the conversions of people who were erased anew: nothing else of theirs is left to derive them from."""
    rules = load_rules(workspace)
    put_values(workspace.pk, {number: value_again(one, rules) for number, one in load_erased(workspace.pk).items()})


def owner_of(event: StoredEvent) -> Id:
    """Whose an event is."""
    if event.user_id is not None:
        return Id(USER, event.user_id)
    return Id(ANONYMOUS, event.anonymous_id or "")
