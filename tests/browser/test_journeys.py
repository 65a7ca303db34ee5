"""People and their journeys in a real browser: readable by everybody, on every screen, in both themes."""

import re

import pytest

from tests.browser.test_pages import LOOKS, faults, sideways
from tests.web.people import bikes, given

pytestmark = pytest.mark.django_db(transaction=True)
LIST = "/w/northwind-bikes/journeys/"
NBC = f"{LIST}NBC-8841/"
VISITOR = f"{LIST}visitor/"


@pytest.fixture
def people(northwind, goal):
    return given(northwind, bikes)


def picture(page, name):
    """Kept where a person wants to look at it: HEADWATER_PICTURES names the folder."""
    import os

    if folder := os.environ.get("HEADWATER_PICTURES"):
        page.screenshot(path=f"{folder}/{name}.png", full_page=True)


@pytest.mark.parametrize(("screen", "theme"), LOOKS)
def test_everybody_can_read_a_journey(people, open_page, screen, theme):
    page = open_page(f"{NBC}?model=time_decay", screen=screen, theme=theme)
    picture(page, f"journey-{screen}-{theme}")
    assert faults(page) == []
    assert page.said == []
    page.goto(LIST)
    picture(page, f"people-{screen}-{theme}")
    assert faults(page) == []
    page.goto(f"{LIST}%3Fvisitor/")
    picture(page, f"visitor-{screen}-{theme}")
    assert faults(page) == []


@pytest.mark.parametrize("path", [LIST, NBC, f"{LIST}%3Fvisitor/", f"{LIST}nobody/", f"{LIST}?q=nobody"])
def test_no_page_of_people_scrolls_sideways_on_320_pixels(people, open_page, path):
    page = open_page(path, screen="narrow")
    assert sideways(page) == 0
    assert faults(page) == []


def test_money_turns_into_shares_and_the_choice_survives_another_model(people, open_page):
    page = open_page(f"{NBC}?conversion=")
    total = page.locator(".journey-table tfoot .chosen")
    assert total.inner_text() == "40.00"
    page.get_by_role("radio", name="Shares").check(force=True)
    assert total.inner_text() == "100%"
    page.locator("#filter-model").click()
    page.wait_for_timeout(250)
    page.get_by_role("link", name=re.compile("^First touch")).click()
    page.wait_for_url("**model=first_touch")
    page.wait_for_load_state("networkidle")
    assert page.locator(".journey-table tfoot .chosen").inner_text() == "100%"


def test_a_phone_shows_one_line_and_one_model(people, open_page):
    page = open_page(f"{NBC}?model=first_touch", screen="phone")
    assert not page.locator(".journey-table").is_visible()
    lines = page.locator(".journey-list > li")
    assert "€40.00" in lines.last.inner_text()
    assert page.get_by_text("Under First touch, Organic Search earns all of it").is_visible()


def test_a_search_leads_to_the_person_and_an_order_to_its_journey(people, open_page):
    page = open_page(LIST)
    page.get_by_label("Find one person").fill("NB-20418")
    page.get_by_role("button", name="Find").click()
    page.wait_for_url("**/journeys/NBC-8841/?conversion=*")
    assert page.get_by_role("heading", level=1).inner_text() == "Order NB-20418, €186.00"
