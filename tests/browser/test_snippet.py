"""The script on a customer's page: a real browser, the real collector, rows in the real table."""

import http.server
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

import pytest

from tests.live import free_port

pytestmark = pytest.mark.django_db(transaction=True)
BROWSER = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36"
STUB = (
    "window.headwater=window.headwater||function(){(headwater.q=headwater.q||[]).push(arguments)};"
    "headwater('track','Called early',{n:1})"
)
GPC = "Object.defineProperty(Navigator.prototype, 'globalPrivacyControl', {get: () => true})"
NO_STORAGE = "Object.defineProperty(window, 'localStorage', {get() { throw new Error('shut off') }})"


class Shop(http.server.BaseHTTPRequestHandler):
    """A customer's site: every address is a page with the tag, and a link away."""

    tag = ""

    def do_GET(self) -> None:
        name = self.path.strip("/").partition("?")[0] or "home"
        body = f"""<!doctype html><title>{name}</title>{self.tag}
          <a id="away" href="/away" onclick="headwater('track', 'Clicked away', {{where: 'footer'}})">away</a>"""
        self.send_response(200)
        self.send_header("content-type", "text/html")
        self.end_headers()
        self.wfile.write((body if name != "plain" else "<title>plain</title>").encode())

    def log_message(self, *_: Any) -> None:
        pass


@dataclass
class Site:
    """The customer's site and its workspace."""

    address: str
    collector: str
    key: str
    workspace: Any
    open: Callable[..., Any]

    def tag(self, attributes: str = "", before: str = "") -> None:
        script = f"<script>{before}</script>" if before else ""
        Shop.tag = f'{script}<script async src="{self.collector}/hw.js" data-key="{self.key}" {attributes}></script>'

    def events(self) -> list[Any]:
        import json

        from accounts.tenancy import workspace_scope
        from tracking.models import Event

        with workspace_scope(self.workspace):
            rows = Event.objects.of(self.workspace).order_by("at", "message_id")
            found = [(row.kind, row.name, row.anonymous_id, row.user_id, row.payload) for row in rows]
        return [
            SimpleNamespace(
                kind=kind, name=name, anonymous_id=anonymous, user_id=user,
                payload=json.loads(payload) if isinstance(payload, str) else payload,
            )
            for kind, name, anonymous, user, payload in found
        ]  # fmt: skip

    def wait_for(self, count: int, seconds: float = 10) -> list[Any]:
        deadline = time.monotonic() + seconds
        while len(events := self.events()) < count and time.monotonic() < deadline:
            time.sleep(0.1)
        assert len(events) == count, [(event.kind, event.name) for event in events]
        return events


@pytest.fixture
def site(chromium, live_headwater, transactional_db) -> Iterator[Site]:
    from accounts.actions import create_agency, create_workspace

    workspace, key = create_workspace(create_agency("Marlow and Pike"), name="Shop")
    server = http.server.ThreadingHTTPServer(("127.0.0.1", free_port()), Shop)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    contexts: list[Any] = []

    def open_it(path: str = "/", *, script: str = "", in_context: Any = None, **options: Any) -> Any:
        context = in_context or chromium.new_context(user_agent=BROWSER, **options)
        contexts.append(context)
        if script:
            context.add_init_script(script)
        page = context.new_page()
        page.said = []
        page.on("console", lambda message: page.said.append(message.text))
        page.on("pageerror", lambda error: page.said.append(str(error)))
        page.goto(site.address + path)
        page.wait_for_load_state("networkidle")
        return page

    site = Site(f"http://127.0.0.1:{server.server_port}", live_headwater.base_url, key, workspace, open_it)
    site.tag()
    yield site
    for context in contexts:
        context.close()
    server.shutdown()
    server.server_close()


def test_a_page_view_arrives_with_its_marks(site):
    page = site.open("/landing?utm_source=partner&gclid=abc", extra_http_headers={"referer": "https://news.example/"})
    [event] = site.wait_for(1)
    assert event.kind == "page"
    assert event.payload["properties"] == {
        "url": f"{site.address}/landing?utm_source=partner&gclid=abc",
        "referrer": "https://news.example/",
        "title": "landing",
    }
    assert event.payload["context"]["userAgent"] == BROWSER
    assert event.anonymous_id
    assert page.said == []


def test_two_pages_are_one_anonymous_person_and_two_browsers_are_two(site):
    page = site.open("/one")
    page.goto(site.address + "/two")
    page.wait_for_load_state("networkidle")
    site.open("/three")
    one, two, three = site.wait_for(3)
    assert one.anonymous_id == two.anonymous_id != three.anonymous_id


@pytest.mark.parametrize("kept_in", ["cookie", "localStorage"])
def test_either_keeping_place_is_enough(site, kept_in):
    page = site.open("/one")
    if kept_in == "cookie":
        page.evaluate("localStorage.clear()")
    else:
        page.context.clear_cookies()
    page.goto(site.address + "/two")
    page.wait_for_load_state("networkidle")
    one, two = site.wait_for(2)
    assert one.anonymous_id == two.anonymous_id


