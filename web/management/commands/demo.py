"""Fill the demo's workspaces through the collector's own door; safe to repeat, at any time and after any end."""

from argparse import ArgumentParser
from collections.abc import Iterator
from datetime import datetime

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from web.demo import filling
from web.demo.agency import SETUPS, find_agency, find_workspace, make_demo, remove_workspace
from web.demo.monday import mail_last_week

# As often as this a line says how far it is.
TELL_EVERY = 5_000


class Command(BaseCommand):
    help = "Make the demo agency where it is missing, and post what its clients' visitors did up to now."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--url", default="http://127.0.0.1:8000", help="where the collector listens")
        parser.add_argument("--reset", action="store_true", help="take the demo's workspaces away first")

    def handle(self, *, url: str, reset: bool, **_: object) -> None:
        if reset:
            remove_demo()
        try:
            said = 0
            for posted, total in fill(url, timezone.now()):
                if posted >= said or posted == total:
                    said = posted + TELL_EVERY
                    self.stdout.write(f"Posted {posted:,} of {total:,} demo events.")
        except filling.DoorClosed as closed:
            raise CommandError(str(closed)) from closed
        # After the last event: what is mailed is the whole week.
        agency = find_agency()
        for setup in SETUPS:
            if agency and setup.mailed and (workspace := find_workspace(agency, setup)):
                mail_last_week(workspace, timezone.now())


def remove_demo() -> None:
    """Take the workspaces of the demo's clients away; its people keep their log-ins."""
    agency = find_agency()
    for setup in SETUPS:
        while agency and (workspace := find_workspace(agency, setup)):
            remove_workspace(workspace)


def fill(url: str, now: datetime) -> Iterator[tuple[int, int]]:
    """Post what is missing, the clients by turns; how many events are posted, and of how many."""
    workspaces = make_demo()
    fillings = [filling.plan(workspaces[setup.slug], setup.client, now) for setup in SETUPS]
    for each in fillings:
        filling.pay(each)
    keys = [filling.write_key_of(each.workspace) for each in fillings]
    waiting = [each.batches() for each in fillings]
    total, posted = sum(len(batch) for batches in waiting for batch in batches), 0
    for turn in range(max(map(len, waiting), default=0)):
        for key, batches in zip(keys, waiting, strict=True):
            if turn < len(batches):
                filling.post(f"{url}/v1/batch", key, batches[turn])
                posted += len(batches[turn])
                yield posted, total
