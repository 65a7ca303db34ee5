"""The accounts' tasks: let go of what has run out."""

from celery import shared_task
from django.utils.timezone import now

from accounts import forget


@shared_task(name="accounts.forget_expired")
def forget_expired() -> None:
    """Delete what has run out; beat runs this, so no lost message matters."""
    forget.forget_expired(now())
