"""Attribution in a real browser: all models, plots that keyboards reach, both themes, no layout that moves."""

import gzip
from pathlib import Path

import pytest

from tests.browser.test_pages import LOOKS, faults, sideways
from tests.web.credited import MARCH, a_credited_shop, let_in

pytestmark = pytest.mark.django_db(transaction=True)
DIST = Path(__file__).resolve().parents[2] / "web" / "static" / "web" / "dist"
PAGES = ("/attribution/", "/attribution/by/?group_by=campaign", "/attribution/people/?channel=Email")


@pytest.fixture
def show(open_page, ada):
    """Open a page of the shop."""
    shop = a_credited_shop()
    let_in(shop, ada)

    def show_it(path, **look):
        address = f"/w/{shop.shop.workspace.slug}{path}{'&' if '?' in path else '?'}{MARCH}"
        return open_page(address, **look)

    return show_it


@pytest.mark.parametrize(("screen", "theme"), LOOKS)
def test_everybody_can_read_the_models_and_their_days(show, screen, theme):
    page = show("/attribution/", screen=screen, theme=theme)
    assert faults(page) == []
    assert page.locator(".plot-canvas canvas").count() == 3
    page.get_by_role("radio", name="Table").check(force=True)
    assert faults(page) == []
    assert sideways(page) == 0
    assert page.said == []


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_everybody_can_read_groups_and_people(show, theme):
    page = show(PAGES[1], theme=theme)
    assert faults(page) == []
    for path in PAGES[1:]:
        page.set_viewport_size({"width": 390, "height": 844})
        page.goto(page.url.split("/attribution/")[0] + path + "&" + MARCH)
        assert faults(page) == []
        assert sideways(page) == 0
    assert page.said == []


def test_nothing_scrolls_sideways_on_the_narrowest_screen(show):
    page = show(PAGES[0], screen="narrow")
    base = page.url.split("/attribution/")[0]
    for path in PAGES:
        page.goto(base + path + ("&" if "?" in path else "?") + MARCH)
        page.wait_for_load_state("networkidle")
        assert sideways(page) == 0, path


def test_every_bar_is_reached_by_keyboard_and_leads_to_its_people(show):
    page = show("/attribution/")
    finder = page.get_by_role("slider", name="Email, slot by slot")
    finder.focus()
    page.keyboard.press("Home")
    page.keyboard.press("ArrowRight")
    assert finder.get_attribute("aria-valuetext") == "Mon 2 Mar, Email €80, Before €0"
    assert page.locator(".tip:visible").inner_text().startswith("Mon 2 Mar")
    page.keyboard.press("Enter")
    page.wait_for_url("**/attribution/people/**start=2026-03-02&end=2026-03-02")
    assert page.get_by_text("2 conversions of").is_visible()


def test_plots_wear_the_colours_of_the_theme_that_is_chosen(show):
    page = show("/attribution/")
    # Email, which earned most: #24753B in light and #63B457 in dark.
    wears = """(colour) => { const c = document.querySelector(".plot-canvas canvas"); if (!c) return false;
        const d = c.getContext("2d").getImageData(0, 0, c.width, c.height).data;
        for (let i = 0; i < d.length; i += 4) if (d[i + 3] === 255 && d.slice(i, i + 3).join() === colour) return true;
        return false; }"""
    page.wait_for_function(wears, arg="36,117,59")
    page.evaluate("document.documentElement.dataset.theme = 'dark'")
    page.wait_for_function(wears, arg="99,180,87")
    assert not page.evaluate(wears, "36,117,59")


def test_nothing_moves_when_the_plots_arrive(show):
    page = show("/attribution/")
    shift = page.evaluate(
        """() => new Promise((done) => { let sum = 0;
            new PerformanceObserver((list) => { for (const e of list.getEntries()) sum += e.value; })
                .observe({type: "layout-shift", buffered: true});
            setTimeout(() => done(sum), 300); })"""
    )
    assert shift < 0.02


def test_a_filter_swaps_the_report_and_draws_it_again(show):
    page = show("/attribution/")
    page.locator("#filter-model").click()
    page.locator("#filter-model + .menu-list").get_by_role("link", name="First touch first touch 100").click()
    page.wait_for_url("**model=first_touch**")
    page.wait_for_load_state("networkidle")
    assert page.get_by_role("heading", name="Credit per day, First touch").is_visible()
    page.locator(".plot-canvas canvas").first.wait_for()
    assert page.said == []


def test_without_scripts_the_table_tells_what_the_plots_would(show):
    page = show("/attribution/")
    address = page.url
    state = page.context.storage_state()
    plain = page.context.browser.new_context(java_script_enabled=False, storage_state=state).new_page()
    plain.goto(address)
    assert plain.locator("#days-table").is_visible()
    assert not plain.locator(".multiples").is_visible()
    plain.context.close()


def test_pages_are_small_without_the_bundle_of_plots(show):
    page = show("/attribution/by/")
    loaded = page.evaluate("performance.getEntriesByType('resource').map((r) => r.name)")
    names = {address.rsplit("/", 1)[1].split("?")[0]: address for address in loaded}
    assert "main.js" in names
    assert "plots.js" not in names

    def weigh(name, address):
        """As it travels: WhiteNoise's small form of our files, squeezed on the way else, fonts as they are."""
        if (DIST / f"{name}.gz").exists():
            return (DIST / f"{name}.gz").stat().st_size
        body = page.request.get(address).body()
        return len(body) if name.endswith("woff2") else len(gzip.compress(body))

    sizes = {name: weigh(name, address) for name, address in names.items()}
    assert sum(sizes.values()) + len(gzip.compress(page.content().encode())) < 150_000, sizes
    assert (DIST / "plots.js.gz").stat().st_size < 200_000
