"""A real browser over the real pages; skipped, and said so, where there is no Chromium."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.web import examples
from tests.web.conftest import PASSWORD, ada, agency, goal, northwind  # noqa: F401

BUNDLE = Path(__file__).resolve().parents[2] / "web" / "static" / "web" / "dist" / "main.css"
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
WIDTHS = {"desktop": (1440, 900), "phone": (390, 844), "narrow": (320, 640)}


@pytest.fixture(scope="session")
def chromium() -> Iterator[Any]:
    """One headless Chromium for all tests."""
    program = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if program is None:
        pytest.skip("no Chromium on this machine: the pages are not opened in a browser")
    if not BUNDLE.exists():
        pytest.skip("the front-end bundle is not built: run ./test once, or node frontend/build.mjs")
    from playwright.sync_api import sync_playwright

    # Playwright keeps an event loop in this thread, and Django takes that for an asynchronous view.
    with pytest.MonkeyPatch.context() as environ, sync_playwright() as playwright:
        environ.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
        browser = playwright.chromium.launch(executable_path=program, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture
def northwind_report(monkeypatch) -> dict[str, Any]:
    """The overview shows this hand-made report; a test may put another one in."""
    from reports.catalogue import overview

    shown = {"report": examples.overview()}
    monkeypatch.setattr(overview, "build", lambda workspace, params, now: shown["report"])
    return shown


@pytest.fixture
def open_page(chromium, live_server, northwind_report, request) -> Iterator[Callable[..., Any]]:
    """Open an address of ours, logged in as Ada or not, on a screen of a kind, in a theme."""
    for name in ("ada", "goal"):
        request.getfixturevalue(name)
    contexts = []

    def open_it(
        path: str, *, screen: str = "desktop", theme: str = "light", log_in: bool = True, **options: Any
    ) -> Any:
        width, height = WIDTHS[screen]
        context = chromium.new_context(
            base_url=live_server.url, viewport={"width": width, "height": height}, color_scheme=theme, **options
        )
        contexts.append(context)
        page = context.new_page()
        page.said = []
        page.on("console", lambda message: page.said.append(message.text))
        page.on("pageerror", lambda error: page.said.append(str(error)))
        if log_in:
            enter(page)
        page.goto(path)
        page.wait_for_load_state("networkidle")
        return page

    yield open_it
    for context in contexts:
        # What the server still answers must not reach into the tables of the next test.
        for page in context.pages:
            page.wait_for_load_state("networkidle")
        context.close()


def enter(page: Any, password: str = PASSWORD) -> None:
    """Log Ada in by the form."""
    page.goto("/log-in/")
    page.get_by_label("E-mail").fill("ada@marlow-pike.example")
    page.get_by_label("Password", exact=True).fill(password)
    page.get_by_role("button", name="Log in").click()
    page.wait_for_load_state("networkidle")
