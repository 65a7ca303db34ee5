"""The demo as a first start makes it: posted through the door, derived, resumed after any end, and made anew."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import islice

import pytest
from django.utils import timezone

from accounts.models import Role, User, Workspace
from accounts.permissions import workspaces_of_user
from accounts.tenancy import workspace_scope
from campaigns.models import Spend
from tests.live import Live
from tests.whole.agency import wait_for_worker
from tracking.models import Event, RejectedEvent
from tracking.storage import ingestion_state
from web.demo import posted
from web.demo.agency import PEOPLE, find_agency, make_demo
from web.demo.progress import Progress, demo_progress
from web.demo.story import PREFIX
from web.management.commands.demo import fill, remove_demo

DAYS = 20
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def door(live_headwater: Live, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    monkeypatch.setattr(posted, "DAYS", DAYS)
    wait_for_worker(live_headwater.base_url)
    return live_headwater.base_url


def demo_of(slug: str = "northwind-bikes") -> Workspace:
    return Workspace.objects.select_related("agency").get(slug=slug)


def stored(workspace: Workspace) -> set[str]:
    with workspace_scope(workspace):
        names = Event.objects.of(workspace).filter(message_id__startswith=PREFIX)
        return set(names.values_list("message_id", flat=True))


def wait_until_shown(workspace: Workspace, seconds: float = 60) -> None:
    deadline = timezone.now() + timedelta(seconds=seconds)
    while True:
        with workspace_scope(workspace):
            state = ingestion_state(workspace, timezone.now())
        if state.caught_up:
            return
        assert timezone.now() < deadline, state


def test_a_first_start_shows_the_demo_and_a_later_one_goes_on(door: str) -> None:
    now = timezone.now()
    make_demo()
    northwind = demo_of()
    assert demo_progress(northwind, now) == Progress(0, DAYS)

    told = list(fill(door, now))
    assert told[-1][0] == told[-1][1] > 1_000
    for workspace in Workspace.objects.filter(agency=find_agency()).select_related("agency"):
        wait_until_shown(workspace)
        assert demo_progress(workspace, now) is None
    with workspace_scope(northwind):
        first, last = posted.first_day(northwind), posted.find_posted(northwind)
        assert last is not None
        assert (last.oldest, last.newest <= now) == (first, True)
        assert Spend.objects.of(northwind).count() > DAYS
        assert RejectedEvent.objects.of(northwind).exclude(reason="duplicate").exclude(
            reason="missing_identity"
        ).count() == 0  # fmt: skip

    before = stored(northwind)
    assert list(fill(door, now)) == []
    later = now + timedelta(minutes=50)
    list(fill(door, later))
    came = stored(northwind) - before
    with workspace_scope(northwind):
        times = Event.objects.of(northwind).filter(message_id__in=came).values_list("at", flat=True)
        assert all(now < at <= later for at in times)


def test_a_filling_that_was_cut_off_is_finished_by_the_next(door: str) -> None:
    now = datetime.now(UTC)
    list(islice(fill(door, now), 9))
    northwind, cut = demo_of(), stored(demo_of())
    list(fill(door, now))
    whole = stored(northwind)
    assert cut < whole

    # What one go posts is what two did.
    remove_demo()
    assert not Workspace.objects.filter(slug="northwind-bikes").exists()
    list(fill(door, now))
    assert stored(demo_of()) == whole


def test_each_person_sees_what_is_theirs() -> None:
    make_demo()
    make_demo()
    assert User.objects.filter(is_demo=True).count() == len(PEOPLE)
    seen = {
        person.role: [workspace.name for workspace in workspaces_of_user(User.objects.get(email=person.email))]
        for person in PEOPLE
    }
    assert seen[Role.CLIENT] == ["Northwind Bikes"]
    assert seen[Role.OWNER] == seen[Role.ANALYST] == ["Alder & Finch", "Harbour Dental", "Northwind Bikes"]
