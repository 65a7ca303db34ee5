"""Log-in and overview in a real browser: reachable for everybody, calm, and true to the address."""

import pytest
from axe_playwright_python.sync_playwright import Axe

from reports.report import Finding
from tests.browser.conftest import enter
from tests.web import examples

pytestmark = pytest.mark.django_db(transaction=True)
# A menu takes 160 ms to open: until then its texts have half their contrast, and an impatient click scrolls.
OPENING_MS = 250
OVERVIEW = "/w/northwind-bikes/"
LOOKS = [(screen, theme) for screen in ("desktop", "phone") for theme in ("light", "dark")]


def faults(page):
    """What axe finds, as short lines that name the rule and the element, once what moves has come to rest."""
    page.wait_for_timeout(OPENING_MS)
    violations = Axe().run(page).response["violations"]
    return [f"{fault['id']}: {node['html'][:200]}" for fault in violations for node in fault["nodes"]]


def sideways(page):
    return page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")


@pytest.mark.parametrize(("screen", "theme"), LOOKS)
def test_everybody_can_log_in(open_page, screen, theme):
    page = open_page("/log-in/", screen=screen, theme=theme, log_in=False)
    assert faults(page) == []
    page.get_by_role("button", name="Log in").click()
    page.wait_for_load_state("networkidle")
    assert page.get_by_text("Enter your password.").is_visible()
    assert faults(page) == []
    enter(page, "wrong")
    assert "do not belong together" in page.get_by_role("alert").inner_text()
    assert page.evaluate("document.activeElement.name") == "password"
    assert faults(page) == []


@pytest.mark.parametrize(("screen", "theme"), LOOKS)
def test_everybody_can_read_the_overview(open_page, screen, theme):
    page = open_page(OVERVIEW, screen=screen, theme=theme)
    assert faults(page) == []
    page.locator("#filter-model").click()
    page.wait_for_timeout(OPENING_MS)
    assert faults(page) == []
    page.keyboard.press("Escape")
    page.get_by_role("radio", name="Table").check(force=True)
    assert faults(page) == []
    assert page.said == []


@pytest.mark.parametrize("empty", ["no_events", "no_conversions", "nothing_in_period"])
def test_everybody_can_read_an_empty_overview(open_page, northwind_report, empty):
    finding = Finding("", "No events yet.", "", "Post the first one.")
    northwind_report["report"] = examples.overview(empty=empty, finding=finding)
    page = open_page(OVERVIEW, screen="phone")
    assert faults(page) == []
    assert sideways(page) == 0


@pytest.mark.parametrize("path", ["/log-in/", OVERVIEW, "/workspaces/", "/w/nowhere/", f"{OVERVIEW}?model=nonsense"])
def test_nothing_scrolls_sideways_on_320_pixels(open_page, path):
    assert sideways(open_page(path, screen="narrow")) == 0


@pytest.mark.parametrize("path", ["/workspaces/", "/w/nowhere/", f"{OVERVIEW}?start=yesterday"])
def test_the_other_pages_can_be_read_too(open_page, path):
    assert faults(open_page(path, theme="dark")) == []


def test_a_filter_swaps_the_report_and_the_address_and_back_undoes_it(open_page):
    page = open_page(OVERVIEW)
    page.evaluate("window.stays = true; window.scrollTo(0, 40)")
    page.locator("#filter-model").click()
    page.wait_for_timeout(OPENING_MS)
    page.get_by_role("link", name="Time decay").click()
    page.wait_for_url("**/?model=time_decay")
    page.wait_for_load_state("networkidle")
    assert page.evaluate("window.stays && scrollY") == 40
    assert page.evaluate("document.activeElement.id") == "filter-model"
    assert page.locator("#report").count() == page.locator("#freshness").count() == 1
    page.go_back()
    page.wait_for_url(f"**{OVERVIEW}")
    assert page.said == []


def test_days_can_be_chosen_and_the_other_filters_stay(open_page):
    page = open_page(f"{OVERVIEW}?model=linear&compare=none")
    page.locator("#filter-period").click()
    page.get_by_label("From", exact=True).fill("2026-11-01")
    page.get_by_label("To", exact=True).fill("2026-11-07")
    page.get_by_role("button", name="Show these days").click()
    page.wait_for_url("**/?model=linear&compare=none&start=2026-11-01&end=2026-11-07")


