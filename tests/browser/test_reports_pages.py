"""The pages of the Monday mail in a real browser: axe, small screens, the mail in its frame, and the keyboard."""

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.utils import timezone

from accounts.models import Membership, Role
from accounts.tenancy import workspace_scope
from common.periods import day_of
from reports.core.weeks import last_full_week
from reports.deliveries.due import send_due
from reports.deliveries.links import CONFIRM, UNSUBSCRIBE, link_to
from reports.deliveries.schedules import Wish, save_schedule
from reports.models import Delivery, Recipient, Schedule
from tests.browser.conftest import WIDTHS
from tests.reports.weeks import spent, two_weeks

pytestmark = pytest.mark.django_db(transaction=True)
BASE = "/w/northwind-bikes/reports/"
PAGES = ["", "preview/", "preview/?show=text", "preview/?show=pdf", "deliveries/", "branding/", "outbox/"]


@pytest.fixture
def monday(northwind, goal, ada, settings, tmp_path):
    """A report that was sent to one, refused by another, and asked of a third."""
    settings.EMAIL_BACKEND = "reports.ways_out.mail_folder.EmailBackend"
    settings.EMAIL_FILE_PATH = str(tmp_path)
    Membership.objects.filter(user=ada).update(role=Role.OWNER)
    now = timezone.now()
    week = last_full_week(day_of(now, ZoneInfo(northwind.timezone)))
    with workspace_scope(northwind):
        two_weeks(northwind, week=week, goal=goal)
        spent(northwind, "Paid Search", "800", week=week)
        for name in ("cleo", "dora", "eve"):
            address = f"{name}@northwind.example"
            Recipient.objects.create(workspace=northwind, email=address, confirmed_at=now if name != "eve" else None)
    save_schedule(northwind, Wish(True, 0, 8, None, "linear", "The gravel campaign ended on Tuesday."), now=now)
    with workspace_scope(northwind):
        Schedule.objects.of(northwind).update(next_due_at=now - timedelta(seconds=1))
    send_due(northwind)
    with workspace_scope(northwind):
        dora = Delivery.objects.of(northwind).filter(email="dora@northwind.example")
        dora.update(state="unknown", sent_at=None, error="It was being handed to the mail server when that broke off.")
    return northwind


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("screen", ["desktop", "phone"])
def test_axe_finds_nothing_and_nothing_is_said(open_page, monday, screen, theme):
    page = None
    for path in PAGES:
        if page is None:
            page = open_page(BASE + path, screen=screen, theme=theme)
        else:
            page.goto(BASE + path)
            page.wait_for_load_state("networkidle")
        found = Axe().run(page, options={"iframes": False}).response["violations"]
        assert [(one["id"], one["nodes"][0]["html"]) for one in found] == [], path
    assert page.said == []


@pytest.mark.parametrize("path", PAGES)
def test_nothing_has_to_be_scrolled_sideways(open_page, monday, path):
    page = open_page(BASE + path, screen="narrow")
    assert page.evaluate("document.documentElement.scrollWidth") <= WIDTHS["narrow"][0]


def test_the_mail_is_in_its_frame_and_may_do_nothing(open_page, monday):
    page = open_page(f"{BASE}preview/")
    frame = page.frame_locator("iframe.mail-frame")
    frame.locator("h1").wait_for()
    assert "A better week" in frame.locator("h1").inner_text()
    assert frame.locator("img").first.get_attribute("src").startswith("data:image/png")


def test_a_schedule_is_kept_by_keyboard(open_page, monday):
    page = open_page(BASE)
    page.get_by_label("Day").focus()
    page.keyboard.press("t")
    page.get_by_role("button", name="Keep the schedule").focus()
    page.keyboard.press("Enter")
    page.get_by_text("The schedule is kept.").wait_for()
    assert page.get_by_label("Day").input_value() == "1"


@pytest.mark.parametrize("purpose", [CONFIRM, UNSUBSCRIBE])
def test_people_without_a_log_in_press_one_button(open_page, monday, purpose):
    with workspace_scope(monday):
        who = "eve" if purpose == CONFIRM else "cleo"
        link = link_to(purpose, Recipient.objects.of(monday).get(email=f"{who}@northwind.example"))
    page = open_page(link.removeprefix("http://127.0.0.1:8000"), screen="phone", log_in=False)
    assert Axe().run(page).response["violations"] == []
    page.locator("main form button").click()
    page.get_by_role("status").wait_for()
    assert page.said == []
