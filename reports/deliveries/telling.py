"""Tell the owners when letters did not arrive or a report is held back: a mail, beside what the pages show."""

import logging
from datetime import datetime, timedelta
from smtplib import SMTPException

from django.conf import settings
from django.core.mail import EmailMessage
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.models import Membership, Role, Workspace
from accounts.tenancy import workspace_scope
from reports.models import Delivery, Edition
from reports.ways_out.letter import one_line
from reports.ways_out.sender import send_now

log = logging.getLogger(__name__)

AGAIN = timedelta(hours=1)


def tell_owners(workspace: Workspace, now: datetime) -> None:
    """One mail for each edition in trouble, and another when more letters fail; tried again each hour."""
    with workspace_scope(workspace):
        editions = list(Edition.objects.of(workspace).filter(tell_at__lte=now).order_by("id"))
        troubled = {
            edition.pk: list(
                Delivery.objects.of(workspace)
                .filter(edition_id=edition.pk, state__in=Delivery.TROUBLED)
                .order_by("email")
            )
            for edition in editions
        }
    for edition in editions:
        _tell(workspace, edition, troubled[edition.pk], now)


def _tell(workspace: Workspace, edition: Edition, letters: list[Delivery], now: datetime) -> None:
    held = edition.figures is None and bool(edition.reason)
    tell_again_at = None
    if held or len(letters) > edition.troubles_told:
        try:
            send_now(_write(workspace, edition, letters), workspace_id=workspace.pk)
        except (SMTPException, OSError) as error:
            log.warning("workspace %s: the owners could not be told: %s", workspace.pk, error)
            tell_again_at = now + AGAIN
    with workspace_scope(workspace):
        told = len(letters) if tell_again_at is None else edition.troubles_told
        rows = Edition.objects.of(workspace).filter(pk=edition.pk, tell_at=edition.tell_at)
        rows.update(tell_at=tell_again_at, troubles_told=told)


def _write(workspace: Workspace, edition: Edition, letters: list[Delivery]) -> EmailMessage:
    owners = Membership.objects.filter(agency=workspace.agency, role=Role.OWNER, user__is_active=True)
    to = sorted(owners.values_list("user__email", flat=True))
    page = {
        "workspace": workspace,
        "edition": edition,
        "letters": letters,
        "url": settings.BASE_URL.rstrip("/") + reverse("report-deliveries", args=[workspace.slug]),
    }
    if letters:
        subject = _("The weekly report of {workspace} did not reach everybody")
    else:
        subject = _("The weekly report of {workspace} is held back")
    return EmailMessage(
        one_line(subject.format(workspace=workspace.name)),
        render_to_string("reports/trouble.txt", page),
        settings.DEFAULT_FROM_EMAIL,
        to,
        headers={"Auto-Submitted": "auto-generated"},
    )
