"""Signed links for people without a log-in: they say who is meant, and nobody can make one up."""

from typing import Any

from django.conf import settings
from django.core import signing
from django.urls import reverse

from accounts.models import Workspace
from accounts.tenancy import workspace_scope
from reports.models import Recipient

CONFIRM, UNSUBSCRIBE = "confirm", "unsubscribe"
# The way out of a mailing must never end; the way in may.
CONFIRM_SECONDS = 14 * 24 * 3600


def link_to(purpose: str, recipient: Recipient) -> str:
    """The full address of the page where a recipient confirms, or leaves."""
    token = signing.dumps([recipient.workspace_id, recipient.pk, recipient.email], salt=_salt(purpose))
    return settings.BASE_URL.rstrip("/") + reverse(f"report-{purpose}", args=[token])


def find_recipient(purpose: str, token: str) -> tuple[Workspace, Recipient] | None:
    """Whom a link is for; None for a link that is made up, too old, or about an address that has changed."""
    try:
        given: Any = signing.loads(token, salt=_salt(purpose), max_age=CONFIRM_SECONDS if purpose == CONFIRM else None)
        workspace_id, recipient_id, email = given
    except (signing.BadSignature, ValueError, TypeError):
        return None
    workspace = Workspace.objects.select_related("agency").filter(pk=workspace_id).first()
    if workspace is None:
        return None
    with workspace_scope(workspace):
        found = Recipient.objects.of(workspace).filter(pk=recipient_id, email=email).first()
    return (workspace, found) if found is not None else None


def _salt(purpose: str) -> str:
    return f"reports.{purpose}"
