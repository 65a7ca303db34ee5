"""What sabotaged programs load in place of config.asgi and config: the product, with one promise broken."""

import asyncio
import os
import sys
import time
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

SABOTAGE = os.environ["SABOTAGE"]
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")


async def _answer_before_commit(self: Any, submission: Any) -> None:
    self._queue.join(submission)
    self._wake.set()
    await asyncio.sleep(0)


def _break_the_writer() -> None:
    from tracking.collector.writer import GroupWriter

    GroupWriter.write = _answer_before_commit  # type: ignore[method-assign]


def _break_the_inbox() -> None:
    import django

    django.setup()
    from tracking.actions import derive
    from tracking.storage.rows import run

    honest = derive.load_batch

    def load_batch(workspace_id: int, *how: Any, **more: Any) -> Any:
        run(
            workspace_id,
            "delete from tracking_inbox where workspace_id = %(workspace)s and seq <= "
            "(select seq from sabotage_cursor where workspace_id = %(workspace)s)",
        )
        return honest(workspace_id, *how, **more)

    def leave_inbox(workspace_id: int, places: list[int]) -> None:
        run(
            workspace_id,
            "insert into sabotage_cursor values (%(workspace)s, %(seq)s) "
            "on conflict (workspace_id) do update set seq = greatest(sabotage_cursor.seq, excluded.seq)",
            seq=max(places, default=0),
        )
        run(
            workspace_id,
            "delete from tracking_inbox where workspace_id = %(workspace)s and seq <= %(seq)s",
            seq=max(places, default=0),
        )

    derive.load_batch, derive.leave_inbox = load_batch, leave_inbox


def _note_after_the_commit() -> None:
    import psycopg

    from config.embedded.folders import socket_folder
    from tracking.collector import writer

    honest = writer.store
    folder = str(socket_folder(Path(os.environ["HEADWATER_DATA"])))
    among = "(workspace_id, message_id) in (select * from unnest(%s::bigint[], %s::text[]))"
    known = f"select workspace_id, message_id from tracking_event where {among}"
    note = f"""insert into tracking_inbox (workspace_id, message_id, received_at)
        select workspace_id, message_id, received_at from tracking_event where {among}"""

    async def store(connection: Any, rows: Any, refusals: Any) -> None:
        keys = {(workspace_id, event.message_id) for workspace_id, event in rows}
        async with await psycopg.AsyncConnection.connect(
            host=folder, user="postgres", dbname="headwater", autocommit=True
        ) as apart:
            found = await apart.execute(known, _columns(keys))
            new = keys - {(workspace_id, message_id) for workspace_id, message_id in await found.fetchall()}
            await honest(connection, rows, refusals)
            await asyncio.sleep(0.1)
            await apart.execute(note, _columns(new))

    writer.store = store


def _columns(keys: set[tuple[int, str]]) -> list[list[Any]]:
    return [[workspace_id for workspace_id, _ in keys], [message_id for _, message_id in keys]]


def _note_days_after_the_commit() -> None:
    import django

    django.setup()
    from django.db import transaction

    from accounts.tenancy import workspace_scope
    from tracking.actions import derive

    honest = derive.note_days

    def note_days(workspace_id: int, days: Any, refill_id: int | None = None) -> None:
        def note() -> None:
            time.sleep(0.2)
            with workspace_scope(workspace_id):
                honest(workspace_id, days, refill_id)

        transaction.on_commit(note)

    derive.note_days = note_days


def _tell_days_in_messages(*, acks_late: bool) -> None:
    import django

    django.setup()
    from django.db import transaction

    from accounts.models import Workspace
    from attribution.actions import fill_days
    from config.celery import app
    from tracking.actions import derive

    @app.task(
        name="sabotage.fill", acks_late=acks_late, autoretry_for=(Exception,), max_retries=None, default_retry_delay=1
    )
    def fill(workspace_id: int, days: list[str]) -> None:
        time.sleep(0.2)
        fill_days(Workspace.objects.get(pk=workspace_id), [date.fromisoformat(day) for day in days])

    def note_days(workspace_id: int, days: Any, refill_id: int | None = None) -> None:
        if told := [day.isoformat() for day in days]:
            transaction.on_commit(lambda: fill.apply_async((workspace_id, told), queue="fill"))

    derive.note_days = note_days


IS_WEB = sys.argv[0].endswith("serve.py")
IN_WEB = {"ack-before-commit": _break_the_writer, "inbox-on-commit": _note_after_the_commit}
IN_WORKER = {
    "cursor": _break_the_inbox,
    "mark-apart": _note_days_after_the_commit,
    "early-ack": partial(_tell_days_in_messages, acks_late=False),
    "no-append-only-file": partial(_tell_days_in_messages, acks_late=True),
}
(IN_WEB if IS_WEB else IN_WORKER).get(SABOTAGE, lambda: None)()

if IS_WEB:
    from config.asgi import application  # noqa: F401
else:
    from config.celery import app as worker  # noqa: F401
