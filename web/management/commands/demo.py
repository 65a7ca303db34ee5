"""Fill the demo workspace through the collector's own door; safe to repeat, since repeats are dropped."""

import json
import time
from argparse import ArgumentParser
from base64 import b64encode
from collections.abc import Iterator
from datetime import datetime
from http.client import HTTPException
from urllib.error import HTTPError, URLError
from urllib.request import Request, urlopen
from zoneinfo import ZoneInfo

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils import timezone

from accounts.actions import create_workspace, create_write_key
from accounts.models import Agency, Workspace
from accounts.tenancy import workspace_scope
from tracking.actions import create_default_goals
from tracking.models import Event
from web.demo.journeys import Call, shop_calls

AGENCY = "demo"
NAME = "Northwind Bikes"
BATCH = 100
TRIES = 30


class Command(BaseCommand):
    help = "Post two months of a bicycle shop's visitors into the demo workspace."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--url", default="http://127.0.0.1:8000", help="where the collector listens")

    def handle(self, *, url: str, **_: object) -> None:
        workspace = find_or_make_workspace()
        if is_complete(workspace):
            self.stdout.write("The demo is complete already.")
            return
        calls = demo_calls(workspace)
        key = create_write_key(workspace)[1]
        for sent in post_all(f"{url}/v1/batch", key, calls):
            self.stdout.write(f"Posted {sent:,} of {len(calls):,} demo events.")


def find_or_make_workspace() -> Workspace:
    """The bicycle shop of the demo agency."""
    agency = Agency.objects.filter(slug=AGENCY, is_demo=True).first()
    if agency is None:
        raise CommandError("There is no demo agency; start with ./run and without --no-demo.")
    found = Workspace.objects.filter(agency=agency, name=NAME).first()
    if found is not None:
        return found
    with transaction.atomic():
        workspace, _ = create_workspace(
            agency,
            name=NAME,
            timezone="Europe/Amsterdam",
            currency="EUR",
            own_domains=["northwind-bikes.example"],
        )
        create_default_goals(workspace)
    return workspace


def is_complete(workspace: Workspace) -> bool:
    """Whether the last event of the story is stored."""
    with workspace_scope(workspace):
        return Event.objects.of(workspace).filter(message_id="demo-end").exists()


def demo_calls(workspace: Workspace) -> list[Call]:
    """The story up to this minute; it ends on the day the workspace was made, so that a repeat tells the same."""
    zone = ZoneInfo(workspace.timezone)
    told = shop_calls(workspace.created_at.astimezone(zone).date(), zone)
    now = timezone.now()
    return [call for call in told if datetime.fromisoformat(call["timestamp"]) <= now]


def post_all(url: str, key: str, calls: list[Call]) -> Iterator[int]:
    """Post in batches, yielding how many are in; a busy collector is asked again."""
    for start in range(0, len(calls), BATCH):
        batch = calls[start : start + BATCH]
        post(url, key, json.dumps({"batch": batch}).encode())
        if start // BATCH % 10 == 9 or start + BATCH >= len(calls):
            yield start + len(batch)


def post(url: str, key: str, body: bytes) -> None:
    """Post one batch; raises CommandError when the collector keeps refusing it."""
    basic = b64encode(f"{key}:".encode()).decode()
    headers = {"Content-Type": "application/json", "Authorization": f"Basic {basic}"}
    for _ in range(TRIES):
        try:
            with urlopen(Request(url, body, headers), timeout=30):  # noqa: S310 - our own address
                return
        except HTTPError as error:
            if error.code not in (429, 503):
                raise CommandError(f"The collector answered {error.code}: {error.read()[:300]!r}") from error
        except (URLError, HTTPException, OSError):
            pass
        time.sleep(1)
    raise CommandError("The collector did not take the demo's events.")
