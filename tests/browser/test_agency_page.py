"""The agency's home and its form in a real browser: for everybody, on every screen, by keyboard alone."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import Agency, Workspace
from accounts.tenancy import workspace_scope
from tests.browser.test_pages import LOOKS, faults, sideways
from tests.reports.given import a_day, a_goal, a_mark
from tracking.models import EventCount

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def clients(agency):
    """Three workspaces: one that earns, one that went silent, one that never began."""
    today = timezone.now().date()
    for slug, name, days_ago in (("tern", "Tern Outdoors", 3), ("harbour", "Harbour Dental", 0)):
        shop = Workspace.objects.create(agency=agency, slug=slug, name=name, currency="SEK")
        with workspace_scope(shop):
            goal, mark = a_goal(shop, "booking"), a_mark(shop, "Paid Search", source="google", medium="cpc")
            for n in range(40):
                a_day(goal, today - timedelta(days=n), {mark: (1, 100 + 7 * (n % 9))})
            EventCount.objects.create(workspace=shop, received_at=timezone.now() - timedelta(days=days_ago), events=900)


@pytest.mark.parametrize(("screen", "theme"), LOOKS)
def test_everybody_can_read_the_home_and_the_form(open_page, clients, screen, theme):
    page = open_page("/workspaces/", screen=screen, theme=theme)
    rows = page.locator("tbody tr th a").all_inner_texts()
    assert rows == ["Tern Outdoors", "Northwind Bikes", "Harbour Dental"]
    assert page.get_by_text("Silent since").is_visible()
    assert faults(page) == []
    page.get_by_role("link", name="New workspace").click()
    page.wait_for_load_state("networkidle")
    page.get_by_label("Own domains").fill("[")
    page.get_by_role("button", name="Make the workspace").click()
    page.wait_for_load_state("networkidle")
    assert page.locator("#name-problem").is_visible()
    assert faults(page) == []
    assert page.said == ["Failed to load resource: the server responded with a status of 422 (Unprocessable Entity)"]


@pytest.mark.parametrize("path", ["/workspaces/", "/workspaces/new/"])
def test_nothing_scrolls_sideways(open_page, clients, path):
    assert sideways(open_page(path, screen="narrow")) == 0


def test_a_workspace_is_made_by_keyboard_without_scripts(open_page, clients):
    page = open_page("/workspaces/new/", java_script_enabled=False)
    page.keyboard.type("Saltmarsh Hotels")
    for _ in range(3):
        page.keyboard.press("Tab")
    page.keyboard.type("saltmarsh.example")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="Saltmarsh Hotels is ready for its first event").wait_for()
    assert Workspace.objects.get(name="Saltmarsh Hotels").own_domains == ["saltmarsh.example"]
    assert page.locator("#made-key").inner_text().startswith("hw_w_")


def test_the_demo_says_how_far_it_is(open_page, clients):
    Agency.objects.update(is_demo=True)
    page = open_page("/workspaces/", theme="dark")
    assert page.get_by_text("Filling the demo: 0 of 365 days").is_visible()
    assert faults(page) == []
