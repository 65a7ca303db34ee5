"""Mails of log-ins and invitations: put down with what they are about, sent once, and lost with nothing."""

import smtplib
import threading
from datetime import timedelta

import pytest
from django.core import mail
from django.core.mail import EmailMultiAlternatives
from django.db import connection, transaction
from django.urls import reverse
from django.utils.timezone import now

from accounts import actions, outbox
from accounts.models import OutgoingMail
from accounts.tasks import send_mail

pytestmark = pytest.mark.django_db(transaction=True)
SECRET = "https://hw.example.com/log-in/new-password/secret-key/"


@pytest.fixture(autouse=True)
def _as_without_a_worker(_mails_leave_at_once, monkeypatch):
    monkeypatch.undo()


def put_down(to: str = "olga@bright.example") -> None:
    message = EmailMultiAlternatives("Your new password", f"Go to {SECRET}", None, [to], connection=outbox.Outbox())
    message.attach_alternative("<p>Go</p>", "text/html")
    message.send()


def test_a_new_password_is_mailed_after_the_request(client):
    actions.create_user("olga@bright.example", "correct-horse-battery")
    client.post(reverse("account_reset_password"), {"email": "olga@bright.example"})
    waiting = OutgoingMail.objects.count()
    assert (waiting, mail.outbox) == (1, [])
    send_mail()
    assert [sent.to for sent in mail.outbox] == [["olga@bright.example"]]
    send_mail()
    assert (OutgoingMail.objects.count(), len(mail.outbox)) == (0, 1)


def test_what_is_kept_is_sealed_and_leaves_as_it_was():
    put_down()
    kept = bytes(OutgoingMail.objects.get().sealed)
    assert b"olga" not in kept
    assert b"secret-key" not in kept
    outbox.send_waiting(now())
    (sent,) = mail.outbox
    assert (sent.subject, sent.to) == ("Your new password", ["olga@bright.example"])
    assert SECRET in sent.body
    assert sent.alternatives[0][0] == "<p>Go</p>"
    assert sent.extra_headers["Message-ID"].startswith("<")


def test_a_request_that_is_taken_back_mails_nothing():
    with transaction.atomic():
        put_down()
        transaction.set_rollback(True)
    assert outbox.send_waiting(now()) == 0


def test_a_mail_server_that_is_away_delays_and_loses_nothing(monkeypatch):
    put_down()
    tries = []

    def refuse(self, *_):
        tries.append(self.extra_headers["Message-ID"])
        raise smtplib.SMTPServerDisconnected

    at = now()
    with monkeypatch.context() as away:
        away.setattr(EmailMultiAlternatives, "send", refuse)
        for minutes in (0, 0.2, 1, 1.2, 3):
            outbox.send_waiting(at + timedelta(minutes=minutes))
    assert len(tries) == 3
    assert len(set(tries)) == 1
    assert outbox.send_waiting(at + timedelta(hours=1)) == 1
    assert mail.outbox[0].extra_headers["Message-ID"] == tries[0]


def test_one_mail_that_cannot_be_sent_holds_up_no_other_and_is_dropped_after_days(monkeypatch):
    put_down("broken@bright.example")
    put_down("olga@bright.example")
    real = EmailMultiAlternatives.send

    def send(self, *args):
        if "broken" in self.to[0]:
            raise smtplib.SMTPRecipientsRefused({})
        return real(self, *args)

    monkeypatch.setattr(EmailMultiAlternatives, "send", send)
    assert outbox.send_waiting(now()) == 1
    assert OutgoingMail.objects.count() == 1
    outbox.send_waiting(now() + timedelta(days=4))
    assert OutgoingMail.objects.count() == 0


def test_two_workers_send_each_mail_once(monkeypatch):
    for number in range(20):
        put_down(f"p{number}@bright.example")
    sent, wrong = [], []
    monkeypatch.setattr(EmailMultiAlternatives, "send", lambda self, *_: sent.append(self.to[0]))

    def work():
        try:
            outbox.send_waiting(now())
        except Exception as error:
            wrong.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=work) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert wrong == []
    assert sorted(sent) == sorted(f"p{number}@bright.example" for number in range(20))


def test_a_mail_sealed_with_another_secret_is_dropped(settings):
    put_down()
    settings.SECRET_KEY = "x" * 60
    assert outbox.send_waiting(now()) == 1
    assert (OutgoingMail.objects.count(), mail.outbox) == (0, [])
