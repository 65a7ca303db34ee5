"""Campaigns, the ways to a conversion and saved views in a real browser: readable by everybody, on any screen."""

import pytest

from tests.browser.test_pages import faults, sideways
from tests.web.credited import MARCH, a_credited_shop, let_in

pytestmark = pytest.mark.django_db(transaction=True)
PAGES = ("/campaigns/", "/attribution/look-back/", "/attribution/paths/", "/attribution/timing/")


@pytest.fixture
def show(open_page, ada):
    """Open a page of the shop."""
    shop = a_credited_shop()
    let_in(shop, ada)

    def show_it(path, **look):
        return open_page(f"/w/{shop.shop.workspace.slug}{path}?{MARCH}", **look)

    return show_it


@pytest.mark.parametrize(("width", "theme"), [(1440, "light"), (390, "dark"), (320, "light")])
def test_everybody_can_read_them(show, width, theme):
    page = show(PAGES[0], theme=theme)
    page.set_viewport_size({"width": width, "height": 800})
    base = page.url.split(PAGES[0])[0]
    for path in PAGES:
        page.goto(f"{base}{path}?{MARCH}")
        assert faults(page) == [], path
        assert sideways(page) == 0, path
    assert page.said == []


def test_a_view_is_saved_with_the_keyboard_and_found_beside_the_title(show):
    page = show(PAGES[2])
    page.get_by_role("button", name="Save view").focus()
    page.keyboard.press("Enter")
    page.get_by_role("dialog").get_by_label("Name").wait_for()
    assert faults(page) == []
    page.keyboard.type("March, in order")
    page.keyboard.press("Enter")
    page.get_by_text("Saved “March, in order”.").wait_for()
    assert MARCH in page.url
    menu = page.locator("details.views summary")
    assert menu.inner_text().strip() == "March, in order"
    menu.click()
    assert faults(page) == []
    page.get_by_role("link", name="Rename or delete views").click()
    assert faults(page) == []
    page.get_by_role("button", name="Delete “March, in order”?").click()
    page.get_by_role("button", name="Delete the view").click()
    page.get_by_text("No view yet").wait_for()
    assert faults(page) == []
    assert page.said == []