def test_without_scripts_filters_are_plain_links_and_forms(open_page):
    page = open_page(OVERVIEW, java_script_enabled=False)
    page.locator("#filter-model").click()
    page.get_by_role("link", name="Time decay").click()
    page.wait_for_url("**/?model=time_decay")
    assert page.get_by_text("€139,741").first.is_visible()


def test_the_days_can_be_walked_with_the_arrow_keys(open_page):
    page = open_page(OVERVIEW)
    finder = page.get_by_role("slider", name="Day")
    page.locator("#trend-chart").focus()
    page.keyboard.press("Tab")
    assert finder.evaluate("element => element === document.activeElement")
    page.keyboard.press("Home")
    assert page.locator(".tip").inner_text().split("\n")[:3] == ["Sat 24 Oct", "Revenue", "€2,520"]
    page.keyboard.press("ArrowRight")
    assert finder.get_attribute("aria-valuetext").startswith("Sun 25 Oct, Revenue €3,600, 30 days before €3,150")
    page.keyboard.press("Escape")
    assert not page.locator(".tip").is_visible()


def test_the_first_tab_skips_to_the_content(open_page):
    page = open_page(OVERVIEW)
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"


def test_the_theme_is_chosen_at_once_and_kept(open_page):
    page = open_page(OVERVIEW)
    ground = "getComputedStyle(document.documentElement).backgroundColor"
    assert page.evaluate(ground) == "rgb(250, 250, 247)"
    page.locator(".side .account summary").click()
    page.locator(".side").get_by_role("button", name="Dark").click()
    assert page.evaluate(ground) == "rgb(16, 21, 20)"
    page.reload()
    assert page.evaluate(ground) == "rgb(16, 21, 20)"
    page.emulate_media(media="print")
    assert page.evaluate(ground) == "rgb(250, 250, 247)"


def test_the_password_can_be_shown(open_page):
    page = open_page("/log-in/", log_in=False)
    field = page.get_by_label("Password", exact=True)
    field.fill("secret")
    page.get_by_role("button", name="Show password").click()
    assert field.get_attribute("type") == "text"
    page.get_by_role("button", name="Show password").click()
    assert field.get_attribute("type") == "password"


def test_nothing_moves_while_the_page_loads(open_page):
    page = open_page("/log-in/", log_in=False)
    page.add_init_script(
        "window.moved = 0;"
        "new PerformanceObserver(list => { for (const entry of list.getEntries()) moved += entry.value })"
        ".observe({ type: 'layout-shift', buffered: true })"
    )
    enter(page)
    page.goto(OVERVIEW)
    page.wait_for_load_state("networkidle")
    assert page.evaluate("moved") < 0.005


def test_a_page_that_is_behind_catches_up_by_itself_but_not_under_an_open_menu(open_page, northwind_report):
    late = examples.ingestion(pending=212, lag_seconds=3.4, caught_up=False)
    northwind_report["report"] = examples.overview(ingestion=late)
    page = open_page(OVERVIEW)
    assert page.locator(".as-of").inner_text() == "212 events waiting, 4 s behind"
    page.locator("#filter-model").click()
    northwind_report["report"] = examples.overview()
    with page.expect_response("**/w/northwind-bikes/", timeout=10_000):
        pass
    page.wait_for_timeout(OPENING_MS)
    assert page.locator(".as-of").inner_text() == "212 events waiting, 4 s behind"
    page.keyboard.press("Escape")
    page.get_by_text("As of 09:14, nothing pending").first.wait_for(timeout=10_000)
    assert page.locator("[data-polls]").count() == 0
    assert page.said == []


def test_a_phone_keeps_all_but_period_and_model_behind_a_button(open_page):
    page = open_page(OVERVIEW, screen="phone")
    assert page.locator("#filter-model").is_visible()
    assert not page.locator("#filter-goal").is_visible()
    page.get_by_role("checkbox", name="2 more filters").check(force=True)
    assert page.locator("#filter-goal").is_visible()
    assert page.locator("#filter-compare").is_visible()
    assert faults(page) == []


def test_a_filter_that_is_set_stays_in_sight_on_a_phone(open_page):
    page = open_page(f"{OVERVIEW}?compare=none", screen="phone")
    assert page.locator("#filter-compare").is_visible()
    assert not page.locator("#filter-goal").is_visible()
