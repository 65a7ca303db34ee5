"""Statements over many rows at once: arrays in, tuples out, always of the open workspace."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import msgspec
import psycopg
from django.db import connection

from accounts.tenancy import NoWorkspace, open_workspace_id

Row = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """A table of facts: what its rows are found by, and what they hold; names to PostgreSQL's types."""

    name: str
    key: Mapping[str, str]
    rest: Mapping[str, str]

    @property
    def columns(self) -> Mapping[str, str]:
        return {**self.key, **self.rest}


def for_each(values: str, kind: str, query: str) -> str:
    """A statement that runs `query` once for each `wanted.id` among the values of that name.

    The planner knows little about a young workspace and would rather read all of its rows; this leaves it no choice.
    """
    source = f"unnest(%({values})s::{kind}[]) as wanted (id), lateral ({query} offset 0) as found"
    return f"select found.* from {source}"  # noqa: S608 - our own names


def run(workspace_id: int, statement: str, **values: Any) -> list[Row]:
    """Run one statement in the scope of a workspace, whose id is its `%(workspace)s`; rows come as tuples.

    Past Django's cursor, because this one reads whole batches in the binary format and sends parameters apart.
    """
    if open_workspace_id() != workspace_id:
        raise NoWorkspace(f"open workspace_scope({workspace_id}) first.")
    cursor = psycopg.Cursor(connection.connection)
    cursor.execute(statement, {"workspace": workspace_id, **values}, binary=True)
    return cursor.fetchall() if cursor.description else []


def put_rows(workspace_id: int, table: Table, rows: Iterable[Row]) -> None:
    """Insert rows (tuples in the order of the table's columns), replacing those of the same key."""
    names = ", ".join(table.columns)
    sets = ", ".join(f"{name} = excluded.{name}" for name in table.rest)
    statement = (
        f"insert into {table.name} (workspace_id, {names})"  # noqa: S608 - our own names
        f" select %(workspace)s, {names} from {_sent(table.columns)}"
        f" on conflict (workspace_id, {', '.join(table.key)}) do update set {sets}"
    )
    _send(workspace_id, statement, table.columns, rows)


def remove_rows(workspace_id: int, table: Table, keys: Iterable[Row]) -> None:
    """Delete the rows of these keys."""
    same = " and ".join(f"t.{name} = sent.{name}" for name in table.key)
    place = f"select ctid from {table.name} t where t.workspace_id = %(workspace)s and {same} offset 0"  # noqa: S608
    statement = (
        f"delete from {table.name} where workspace_id = %(workspace)s and ctid = any(array("  # noqa: S608 - our own names
        f"select found.ctid from {_sent(table.key)}, lateral ({place}) as found))"
    )
    _send(workspace_id, statement, table.key, keys)


def _sent(columns: Mapping[str, str]) -> str:
    return f"json_to_recordset(%(rows)s::json) as sent ({', '.join(f'{n} {t}' for n, t in columns.items())})"


def _send(workspace_id: int, statement: str, columns: Mapping[str, str], rows: Iterable[Row]) -> None:
    named = [dict(zip(columns, row, strict=True)) for row in rows]
    if named:
        run(workspace_id, statement, rows=msgspec.json.encode(named).decode())
