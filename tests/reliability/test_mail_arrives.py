"""Clock, worker and mail folder together: what is due lies there within a minute or so, by itself."""

import time
from datetime import timedelta
from email import message_from_bytes, policy
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone

from accounts.models import Workspace
from accounts.tenancy import workspace_scope
from common.periods import day_of
from reports.core.weeks import last_full_week
from reports.deliveries.schedules import Wish, save_schedule
from reports.models import Delivery, Edition, Recipient, Schedule
from tests.live import Live
from tests.reports.weeks import a_shop, two_weeks
from tests.servers import DATA_DIR
from tests.whole.agency import wait_for_worker

pytestmark = pytest.mark.django_db(transaction=True)
# The clock looks every 30 seconds.
PATIENCE_S = 120


def what_is_known(shop: Workspace) -> list[object]:
    """Where the letters and the edition stand."""
    with workspace_scope(shop):
        editions = Edition.objects.of(shop).values_list("start", "reason", "look_again_at")
        return [*editions, *Delivery.objects.of(shop).values_list("state", "error")]


def test_a_report_that_is_due_comes_by_itself(live_headwater: Live, transactional_db: None) -> None:
    wait_for_worker(live_headwater.base_url)
    shop, now = a_shop(), timezone.now()
    with workspace_scope(shop):
        two_weeks(shop, week=last_full_week(day_of(now, ZoneInfo(shop.timezone))))
        Recipient.objects.create(workspace=shop, email="cleo@northwind.example", confirmed_at=now)
    save_schedule(shop, Wish(True, 0, 8, None, "linear", ""), now=now)
    with workspace_scope(shop):
        Schedule.objects.of(shop).update(next_due_at=now - timedelta(seconds=1))
    folder, deadline = DATA_DIR / "mail" / f"workspace-{shop.pk}", time.monotonic() + PATIENCE_S
    while not list(folder.glob("*.eml")):
        assert time.monotonic() < deadline, what_is_known(shop)
        time.sleep(0.5)
    (path,) = folder.glob("*.eml")
    mail = message_from_bytes(path.read_bytes(), policy=policy.default)
    assert mail["To"] == "cleo@northwind.example"
    assert "A better week: €6,375" in mail["Subject"]
    assert live_headwater.base_url in mail["List-Unsubscribe"]
