"""One event through the real door, as a program of the customer's would post it."""

import json
import uuid
from dataclasses import dataclass
from http.client import HTTPException
from urllib.error import HTTPError
from urllib.request import Request, urlopen

from django.utils.translation import gettext as _

from accounts.actions import create_write_key
from accounts.models import Workspace
from reports.catalogue.first_events import TEST_EVENT, TEST_PERSON

TIMEOUT_S = 5


@dataclass(frozen=True, slots=True)
class Answered:
    """The id under which the event can be found again, or why it was not taken."""

    message_id: str
    problem: str = ""


def send_test_event(workspace: Workspace, base_url: str) -> Answered:
    """Post a test event with a key that is good for this call alone; outside of any transaction."""
    message_id = f"{TEST_PERSON}-{uuid.uuid4()}"
    key, secret = create_write_key(workspace)
    try:
        return _post(f"{base_url.rstrip('/')}/v1/track", message_id, secret)
    finally:
        key.delete()


def _post(address: str, message_id: str, key: str) -> Answered:
    body = {"event": TEST_EVENT, "anonymousId": TEST_PERSON, "messageId": message_id, "writeKey": key}
    headers = {"Content-Type": "application/json", "User-Agent": "headwater-test"}
    request = Request(address, json.dumps(body).encode(), headers)  # noqa: S310 - our own address, from the settings
    try:
        with urlopen(request, timeout=TIMEOUT_S):  # noqa: S310
            return Answered(message_id)
    except HTTPError as refused:
        said = {"address": address, "status": refused.code}
        return Answered(message_id, _("%(address)s answered with status %(status)s. Nothing was stored.") % said)
    except (OSError, HTTPException) as trouble:
        said = {"address": address, "reason": trouble}
        message = _("Nobody answered at %(address)s within five seconds (%(reason)s). Check BASE_URL.")
        return Answered(message_id, message % said)
