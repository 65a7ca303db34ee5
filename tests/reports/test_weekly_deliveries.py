"""From the hour that strikes to the letter that is sent, held back, refused or told to the owner."""

import json
import re
from datetime import timedelta
from smtplib import SMTPServerDisconnected

import pytest
from django.core import mail
from django.test import Client

from accounts import actions
from accounts.models import Role
from accounts.tenancy import workspace_scope
from common.errors import Refusal
from reports.deliveries import recipients as people
from reports.deliveries import sending
from reports.deliveries.due import find_workspaces_with_mail_due, send_due
from reports.deliveries.editions import GIVE_UP, LOOK_AGAIN, pause_of
from reports.deliveries.links import CONFIRM, UNSUBSCRIBE, find_recipient, link_to
from reports.deliveries.schedules import Wish, save_schedule
from reports.models import Delivery, Edition, Recipient, Schedule
from reports.weekly_report import freeze
from tests.reports.post_office import PostOffice
from tests.reports.weeks import MONDAY, WEEK, a_shop, the_week, two_weeks
from tracking.models import ChangedDay

pytestmark = pytest.mark.django_db
WISH = Wish(is_on=True, weekday=0, hour=8, goal_id=None, model="linear", words="")
SUNDAY = MONDAY - timedelta(days=1)
CLEO, DORA = "cleo@northwind.example", "dora@northwind.example"


@pytest.fixture
def shop():
    workspace = a_shop()
    owner = actions.create_user("owner@marlow.example", "x" * 12)
    actions.create_membership(owner, workspace.agency, Role.OWNER)
    with workspace_scope(workspace):
        two_weeks(workspace)
    save_schedule(workspace, WISH, now=SUNDAY)
    return workspace


@pytest.fixture
def office(settings):
    office = PostOffice()
    office.start()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", office.address
    settings.EMAIL_USE_TLS = settings.EMAIL_USE_SSL = False
    yield office
    office.stop()


def confirmed(shop, *emails):
    with workspace_scope(shop):
        return [Recipient.objects.create(workspace=shop, email=email, confirmed_at=SUNDAY).pk for email in emails]


def run(shop, at=MONDAY):
    return send_due(shop, clock=lambda: at)


def letters(shop):
    with workspace_scope(shop):
        return {row.email: row for row in Delivery.objects.of(shop)}


def edition_of(shop):
    with workspace_scope(shop):
        return Edition.objects.of(shop).get()


def test_on_monday_at_eight_each_who_confirmed_gets_one_letter(shop, office):
    confirmed(shop, CLEO, DORA)
    assert run(shop, SUNDAY) == 0
    assert find_workspaces_with_mail_due(MONDAY - timedelta(seconds=1)) == []
    assert find_workspaces_with_mail_due(MONDAY) == [shop.pk]
    assert run(shop) == 2
    assert find_workspaces_with_mail_due(MONDAY + timedelta(hours=1)) == []
    assert sorted(office.recipients) == [CLEO, DORA]
    assert [letter.state for letter in letters(shop).values()] == ["sent", "sent"]
    for _ in range(3):
        run(shop, MONDAY + timedelta(hours=1))
    assert len(office.taken) == 2
    with workspace_scope(shop):
        assert Schedule.objects.of(shop).get().next_due_at == MONDAY + timedelta(days=7)


def test_figures_stay_as_they_were_when_it_was_due(shop, office):
    confirmed(shop, CLEO)
    with workspace_scope(shop):
        before = json.loads(json.dumps(freeze(the_week(shop))))
    office.at_rcpt = ["450 later"]
    run(shop)
    with workspace_scope(shop):
        from attribution.models import DailyCredit

        DailyCredit.objects.of(shop).update(conversions_value=1)
    run(shop, MONDAY + timedelta(minutes=2))
    assert edition_of(shop).figures == before
    (taken,) = office.taken
    assert taken["Subject"].strip() == before["heading"]


def test_a_changed_hour_in_the_same_week_sends_nobody_a_second_letter(shop, office):
    confirmed(shop, CLEO)
    run(shop)
    save_schedule(shop, Wish(True, 2, 9, None, "linear", ""), now=MONDAY)
    run(shop, MONDAY + timedelta(days=3))
    assert len(office.taken) == 1


def test_an_hour_follows_the_workspace_into_another_time_zone(shop, office):
    confirmed(shop, CLEO)
    shop.timezone = "America/New_York"
    shop.save()
    assert run(shop) == 0
    with workspace_scope(shop):
        due = Schedule.objects.of(shop).get().next_due_at
    assert due == MONDAY + timedelta(hours=6)
    assert run(shop, due) == 1
    assert edition_of(shop).start == WEEK.start


