"""Statements over many rows at once: arrays in, tuples out, always of the open workspace."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

import psycopg
from django.db import connection

from accounts.tenancy import NoWorkspace, open_workspace_id
from tracking.storage.packed import Packed, cursor_for, pack, sent_as

Row = tuple[Any, ...]
_pipeline: ContextVar[psycopg.Pipeline | None] = ContextVar("pipeline", default=None)


@dataclass(frozen=True, slots=True)
class Table:
    """A table of facts: what its rows are found by, and what they hold; names to PostgreSQL's types."""

    name: str
    key: Mapping[str, str]
    rest: Mapping[str, str]
    # When what a row tells of happened.
    time: str = "at"

    @property
    def columns(self) -> Mapping[str, str]:
        return {**self.key, **self.rest}


def for_each(values: str, kind: str, query: str, *, since: str = "") -> str:
    """A statement that runs `query` once for each `wanted.id` among the values of that name.

    `since` names times, one for each value, that the query knows as `wanted.since`. The planner knows little about a
    young workspace and would rather read all of its rows; this leaves it no choice.
    """
    columns, names = f"%({values})s::{kind}[]", "id"
    if since:
        columns, names = f"{columns}, %({since})s::timestamptz[]", "id, since"
    source = f"unnest({columns}) as wanted ({names}), lateral ({query} offset 0) as found"
    return f"select found.* from {source}"  # noqa: S608 - our own names


@contextmanager
def answers_later() -> Iterator[None]:
    """Have `send` not wait for the database, which writes while we go on; errors come at the end, or at a `run`."""
    with connection.connection.pipeline() as pipeline:
        token = _pipeline.set(pipeline)
        try:
            yield
        finally:
            _pipeline.reset(token)


def run(workspace_id: int, statement: str, **values: Any) -> list[Row]:
    """Run one statement in the scope of a workspace, whose id is its `%(workspace)s`; rows come as tuples.

    Past Django's cursor, because this one reads whole batches in the binary format and sends parameters apart.
    """
    cursor = _execute(workspace_id, statement, values)
    if pipeline := _pipeline.get():
        pipeline.sync()
    return cursor.fetchall() if cursor.description else []


def send(workspace_id: int, statement: str, **values: Any) -> None:
    """Run one statement whose answer nobody waits for."""
    _execute(workspace_id, statement, values)


def _execute(workspace_id: int, statement: str, values: dict[str, Any]) -> psycopg.Cursor[Row]:
    if open_workspace_id() != workspace_id:
        raise NoWorkspace(f"open workspace_scope({workspace_id}) first.")
    cursor = cursor_for(connection.connection)
    cursor.execute(statement, {"workspace": workspace_id, **values}, binary=True)
    return cursor


def put_rows(workspace_id: int, table: Table, rows: Iterable[Row]) -> None:
    """Insert rows (tuples in the order of the table's columns), replacing those of the same key."""
    sets = ", ".join(f"{name} = excluded.{name}" for name in table.rest)
    conflict = f"on conflict (workspace_id, {', '.join(table.key)}) do update set {sets}"
    add_columns(workspace_id, table, list(zip(*rows, strict=True)), conflict)


def add_columns(workspace_id: int, table: Table, columns: Sequence[Sequence[Any]], conflict: str = "") -> None:
    """Insert rows, given as the table's columns; without a word on conflicts their keys must be new."""
    if columns and columns[0]:
        names = ", ".join(table.columns)
        # Row by row as they are written: from a function in FROM the database would first put all rows together.
        values = ", ".join(_value(name, kind) for name, kind in table.columns.items())
        statement = f"insert into {table.name} (workspace_id, {names}) select %(workspace)s, {values} {conflict}"
        send(workspace_id, statement, **_packed(table.columns, columns))


def remove_rows(workspace_id: int, table: Table, keys: Iterable[Row]) -> None:
    """Delete the rows of these keys."""
    if columns := list(zip(*keys, strict=True)):
        same = " and ".join(f"t.{name} = sent.{name}" for name in table.key)
        place = f"select ctid from {table.name} t where t.workspace_id = %(workspace)s and {same} offset 0"  # noqa: S608
        statement = (
            f"delete from {table.name} where workspace_id = %(workspace)s and ctid = any(array("  # noqa: S608 - our own names
            f"select found.ctid from {_sent(table.key)}, lateral ({place}) as found))"
        )
        send(workspace_id, statement, **_packed(table.key, columns))


def _sent(columns: Mapping[str, str]) -> str:
    arrays = ", ".join(f"%({name})s::{sent_as(kind)}[]" for name, kind in columns.items())
    return f"unnest({arrays}) as sent ({', '.join(columns)})"


def _value(name: str, kind: str) -> str:
    return f"unnest(%({name})s::{sent_as(kind)}[])::{kind}"


def _packed(columns: Mapping[str, str], values: Sequence[Sequence[Any]]) -> dict[str, Packed]:
    return {name: pack(kind, column) for (name, kind), column in zip(columns.items(), values, strict=True)}
