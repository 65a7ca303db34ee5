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
    statement = (
        f"delete from {table.name} t using {_sent(table.key)}"  # noqa: S608 - our own names
        f" where t.workspace_id = %(workspace)s and {same}"
    )
    _send(workspace_id, statement, table.key, keys)


def _sent(columns: Mapping[str, str]) -> str:
    return f"json_to_recordset(%(rows)s::json) as sent ({', '.join(f'{n} {t}' for n, t in columns.items())})"


def _send(workspace_id: int, statement: str, columns: Mapping[str, str], rows: Iterable[Row]) -> None:
    named = [dict(zip(columns, row, strict=True)) for row in rows]
    if named:
        run(workspace_id, statement, rows=msgspec.json.encode(named).decode())
