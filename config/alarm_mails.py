"""Mails of alarms: to those that the setting names, else to the owners of the agencies that are no demo."""

from django.conf import settings
from django.core.mail import EmailMessage
from django.template.loader import render_to_string
from django.utils.timesince import timesince
from django.utils.translation import gettext as _

from accounts import outbox
from accounts.models import Alarm, Membership, Role

# By hand: to look it up, the process that looks would have to load every page there is.
GUIDE = "/help/operate/#watch"


def addresses() -> list[str]:
    """Who is told; nobody where there is only the demo."""
    if settings.ALARM_EMAILS is not None:
        return list(settings.ALARM_EMAILS)
    owners = Membership.objects.filter(
        role=Role.OWNER, user__is_active=True, user__is_demo=False, agency__is_demo=False
    )
    return sorted(set(owners.values_list("user__email", flat=True)))


def post(alarm: Alarm, words: str) -> None:
    """Put down a mail for each who is told of an alarm that has just begun or is over; they leave on commit."""
    for address in addresses():
        # One each: owners of different agencies do not know each other.
        outbox.post(_write(alarm, words, address))


def _write(alarm: Alarm, words: str, to: str) -> EmailMessage:
    pattern = "[Headwater] {words}" if alarm.ended_at is None else _("[Headwater] Over: {words}")
    page = {
        "words": words,
        "began_at": alarm.began_at,
        "lasted": timesince(alarm.began_at, alarm.ended_at) if alarm.ended_at else "",
        "url": settings.BASE_URL.rstrip("/"),
        "guide": settings.BASE_URL.rstrip("/") + GUIDE,
    }
    return EmailMessage(
        pattern.format(words=words),
        render_to_string("accounts/email/alarm.txt", page),
        settings.DEFAULT_FROM_EMAIL,
        [to],
        headers={"Auto-Submitted": "auto-generated"},
    )
