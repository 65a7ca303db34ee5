"""The only door to a workspace's rows: a scope that row-level security reads, and querysets that demand it.

Either fence holds alone. The scope sets `app.workspace_id` for the transaction, which PostgreSQL's policies compare
with every row; the querysets refuse to run unless they were asked `.of(workspace)` inside that workspace's scope.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import wraps
from typing import Any, Self, TypeVar

from celery import shared_task
from django.db import connection, models, transaction

from accounts.models import Workspace

_open: ContextVar[int | None] = ContextVar("open_workspace", default=None)
Row = TypeVar("Row", bound=models.Model)
Done = TypeVar("Done")


class NoWorkspace(RuntimeError):
    """Rows of a workspace were asked for outside its scope, or without saying whose."""


def open_workspace_id() -> int | None:
    """The id of the workspace whose scope is open here, if any."""
    return _open.get()


@contextmanager
def workspace_scope(workspace: Workspace | int) -> Iterator[None]:
    """One transaction in which the rows of `workspace`, and no others, can be reached.

    Raises NoWorkspace when another workspace's scope is open already.
    """
    wanted = workspace if isinstance(workspace, int) else workspace.pk
    outer = _open.get()
    if outer is not None and outer != wanted:
        raise NoWorkspace(f"The scope of workspace {outer} is open; {wanted} cannot be opened inside it.")
    with transaction.atomic():
        _set_workspace(str(wanted))
        token = _open.set(wanted)
        try:
            yield
        finally:
            _open.reset(token)
    # A setting outlives the savepoint it was made in; whoever opened the outer transaction must not inherit it.
    if outer is None and connection.in_atomic_block and not connection.needs_rollback:
        _set_workspace("")


def in_each_scope(workspaces: Iterable[Workspace], act: Callable[[Workspace], Done]) -> list[Done]:
    """Do something in the scope of each workspace, one after the other, in one transaction: to read many at once."""
    outer = _open.get()
    if outer is not None:
        raise NoWorkspace(f"The scope of workspace {outer} is open; others cannot be opened inside it.")
    done = []
    with transaction.atomic():
        for workspace in workspaces:
            _set_workspace(str(workspace.pk))
            token = _open.set(workspace.pk)
            try:
                done.append(act(workspace))
            finally:
                _open.reset(token)
    if connection.in_atomic_block and not connection.needs_rollback:
        _set_workspace("")
    return done


def _set_workspace(value: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("select set_config('app.workspace_id', %s, true)", [value])


@contextmanager
def hold_alone(kind: int, workspace_id: int) -> Iterator[bool]:
    """Whether this worker alone does work of this kind in a workspace, held over several transactions.

    The lock dies with the connection, so with the worker. Kinds are numbers below 2**31, one for each work.
    """
    key = (kind << 32) | workspace_id
    with connection.cursor() as cursor:
        cursor.execute("select pg_try_advisory_lock(%s)", [key])
        mine = bool(cursor.fetchone()[0])
    try:
        yield mine
    finally:
        if mine and connection.is_usable():
            with connection.cursor() as cursor:
                cursor.execute("select pg_advisory_unlock(%s)", [key])


class TenantQuerySet(models.QuerySet[Row]):
    """Rows that belong to workspaces; nothing is read or changed before `.of(workspace)`."""

    _owner: int | None = None

    def of(self, workspace: Workspace | int) -> Self:
        owner = workspace if isinstance(workspace, int) else workspace.pk
        rows = self.filter(workspace_id=owner)
        rows._owner = owner
        return rows

    def _demand_owner(self) -> None:
        if self._owner is None:
            raise NoWorkspace(f"{self.model.__name__}: say whose rows with .of(workspace).")
        if self._owner != _open.get():
            raise NoWorkspace(f"{self.model.__name__}: open workspace_scope({self._owner}) first.")

    def _clone(self) -> Self:
        clone = super()._clone()  # type: ignore[misc]
        clone._owner = self._owner
        return clone

    def _fetch_all(self) -> None:
        if self._result_cache is None:
            self._demand_owner()
        super()._fetch_all()

    def _iterator(self, *args: Any, **kwargs: Any) -> Any:
        self._demand_owner()
        return super()._iterator(*args, **kwargs)  # type: ignore[misc]

    def count(self) -> int:
        self._demand_owner()
        return super().count()

    def exists(self) -> bool:
        self._demand_owner()
        return super().exists()

    def aggregate(self, *args: Any, **kwargs: Any) -> dict[str, Any]:
        self._demand_owner()
        return super().aggregate(*args, **kwargs)

    def update(self, **kwargs: Any) -> int:
        self._demand_owner()
        return super().update(**kwargs)

    def delete(self) -> tuple[int, dict[str, int]]:
        self._demand_owner()
        return super().delete()

    def bulk_create(self, objs: Any, *args: Any, **kwargs: Any) -> list[Row]:
        rows = list(objs)
        if any(row.workspace_id != _open.get() for row in rows):
            raise NoWorkspace(f"{self.model.__name__}: rows of another workspace than the open one.")
        return super().bulk_create(rows, *args, **kwargs)

    def create(self, **kwargs: Any) -> Row:
        row = self.model(**kwargs)
        if row.workspace_id != _open.get():  # type: ignore[attr-defined]
            raise NoWorkspace(f"{self.model.__name__}: open the scope of its workspace first.")
        row.save(force_insert=True, using=self.db)
        return row


class TenantModel(models.Model):
    """A table whose every row belongs to one workspace (row-level security is made by its migration)."""

    # No database constraint: facts are written in bulk, and a workspace is never deleted without them.
    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, db_constraint=False, related_name="+")

    objects = TenantQuerySet.as_manager()

    class Meta:
        abstract = True


def workspace_task(*task_args: Any, **task_options: Any) -> Callable[..., Any]:
    """A Celery task that takes a workspace's id and runs inside its scope with the Workspace as first argument.

    A workspace that is gone ends the task quietly: whatever it was to do went with it.
    """

    def decorate(function: Callable[..., Any]) -> Any:
        @shared_task(*task_args, **task_options)
        @wraps(function)
        def run(workspace_id: int, *args: Any, **kwargs: Any) -> Any:
            workspace = Workspace.objects.filter(pk=workspace_id).first()
            if workspace is None:
                return None
            with workspace_scope(workspace):
                return function(workspace, *args, **kwargs)

        return run

    return decorate
