"""The guides in a real browser: long texts that everybody can read, on every screen."""

import pytest

from tests.browser.test_pages import faults, sideways

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize("path", ["/help/", "/help/analyst/", "/help/operate/"])
@pytest.mark.parametrize(("screen", "theme"), [("desktop", "light"), ("phone", "dark")])
def test_everybody_can_read_the_guides(open_page, path, screen, theme):
    page = open_page(path, screen=screen, theme=theme)
    assert faults(page) == []
    assert page.said == []


@pytest.mark.parametrize("path", ["/help/", "/help/integrator/", "/help/credit/"])
def test_no_guide_scrolls_sideways(open_page, path):
    assert sideways(open_page(path, screen="narrow")) == 0


def test_a_page_leads_to_its_chapter(open_page):
    page = open_page("/workspaces/")
    page.get_by_role("link", name="Help").click()
    page.wait_for_url("**/help/account-manager/#all-clients-at-once")
    assert page.locator("#all-clients-at-once").is_visible()
