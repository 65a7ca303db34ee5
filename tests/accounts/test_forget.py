"""What has run out goes; audit entries only when they are more than a year old, and only through the owner's door."""

from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session
from django.db import DatabaseError, connection, transaction
from django.utils.timezone import now

from accounts import forget
from accounts.keys import digest_of
from accounts.models import AuditEntry, IdempotentAnswer, Invitation
from accounts.tasks import forget_expired
from config import safety
from config.embedded.folders import CannotStart
from tests.api.cast import an_agency

pytestmark = pytest.mark.django_db
NOW = now()


def days_ago(days: float):
    return NOW - timedelta(days=days)


def test_sessions_answers_and_offers_run_out(monkeypatch):
    monkeypatch.setattr(forget, "A_BATCH", 2)
    agency = an_agency()
    for place, days in enumerate([-10, 0.5, 2, 3, 40]):
        Session.objects.create(session_key=f"s{place}", session_data="", expire_date=days_ago(days))
        IdempotentAnswer.objects.create(
            agency=agency, key=f"k{place}", request_digest=b"", status=201, body={}, created_at=days_ago(days)
        )
        Invitation.objects.create(
            agency=agency,
            email=f"p{place}@b.example",
            role="admin",
            digest=digest_of(str(place)),
            expires_at=days_ago(days),
        )
    assert forget.forget_expired(NOW) == {"sessions": 4, "answers": 3, "invitations": 1, "audit": 0}
    assert [one.session_key for one in Session.objects.all()] == ["s0"]
    assert [one.key for one in IdempotentAnswer.objects.order_by("key")] == ["k0", "k1"]
    assert Invitation.objects.count() == 4
    assert sum(forget.forget_expired(NOW).values()) == 0


def test_audit_entries_go_after_as_many_days_as_were_set(settings, monkeypatch):
    for days in (800, 500, 401, 399, 10, 0):
        AuditEntry.objects.create(actor_kind="nobody", action=str(days), result="done", at=days_ago(days))
    forget_expired()
    assert AuditEntry.objects.count() == 6
    settings.AUDIT_RETENTION_DAYS = 400
    monkeypatch.setattr(forget, "A_BATCH", 2)
    forget_expired()
    assert [one.action for one in AuditEntry.objects.order_by("id")] == ["399", "10", "0"]


@pytest.mark.parametrize("days", [364, 0, -1, None])
def test_nobody_who_serves_requests_can_make_a_year_s_entries_go(days):
    AuditEntry.objects.create(actor_kind="nobody", action="x", result="done", at=days_ago(300))
    with pytest.raises(DatabaseError, match="365 days"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("select accounts_forget_audit(%s, 1000)", [days])
    assert AuditEntry.objects.count() == 1


def test_a_shorter_setting_is_refused_at_the_start():
    assert (safety.read_audit_retention(0), safety.read_audit_retention(365)) == (0, 365)
    for days in (364, 1, -5):
        with pytest.raises(CannotStart, match="AUDIT_RETENTION_DAYS"):
            safety.read_audit_retention(days)
