"""The pages of the Monday mail: a schedule is kept, people are asked, the preview is the mail, letters are judged."""

import io
import re
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from django.core import mail
from django.utils import timezone
from PIL import Image
from pypdf import PdfReader

from accounts.models import Membership, Role
from accounts.tenancy import workspace_scope
from common.periods import day_of
from reports.core.weeks import last_full_week
from reports.deliveries.due import send_due
from reports.models import Brand, Delivery, Edition, Recipient, Schedule
from tests.reports.weeks import two_weeks
from tracking.models import EventCount
from web.demo.monday import mail_last_week
from web.middleware import POLICY

pytestmark = pytest.mark.django_db
BASE = "/w/northwind-bikes/reports/"
AMSTERDAM = ZoneInfo("Europe/Amsterdam")
WISH = {"is_on": "on", "weekday": "0", "hour": "8", "goal": "", "model": "linear", "words": "Gravel is over."}


@pytest.fixture
def weeks(northwind, goal):
    """The last full week and the one before, as of the clock on the wall."""
    with workspace_scope(northwind):
        two_weeks(northwind, week=last_full_week(day_of(timezone.now(), AMSTERDAM)), goal=goal)


@pytest.fixture
def sent(as_ada, northwind, weeks):
    """A report that went to Cleo on its hour."""
    as_ada.post(BASE, WISH)
    with workspace_scope(northwind):
        Recipient.objects.create(workspace=northwind, email="cleo@northwind.example", confirmed_at=timezone.now())
        Schedule.objects.of(northwind).update(next_due_at=timezone.now() - timedelta(minutes=1))
    send_due(northwind)
    with workspace_scope(northwind):
        return Edition.objects.of(northwind).get()


def test_the_schedule_is_kept_in_the_workspaces_zone_and_says_when_it_is_due(as_ada, northwind, goal):
    assert as_ada.post(BASE, WISH).status_code == 302
    with workspace_scope(northwind):
        schedule = Schedule.objects.of(northwind).get()
    due = schedule.next_due_at.astimezone(AMSTERDAM)
    assert (due.weekday(), due.hour, schedule.words) == (0, 8, "Gravel is over.")
    page = as_ada.get(BASE).content.decode()
    assert f"{due:%a} {due.day} {due:%b %Y, %H:%M} (Europe/Amsterdam)" in page


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"weekday": "9"}, "Choose a weekday"),
        ({"hour": "x"}, "Choose one of the list."),
        ({"goal": "999999"}, "This workspace has no such goal."),
        ({"model": "'; drop"}, "This model is not known."),
        ({"words": "x" * 601}, "Write at most 600 characters."),
    ],
)
def test_a_wrong_field_is_named_and_what_was_typed_stays(as_ada, northwind, goal, wrong, said):
    answer = as_ada.post(BASE, WISH | wrong)
    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert "Gravel is over." in answer.content.decode() or "words" in wrong
    with workspace_scope(northwind):
        assert not Schedule.objects.of(northwind).exists()


