"""Attack strings in everything that visitors, clients and colleagues may write, and a browser that follows every
link of a running Headwater: nothing of them becomes an element, a script or a formula anywhere."""

import csv
import io
from collections import deque
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, quote, urldefrag, urljoin, urlsplit

import httpx
import pytest
from django.urls import Resolver404, resolve
from playwright.sync_api import Page

from accounts import actions
from accounts.models import Agency, Membership, Role, Scope
from tests.laws.test_tenancy_pages import LEADS_TO_ANOTHER, OF_MANAGERS, OF_WORKSPACE, inside, page_of
from tests.live import Live
from tests.whole.agency import Shop, open_shop, wait_for_worker

pytestmark = pytest.mark.django_db(transaction=True)

# A formula for spreadsheets, the end of every kind of quotes, an element, a script, and what templates would fill in.
PLANTED = "=cmd'\"><img src=x data-planted onerror=fired()><script>fired()</script>{{fired()}}${fired()}"
SHORT = "=1'\"><img src=x data-planted onerror=fired()>"
# Of one kind of page, many look alike: so many with different questions are opened.
OF_A_KIND = 2
ENOUGH_PAGES_THAT_SHOW_IT = 25
# Pages whose address no link leads to, because a form or the mail does.
WITHOUT_LINK = {"funnel-run"}
FIRED = "window.fired = () => { window.wasFired = true }"


@dataclass
class Crawl:
    """A browser's way through all links from where it began, and what it met."""

    page: Page
    said: list[str]
    seen: dict[str, int] = field(default_factory=dict)
    showing: set[str] = field(default_factory=set)
    files: dict[str, str] = field(default_factory=dict)
    wrong: list[str] = field(default_factory=list)

    def go(self, base_url: str, beginnings: list[str]) -> None:
        """Open every page that links lead to, some of each kind."""
        waiting = deque(base_url + beginning for beginning in beginnings)
        met = set(waiting)
        while waiting:
            address = waiting.popleft()
            if not self.wants(address):
                continue
            for link in self.look(address):
                link = urldefrag(urljoin(address, link)).url
                if link.startswith(base_url) and link not in met:
                    met.add(link)
                    waiting.append(link)

    def wants(self, address: str) -> bool:
        if "export=" in address:
            table = f"{urlsplit(address).path} {parse_qs(urlsplit(address).query)['export']}"
            self.files.setdefault(table, address)
            return False
        try:
            name = resolve(urlsplit(address).path).url_name or ""
        except Resolver404:
            return False
        self.seen[name] = self.seen.get(name, 0) + 1
        return name != "log-out" and self.seen[name] <= OF_A_KIND

    def look(self, address: str) -> list[str]:
        """Open it, look for what was planted, and return where its links lead."""
        self.said.clear()
        answer = self.page.goto(address)
        if answer is None or "html" not in answer.headers.get("content-type", ""):
            return []
        self.page.wait_for_load_state("load")
        self.hover()
        if self.page.evaluate("window.wasFired || document.querySelector('[data-planted], img[src=x]') !== null"):
            self.wrong.append(f"came alive: {address}")
        self.wrong += [f"{address}: {line}" for line in self.said if "Content Security Policy" in line]
        if answer.status >= 500:
            self.wrong.append(f"{answer.status}: {address}")
        if "data-planted" in self.page.inner_text("body"):
            self.showing.add(resolve(urlsplit(address).path).url_name or "")
        return self.page.evaluate("[...document.querySelectorAll('a[href], iframe[src]')].map(a => a.href || a.src)")

    def hover(self) -> None:
        """Have every drawing open the note that it shows beside the pointer."""
        for drawing in self.page.locator("canvas, svg[role=img]").all()[:3]:
            box = drawing.bounding_box()
            if box and box["width"] > 100:
                for place in (0.25, 0.5, 0.75):
                    self.page.mouse.move(box["x"] + box["width"] * place, box["y"] + box["height"] / 2)


def a_visit(who: str, at: datetime, **more: Any) -> dict[str, Any]:
    query = "&".join(f"utm_{name}={quote(PLANTED)}" for name in ("source", "medium", "campaign", "content", "term"))
    url = f"https://shop.example.test/{quote(PLANTED)}?{query}&gclid={quote(SHORT)}"
    referrer = f"https://planted.example/{quote(PLANTED)}"
    properties = {"url": url, "referrer": referrer, "title": PLANTED, "path": PLANTED, PLANTED: PLANTED}
    return {"type": "page", "anonymousId": who, "timestamp": at.isoformat(), "name": PLANTED, "properties": properties}


def an_event(name: str, who: str, at: datetime, **properties: Any) -> dict[str, Any]:
    known = {"type": "track", "anonymousId": who, "timestamp": at.isoformat()}
    return known | {"event": name, "properties": properties | {"product": PLANTED}}


