"""The audit log: every change and every refusal, written here and nowhere else; never a secret, body or address."""

import logging
import re
import time
from typing import Any

from django.core.cache import cache
from django.db import DatabaseError, transaction
from django.http import HttpRequest

from accounts.authentication import Program
from accounts.models import Agency, ApiToken, AuditEntry, User, Workspace

log = logging.getLogger(__name__)
_REQUEST_ID = re.compile(r"[\w.:-]{1,64}", re.ASCII)
# Anything else may not even be text that a table can keep.
_PLAIN = re.compile(r"[\w.:-]{1,80}", re.ASCII)
# Whoever has no log-in and no token could fill the table by asking.
MOST_OF_NOBODY = 100
# Ids that people made up may be somebody's name or address.
_PERSONAL = {"alias", "secret", "workspace", "agency"}


def note(
    action: str,
    result: str | int,
    *,
    actor: Any = None,
    agency: Agency | None = None,
    workspace: Workspace | None = None,
    about: str = "",
    request: HttpRequest | None = None,
) -> None:
    """Add an entry. `actor` is a User, an ApiToken or nobody; a result below 400 or a word says that it was done."""
    kind, actor_id = _describe(actor)
    AuditEntry.objects.create(
        agency=agency,
        workspace=workspace,
        actor_kind=kind,
        actor_id=actor_id,
        action=action[:80],
        object=about[:200],
        result=str(result)[:40],
        request_id=_request_id(request),
    )


def note_anyhow(*args: Any, **kwargs: Any) -> None:
    """Add an entry about something that was refused already: a database that is away must not change the answer.

    Past MOST_OF_NOBODY a minute, what nobody did is counted, and an entry tells of each doubling.
    """
    if kwargs.get("actor") is None:
        beyond = _count_of_nobody()
        if beyond & (beyond - 1):
            return
        if beyond:
            kwargs["about"] = ",".join(filter(None, [f"beyond={beyond}", kwargs.get("about", "")]))
    try:
        with transaction.atomic():
            note(*args, **kwargs)
    except DatabaseError:
        log.exception("An audit entry was not kept: %s", args)


def _count_of_nobody() -> int:
    """How many entries nobody made this minute beyond those that are written one by one."""
    key = f"audit-of-nobody-{time.time() // 60:.0f}"
    cache.add(key, 0, timeout=120)
    try:
        return max(0, cache.incr(key) - MOST_OF_NOBODY)
    except ValueError:
        # Forgotten in between.
        return 0


def about(kwargs: dict[str, Any]) -> str:
    """The object of a request, by the ids in its address."""
    shown = {name: str(value) for name, value in kwargs.items() if name not in _PERSONAL}
    return ",".join(f"{name}={value if _PLAIN.fullmatch(value) else '?'}" for name, value in shown.items())


def _describe(actor: Any) -> tuple[str, int | None]:
    match actor:
        case Program():
            return AuditEntry.Actor.TOKEN, actor.token.pk
        case ApiToken():
            return AuditEntry.Actor.TOKEN, actor.pk
        case User():
            return AuditEntry.Actor.USER, actor.pk
        case _:
            return AuditEntry.Actor.NOBODY, None


def _request_id(request: HttpRequest | None) -> str:
    given = getattr(request, "request_id", "") or (request.headers.get("X-Request-ID", "") if request else "")
    return given if _REQUEST_ID.fullmatch(str(given)) else ""
