"""The mail before it is due: the last full week, exactly as it would go out now."""

import uuid
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import override

from accounts.models import Workspace
from common.periods import day_of
from reports.catalogue import weekly
from reports.core.weeks import last_full_week
from reports.deliveries.editions import build_week
from reports.deliveries.schedules import find_schedule
from reports.ways_out.letter import WeeklyMail, address_letter, write_letter
from reports.ways_out.sender import mark_workspace, sender_domain, sender_of
from reports.ways_out.wearing import wear
from reports.weekly_report import WeeklyReport, freeze, thaw


@dataclass(frozen=True, slots=True)
class Preview:
    """The report, and why it would be held back; empty when it would not."""

    report: WeeklyReport
    reason: str


def make_preview(workspace: Workspace, now: datetime) -> Preview:
    """The last full week as of now; in the workspace's scope. Raises Refusal where there is no goal."""
    schedule = find_schedule(workspace)
    week = last_full_week(day_of(now, ZoneInfo(workspace.timezone)))
    # Through the very form in which an edition keeps it.
    report = thaw(freeze(build_week(workspace, schedule, week, now)))
    with override(settings.LANGUAGE_CODE):
        return Preview(report, weekly.find_reason_to_hold(workspace, report, due_at=now, now=now))


def write_test(workspace: Workspace, report: WeeklyReport, *, to: str) -> WeeklyMail:
    """The same letter to one address, marked as a test in its subject; nobody to unsubscribe."""
    wearing = wear(workspace.agency)
    letter = write_letter(report, wearing, run=None)
    mail = address_letter(
        letter, to=to, sender=sender_of(wearing.name), message_id=f"<test-{uuid.uuid4().hex}@{sender_domain()}>"
    )
    mail.subject = _("Test: {subject}").format(subject=letter.subject)
    mark_workspace(mail, workspace.pk)
    return mail
