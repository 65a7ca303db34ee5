"""What sabotaged programs load in place of config.asgi and config: the product, with one promise broken."""

import asyncio
import os
import sys
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


if SABOTAGE == "ack-before-commit":
    _break_the_writer()
IS_WEB = sys.argv[0].endswith("serve.py")
if SABOTAGE == "cursor" and not IS_WEB:
    _break_the_inbox()

if IS_WEB:
    from config.asgi import application  # noqa: F401
else:
    from config.celery import app as worker  # noqa: F401
