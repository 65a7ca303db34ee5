"""The pipeline and its stages in a real browser."""

import pytest
from playwright.sync_api import expect

from accounts.models import Workspace
from tests.browser.test_pages import LOOKS, faults, sideways
from tests.web.stages import fill_pipeline
from tracking.models import Goal

pytestmark = pytest.mark.django_db(transaction=True)
PIPELINE = "/w/northwind-bikes/pipeline/"
STAGES = "/w/northwind-bikes/settings/stages/"


@pytest.fixture
def people(open_page, northwind: Workspace, goal: Goal):
    fill_pipeline(northwind)


@pytest.mark.parametrize(("screen", "theme"), LOOKS)
@pytest.mark.parametrize("path", [PIPELINE, STAGES])
def test_everybody_can_read_how_people_move_on(open_page, people, path, screen, theme):
    page = open_page(path, screen=screen, theme=theme)
    assert faults(page) == []
    assert page.said == []


@pytest.mark.parametrize("path", [PIPELINE, STAGES])
def test_nothing_scrolls_sideways_on_320_pixels(open_page, people, path):
    page = open_page(path, screen="narrow", theme="dark")
    assert sideways(page) == 0
    assert faults(page) == []


def test_everybody_can_read_that_there_is_no_pipeline(open_page):
    page = open_page(PIPELINE, screen="phone")
    assert faults(page) == []
    page.get_by_role("link", name="Set up the stages").click()
    page.wait_for_url(f"**{STAGES}")
    assert faults(page) == []


def test_stages_are_moved_by_keyboard_and_the_focus_stays_with_them(open_page, people):
    page = open_page(STAGES)
    page.get_by_role("button", name="Move stage 1 down").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_label("Stage 2", exact=True)).to_have_value("Lead")
    expect(page.locator("#down-1")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_label("Stage 3", exact=True)).to_have_value("Lead")
    expect(page.locator("#up-2")).to_be_focused()
    # The browser remarks that the page has a focus already, which is where the moved row's button gets it from.
    assert [line for line in page.said if "Autofocus" not in line] == []


@pytest.mark.parametrize("scripts", [True, False])
def test_a_pipeline_is_set_up_with_and_without_scripts(open_page, scripts):
    page = open_page(STAGES, java_script_enabled=scripts)
    for place, event in enumerate(("Signed Up", "Demo Requested", "Deal Won")):
        page.locator(f"#event-{place}").fill(event)
    page.get_by_role("button", name="Remove stage 2").click()
    expect(page.locator("#event-1")).to_have_value("Deal Won")
    page.get_by_role("button", name="Add a stage").click()
    expect(page.locator("#event-2")).to_have_value("")
    page.get_by_label("Stage 3", exact=True).fill("Renewed")
    page.locator("#event-2").fill("Renewal Paid")
    page.get_by_role("button", name="Save the stages").click()
    expect(page.get_by_text("Saved 3 stages.")).to_be_visible()
    for place, name in enumerate(("Lead", "Customer", "Renewed"), 1):
        expect(page.get_by_label(f"Stage {place}", exact=True)).to_have_value(name)
    expect(page.locator("#event-1")).to_have_value("Deal Won")