def test_after_weeks_of_silence_only_the_last_week_is_told(shop, office):
    confirmed(shop, CLEO)
    save_schedule(shop, WISH, now=SUNDAY - timedelta(days=28))
    run(shop)
    assert (edition_of(shop).start, len(office.taken)) == (WEEK.start, 1)


def test_who_did_not_confirm_left_or_was_taken_off_gets_nothing(shop, office):
    asked, left, gone = confirmed(shop, CLEO, DORA, "eve@northwind.example")
    with workspace_scope(shop):
        Recipient.objects.of(shop).filter(pk=asked).update(confirmed_at=None)
    people.unsubscribe(shop, left, now=SUNDAY)
    people.remove_recipient(shop, gone, now=SUNDAY)
    assert run(shop) == 0
    assert office.taken == []


def test_who_leaves_between_two_tries_gets_nothing(shop, office):
    (cleo,) = confirmed(shop, CLEO)
    office.at_rcpt = ["450 later"]
    run(shop)
    people.unsubscribe(shop, cleo, now=MONDAY)
    run(shop, MONDAY + timedelta(minutes=5))
    assert office.taken == []
    assert letters(shop)[CLEO].state == "skipped"


def test_what_is_refused_for_now_is_tried_again_with_growing_pauses_and_then_failed(shop, office):
    confirmed(shop, CLEO)
    office.at_rcpt = ["450 later"] * 20
    at, tries = MONDAY, []
    while letters(shop).get(CLEO) is None or letters(shop)[CLEO].state == "due":
        run(shop, at)
        letter = letters(shop)[CLEO]
        if letter.next_try_at is not None:
            tries.append((letter.next_try_at - at) / timedelta(minutes=1))
            at = letter.next_try_at
    assert tries == [1, 5, 15, 60, 180, 360, 720]
    assert (letter.state, letter.attempts) == ("failed", 8)
    assert letter.error == "The mail server answered 450: later"


def test_an_address_that_is_refused_for_ever_fails_at_once_and_the_owner_is_told(shop, office):
    confirmed(shop, CLEO, DORA)
    office.at_rcpt = ["550 5.1.1 no such person"]
    run(shop)
    states = sorted((letter.state, letter.error) for letter in letters(shop).values())
    assert states == [("failed", "The mail server answered 550: 5.1.1 no such person"), ("sent", "")]
    told = office.taken[-1]
    assert office.recipients[-1] == "owner@marlow.example"
    assert "did not reach everybody" in told["Subject"]
    assert "no such person" in told.get_content()
    run(shop, MONDAY + timedelta(hours=2))
    assert len(office.taken) == 2, "told once"


def test_a_mail_server_that_is_away_is_tried_again(shop, office, settings):
    confirmed(shop, CLEO)
    settings.EMAIL_PORT = 1
    run(shop)
    letter = letters(shop)[CLEO]
    assert (letter.state, letter.handed_at) == ("due", None)
    assert "could not be reached" in letter.error
    settings.EMAIL_PORT = office.address
    run(shop, MONDAY + timedelta(minutes=1))
    assert letters(shop)[CLEO].state == "sent"


def test_a_line_that_breaks_while_the_letter_is_on_it_is_for_a_person_to_judge(shop, office, monkeypatch):
    confirmed(shop, CLEO)

    def break_off(self, messages):
        raise SMTPServerDisconnected("gone")

    with monkeypatch.context() as broken:
        broken.setattr("django.core.mail.backends.smtp.EmailBackend.send_messages", break_off)
        run(shop)
    run(shop, MONDAY + timedelta(hours=1))
    letter = letters(shop)[CLEO]
    assert letter.state == "unknown"
    assert CLEO in letter.error
    assert [taken["To"] for taken in office.taken] == ["owner@marlow.example"]
    sending.answer_unknown(shop, letter.pk, arrived=False, now=MONDAY)
    run(shop, MONDAY + timedelta(hours=2))
    assert letters(shop)[CLEO].state == "sent"
    assert office.taken[-1]["Message-ID"] == letter.message_id


def test_a_person_who_asked_may_say_that_it_arrived(shop, office):
    confirmed(shop, CLEO)
    office.at_rcpt = ["550 no"]
    run(shop)
    letter = letters(shop)[CLEO]
    sending.answer_unknown(shop, letter.pk, arrived=True, now=MONDAY)
    assert letters(shop)[CLEO].state == "sent"
    with pytest.raises(Refusal):
        sending.answer_unknown(shop, letter.pk, arrived=True, now=MONDAY)


