"""A workspace with a pipeline and people in it, for the pages that show how they move on."""

from datetime import timedelta

from django.utils import timezone

from accounts.models import Workspace
from attribution.actions import fill_next_days
from tests.tracking.core.given import event, page, tagged
from tests.tracking.shop import Shop
from tracking.actions import set_pipeline

STAGES = [
    {"name": "Lead", "event": "Signed Up", "role": "lead"},
    {"name": "Demo", "event": "Demo Requested", "role": "opportunity"},
    {"name": "Won", "event": "Deal Won", "role": "customer"},
]
WORTH = 1_000


def fill_pipeline(workspace: Workspace, *, days_ago: int = 40) -> None:
    """Ten people from a newsletter: ten become leads, four ask for a demo, three sign for 1,000 each."""
    start = timezone.now() - timedelta(days=days_ago)
    events = []
    for place in range(10):
        who = f"?p{place}"
        events.append(page(who, start, tagged("welcome")))
        for step, (stage, goes) in enumerate(zip(STAGES, (10, 4, 3), strict=True), 1):
            if place < goes:
                more = {"revenue": WORTH, "currency": "EUR"} if step == len(STAGES) else {}
                at = start + timedelta(hours=step)
                events.append(
                    event("track", who, at, name=stage["event"], properties={"plan": f"p{place % 2}", **more})
                )
    shop = Shop(workspace)
    shop.post(events)
    shop.derive()
    set_pipeline(workspace, STAGES)
    shop.derive()
    while fill_next_days(workspace):
        pass
