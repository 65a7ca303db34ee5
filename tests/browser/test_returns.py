"""Returns and their tabs in a real browser."""

import pytest
from playwright.sync_api import expect

from accounts.models import Workspace
from tests.browser.test_pages import LOOKS, OPENING_MS, faults, sideways
from tests.web.money import FEBRUARY, fill_february
from tracking.models import Goal

pytestmark = pytest.mark.django_db(transaction=True)
DAYS = f"start={FEBRUARY['start']}&end={FEBRUARY['end']}"
RETURNS = f"/w/northwind-bikes/returns/?{DAYS}"
OVER_TIME = f"/w/northwind-bikes/returns/over-time/?{DAYS}"
LIFETIME = "/w/northwind-bikes/returns/lifetime-value/"


@pytest.fixture(autouse=True)
def february(open_page, northwind: Workspace, goal: Goal):
    fill_february(northwind, goal)


@pytest.mark.parametrize(("screen", "theme"), LOOKS)
@pytest.mark.parametrize("path", [RETURNS, OVER_TIME, f"{LIFETIME}?margin=60&lifetime_years=3"])
def test_everybody_can_read_what_came_back(open_page, path, screen, theme):
    page = open_page(path, screen=screen, theme=theme)
    assert faults(page) == []
    assert page.said == []


@pytest.mark.parametrize(
    "path",
    [
        RETURNS,
        f"{RETURNS}&group_by=campaign",
        OVER_TIME,
        LIFETIME,
        f"{LIFETIME}?margin=x",
        "/w/northwind-bikes/returns/",
    ],
)
def test_nothing_scrolls_sideways_on_320_pixels(open_page, path):
    page = open_page(path, screen="narrow", theme="dark")
    assert sideways(page) == 0
    assert faults(page) == []


def test_a_grouping_is_chosen_by_keyboard_and_the_address_follows(open_page):
    page = open_page(RETURNS)
    page.locator("#filter-group_by").focus()
    page.keyboard.press("Enter")
    page.wait_for_timeout(OPENING_MS)
    page.get_by_role("link", name="Campaign", exact=True).focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**group_by=campaign**")
    page.wait_for_load_state("networkidle")
    expect(page.get_by_role("row", name="spring")).to_be_visible()
    page.go_back()
    page.wait_for_url(f"**{DAYS}")
    expect(page.get_by_role("row", name="Paid Social")).to_be_visible()
    assert page.said == []


def test_a_forecast_needs_no_script(open_page):
    page = open_page(LIFETIME, java_script_enabled=False)
    page.get_by_label("Gross margin").fill("50")
    page.get_by_label("Lifetime", exact=True).fill("2")
    page.get_by_role("button", name="Forecast").click()
    page.wait_for_load_state("networkidle")
    expect(page.get_by_text("one may be expected to bring €90.00")).to_be_visible()