def test_a_worker_that_lost_its_claim_sends_nothing(shop, office):
    confirmed(shop, CLEO)
    run(shop, SUNDAY)
    from reports.deliveries.editions import make_due_edition

    make_due_edition(shop, MONDAY)
    slow = sending.claim_next(shop, MONDAY)
    # Taken for dead: somebody else sorts its letter out and sends it.
    sending.settle_orphans(shop, MONDAY)
    run(shop)
    sending.deliver(shop, slow, MONDAY)
    assert len(office.taken) == 1
    assert letters(shop)[CLEO].state == "sent"


def test_an_unsound_week_is_held_back_looked_at_again_and_sent_when_it_is_sound(shop, office):
    confirmed(shop, CLEO)
    from tracking.models import EventCount

    with workspace_scope(shop):
        EventCount.objects.of(shop).update(received_at=MONDAY - timedelta(days=4))
    run(shop)
    assert edition_of(shop).reason.startswith("No event has arrived since")
    assert letters(shop)[CLEO].state == "held_back"
    run(shop, MONDAY + timedelta(hours=2))
    assert [taken["To"] for taken in office.taken] == ["owner@marlow.example"]
    assert "is held back" in office.taken[0]["Subject"]
    with workspace_scope(shop):
        EventCount.objects.of(shop).update(received_at=MONDAY)
    run(shop, MONDAY + timedelta(hours=2) + LOOK_AGAIN)
    assert letters(shop)[CLEO].state == "sent"
    assert [taken["To"] for taken in office.taken] == ["owner@marlow.example", CLEO]


def test_what_only_waits_for_work_in_progress_is_looked_at_again_within_half_a_minute(shop, office):
    confirmed(shop, CLEO)
    with workspace_scope(shop):
        ChangedDay.objects.create(workspace=shop, day=WEEK.end, noted_at=MONDAY)
    run(shop)
    assert edition_of(shop).reason == "Days of this week are being filled again."
    assert letters(shop)[CLEO].state == "held_back"
    with workspace_scope(shop):
        ChangedDay.objects.of(shop).delete()
    run(shop, MONDAY + timedelta(seconds=30))
    assert letters(shop)[CLEO].state == "sent"


def test_a_look_that_takes_long_leaves_the_worker_to_others():
    assert [pause_of(took).total_seconds() for took in (0.1, 3.0, 20.0, 60.0)] == [20, 30, 200, 300]


def test_what_stays_unsound_is_given_up_after_three_days(shop, office):
    confirmed(shop, CLEO)
    from tracking.models import EventCount

    with workspace_scope(shop):
        EventCount.objects.of(shop).delete()
    run(shop)
    run(shop, MONDAY + GIVE_UP)
    assert edition_of(shop).look_again_at is None
    assert find_workspaces_with_mail_due(MONDAY + GIVE_UP + timedelta(hours=1)) == []


def test_a_report_that_cannot_be_made_is_held_back_and_not_lost(shop, office, monkeypatch):
    confirmed(shop, CLEO)
    with monkeypatch.context() as broken:
        broken.setattr("reports.catalogue.weekly.build", lambda *given: 1 / 0)
        run(shop)
    assert edition_of(shop).reason == "The report could not be made. The log says why."
    run(shop, MONDAY + LOOK_AGAIN)
    assert letters(shop)[CLEO].state == "sent"


def test_a_schedule_that_is_off_sends_nothing(shop, office):
    confirmed(shop, CLEO)
    save_schedule(shop, Wish(False, 0, 8, None, "linear", ""), now=SUNDAY)
    assert find_workspaces_with_mail_due(MONDAY) == []
    assert run(shop) == 0


@pytest.mark.parametrize(
    ("wish", "field"),
    [
        (Wish(True, 7, 8, None, "linear", ""), "weekday"),
        (Wish(True, 0, 24, None, "linear", ""), "hour"),
        (Wish(True, 0, 8, 999, "linear", ""), "goal"),
        (Wish(True, 0, 8, None, "made_up", ""), "model"),
        (Wish(True, 0, 8, None, "linear", "x" * 601), "words"),
    ],
)
def test_a_wish_that_cannot_be_is_refused_by_field(shop, wish, field):
    with pytest.raises(Refusal) as refused:
        save_schedule(shop, wish, now=SUNDAY)
    assert refused.value.field == field


