"""One edition a week: its figures are frozen when it is due, or it is held back and looked at again."""

import logging
import time
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import override

from accounts.models import Workspace
from accounts.tenancy import workspace_scope
from common.errors import Refusal
from common.periods import Period, day_of
from reports.actions import measure_lateness
from reports.catalogue import weekly
from reports.core.weeks import WEEK, last_full_week
from reports.deliveries.schedules import due_after
from reports.models import Delivery, Edition, Recipient, Schedule
from reports.ways_out.letter import one_line
from reports.ways_out.sender import sender_domain
from reports.weekly_report import WeeklyReport, freeze

log = logging.getLogger(__name__)

LOOK_AGAIN = timedelta(minutes=5)
# Where it only waits for work in progress; but looking takes no more of a worker than a tenth.
LOOK_SOON, MOST_OF_A_WORKER = timedelta(seconds=20), 0.1
# A week's report is no news any more when half the next week is over.
GIVE_UP = timedelta(days=3)
# What is held back for minutes is nobody's trouble.
TELL_AFTER = timedelta(hours=1)


def make_due_edition(workspace: Workspace, now: datetime) -> Edition | None:
    """Make the edition that is due, with a letter for each who confirmed, and set the schedule to the next week.

    After a long pause only the last week is told. One transaction: killed anywhere, it is done anew or was done.
    """
    with workspace_scope(workspace):
        rows = Schedule.objects.of(workspace).select_for_update(skip_locked=True)
        schedule = rows.filter(is_on=True, next_due_at__lte=now).first()
        if schedule is None or schedule.next_due_at is None or _moved_on(workspace, schedule, now):
            return None
        due_at = schedule.next_due_at + WEEK * ((now - schedule.next_due_at) // WEEK)
        week = last_full_week(day_of(due_at, ZoneInfo(workspace.timezone)))
        schedule.next_due_at, schedule.planned_in = due_after(workspace, schedule, now), workspace.timezone
        schedule.save(update_fields=["next_due_at", "planned_in"])
        edition, is_new = Edition.objects.of(workspace).get_or_create(
            schedule_id=schedule.pk,
            start=week.start,
            defaults={"workspace": workspace, "end": week.end, "due_at": due_at},
        )
        if is_new:
            settle(workspace, schedule, edition, now)
        return edition if is_new else None


def _moved_on(workspace: Workspace, schedule: Schedule, now: datetime) -> bool:
    """Set the hour anew where the workspace's time zone has changed since; whether it is still to come."""
    if schedule.planned_in in ("", workspace.timezone):
        return False
    planned = schedule.next_due_at or now
    schedule.next_due_at = due_after(workspace, schedule, planned - timedelta(days=1))
    if schedule.next_due_at <= now:
        return False
    schedule.planned_in = workspace.timezone
    schedule.save(update_fields=["next_due_at", "planned_in"])
    return True


def look_again(workspace: Workspace, now: datetime) -> None:
    """See whether what is held back can go out by now; after three days it stays what it is."""
    with workspace_scope(workspace):
        held = Edition.objects.of(workspace).select_for_update().filter(look_again_at__lte=now)
        for edition in list(held.order_by("id")):
            schedule = Schedule.objects.of(workspace).filter(pk=edition.schedule_id, is_on=True).first()
            if schedule is None:
                _stop_looking(workspace, edition)
            else:
                settle(workspace, schedule, edition, now)


def settle(workspace: Workspace, schedule: Schedule, edition: Edition, now: datetime) -> None:
    """Freeze the edition's figures and make its letters due, or say why not and when to look again."""
    began = time.monotonic()
    report, reason = _try_report(workspace, schedule, edition, now)
    was_held = bool(edition.reason)
    edition.reason = reason[:300]
    if report is None or reason:
        in_progress = report is not None and weekly.is_in_progress(workspace, report)
        pause = pause_of(time.monotonic() - began) if in_progress else LOOK_AGAIN
        edition.look_again_at = now + pause if now < edition.due_at + GIVE_UP else None
        if not was_held:
            edition.tell_at = now + TELL_AFTER
    else:
        edition.figures, edition.made_at = freeze(report), now
        edition.subject = one_line(report.heading)
        edition.look_again_at = edition.tell_at = None
    edition.save()
    _address_letters(workspace, edition, now)


def pause_of(took_s: float) -> timedelta:
    """How long to wait after a look that took so long at work in progress: 20 s after an instant, 5 min at most."""
    return min(LOOK_AGAIN, max(LOOK_SOON, timedelta(seconds=took_s / MOST_OF_A_WORKER)))


def build_week(workspace: Workspace, schedule: Schedule, week: Period, now: datetime) -> WeeklyReport:
    """The week as its mail would tell it now; in the workspace's scope. Raises Refusal where there is no goal."""
    with override(settings.LANGUAGE_CODE):
        params = weekly.make_params(
            workspace, week, goal_id=schedule.goal_id, model=schedule.model, words=schedule.words
        )
        return weekly.build(workspace, params, now)


def _try_report(
    workspace: Workspace, schedule: Schedule, edition: Edition, now: datetime
) -> tuple[WeeklyReport | None, str]:
    try:
        # A savepoint: an error in a statement must not take the edition with it.
        with transaction.atomic(), override(settings.LANGUAGE_CODE):
            # A young workspace's last measure may be of half of what it has.
            measure_lateness(workspace, now)
            report = build_week(workspace, schedule, Period(edition.start, edition.end), now)
            return report, weekly.find_reason_to_hold(workspace, report, due_at=edition.due_at, now=now)
    except Refusal as refusal:
        return None, refusal.message
    except Exception:
        log.exception("workspace %s: the report of %s could not be made", workspace.pk, edition.start)
        return None, _("The report could not be made. The log says why.")


def _address_letters(workspace: Workspace, edition: Edition, now: datetime) -> None:
    """A letter for everybody who confirmed; those that were held back go out with the rest."""
    recipients = Recipient.objects.of(workspace).filter(
        removed_at=None, unsubscribed_at=None, confirmed_at__isnull=False
    )
    held = not edition.figures
    state = Delivery.HELD_BACK if held else Delivery.DUE
    Delivery.objects.of(workspace).bulk_create(
        [_letter(edition, recipient, state, None if held else now) for recipient in recipients],
        ignore_conflicts=True,
    )
    waiting = Delivery.objects.of(workspace).filter(edition_id=edition.pk, state=Delivery.HELD_BACK)
    if held:
        waiting.update(error=edition.reason)
    else:
        waiting.update(state=Delivery.DUE, next_try_at=now, error="")


def _letter(edition: Edition, recipient: Recipient, state: str, next_try_at: datetime | None) -> Delivery:
    return Delivery(
        workspace_id=edition.workspace_id,
        schedule_id=edition.schedule_id,
        edition_id=edition.pk,
        recipient_id=recipient.pk,
        start=edition.start,
        email=recipient.email,
        state=state,
        next_try_at=next_try_at,
        error="",
        # The same however often it is tried, so that a mail program shows a repeat once.
        message_id=f"<week-{edition.start}-{edition.workspace_id}-{edition.pk}-{recipient.pk}@{sender_domain()}>",
    )


def _stop_looking(workspace: Workspace, edition: Edition) -> None:
    edition.look_again_at = edition.tell_at = None
    edition.save(update_fields=["look_again_at", "tell_at"])
    waiting = Delivery.objects.of(workspace).filter(edition_id=edition.pk, state=Delivery.HELD_BACK)
    waiting.update(state=Delivery.SKIPPED, error=_("The schedule was switched off."))
