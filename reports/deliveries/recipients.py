"""Who gets the weekly report: added by somebody, confirmed by its owner, gone the moment they say so."""

import logging
from datetime import datetime, timedelta
from smtplib import SMTPException

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Workspace
from accounts.tenancy import workspace_scope
from common.errors import Refusal
from reports.deliveries.links import CONFIRM, link_to
from reports.models import Recipient
from reports.ways_out.asking import write_question
from reports.ways_out.letter import one_line
from reports.ways_out.sender import send_now
from reports.ways_out.wearing import wear

log = logging.getLogger(__name__)

MOST_RECIPIENTS = 50
# Whoever did not answer so many mails does not want any.
MOST_ASKS = 5
PAUSE = timedelta(minutes=5)


def list_recipients(workspace: Workspace) -> list[Recipient]:
    """Everybody who is, or was, to get the report, by address; in the workspace's scope."""
    return list(Recipient.objects.of(workspace).filter(removed_at=None).order_by("email"))


def add_recipient(workspace: Workspace, email: str, *, now: datetime) -> Recipient:
    """Put an address on the list and ask its owner, by mail, whether they want it; raises Refusal."""
    email = _read_email(email)
    with workspace_scope(workspace):
        # One after the other, so that two at once cannot pass the limit.
        Workspace.objects.select_for_update().get(pk=workspace.pk)
        rows = Recipient.objects.of(workspace)
        recipient = rows.filter(email=email).first()
        if recipient is not None and recipient.state in ("asked", "confirmed"):
            raise Refusal("conflict", _("This address is on the list already."), field="email")
        if rows.filter(removed_at=None).count() >= MOST_RECIPIENTS:
            message = _("A report goes to at most %(most)d addresses.") % {"most": MOST_RECIPIENTS}
            raise Refusal("too_many", message, field="email")
        if recipient is None:
            recipient = Recipient.objects.create(workspace=workspace, email=email, added_at=now)
        else:
            recipient.removed_at = recipient.unsubscribed_at = recipient.confirmed_at = None
            recipient.save(update_fields=["removed_at", "unsubscribed_at", "confirmed_at"])
        return ask(workspace, recipient.pk, now=now)


def ask(workspace: Workspace, recipient_id: int, *, now: datetime) -> Recipient:
    """Mail the link to confirm once this transaction holds; at most five times, with pauses between. Raises Refusal."""
    with workspace_scope(workspace):
        recipient = Recipient.objects.of(workspace).select_for_update().filter(pk=recipient_id).first()
        if recipient is None or recipient.state != "asked":
            raise Refusal("not_found", _("There is nobody to ask here."), field="email")
        if recipient.asks >= MOST_ASKS:
            message = _("This address was asked %(most)d times and did not answer.") % {"most": MOST_ASKS}
            raise Refusal("too_many", message, field="email")
        if recipient.asked_at is not None and not recipient.ask_error and now - recipient.asked_at < PAUSE:
            raise Refusal("too_soon", _("They were asked just now. Give them a moment."), field="email")
        recipient.asks += 1
        recipient.asked_at, recipient.ask_error = now, ""
        recipient.save(update_fields=["asks", "asked_at", "ask_error"])
        # Not inside the transaction: a mail server may take seconds.
        transaction.on_commit(lambda: _mail_question(workspace, recipient), robust=True)
    return recipient


def confirm(workspace: Workspace, recipient_id: int, *, now: datetime) -> bool:
    """Their yes, by the link in their mail; False when nobody asks them any more."""
    with workspace_scope(workspace):
        rows = Recipient.objects.of(workspace).filter(pk=recipient_id, removed_at=None)
        return bool(rows.update(confirmed_at=now, unsubscribed_at=None))


def unsubscribe(workspace: Workspace, recipient_id: int, *, now: datetime) -> None:
    """Their no; it holds for every letter that is not with the mail server yet."""
    with workspace_scope(workspace):
        rows = Recipient.objects.of(workspace).filter(pk=recipient_id, unsubscribed_at=None)
        rows.update(unsubscribed_at=now)


def remove_recipient(workspace: Workspace, recipient_id: int, *, now: datetime) -> None:
    """Take an address off the list; raises Refusal for one that is not on it."""
    with workspace_scope(workspace):
        rows = Recipient.objects.of(workspace).filter(pk=recipient_id, removed_at=None)
        if not rows.update(removed_at=now):
            raise Refusal("not_found", _("This address is not on the list."), field="email")


def _read_email(given: str) -> str:
    email = given.strip().lower()
    try:
        validate_email(email)
    except ValidationError:
        raise Refusal("invalid_email", _("Write an e-mail address like ada@example.com."), field="email") from None
    if len(email) > 254 or one_line(email) != email:
        raise Refusal("invalid_email", _("Write an e-mail address like ada@example.com."), field="email")
    return email


def _mail_question(workspace: Workspace, recipient: Recipient) -> None:
    mail = write_question(
        workspace, wear(workspace.agency), to=recipient.email, confirm_url=link_to(CONFIRM, recipient)
    )
    try:
        send_now(mail, workspace_id=workspace.pk)
    except (SMTPException, OSError) as error:
        log.warning("workspace %s: recipient %s could not be asked: %s", workspace.pk, recipient.pk, error)
        with workspace_scope(workspace):
            rows = Recipient.objects.of(workspace).filter(pk=recipient.pk)
            rows.update(
                ask_error=_("The mail server did not take the mail: {why}").format(why=one_line(str(error)))[:300]
            )
