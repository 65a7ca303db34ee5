"""Everything that is due in a workspace, by one worker at a time."""

import time
from collections.abc import Callable
from datetime import datetime

from django.db import connection
from django.utils import timezone

from accounts.models import Workspace
from accounts.tenancy import hold_alone
from reports.deliveries.editions import look_again, make_due_edition
from reports.deliveries.sending import claim_next, deliver, settle_orphans
from reports.deliveries.telling import tell_owners
from reports.models import Delivery

# The upper half of the key of the advisory lock under which one worker sends for one workspace.
_LOCK = 0x6D61_696C
# Well below a task's time limit; the clock rings again for what is left.
TURN_S = 60.0


def find_workspaces_with_mail_due(now: datetime) -> list[int]:
    """Ids of the workspaces where an edition, a letter or a word to the owner is due."""
    with connection.cursor() as cursor:
        cursor.execute("select reports_workspaces_with_mail_due(%s)", [now])
        return [workspace_id for (workspace_id,) in cursor.fetchall()]


def send_due(workspace: Workspace, *, clock: Callable[[], datetime] = timezone.now) -> int:
    """Make what is due and send it; return how many letters were tried. Does nothing while another worker does."""
    deadline = time.monotonic() + TURN_S
    tried = 0
    with hold_alone(_LOCK, workspace.pk) as alone:
        if not alone:
            return 0
        settle_orphans(workspace, clock())
        make_due_edition(workspace, clock())
        look_again(workspace, clock())
        while time.monotonic() < deadline:
            delivery = claim_next(workspace, clock())
            if delivery is None:
                break
            if delivery.state == Delivery.SENDING:
                deliver(workspace, delivery, clock())
                tried += 1
        tell_owners(workspace, clock())
    return tried