def test_an_address_is_added_asked_again_and_removed(as_ada, northwind, goal, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        assert as_ada.post(f"{BASE}recipients/", {"email": "cleo@northwind.example"}).status_code == 302
    assert mail.outbox[-1].to == ["cleo@northwind.example"]
    page = as_ada.get(BASE).content.decode()
    assert "cleo@northwind.example" in page
    assert "Asked" in page
    with workspace_scope(northwind):
        one = Recipient.objects.of(northwind).get()
    answer = as_ada.post(f"{BASE}recipients/", {"ask": str(one.pk)})
    assert (answer.status_code, b"They were asked just now" in answer.content) == (422, True)
    as_ada.post(f"{BASE}recipients/", {"remove": str(one.pk)})
    assert "cleo@northwind.example" not in as_ada.get(BASE).content.decode()


def test_a_wrong_address_stays_in_its_field(as_ada, goal):
    answer = as_ada.post(f"{BASE}recipients/", {"email": "cleo@"})
    assert answer.status_code == 422
    assert 'value="cleo@"' in answer.content.decode()
    assert "Write an e-mail address like ada@example.com." in answer.content.decode()


def test_the_preview_is_the_mail_in_three_ways(as_ada, weeks):
    page = as_ada.get(f"{BASE}preview/")
    assert "A better week: €6,375, 5% more than the week before." in page.content.decode()
    assert page.headers["Content-Security-Policy"] == f"{POLICY}; frame-src 'self'"
    html = as_ada.get(f"{BASE}mail/?part=html")
    assert "€6,375" in html.content.decode()
    assert "cid:" not in html.content.decode()
    assert "sandbox" in html.headers["Content-Security-Policy"]
    assert "script-src" not in html.headers["Content-Security-Policy"]
    assert "X-Frame-Options" not in html.headers
    assert "€6,375" in as_ada.get(f"{BASE}preview/?show=text").content.decode()
    pdf = as_ada.get(f"{BASE}mail/?part=pdf")
    assert "€6,375" in PdfReader(io.BytesIO(pdf.content)).pages[0].extract_text()
    pictures = re.findall(r'src="([^"]+part=page-\d)"', as_ada.get(f"{BASE}preview/?show=pdf").content.decode())
    assert len(pictures) == 2
    for address in pictures:
        with Image.open(io.BytesIO(as_ada.get(address).content)) as sheet:
            assert sheet.width > 800
    assert as_ada.get(f"{BASE}mail/?part=page-9").status_code == 404


def test_a_week_that_would_be_held_back_says_so_in_the_preview(as_ada, goal):
    page = as_ada.get(f"{BASE}preview/").content.decode()
    assert "It would be held back now:" in page
    assert "No event has arrived yet." in page


def test_a_workspace_without_a_goal_is_told_what_to_do(as_ada, northwind):
    assert as_ada.get(f"{BASE}preview/").status_code == 400
    assert as_ada.get(f"{BASE}mail/").status_code == 400
    assert as_ada.get(BASE).status_code == 200


def test_send_me_a_test_is_the_same_mail_to_me(as_ada, weeks):
    assert as_ada.post(f"{BASE}preview/").status_code == 302
    (test,) = mail.outbox
    assert test.to == ["ada@marlow-pike.example"]
    assert test.subject == "Test: A better week: €6,375, 5% more than the week before."
    shown = as_ada.get(f"{BASE}mail/?part=html").content.decode()
    html = test.alternatives[0].content
    assert html == re.sub(r"data:image/png;base64,[A-Za-z0-9+/=]+", "cid:chart", shown)


def test_a_test_that_no_server_takes_says_why(as_ada, weeks, settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
    answer = as_ada.post(f"{BASE}preview/")
    assert answer.status_code == 422
    assert "The mail server did not take it" in answer.content.decode()


def test_a_sent_report_can_be_looked_at_as_it_was(as_ada, northwind, sent):
    assert b"cleo@northwind.example" in as_ada.get(f"{BASE}deliveries/").content
    assert sent.subject in as_ada.get(BASE).content.decode()
    with workspace_scope(northwind):
        from attribution.models import DailyCredit

        DailyCredit.objects.of(northwind).delete()
    assert "€6,375" in as_ada.get(f"{BASE}mail/?part=html&edition={sent.pk}").content.decode()
    assert as_ada.get(f"{BASE}preview/?edition={sent.pk}").status_code == 200
    for wrong in ("0", "x", "9" * 30, "-1"):
        assert as_ada.get(f"{BASE}preview/?edition={wrong}").status_code == 404


def test_another_workspaces_report_is_not_there(client, sent, rival_workspace, ada):
    from accounts.actions import create_user

    rival = create_user("rival@rival.example", "x" * 12)
    Membership.objects.create(user=rival, agency=rival_workspace.agency, role=Role.OWNER)
    client.force_login(rival)
    assert client.get(f"/w/rival-shop/reports/mail/?edition={sent.pk}").status_code == 404
    assert client.get(f"{BASE}mail/?edition={sent.pk}").status_code == 404


def test_letters_nobody_knows_about_are_answered_by_a_person(as_ada, northwind, sent):
    with workspace_scope(northwind):
        Delivery.objects.of(northwind).update(state="unknown", error="It broke off.")
        letter = Delivery.objects.of(northwind).get()
    page = as_ada.get(f"{BASE}deliveries/").content.decode()
    assert "Not known" in page
    assert "It broke off." in page
    assert as_ada.post(f"{BASE}deliveries/", {"arrived": str(letter.pk)}).status_code == 302
    with workspace_scope(northwind):
        assert Delivery.objects.of(northwind).get().state == "sent"
    assert as_ada.post(f"{BASE}deliveries/", {"again": str(letter.pk)}).status_code == 422
    assert as_ada.post(f"{BASE}deliveries/", {"again": "x"}).status_code == 422


def test_letters_are_a_file_that_no_formula_hides_in(as_ada, northwind, sent):
    with workspace_scope(northwind):
        Delivery.objects.of(northwind).update(error="=HYPERLINK(1)")
    rows = as_ada.get(f"{BASE}deliveries/?export=letters").content.decode("utf-8-sig").splitlines()
    assert rows[0].startswith("Week from,To,State")
    assert "cleo@northwind.example,sent,1" in rows[1]
    assert "'=HYPERLINK(1)" in rows[1]


@pytest.fixture
def as_admin(as_ada, ada, northwind):
    Membership.objects.filter(user=ada).update(role=Role.ADMIN)
    return as_ada


def test_analysts_do_not_change_the_face_of_the_agency(as_ada, northwind, goal):
    assert as_ada.get(f"{BASE}branding/").status_code == 403
    assert as_ada.post(f"{BASE}branding/", {"name": "Mine", "colour": "#000000"}).status_code == 403
    assert not Brand.objects.exists()
    assert "branding/" not in as_ada.get(BASE).content.decode()


def test_the_agency_chooses_what_its_mails_wear(as_admin, northwind, weeks):
    picture = io.BytesIO()
    Image.new("RGBA", (300, 60), "#7A2E42").save(picture, "PNG")
    picture.seek(0)
    picture.name = "logo.png"
    wish = {"name": "M & P <Berlin>", "colour": "#FFD400", "logo": picture}
    assert as_admin.post(f"{BASE}branding/", wish).status_code == 302
    page = as_admin.get(f"{BASE}branding/").content.decode()
    assert "M &amp; P &lt;Berlin&gt;" in page
    assert "Drawn as #8C7400" in page
    html = as_admin.get(f"{BASE}mail/").content.decode()
    assert "#8C7400" in html
    assert 'alt="M &amp; P &lt;Berlin&gt;"' in html


@pytest.mark.parametrize(
    ("wish", "said"),
    [
        ({"name": "x" * 61, "colour": "#0B5C63"}, "Give at most 60 characters."),
        ({"name": "", "colour": "red; }"}, "Write the colour as #"),
        ({"name": "", "colour": "#0B5C63", "logo": "svg"}, "Choose a picture in PNG or JPEG format."),
    ],
)
def test_what_cannot_be_worn_is_refused(as_admin, northwind, goal, wish, said):
    if "logo" in wish:
        wish["logo"] = io.BytesIO(b"<svg onload='alert(1)'/>")
    answer = as_admin.post(f"{BASE}branding/", wish)
    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert not Brand.objects.exists()


@pytest.fixture
def folder(settings, tmp_path):
    settings.EMAIL_BACKEND = "reports.ways_out.mail_folder.EmailBackend"
    settings.EMAIL_FILE_PATH = str(tmp_path)
    return tmp_path


def test_without_a_mail_server_mails_lie_in_a_folder_and_on_a_page(as_ada, ada, northwind, weeks, folder):
    Membership.objects.filter(user=ada).update(role=Role.OWNER)
    as_ada.post(f"{BASE}preview/")
    (path,) = folder.glob("workspace-*/*.eml")
    assert path.stat().st_mode & 0o777 == 0o600
    page = as_ada.get(f"{BASE}outbox/").content.decode()
    assert "Test: A better week" in page
    name = path.stem
    assert "€6,375" in as_ada.get(f"{BASE}outbox/?mail={name}&part=html").content.decode()
    assert "€6,375" in as_ada.get(f"{BASE}outbox/?mail={name}&part=text").content.decode()
    assert as_ada.get(f"{BASE}outbox/?mail={name}&part=pdf").content.startswith(b"%PDF")
    assert "<iframe" in as_ada.get(f"{BASE}outbox/?mail={name}").content.decode()
    for wrong in ("..", "../../secret", "x" * 32, f"{name}/", "é"):
        assert as_ada.get(f"{BASE}outbox/", {"mail": wrong}).status_code == 404


def test_the_outbox_is_for_owners_and_admins(as_ada, northwind, folder):
    assert as_ada.get(f"{BASE}outbox/").status_code == 403


def test_pages_ask_the_database_little(as_admin, sent, django_assert_max_num_queries):
    for page in ("", "preview/", "deliveries/", "branding/"):
        with django_assert_max_num_queries(30):
            assert as_admin.get(BASE + page).status_code == 200


def test_the_demo_has_a_monday_mail_to_look_at(as_ada, northwind, weeks, folder):
    as_ada.post(BASE, WISH)
    assert mail_last_week(northwind, timezone.now())
    send_due(northwind)
    with workspace_scope(northwind):
        assert [letter.state for letter in Delivery.objects.of(northwind)] == ["sent"]
    (path,) = folder.glob("workspace-*/*.eml")
    assert b"client@example.com" in path.read_bytes()
    assert not mail_last_week(northwind, timezone.now()), "once"


def test_a_demo_that_was_held_back_is_looked_at_as_soon_as_it_is_filled(as_ada, northwind, weeks, folder):
    as_ada.post(BASE, WISH)
    with workspace_scope(northwind):
        whole = EventCount.objects.of(northwind).get().received_at
        EventCount.objects.of(northwind).update(received_at=whole - timedelta(days=9))
    assert mail_last_week(northwind, timezone.now())
    send_due(northwind)
    with workspace_scope(northwind):
        EventCount.objects.of(northwind).update(received_at=whole)
    send_due(northwind)
    assert not list(folder.glob("workspace-*/*.eml")), "looked at five minutes later, else"
    assert mail_last_week(northwind, timezone.now())
    send_due(northwind)
    assert len(list(folder.glob("workspace-*/*.eml"))) == 1


def test_the_demo_mails_nobody_through_a_real_server(as_ada, northwind, weeks):
    as_ada.post(BASE, WISH)
    assert not mail_last_week(northwind, timezone.now())