def added(shop, email, callbacks):
    with callbacks(execute=True):
        return people.add_recipient(shop, email, now=SUNDAY)


def test_an_address_is_asked_and_says_yes_on_a_page_of_its_own(shop, django_capture_on_commit_callbacks):
    recipient = added(shop, " Cleo@Northwind.example ", django_capture_on_commit_callbacks)
    (asked,) = mail.outbox
    assert asked.to == [CLEO]
    (path,) = re.findall(r"http://127.0.0.1:8000(/report/confirm/\S+)", asked.body)
    anybody = Client(enforce_csrf_checks=False)
    assert b"Would you like" in anybody.get(path).content
    with workspace_scope(shop):
        assert Recipient.objects.of(shop).get(pk=recipient.pk).state == "asked", "looking says nothing"
    assert anybody.post(path).status_code == 200
    with workspace_scope(shop):
        assert Recipient.objects.of(shop).get(pk=recipient.pk).state == "confirmed"


def test_one_click_leaves_without_log_in_or_cookie(shop):
    (cleo,) = confirmed(shop, CLEO)
    with workspace_scope(shop):
        path = link_to(UNSUBSCRIBE, Recipient.objects.of(shop).get(pk=cleo)).removeprefix("http://127.0.0.1:8000")
    mail_program = Client(enforce_csrf_checks=True)
    assert mail_program.get(path).status_code == 200
    answer = mail_program.post(path, "List-Unsubscribe=One-Click", content_type="application/x-www-form-urlencoded")
    assert answer.status_code == 200
    assert mail_program.post(path).status_code == 200, "twice is no error"
    with workspace_scope(shop):
        assert Recipient.objects.of(shop).get(pk=cleo).state == "unsubscribed"


def test_links_are_good_for_one_purpose_and_cannot_be_made_up(shop):
    (cleo,) = confirmed(shop, CLEO)
    with workspace_scope(shop):
        link = link_to(UNSUBSCRIBE, Recipient.objects.of(shop).get(pk=cleo))
    token = link.rstrip("/").rpartition("/")[2]
    assert find_recipient(UNSUBSCRIBE, token)[1].pk == cleo
    assert find_recipient(CONFIRM, token) is None
    for bent in (token[:-1], token + "x", "x", "", token.replace(token[3], "A", 1) + "=", "é" * 9, "\x00", "a:b:c"):
        assert find_recipient(UNSUBSCRIBE, bent) is None, bent
        if bent and "\x00" not in bent:
            assert Client().get(f"/report/unsubscribe/{bent}/").status_code == 404


@pytest.mark.parametrize(
    "email", ["", "cleo", "a@b", "a@b.example\nBcc: c@d.example", "a" * 300 + "@b.example", "a b@c.example"]
)
def test_what_is_no_address_is_refused(shop, email):
    with pytest.raises(Refusal) as refused:
        people.add_recipient(shop, email, now=SUNDAY)
    assert refused.value.field == "email"


def test_nobody_is_asked_again_and_again(shop, django_capture_on_commit_callbacks):
    recipient = added(shop, CLEO, django_capture_on_commit_callbacks)
    with pytest.raises(Refusal, match="just now"):
        people.ask(shop, recipient.pk, now=SUNDAY)
    for n in range(1, people.MOST_ASKS):
        people.ask(shop, recipient.pk, now=SUNDAY + n * timedelta(hours=1))
    with pytest.raises(Refusal, match="5 times"):
        people.ask(shop, recipient.pk, now=SUNDAY + timedelta(days=9))
    people.remove_recipient(shop, recipient.pk, now=SUNDAY)
    with pytest.raises(Refusal, match="5 times"):
        people.add_recipient(shop, CLEO, now=SUNDAY + timedelta(days=10))


def test_who_is_put_on_the_list_again_is_the_same_recipient_and_must_say_yes_again(shop, office):
    (cleo,) = confirmed(shop, CLEO)
    run(shop)
    people.remove_recipient(shop, cleo, now=MONDAY)
    again = people.add_recipient(shop, CLEO, now=MONDAY)
    assert (again.pk, again.state) == (cleo, "asked")


def test_a_question_that_cannot_be_mailed_says_so(shop, settings, django_capture_on_commit_callbacks):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
    recipient = added(shop, CLEO, django_capture_on_commit_callbacks)
    with workspace_scope(shop):
        assert "did not take" in Recipient.objects.of(shop).get(pk=recipient.pk).ask_error
