"""Alarms by mail: one when it begins and one when it is over, for each who is told, whoever looks or is killed."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from django.core import mail
from django.db import connections
from django.urls import reverse
from django.utils.timezone import now

from accounts import actions, outbox
from accounts import alarms as rows
from accounts.alarms import Reading
from accounts.models import Agency, Alarm, OutgoingMail, Role
from config import alarms
from config.embedded.folders import CannotStart
from config.safety import read_alarm_emails

pytestmark = pytest.mark.django_db(transaction=True)
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
LATE = Reading("facts_late", rings=True, value=75)
QUIET = Reading("facts_late", rings=False, value=0)


@pytest.fixture(autouse=True)
def _as_without_a_worker(_mails_leave_at_once: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()


def agency_of(*owners: str, name: str = "Marlow and Pike") -> Agency:
    agency = actions.create_agency(name)
    for email in owners:
        actions.create_membership(actions.create_user(email, "x" * 12), agency, Role.OWNER)
    return agency


def note(*readings: Reading, at: datetime = NOON) -> None:
    rows.note(readings, at, tell=alarms.post_mails)


def sent() -> list[tuple[str, str]]:
    outbox.send_waiting(now())
    return [(message.to[0], message.subject) for message in mail.outbox]


def test_owners_hear_once_when_it_begins_and_once_when_it_is_over() -> None:
    agency = agency_of("ada@marlow.example", "bea@marlow.example")
    actions.create_membership(actions.create_user("cy@marlow.example", "x" * 12), agency, Role.ANALYST)
    for minute in range(3):
        note(LATE, at=NOON + timedelta(minutes=minute))
    began = "[Headwater] Facts are behind: the oldest event has waited for 75 s."
    assert sent() == [("ada@marlow.example", began), ("bea@marlow.example", began)]
    for minute in (7, 8):
        note(QUIET, at=NOON + timedelta(minutes=minute))
    over = "[Headwater] Over: Facts are behind: the oldest event has waited for 75 s."
    assert sent()[2:] == [("ada@marlow.example", over), ("bea@marlow.example", over)]
    assert "Mon 2 Mar 2026, 12:00 UTC" in mail.outbox[0].body
    assert reverse("guide", args=["operate"]) + "#watch" in mail.outbox[0].body
    assert "It was over after 7\xa0minutes." in mail.outbox[2].body


def test_nobody_is_told_of_a_quiet_installation_and_demo_owners_never() -> None:
    agency_of("demo@demo.example")
    Agency.objects.update(is_demo=True)
    note(QUIET)
    note(LATE)
    assert sent() == []


def test_the_setting_says_who_is_told_instead(settings) -> None:
    agency_of("ada@marlow.example")
    settings.ALARM_EMAILS = ("night@ops.example", "day@ops.example")
    note(LATE)
    assert [to for to, _subject in sent()] == ["night@ops.example", "day@ops.example"]
    settings.ALARM_EMAILS = ()
    note(QUIET)
    assert len(sent()) == 2


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("", None),
        ("none", ()),
        ("ops@a.example", ("ops@a.example",)),
        (" a@b.example, c@d.example ", ("a@b.example", "c@d.example")),
    ],
)
def test_the_setting_is_read(text: str, read: object) -> None:
    assert read_alarm_emails(text) == read


def test_what_is_no_address_is_refused_by_name() -> None:
    with pytest.raises(CannotStart, match=r"ALARM_EMAILS.*‘operations’"):
        read_alarm_emails("ops@a.example, operations")


def test_two_who_look_at_once_send_one_mail() -> None:
    agency_of("ada@marlow.example")

    def look(reading: Reading) -> None:
        note(reading)
        connections.close_all()

    for reading in (LATE, QUIET):
        with ThreadPoolExecutor(4) as pool:
            list(pool.map(look, [reading] * 4))
    assert OutgoingMail.objects.count() == 2


def test_killed_before_the_mail_is_put_down_the_alarm_has_not_begun(monkeypatch: pytest.MonkeyPatch) -> None:
    """Row and mail are one transaction: the next look begins both."""
    agency_of("ada@marlow.example")
    with monkeypatch.context() as harm:
        harm.setattr(outbox, "post", killed)
        with pytest.raises(KeyboardInterrupt):
            note(LATE)
    assert not Alarm.objects.exists()
    note(LATE)
    assert len(sent()) == 1


def killed(message: object) -> None:
    raise KeyboardInterrupt


def test_with_clock_and_workers_away_the_mail_leaves_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    """They are what the alarm is about: whoever looks sends."""
    agency_of("ada@marlow.example")
    monkeypatch.setattr(alarms, "look", lambda at: [Reading("clock_silent", rings=True)])
    alarms.look_once(lambda line: None)
    assert [message.to for message in mail.outbox] == [["ada@marlow.example"]]
    assert not OutgoingMail.objects.exists()
