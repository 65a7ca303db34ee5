"""The install page beside a running Headwater: a test event through the real door, and the first real one."""

import time
from datetime import UTC, datetime

import pytest
from django.test import Client

from tests.whole.agency import Shop

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def ada(shop: Shop) -> Client:
    """Logged in as the owner of the shop's agency."""
    from accounts.actions import create_membership, create_user
    from accounts.models import Role, Workspace

    user = create_user("ada@marlow-pike.example", "x" * 12)
    create_membership(user, Workspace.objects.get().agency, Role.OWNER)
    client = Client()
    client.force_login(user)
    return client


def wait_for(client: Client, path: str, words: str) -> str:
    deadline = time.monotonic() + 30
    while words not in (page := client.get(path).content.decode()):
        assert time.monotonic() < deadline, page
        time.sleep(0.2)
    return page


def test_a_test_event_goes_through_the_door_and_into_no_report(shop, ada, live_headwater, settings):
    from accounts.models import WriteKey

    settings.BASE_URL = live_headwater.base_url
    path = f"/w/{shop.id}/settings/install/"
    answer = ada.post(path, {"test": "1"})
    assert answer.status_code == 302, answer.content.decode()
    page = wait_for(ada, answer.headers["Location"].partition("#")[0], "stored and worked off")
    assert "no report counts it" in page
    assert "Waiting for the first event" in page
    assert WriteKey.objects.count() == 1, "the key of the test stayed"
    shop.wait_until_caught_up(accepted=1)
    assert shop.report()["total"]["conversions"] == 0
    assert shop.get("people/headwater-test/journey/")["touches"] == []


def test_the_first_event_is_told_with_its_channel(shop, ada):
    path = f"/w/{shop.id}/settings/install/"
    assert "Waiting for the first event" in ada.get(path).content.decode()
    shop.page("anna", datetime.now(UTC), "utm_source=google&utm_medium=cpc")
    page = wait_for(ada, path, "Paid Search")
    assert "Events arrive" in page
    assert "shop.example.test/landing" in page
    assert "google / cpc" in page
