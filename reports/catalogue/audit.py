"""Who did or tried what in an agency, newest first, with names where they are known."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from accounts.models import Agency, ApiToken, AuditEntry, User

PAGE = 100
MOST_EXPORTED = 10_000
MOST_ACTIONS = 100
# From this result on, a request was refused or failed.
REFUSED = 400


@dataclass(frozen=True, slots=True)
class AuditLine:
    """One entry: `who` by name, `done` False where it was refused."""

    id: int
    at: datetime
    who: str
    kind: str
    action: str
    object: str
    workspace: str
    result: str
    done: bool
    request_id: str


@dataclass(frozen=True, slots=True)
class AuditPage:
    """Some entries; `older` is the cursor of the page behind them, None on the last."""

    lines: Sequence[AuditLine]
    older: int | None


@dataclass(frozen=True, slots=True)
class Asked:
    """What of the log is wanted: of one actor (kind and id), of one action, refusals only, entries before an id."""

    actor: tuple[str, int] | None = None
    action: str = ""
    refused: bool = False
    before: int | None = None


def build(agency: Agency, asked: Asked, *, most: int = PAGE) -> AuditPage:
    """The newest entries that are wanted."""
    rows = _filter(AuditEntry.objects.filter(agency=agency), asked).select_related("workspace")
    found = list(rows.order_by("-pk")[: most + 1])
    names = _name_actors(found[:most])
    return AuditPage([_show(row, names) for row in found[:most]], found[most - 1].pk if len(found) > most else None)


def list_actors(agency: Agency) -> list[tuple[str, str]]:
    """Members and tokens that may stand in the log: (`user:3`, name)."""
    users = User.objects.filter(memberships__agency=agency).order_by("email")
    tokens = ApiToken.objects.filter(agency=agency).order_by("name", "pk")
    return [
        *((f"user:{user.pk}", user.name or user.email) for user in users),
        *((f"token:{token.pk}", f"{token.name or token.prefix}") for token in tokens[:MOST_ACTIONS]),
    ]


def list_actions(agency: Agency) -> list[str]:
    """The actions that stand in the log."""
    rows = AuditEntry.objects.filter(agency=agency).order_by("action").values_list("action", flat=True).distinct()
    return list(rows[:MOST_ACTIONS])


def _filter(rows: QuerySet[AuditEntry], asked: Asked) -> QuerySet[AuditEntry]:
    if asked.actor:
        rows = rows.filter(actor_kind=asked.actor[0], actor_id=asked.actor[1])
    if asked.action:
        rows = rows.filter(action=asked.action)
    if asked.refused:
        rows = rows.filter(result__regex="^[45][0-9][0-9]$")
    return rows.filter(pk__lt=asked.before) if asked.before else rows


def _name_actors(rows: Sequence[AuditEntry]) -> dict[tuple[str, int | None], str]:
    known = [(row.actor_kind, row.actor_id) for row in rows if row.actor_id is not None]
    users = {number for kind, number in known if kind == AuditEntry.Actor.USER}
    tokens = {number for kind, number in known if kind == AuditEntry.Actor.TOKEN}
    names: dict[tuple[str, int | None], str] = {}
    for user in User.objects.filter(pk__in=users):
        names["user", user.pk] = user.name or user.email
    for token in ApiToken.objects.filter(pk__in=tokens):
        names["token", token.pk] = token.name or token.prefix
    return names


def _show(row: AuditEntry, names: Mapping[tuple[str, int | None], str]) -> AuditLine:
    workspace: Any = row.workspace if row.workspace_id else None
    return AuditLine(
        id=row.pk,
        at=row.at,
        who=names.get((row.actor_kind, row.actor_id), str(row.actor_id or "")),
        kind=row.actor_kind,
        action=row.action,
        object=row.object,
        workspace=workspace.name if workspace else "",
        result=row.result,
        done=not (row.result.isdigit() and int(row.result) >= REFUSED),
        request_id=row.request_id,
    )
