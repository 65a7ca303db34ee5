"""Data health in a real browser."""

import pytest

from tests.browser.test_journeys import picture
from tests.browser.test_pages import LOOKS, faults, sideways
from tests.web.people import NOW, bikes, given
from tracking.models import RejectedEvent

pytestmark = pytest.mark.django_db(transaction=True)
HEALTH = "/w/northwind-bikes/data-health/"


@pytest.fixture
def shop(northwind, goal):
    shop = given(northwind, bikes)
    with shop.open():
        for reason, events in (("missing_type", 3), ("duplicate", 9)):
            RejectedEvent.objects.create(workspace=northwind, received_at=NOW, reason=reason, events=events)
    return shop


@pytest.mark.parametrize(("screen", "theme"), LOOKS)
def test_everybody_can_read_the_health_of_the_data(shop, open_page, screen, theme):
    page = open_page(HEALTH, screen=screen, theme=theme)
    picture(page, f"health-{screen}-{theme}")
    assert faults(page) == []
    assert page.said == []


def test_nothing_scrolls_sideways_on_320_pixels_and_an_empty_page_can_be_read(open_page, northwind):
    page = open_page(HEALTH, screen="narrow")
    assert sideways(page) == 0
    assert faults(page) == []
