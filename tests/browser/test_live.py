"""Live events in a real browser: news arrive in place, stand still when asked, and everybody can read them."""

import pytest

from tests.browser.test_journeys import picture
from tests.browser.test_pages import LOOKS, faults, sideways
from tests.tracking.core.given import page as page_view
from tests.web.people import NOW, bikes, given
from tracking.models import RejectedEvent

pytestmark = pytest.mark.django_db(transaction=True)
LIVE = "/w/northwind-bikes/live/"


@pytest.fixture
def shop(northwind, goal):
    shop = given(northwind, bikes)
    with shop.open():
        RejectedEvent.objects.create(
            workspace=northwind,
            received_at=NOW,
            reason="unknown_type",
            field="type",
            door="segment",
            body=b'{"type": 1}',
        )
    return shop


@pytest.mark.parametrize(("screen", "theme"), LOOKS)
def test_everybody_can_read_the_stream(shop, open_page, screen, theme):
    page = open_page(LIVE, screen=screen, theme=theme)
    picture(page, f"live-{screen}-{theme}")
    assert faults(page) == []
    page.get_by_role("link", name="How to mend it").click()
    page.wait_for_load_state("networkidle")
    picture(page, f"event-{screen}-{theme}")
    assert faults(page) == []
    assert page.said == []


@pytest.mark.parametrize("query", ["", "?fate=bot", "?fate=waiting", "?event=identify"])
def test_no_live_page_scrolls_sideways_on_320_pixels(shop, open_page, query):
    page = open_page(LIVE + query, screen="narrow")
    assert sideways(page) == 0
    assert faults(page) == []


def test_news_arrive_in_place_and_wait_while_paused(shop, open_page):
    page = open_page(LIVE)
    page.evaluate("document.querySelector('[data-live]').dataset.live = '300'; window.stays = true")
    page.mouse.move(5, 400)
    shop.tell(page_view("?new", NOW, message_id="zz-new-1"))
    page.locator("#stream").get_by_text("?new").wait_for(timeout=15_000)
    page.get_by_role("button", name="Pause").click()
    assert page.get_by_role("button", name="Go on").get_attribute("aria-pressed") == "true"
    page.wait_for_load_state("networkidle")
    shop.tell(page_view("?newer", NOW, message_id="zz-new-2"))
    page.wait_for_timeout(1200)
    assert page.locator("#stream").get_by_text("?newer").count() == 0
    page.get_by_role("button", name="Go on").click()
    page.locator("#stream").get_by_text("?newer").wait_for(timeout=15_000)
    assert page.evaluate("window.stays")
    assert page.locator("#live-counters").count() == page.locator("#stream").count() == 1
    assert page.said == []


def test_without_scripts_filters_are_links_and_nothing_pretends_to_move(shop, open_page):
    page = open_page(LIVE, java_script_enabled=False)
    assert not page.get_by_role("button", name="Pause").is_visible()
    page.locator("#filter-fate").click()
    page.get_by_role("link", name="Conversions").click()
    page.wait_for_url("**/live/?fate=conversion")
    assert page.get_by_text("Conversion: Order, €186.00").is_visible()
