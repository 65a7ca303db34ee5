"""A Monday mail to look at: the demo's last report, to the client who logs in there, in the agency's colour."""

from datetime import datetime

from accounts.models import Workspace
from accounts.tenancy import workspace_scope
from reports.models import Brand, Edition, Recipient, Schedule
from reports.ways_out import mail_folder

COLOUR = "#7A2E42"
READER = "client@example.com"


def mail_last_week(workspace: Workspace, now: datetime) -> bool:
    """Make the last week's report due at once, if none was ever made, or looked at again, if it was held back.

    False where there is nothing to do.

    Only while mails stay on this machine: nobody at a made-up address waits for one.
    """
    if not mail_folder.is_used():
        return False
    with workspace_scope(workspace):
        # Due on a Monday at eight in the middle of a filling: what kept it is over.
        held = Edition.objects.of(workspace).filter(look_again_at__gt=now).update(look_again_at=now)
        schedule = Schedule.objects.of(workspace).filter(is_on=True).first()
        if held:
            return True
        if schedule is None or Edition.objects.of(workspace).exists():
            return False
        Recipient.objects.of(workspace).get_or_create(
            workspace=workspace, email=READER, defaults={"confirmed_at": now, "added_at": now}
        )
        schedule.next_due_at = now
        schedule.save(update_fields=["next_due_at"])
    Brand.objects.get_or_create(agency=workspace.agency, defaults={"colour": COLOUR})
    return True
