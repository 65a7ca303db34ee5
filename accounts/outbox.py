"""E-mails of log-ins and invitations on their way: a row in the request's own transaction, sent by a worker.

With the broker or the mail server away nothing is lost: beat looks every few seconds, and a mail that could not be
handed over is tried again for three days. Whoever sends holds the row, so that nobody else does; killed between handing
over and forgetting, the mail goes out once more under the same Message-ID. What is kept is sealed, for it holds links
that open doors.
"""

import base64
import hashlib
import json
import logging
from collections.abc import Sequence
from datetime import datetime, timedelta
from smtplib import SMTPException

from cryptography.fernet import Fernet, InvalidToken
from django.conf import settings
from django.core.mail import EmailMessage, EmailMultiAlternatives
from django.core.mail.backends.base import BaseEmailBackend
from django.core.mail.utils import DNS_NAME
from django.db import transaction

from accounts import keys
from accounts.models import OutgoingMail

log = logging.getLogger(__name__)
GIVEN_UP_AFTER = timedelta(days=3)
SHORTEST_PAUSE, LONGEST_PAUSE = timedelta(seconds=30), timedelta(hours=1)


class Outbox(BaseEmailBackend):
    """The way out for mails made inside a request: they are put down, and leave once it is committed."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        for message in email_messages:
            post(message)
        return len(email_messages)


def post(message: EmailMessage) -> None:
    """Put a mail down, to leave once the open transaction is committed."""
    shown = {
        "subject": message.subject,
        "body": message.body,
        "from": message.from_email,
        "to": list(message.to),
        "html": [str(part[0]) for part in getattr(message, "alternatives", [])],
        "headers": {"Message-ID": f"<{keys.new_secret('mail')}@{DNS_NAME}>", **message.extra_headers},
    }
    OutgoingMail.objects.create(sealed=_seal().encrypt(json.dumps(shown).encode()))


def send_waiting(at: datetime, *, most: int | None = None) -> int:
    """Send what waits, one mail a transaction; how many left. What fails is tried again later, in growing pauses.

    With `most`, so many are tried and the others left to the next who looks.
    """
    sent = tried = 0
    while (most is None or tried < most) and (left := _send_next(at)) is not None:
        sent += left
        tried += 1
    return sent


def _send_next(at: datetime) -> bool | None:
    with transaction.atomic():
        waiting = OutgoingMail.objects.select_for_update(skip_locked=True).filter(next_try_at__lte=at)
        mail = waiting.order_by("id").first()
        if mail is None:
            return None
        try:
            _read(bytes(mail.sealed)).send()
        except InvalidToken:
            log.error("mail %s was sealed with another SECRET_KEY and is dropped", mail.pk)
        except (OSError, SMTPException) as error:
            return _try_later(mail, at, error)
        mail.delete()
        return True


def _try_later(mail: OutgoingMail, at: datetime, error: Exception) -> bool:
    if mail.created_at <= at - GIVEN_UP_AFTER:
        log.error("mail %s could not be sent for days and is dropped: %s", mail.pk, type(error).__name__)
        mail.delete()
        return False
    log.warning("mail %s could not be sent and is tried again: %s", mail.pk, type(error).__name__)
    mail.attempts += 1
    mail.next_try_at = at + min(LONGEST_PAUSE, SHORTEST_PAUSE * 2 ** min(mail.attempts - 1, 10))
    mail.save(update_fields=["attempts", "next_try_at"])
    return False


def _read(sealed: bytes) -> EmailMultiAlternatives:
    shown = json.loads(_seal().decrypt(sealed))
    message = EmailMultiAlternatives(
        shown["subject"], shown["body"], shown["from"], shown["to"], headers=shown["headers"]
    )
    for html in shown["html"]:
        message.attach_alternative(html, "text/html")
    return message


def _seal() -> Fernet:
    key = hashlib.sha256(b"outgoing mail\n" + settings.SECRET_KEY.encode()).digest()
    return Fernet(base64.urlsafe_b64encode(key))
