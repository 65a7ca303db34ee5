"""A program that sends what is due when told to, in a child that can be killed without killing what comes after.

It reads one line for each child, a workspace's id and the time, and writes the child's process id. With SABOTAGE it
notes of no letter that the mail server may have it.
"""

import os
import sys
from datetime import datetime

import django


def main() -> None:
    """Load everything once; no connection is open when a child begins."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()
    from django.urls import get_resolver

    from accounts.models import Workspace
    from reports.deliveries import sending
    from reports.deliveries.due import send_due

    if os.environ.get("SABOTAGE"):
        sending._hand_over = lambda *_: True
    _ = get_resolver().url_patterns
    print("ready", flush=True)
    for line in sys.stdin:
        workspace_id, at = line.split()
        child = os.fork()
        if child == 0:
            send_due(Workspace.objects.get(pk=int(workspace_id)), clock=lambda at=at: datetime.fromisoformat(at))
            os._exit(0)
        print(child, flush=True)


if __name__ == "__main__":
    main()
