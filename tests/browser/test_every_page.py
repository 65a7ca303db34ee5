"""Every page there is, found by walking the map: nothing for axe to find, nothing sideways, no word to
the console, and a file of every table."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.urls import get_resolver
from playwright.sync_api import Page

from tests.laws.routes import walk
from tests.laws.test_tenancy_pages import OF_MANAGERS, OF_WORKSPACE, OPEN, OWN, Cast, inside, page_of

pytestmark = pytest.mark.django_db(transaction=True)
# No pages for people, or only after a step that a log-in alone does not make.
ELSEWHERE = {
    "healthz",
    "metrics",
    "log-out",
    "theme",
    "report-confirm",
    "report-unsubscribe",
    "account_confirm_email",
    "account_reset_password_from_key",
    "invitation",
    "mfa_authenticate",
    "mfa_reauthenticate",
    # Not there before there is a second factor.
    "mfa_deactivate_totp",
    "mfa_view_recovery_codes",
}
NEED_NO_LOG_IN = OPEN - ELSEWHERE
READ_BY_MANAGERS = {name for name, methods in OF_MANAGERS.items() if "GET" in methods}
# The mail itself is framed by its page and made for readers of mail.
FRAMED = {"report-mail"}
# Their tables are examples or prose, not data.
NO_DATA = {"styleguide", "guide", "help"}
LOOKS = [("desktop", 1440, "light"), ("desktop", 1440, "dark"), ("phone", 390, "dark"), ("narrow", 320, "light")]


def pages_of_people() -> list[str]:
    of_workspace = {name for name in OF_WORKSPACE if page_of(name).reads} - FRAMED
    return sorted((OWN - ELSEWHERE) | of_workspace | READ_BY_MANAGERS)


def faults(page: Page) -> list[str]:
    found = Axe().run(page).response["violations"]
    return [f"{fault['id']}: {node['html'][:160]}" for fault in found for node in fault["nodes"]]


def sideways(page: Page) -> int:
    return page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")


WITHOUT_FILE = """() => [...document.querySelectorAll("table")]
    .filter((table) => !(table.closest("section") ?? document).querySelector("a[href*='export=']"))
    .map((table) => table.caption?.innerText ?? table.className)"""


def look(page: Page, name: str, path: str, said: list[str]) -> list[str]:
    """What is wrong with one page, as lines that begin with its name."""
    said.clear()
    page.goto(path)
    page.wait_for_load_state("load")
    wrong = faults(page) + [f"the console says: {line}" for line in said]
    wrong += [f"no CSV of the table {table!r}" for table in page.evaluate(WITHOUT_FILE) if name not in NO_DATA]
    if sideways(page):
        wrong.append(f"scrolls sideways by {sideways(page)} px")
    return [f"{name}: {line}" for line in wrong]


def open_all(chromium, live_server, names: list[str], width: int, theme: str, *, member=None) -> list[str]:
    cast = Cast()
    context = chromium.new_context(
        base_url=live_server.url,
        viewport={"width": width, "height": 844},
        color_scheme=theme,
        reduced_motion="reduce",
    )
    if member:
        session = inside(getattr(cast, member)).cookies["sessionid"].value
        context.add_cookies([{"name": "sessionid", "value": session, "url": live_server.url}])
    page, said = context.new_page(), []
    page.on("console", lambda message: said.append(message.text) if message.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: said.append(str(error)))
    wrong = [line for name in names for line in look(page, name, cast.path(name), said)]
    page.goto("about:blank")
    context.close()
    return wrong


def test_the_map_is_walked():
    known = {pattern.name for pattern in walk(get_resolver().url_patterns)}
    assert set(pages_of_people()) | NEED_NO_LOG_IN <= known
    assert len(pages_of_people()) > 40


@pytest.mark.parametrize(("screen", "width", "theme"), LOOKS)
def test_every_page_is_for_everybody(chromium, live_server, screen, width, theme):
    assert open_all(chromium, live_server, pages_of_people(), width, theme, member="owner") == []


def test_the_pages_before_the_log_in_are_for_everybody(chromium, live_server):
    assert open_all(chromium, live_server, sorted(NEED_NO_LOG_IN), 390, "light") == []
