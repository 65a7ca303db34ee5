"""One letter, at most once: claim it, note that it is handed over, send it, note that it is sent.

Killed before the note, it is tried again; killed after it, the mail server may have it, and only a person who asked
the recipient can say so. A worker that lost its claim meanwhile sends nothing.
"""

import logging
import uuid
from datetime import datetime, timedelta
from smtplib import SMTPException, SMTPRecipientsRefused, SMTPResponseException

from django.core.mail.backends.base import BaseEmailBackend
from django.utils.translation import gettext as _

from accounts.models import Workspace
from accounts.tenancy import workspace_scope
from common.errors import Refusal
from reports.deliveries.links import UNSUBSCRIBE, link_to
from reports.models import Delivery, Edition, Recipient, Schedule
from reports.ways_out.letter import WeeklyMail, address_letter, one_line, write_letter
from reports.ways_out.sender import mark_workspace, open_connection, sender_of
from reports.ways_out.wearing import wear
from reports.weekly_report import thaw

log = logging.getLogger(__name__)

# Minutes between tries; after the last one it has failed, some 24 hours after the first.
PAUSES = (1, 5, 15, 60, 180, 360, 720)
PERMANENT = 500


def settle_orphans(workspace: Workspace, now: datetime) -> None:
    """Sort out letters whose sender died; call it only while nobody else can be sending for this workspace."""
    with workspace_scope(workspace):
        orphans = Delivery.objects.of(workspace).filter(state=Delivery.SENDING)
        orphans.filter(handed_at=None).update(state=Delivery.DUE, next_try_at=now, claim=None)
        lost = list(orphans.exclude(handed_at=None))
        for delivery in lost:
            _end(workspace, delivery, Delivery.UNKNOWN, _say_unknown(delivery), now=now)


def claim_next(workspace: Workspace, now: datetime) -> Delivery | None:
    """The next due letter, counted as tried and ours alone; whose recipient has left is skipped."""
    with workspace_scope(workspace):
        due = Delivery.objects.of(workspace).filter(state=Delivery.DUE, next_try_at__lte=now)
        delivery = due.select_for_update(skip_locked=True).order_by("next_try_at", "id").first()
        if delivery is None:
            return None
        if reason := _reason_to_skip(workspace, delivery):
            delivery.state, delivery.error, delivery.next_try_at = Delivery.SKIPPED, reason, None
        else:
            delivery.state, delivery.claim = Delivery.SENDING, uuid.uuid4()
            delivery.attempts += 1
        delivery.save()
        return delivery


def deliver(workspace: Workspace, delivery: Delivery, now: datetime) -> None:
    """Send a claimed letter and note what became of it; never raises for what a mail server does."""
    try:
        mail = write_mail(workspace, delivery)
        connection = open_connection()
    except (SMTPException, OSError) as error:
        _retry(workspace, delivery, _say_error(error), now)
        return
    except Exception:
        log.exception("workspace %s: letter %s could not be written", workspace.pk, delivery.pk)
        _retry(workspace, delivery, _("The letter could not be written. The log says why."), now)
        return
    try:
        if _hand_over(workspace, delivery, now):
            _send(workspace, delivery, connection, mail, now)
    finally:
        _close(connection)


def write_mail(workspace: Workspace, delivery: Delivery) -> WeeklyMail:
    """The letter from its edition's frozen figures, and from nothing else."""
    with workspace_scope(workspace):
        edition = Edition.objects.of(workspace).get(pk=delivery.edition_id)
        recipient = Recipient.objects.of(workspace).get(pk=delivery.recipient_id)
    wearing = wear(workspace.agency)
    leave = link_to(UNSUBSCRIBE, recipient)
    letter = write_letter(thaw(edition.figures or {}), wearing, run=edition.pk, unsubscribe_url=leave)
    mail = address_letter(
        letter,
        to=delivery.email,
        sender=sender_of(wearing.name),
        message_id=delivery.message_id,
        unsubscribe_url=leave,
    )
    mark_workspace(mail, workspace.pk)
    return mail


def answer_unknown(workspace: Workspace, delivery_id: int, *, arrived: bool, now: datetime) -> None:
    """A person asked the recipient of a letter nobody knows about: it arrived, or it is sent again. Raises Refusal."""
    with workspace_scope(workspace):
        delivery = Delivery.objects.of(workspace).select_for_update().filter(pk=delivery_id).first()
        if delivery is None or delivery.state not in Delivery.TROUBLED:
            raise Refusal("not_found", _("This letter needs no answer."), field="delivery")
        if arrived:
            delivery.state, delivery.sent_at, delivery.error = Delivery.SENT, delivery.handed_at or now, ""
        else:
            delivery.state, delivery.next_try_at, delivery.attempts = Delivery.DUE, now, 0
            delivery.handed_at = delivery.claim = None
        delivery.save()


