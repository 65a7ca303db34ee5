"""One statement about one workspace, through Django's connection, so that whoever counts queries counts it."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection

from accounts.models import Workspace
from accounts.tenancy import NoWorkspace, open_workspace_id


def ask(workspace: Workspace, statement: str, **values: Any) -> list[tuple[Any, ...]]:
    """The rows of a statement whose `%(workspace)s` is the workspace; its scope must be open."""
    if open_workspace_id() != workspace.pk:
        raise NoWorkspace(f"open workspace_scope({workspace.pk}) first.")
    with connection.cursor() as cursor:
        cursor.execute(statement, {"workspace": workspace.pk, **values})
        rows: list[tuple[Any, ...]] = cursor.fetchall()
    return rows


@contextmanager
def in_order_of_index(workspace: Workspace) -> Iterator[None]:
    """The planner thinks little of rows behind row security, and would rather sort them all than walk an index."""
    ask(workspace, "select set_config('enable_sort', 'off', true)")
    yield
    # After an error the transaction ends, and the setting with it.
    ask(workspace, "select set_config('enable_sort', 'on', true)")
