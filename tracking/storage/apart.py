"""Reading much at once: as Arrow, over a connection of each thread's own, as one snapshot of what is committed."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

import adbc_driver_postgresql.dbapi as adbc
from django.conf import settings

from accounts.models import Workspace

_kept = threading.local()


@contextmanager
def read_apart(workspace: Workspace) -> Iterator[Any]:
    """A cursor in a snapshot of the workspace's rows, over a connection that this thread keeps."""
    connection = _begin()
    try:
        with connection.cursor() as cursor:
            # The snapshot is taken by the first statement that reads.
            cursor.execute(f"select set_config('app.workspace_id', '{workspace.pk:d}', true)").fetch_polars()
            yield cursor
            cursor.execute("rollback")
    except BaseException:
        # Whatever state it is in, nobody meets it again.
        _forget()
        raise


def _begin() -> Any:
    """Making a connection takes several times as long as reading a day; one that has died meanwhile is made anew."""
    begin = "begin transaction isolation level repeatable read, read only"
    if getattr(_kept, "url", None) == settings.DATABASE_URL:
        try:
            _execute(_kept.connection, begin)
            return _kept.connection
        except adbc.Error:
            _forget()
    _forget()
    _kept.connection, _kept.url = adbc.connect(settings.DATABASE_URL, autocommit=True), settings.DATABASE_URL
    _execute(_kept.connection, begin)
    return _kept.connection


def _execute(connection: Any, statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)


def _forget() -> None:
    kept = _kept.__dict__.pop("connection", None)
    _kept.__dict__.pop("url", None)
    if kept is not None:
        with suppress(adbc.Error):
            kept.close()
