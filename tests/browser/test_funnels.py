"""The builder of funnels in a real browser."""

import pytest
from playwright.sync_api import expect

from accounts.models import Workspace
from tests.browser.test_pages import LOOKS, faults, sideways
from tests.web.stages import fill_pipeline
from tracking.models import Goal

pytestmark = pytest.mark.django_db(transaction=True)
FUNNELS = "/w/northwind-bikes/funnels/"
ASKED = f"{FUNNELS}?event.0=Signed+Up&event.1=Deal+Won&where.1.0.property=plan&where.1.0.op=exists&period=90d"


@pytest.fixture
def people(open_page, northwind: Workspace, goal: Goal):
    fill_pipeline(northwind)


@pytest.mark.parametrize(("screen", "theme"), LOOKS)
def test_everybody_can_read_a_funnel(open_page, people, screen, theme):
    page = open_page(f"{ASKED}&breakdown=channel", screen=screen, theme=theme)
    assert page.get_by_text("10 people began", exact=True).is_visible()
    assert faults(page) == []
    assert page.said == []


@pytest.mark.parametrize("path", [FUNNELS, f"{ASKED}&breakdown=plan", f"{ASKED}&within=x"])
def test_nothing_scrolls_sideways_on_320_pixels(open_page, people, path):
    page = open_page(path, screen="narrow", theme="dark")
    assert sideways(page) == 0
    assert faults(page) == []


@pytest.mark.parametrize("scripts", [True, False])
def test_a_funnel_is_built_with_and_without_scripts_and_its_link_shows_the_same(open_page, people, scripts):
    page = open_page(f"{FUNNELS}?period=90d", java_script_enabled=scripts)
    page.get_by_label("Step 1", exact=True).fill("Deal Won")
    page.get_by_label("Step 2", exact=True).fill("Demo Requested")
    page.get_by_role("button", name="Add a step").click()
    page.get_by_label("Step 3", exact=True).fill("Signed Up")
    page.get_by_role("button", name="Move step 3 up").click()
    expect(page.get_by_label("Step 2", exact=True)).to_have_value("Signed Up")
    page.get_by_role("button", name="Move step 2 up").click()
    expect(page.get_by_label("Step 1", exact=True)).to_have_value("Signed Up")
    page.get_by_role("button", name="Move step 2 down").click()
    expect(page.get_by_label("Step 3", exact=True)).to_have_value("Deal Won")
    page.get_by_label("Within").fill("3")
    page.get_by_label("Within").press("Enter")
    page.wait_for_url("**within=3**")
    expect(page.get_by_text("40% go on")).to_be_visible()
    again = open_page(page.url.partition("/w/")[1] + page.url.partition("/w/")[2])
    expect(again.get_by_text("40% go on")).to_be_visible()
    expect(again.get_by_label("Within")).to_have_value("3")


def test_buttons_keep_the_focus_and_back_undoes(open_page, people):
    page = open_page(f"{FUNNELS}?event.0=a&event.1=b&event.2=c")
    page.get_by_role("button", name="Move step 2 up").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_label("Step 1", exact=True)).to_have_value("b")
    expect(page.locator("#up-1")).to_be_focused()
    page.go_back()
    expect(page.get_by_label("Step 1", exact=True)).to_have_value("a")
    assert page.said == []
