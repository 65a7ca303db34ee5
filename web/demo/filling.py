"""Post the story through the collector's own door: what has happened since, then the past, the newest days first."""

import json
import time
from base64 import b64encode
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from http.client import HTTPException
from urllib.error import HTTPError, URLError
from urllib.request import Request, urlopen
from zoneinfo import ZoneInfo

from django.conf import settings

from accounts.actions import create_write_key
from accounts.keys import WRITE_KEY, derive_secret, digest_of
from accounts.models import Workspace, WriteKey
from accounts.tenancy import workspace_scope
from campaigns.actions import put_spend
from web.demo.posted import Posted, find_posted, first_day, is_posted
from web.demo.spend import bill
from web.demo.story import Call, Claims, Client, Told, received_at, tell

BATCH = 100
TRIES = 30


class DoorClosed(RuntimeError):
    """The collector refuses or does not answer; trying again later may help."""


@dataclass(frozen=True)
class Filling:
    """One client's workspace, the story told so far as it is needed, and what of it was posted before."""

    workspace: Workspace
    told: Told
    posted: Posted | None
    now: datetime
    claims: Claims | None = None

    def days_to_come(self) -> Iterator[Call]:
        """What happened since the newest posted event, in order."""
        if self.posted is not None:
            for day in sorted(self.told.days):
                yield from (call for call in self.told.days[day] if self.posted.newest < received_at(call) <= self.now)

    def days_past(self) -> Iterator[Call]:
        """The days before the oldest posted one, the newest first; each in order, and up to now."""
        for day in sorted(self.told.days, reverse=True):
            if self.posted is None or day < self.posted.oldest or (day == self.posted.oldest and not self._ends(day)):
                yield from (call for call in self.told.days[day] if received_at(call) <= self.now)

    def _ends(self, day: date) -> bool:
        """Whether a day was posted to its end."""
        calls = [call for call in self.told.days[day] if received_at(call) <= self.now]
        with workspace_scope(self.workspace):
            return not calls or is_posted(self.workspace, calls[-1]["messageId"])

    def batches(self) -> list[list[Call]]:
        """Everything that is to be posted, as the collector takes it."""
        calls = [*self.days_to_come(), *self.days_past()]
        return [calls[place : place + BATCH] for place in range(0, len(calls), BATCH)]


def plan(workspace: Workspace, client: Client, now: datetime) -> Filling:
    """What is still to be posted of a client's story."""
    zone = ZoneInfo(workspace.timezone)
    first, today = first_day(workspace), now.astimezone(zone).date()
    with workspace_scope(workspace):
        posted = find_posted(workspace)
    whole = posted is not None and posted.oldest <= first
    # The day before is told again for its bill, which is known only now.
    start = max(first, posted.newest.astimezone(zone).date() - timedelta(days=1)) if posted and whole else first
    told = tell(client, zone=zone, first=first, start=start, end=today)
    return Filling(workspace, told, posted, now, client.claims)


def pay(filling: Filling) -> None:
    """Store what the visits cost; rows that are there already are replaced by themselves."""
    zone = ZoneInfo(filling.workspace.timezone)
    until = filling.now.astimezone(zone).date()
    rows = bill(filling.told.paid, filling.workspace.currency, until=until, claims=filling.claims)
    if rows:
        put_spend(filling.workspace, rows)


def write_key_of(workspace: Workspace) -> str:
    """A key of the workspace that the demo can make again, so that its fillings leave one key and not hundreds."""
    for number in range(TRIES):
        secret = derive_secret(WRITE_KEY, settings.SECRET_KEY, f"demo {workspace.pk} {number}")
        known = WriteKey.objects.filter(workspace=workspace, digest=digest_of(secret)).first()
        if known is None:
            return create_write_key(workspace, secret=secret)[1]
        if known.revoked_at is None:
            return secret
    raise DoorClosed("Every write key of the demo was revoked.")


def post(url: str, key: str, calls: list[Call]) -> None:
    """Post one batch; a busy collector is asked again. Raises DoorClosed when it keeps refusing."""
    basic = b64encode(f"{key}:".encode()).decode()
    headers = {"Content-Type": "application/json", "Authorization": f"Basic {basic}"}
    body = json.dumps({"batch": calls}).encode()
    for _ in range(TRIES):
        try:
            with urlopen(Request(url, body, headers), timeout=30):  # noqa: S310 - our own address
                return
        except HTTPError as error:
            if error.code not in (429, 503):
                raise DoorClosed(f"The collector answered {error.code}: {error.read()[:300]!r}") from error
        except (URLError, HTTPException, OSError):
            pass
        time.sleep(1)
    raise DoorClosed("The collector did not take the demo's events.")