def send_everything(shop: Shop) -> None:
    """Visits, orders, stages, people who give their names, and events that are refused."""
    now = datetime.now(UTC)
    events: list[dict[str, Any]] = []
    for number in range(12):
        who, at = f"{number}{PLANTED}", now - timedelta(days=1 + number % 6, hours=1)
        order = {"order_id": f"{number}{PLANTED}", "revenue": 50 + number, "currency": "EUR"}
        events += [a_visit(who, at), an_event(PLANTED, who, at + timedelta(minutes=1))]
        events.append(an_event("Order Completed", who, at + timedelta(minutes=2), **order))
    known = {"userId": f"user {PLANTED}", "traits": {PLANTED: PLANTED}}
    events.append({"type": "identify", "anonymousId": f"0{PLANTED}"} | known)
    events.append({"type": PLANTED, "anonymousId": PLANTED, "messageId": PLANTED})
    events.append({"type": "track", "anonymousId": PLANTED, "event": PLANTED * 30})
    for event in events:
        event.setdefault("context", {"userAgent": PLANTED, "library": {"name": PLANTED, "version": PLANTED}})
    shop.post("batch", {"batch": events})


def write_everything(shop: Shop) -> None:
    """What an integrator may set over the API."""

    def ask(method: str, path: str, body: Any) -> Any:
        answer = shop.http.request(method, f"/api/v1/workspaces/{shop.id}/{path}", json=body)
        assert answer.status_code < 300, answer.text
        return answer.json()

    today = str(datetime.now(UTC).date())
    rule = {"channel": SHORT, "all": [{"field": "source", "op": "contains", "value": "data-planted"}]}
    ask("PATCH", "", {"name": PLANTED, "channel_rules": [rule]})
    where = [{"property": PLANTED, "op": "equals", "value": PLANTED}]
    ask("POST", "goals/", {"name": f"Goal {PLANTED}", "event": PLANTED, "value": 3, "count": "every", "where": []})
    ask("POST", "goals/", {"name": PLANTED, "event": PLANTED, "value": None, "count": "once", "where": where})
    roles = {"First": "lead", "Second": None}
    stages = [{"name": f"{name} {PLANTED}", "event": PLANTED, "role": role} for name, role in roles.items()]
    ask("PUT", "pipeline/", {"stages": stages})
    row = {"start": today, "end": today, "amount": 10, "currency": "EUR", "campaign": PLANTED}
    keys = ({"channel": SHORT, "external_id": PLANTED}, {"source": PLANTED, "medium": PLANTED})
    ask("PUT", "spend/", {"rows": [row | key for key in keys]})
    ask("POST", "views/", {"page": "attribution-by", "name": SHORT, "is_shared": True, "filters": {"q": PLANTED}})
    ask("PUT", "report-schedule/", {"is_on": True, "weekday": 0, "hour": 8, "words": PLANTED})


def the_owner(agency: Agency) -> Membership:
    user = actions.create_user("owner@planted.example", "correct-horse-battery", name=PLANTED)
    actions.create_membership(
        actions.create_user("other@planted.example", "x" * 12, name=PLANTED), agency, Role.ANALYST
    )
    return actions.create_membership(user, agency, Role.OWNER)


def cells(text: str) -> list[str]:
    return [cell for row in csv.reader(io.StringIO(text)) for cell in row]


def is_formula(cell: str) -> bool:
    return cell[:1] in ("=", "@", "\t", "\r") or (cell[:1] in "+-" and cell[1:2].isalpha())


def test_what_is_planted_stays_text_on_every_page_and_in_every_file(chromium, live_headwater: Live):
    agency = actions.create_agency(PLANTED)
    token = actions.create_api_token(agency, name=PLANTED, scope=Scope.MANAGE)[1]
    owner = the_owner(agency)
    wait_for_worker(live_headwater.base_url)
    shop = open_shop(live_headwater.base_url, token)
    write_everything(shop)
    send_everything(shop)
    shop.wait_until_caught_up(accepted=37)
    session = inside(owner).cookies["sessionid"].value
    context = chromium.new_context(base_url=live_headwater.base_url)
    context.add_cookies([{"name": "sessionid", "value": session, "url": live_headwater.base_url}])
    context.add_init_script(FIRED)
    page, said = context.new_page(), []
    page.on("console", lambda message: said.append(message.text))
    crawl = Crawl(page, said)
    crawl.go(live_headwater.base_url, [f"/w/{shop.id}/", "/", "/workspaces/", f"/agency/{agency.slug}/members/"])
    context.close()

    files = httpx.Client(cookies={"sessionid": session}, timeout=60)
    found = [cell for address in crawl.files.values() for cell in cells(files.get(address).text)]
    assert crawl.wrong == []
    wanted = {name for name in OF_WORKSPACE if page_of(name).reads} | {n for n, m in OF_MANAGERS.items() if "GET" in m}
    assert wanted - LEADS_TO_ANOTHER - WITHOUT_LINK <= set(crawl.seen)
    assert len(crawl.showing) >= ENOUGH_PAGES_THAT_SHOW_IT
    assert [cell for cell in found if is_formula(cell)] == []
    assert sum("data-planted" in cell for cell in found) > 20
