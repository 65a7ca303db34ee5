"""The accounts' tasks: send e-mails, and let go of what has run out."""

from celery import shared_task
from django.utils.timezone import now

from accounts import forget, outbox


@shared_task(name="accounts.forget_expired")
def forget_expired() -> None:
    """Delete what has run out; beat runs this, so no lost message matters."""
    forget.forget_expired(now())


@shared_task(name="accounts.send_mail")
def send_mail() -> None:
    """Send what waits; beat runs this, so that a broker that was away delays a mail and never loses it."""
    outbox.send_waiting(now())
