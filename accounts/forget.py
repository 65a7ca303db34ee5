"""What has run out: sessions, remembered answers, offers nobody took, and audit entries of long ago."""

from datetime import datetime, timedelta

from django.conf import settings
from django.contrib.sessions.models import Session
from django.db import connection, models

from accounts.api.idempotency import KEPT
from accounts.models import IdempotentAnswer, Invitation

A_BATCH = 1_000
# Members' pages tell of an offer that has run out for so long.
OFFERS_KEPT = timedelta(days=30)


def forget_expired(now: datetime) -> dict[str, int]:
    """Delete what has run out, a batch at a time; how many rows of each went."""
    rows: dict[str, models.QuerySet[models.Model]] = {
        "sessions": Session.objects.filter(expire_date__lt=now),
        "answers": IdempotentAnswer.objects.filter(created_at__lt=now - KEPT),
        "invitations": Invitation.objects.filter(expires_at__lt=now - OFFERS_KEPT),
    }
    return {name: _forget(found) for name, found in rows.items()} | {"audit": forget_audit()}


def forget_audit() -> int:
    """Delete audit entries older than AUDIT_RETENTION_DAYS, which may not be under a year; 0 keeps them for ever."""
    days = settings.AUDIT_RETENTION_DAYS
    if not days:
        return 0
    gone, batch = 0, A_BATCH
    with connection.cursor() as cursor:
        while batch == A_BATCH:
            cursor.execute("select accounts_forget_audit(%s, %s)", [days, A_BATCH])
            (batch,) = cursor.fetchone()
            gone += batch
    return gone


def _forget(rows: models.QuerySet[models.Model]) -> int:
    gone = 0
    while ids := list(rows.values_list("pk", flat=True)[:A_BATCH]):
        # Whatever was renewed meanwhile no longer has run out.
        deleted, _ = rows.filter(pk__in=ids).delete()
        gone += deleted
        if not deleted:
            break
    return gone