def _reason_to_skip(workspace: Workspace, delivery: Delivery) -> str:
    recipient = Recipient.objects.of(workspace).filter(pk=delivery.recipient_id).first()
    if recipient is None or recipient.state != "confirmed":
        return _("They left before it was sent.")
    if not Schedule.objects.of(workspace).filter(pk=delivery.schedule_id, is_on=True).exists():
        return _("The schedule was switched off.")
    return ""


def _hand_over(workspace: Workspace, delivery: Delivery, now: datetime) -> bool:
    """Note, committed, that from here on the mail server may have it; False when somebody else has the claim."""
    with workspace_scope(workspace):
        mine = Delivery.objects.of(workspace).filter(
            pk=delivery.pk, claim=delivery.claim, state=Delivery.SENDING, handed_at=None
        )
        delivery.handed_at = now
        return bool(mine.update(handed_at=now))


def _send(
    workspace: Workspace, delivery: Delivery, connection: BaseEmailBackend, mail: WeeklyMail, now: datetime
) -> None:
    try:
        connection.send_messages([mail])
    except SMTPRecipientsRefused as error:
        code, _answer = next(iter(error.recipients.values()))
        _refused(workspace, delivery, int(code), _say_error(error), now)
    except SMTPResponseException as error:
        _refused(workspace, delivery, int(error.smtp_code), _say_error(error), now)
    except (SMTPException, OSError) as error:
        # The line broke while the letter was on it.
        log.warning("workspace %s: letter %s may or may not have gone out: %s", workspace.pk, delivery.pk, error)
        _end(workspace, delivery, Delivery.UNKNOWN, _say_unknown(delivery), now=now)
    else:
        _end(workspace, delivery, Delivery.SENT, "", now=now)


def _refused(workspace: Workspace, delivery: Delivery, code: int, said: str, now: datetime) -> None:
    """The server said that it did not take it: for ever (5xx), or for now (4xx)."""
    if code >= PERMANENT:
        _end(workspace, delivery, Delivery.FAILED, said, now=now)
    else:
        _retry(workspace, delivery, said, now)


def _retry(workspace: Workspace, delivery: Delivery, said: str, now: datetime) -> None:
    if delivery.attempts > len(PAUSES):
        _end(workspace, delivery, Delivery.FAILED, said, now=now)
        return
    pause = timedelta(minutes=PAUSES[delivery.attempts - 1])
    with workspace_scope(workspace):
        mine = Delivery.objects.of(workspace).filter(pk=delivery.pk, claim=delivery.claim)
        mine.update(state=Delivery.DUE, next_try_at=now + pause, error=said[:300], handed_at=None, claim=None)


def _end(workspace: Workspace, delivery: Delivery, state: str, said: str, *, now: datetime) -> None:
    """Note the end; who was taken for dead and came back may still say that it was sent."""
    with workspace_scope(workspace):
        mine = Delivery.objects.of(workspace).filter(pk=delivery.pk, claim=delivery.claim)
        mine.update(
            state=state,
            error=said[:300],
            next_try_at=None,
            sent_at=now if state == Delivery.SENT else None,
        )
        if state in Delivery.TROUBLED:
            editions = Edition.objects.of(workspace).filter(pk=delivery.edition_id)
            editions.update(tell_at=now)


def _say_unknown(delivery: Delivery) -> str:
    return _("It was being handed to the mail server when that broke off. Ask {email} whether it came.").format(
        email=delivery.email
    )


def _say_error(error: Exception) -> str:
    code: int
    answer: object
    if isinstance(error, SMTPRecipientsRefused):
        code, answer = next(iter(error.recipients.values()))
    elif isinstance(error, SMTPResponseException):
        code, answer = error.smtp_code, error.smtp_error
    else:
        return _("The mail server could not be reached: {why}").format(why=one_line(str(error) or repr(error)))
    text = answer.decode("utf-8", "replace") if isinstance(answer, bytes) else str(answer)
    return _("The mail server answered {code}: {text}").format(code=code, text=one_line(text))


def _close(connection: BaseEmailBackend) -> None:
    try:
        connection.close()
    except (SMTPException, OSError) as error:
        log.info("the mail server broke off after the mail: %s", error)
