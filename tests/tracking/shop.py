"""A workspace in the database: events stored as the collector stores them, facts read back."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from typing import Any

import psycopg
from django.conf import settings

from accounts.actions import create_agency, create_workspace
from accounts.models import Workspace
from accounts.tenancy import workspace_scope
from tests.tracking.core.given import NOON
from tracking.actions import create_default_goals, derive_waiting
from tracking.core.facts import StoredEvent
from tracking.core.marks import Mark as MarkParts
from tracking.models import (
    Alias,
    ChangedDay,
    Conversion,
    Goal,
    Inbox,
    Mark,
    Person,
    Session,
    Stage,
    StageEntry,
    Touch,
    TouchDetail,
)

_STORE = """
insert into tracking_event (workspace_id, message_id, received_at, at, kind, anonymous_id, user_id, name, order_id,
    payload, door)
select *, 'segment' from unnest(%s::bigint[], %s::text[], %s::timestamptz[], %s::timestamptz[], %s::text[],
    %s::text[], %s::text[], %s::text[], %s::text[], %s::jsonb[]) on conflict do nothing
"""
# By keys that stay the same when facts are derived again.
_TABLES = {
    Touch: ("person_id", "at", "tie", "mark_id"),
    TouchDetail: ("person_id", "at", "tie", "message_id", "landing_url"),
    Session: ("person_id", "started_at", "tie", "ended_at", "hits", "mark_id"),
    Conversion: ("goal_id", "key", "person_id", "at", "value_micros", "refunded_micros", "note"),
    StageEntry: ("person_id", "stage_id", "at", "message_id"),
    Alias: ("namespace", "value", "person_id"),
    Person: ("id",),
}


class Shop:
    """One workspace and what a test wants of it."""

    def __init__(self, workspace: Workspace) -> None:
        self.workspace = workspace

    def post(self, events: Iterable[StoredEvent]) -> None:
        """Store events in one statement, as the collector's role."""
        rows = [(self.workspace.pk, e.message_id, NOON, e.at, e.kind, *e[3:7], e.payload) for e in events]
        if rows:
            with psycopg.connect(settings.COLLECTOR_DATABASE_URL) as collector:
                collector.execute(_STORE, [list(column) for column in zip(*rows, strict=True)])

    def derive(self) -> None:
        """Work everything off."""
        while derive_waiting(self.workspace):
            pass

    def tell(self, *events: StoredEvent) -> None:
        """Post and derive."""
        self.post(events)
        self.derive()

    def rows(self, model: Any) -> Any:
        """The workspace's rows of a table; only inside `open`."""
        return model.objects.of(self.workspace)

    def open(self) -> Any:
        return workspace_scope(self.workspace)

    def stored(self) -> dict[str, list[tuple[Any, ...]]]:
        """Every fact as stored, to compare with what is stored later."""
        with self.open():
            return {
                model.__name__: sorted(self.rows(model).values_list(*fields), key=str)
                for model, fields in _TABLES.items()
            }

    def changed_days(self, *, forget: bool = True) -> set[date]:
        """The days marked since the last time this was asked."""
        with self.open():
            marks = self.rows(ChangedDay)
            days = set(marks.values_list("day", flat=True))
            if forget:
                marks.delete()
        return days

    def count(self, model: Any) -> int:
        with self.open():
            return self.rows(model).count()

    def waiting(self) -> int:
        return self.count(Inbox)

    def conversions(self) -> list[tuple[str, float | None, str]]:
        """(goal, value, note) in order of time."""
        with self.open():
            names = dict(self.rows(Goal).values_list("id", "name"))
            rows = self.rows(Conversion).order_by("at", "message_id", "goal_id")
            return [(names[c.goal_id], None if c.value_micros is None else c.value_micros / 1e6, c.note) for c in rows]

    def touches(self) -> list[tuple[str, str]]:
        """(channel, source) of everybody's touches in order of time."""
        with self.open():
            marks = {mark.pk: (mark.channel, mark.source) for mark in self.rows(Mark)}
            return [marks[touch.mark_id] for touch in self.rows(Touch).order_by("at", "tie")]

    def in_twins_words(self) -> dict[tuple[tuple[str, str], ...], dict[str, list[Any]]]:
        """The stored facts of everybody as the slow twin tells them, by the sorted ids of each."""
        with self.open():
            ids = defaultdict(list)
            for person, namespace, value in self.rows(Alias).values_list("person_id", "namespace", "value"):
                ids[person].append((namespace, value))
            facts = {p: {"visits": [], "touches": [], "conversions": [], "entries": []} for p in ids}
            assert set(ids) == set(self.rows(Person).values_list("id", flat=True))
            marks = {mark.pk: self._parts(mark) for mark in self.rows(Mark)}
            for s in self.rows(Session).order_by("started_at", "tie"):
                facts[s.person_id]["visits"].append((s.started_at, s.ended_at, s.hits, marks[s.mark_id]))
            mark_of = {(t.person_id, t.at, t.tie): marks[t.mark_id] for t in self.rows(Touch)}
            for d in self.rows(TouchDetail).order_by("at", "tie"):
                mark = mark_of.pop((d.person_id, d.at, d.tie))
                told = (d.at, d.message_id, mark, d.landing_url, tuple(sorted(d.click_ids.items())))
                facts[d.person_id]["touches"].append(told)
            assert not mark_of
            goals = {goal.pk: place for place, goal in enumerate(self.rows(Goal).order_by("id"), 1)}
            for c in self.rows(Conversion):
                told = (goals[c.goal_id], c.at, c.message_id, c.order_id, c.value_micros, c.note)
                facts[c.person_id]["conversions"].append(told)
            stages = {stage.pk: 10 * stage.position for stage in self.rows(Stage)}
            for e in self.rows(StageEntry):
                facts[e.person_id]["entries"].append((stages[e.stage_id], e.at, e.message_id))
        for person in facts.values():
            person["conversions"].sort()
            person["entries"].sort()
        return {tuple(sorted(ids[person])): told for person, told in facts.items()}

    @staticmethod
    def _parts(mark: Mark) -> MarkParts:
        return MarkParts(**{name: getattr(mark, name) for name in MarkParts._fields})


def open_shop(*, goals: bool = True, **fields: Any) -> Shop:
    """A new workspace in euros and Berlin's days."""
    fields = {"currency": "EUR", "timezone": "Europe/Berlin", **fields}
    workspace, _ = create_workspace(create_agency("Marlow and Pike"), name="Shop", **fields)
    if goals:
        create_default_goals(workspace)
    return Shop(workspace)