def test_what_is_called_while_clicking_away_is_not_lost(site):
    page = site.open()
    for _ in range(5):
        page.locator("#away").click()
        page.wait_for_url("**/away")
    events = site.wait_for(1 + 5 * 2)
    assert [event.name for event in events].count("Clicked away") == 5


def test_what_could_not_be_sent_goes_with_the_next_page_and_counts_once(site):
    page = site.open("/plain")
    page.context.route("**/v1/batch", lambda route: route.abort())
    page.goto(site.address + "/one")
    page.evaluate("headwater('track', 'Bought', {revenue: 9})")
    page.wait_for_timeout(300)
    assert site.events() == []
    page.context.unroute("**/v1/batch")
    page.goto(site.address + "/two")
    page.wait_for_load_state("networkidle")
    assert sorted(event.name or event.payload["properties"]["title"] for event in site.wait_for(3)) == [
        "Bought",
        "one",
        "two",
    ]
    page.wait_for_timeout(300)
    assert page.evaluate("localStorage.hw_q") == "[]"


def test_a_view_of_an_application_on_one_page_is_a_page_view(site):
    page = site.open("/one")
    page.evaluate("history.pushState({}, '', '/one?view=2'); document.title = 'Second'")
    page.wait_for_timeout(100)
    page.evaluate("history.pushState({}, '', '/one?view=2#further')")
    page.wait_for_timeout(100)
    page.go_back()
    page.go_back()
    page.wait_for_timeout(300)
    first, second, back = (event.payload["properties"] for event in site.wait_for(3))
    assert (second["title"], second["url"]) == ("Second", f"{site.address}/one?view=2")
    assert second["referrer"] == first["url"]
    assert back["url"] == first["url"]


def test_calls_before_the_script_is_there_are_kept_and_a_person_is_named(site):
    site.tag(before=STUB)
    page = site.open("/one")
    page.evaluate("headwater('identify', 42, {plan: 'pro'}); headwater('page', {step: 'two'})")
    events = site.wait_for(4)
    early = next(event for event in events if event.name == "Called early")
    assert early.payload["properties"] == {"n": 1}
    named = next(event for event in events if event.kind == "identify")
    assert (named.user_id, named.payload["traits"]) == ("42", {"plan": "pro"})
    by_hand = next(event for event in events if event.payload.get("properties", {}).get("step"))
    assert by_hand.user_id == "42"
    before = page.evaluate("new Promise((tell) => headwater('id', tell))")
    page.evaluate("headwater('reset')")
    assert page.evaluate("new Promise((tell) => headwater('id', tell))") != before == named.anonymous_id


def test_without_consent_nothing_is_kept_or_sent(site):
    site.tag('data-consent="required"')
    page = site.open("/one")
    page.evaluate("headwater('track', 'Looked')")
    page.wait_for_timeout(300)
    assert site.events() == []
    assert page.context.cookies() == []
    assert page.evaluate("localStorage.length") == 0
    page.evaluate("headwater('consent', true); headwater('consent', true)")
    one, looked = site.wait_for(2)
    assert one.anonymous_id == looked.anonymous_id
    page.goto(site.address + "/two")
    page.wait_for_load_state("networkidle")
    assert len({event.anonymous_id for event in site.wait_for(3)}) == 1


def test_a_refusal_is_remembered_until_it_is_taken_back(site):
    page = site.open("/one")
    site.wait_for(1)
    page.evaluate("headwater('consent', false)")
    assert {cookie["value"] for cookie in page.context.cookies()} == {"off"}
    page.goto(site.address + "/two")
    page.evaluate("headwater('track', 'Looked')")
    assert page.evaluate("new Promise((tell) => headwater('id', tell))") is None
    page.wait_for_timeout(300)
    site.wait_for(1)
    page.evaluate("headwater('consent', true); headwater('track', 'Came back')")
    events = site.wait_for(2)
    assert len({event.anonymous_id for event in events}) == 2


def test_anonymous_visits_are_counted_without_anything_kept(site):
    site.tag('data-consent="anonymous"')
    page = site.open("/one")
    page.goto(site.address + "/two")
    page.wait_for_load_state("networkidle")
    one, two = site.wait_for(2)
    assert one.anonymous_id != two.anonymous_id
    assert page.context.cookies() == []
    assert page.evaluate("localStorage.length") == 0


def test_a_browser_that_signals_a_refusal_is_left_alone(site):
    page = site.open("/one", script=GPC)
    page.wait_for_timeout(300)
    assert site.events() == []
    assert page.context.cookies() == []
    site.tag('data-signals="ignore"')
    site.open("/two", script=GPC)
    site.wait_for(1)


def test_nothing_that_goes_wrong_reaches_the_page(site):
    page = site.open("/one", script=NO_STORAGE)
    page.evaluate("headwater('nonsense'); headwater(); headwater('track'); headwater('id'); headwater('identify')")
    page.evaluate("const loop = {}; loop.loop = loop; headwater('track', 'Loop', loop)")
    page.wait_for_timeout(300)
    assert page.said == []
    assert "page" in [event.kind for event in site.events()]
