"""The second factor, new passwords and what is mailed about them, as a browser sees it."""

import re
import time

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.conf import settings
from django.core import mail
from django.core.cache import caches
from django.test import Client

from accounts import actions

pytestmark = pytest.mark.django_db
EMAIL, PASSWORD, NEW = "kim@marlow-pike.example", "correct-horse-battery", "another-horse-battery"
PAGES = ["/password/", "/second-factor/", "/second-factor/app/", "/workspaces/"]


@pytest.fixture
def kim(db):
    return actions.create_user(EMAIL, PASSWORD)


def log_in(client, email=EMAIL, password=PASSWORD, **more):
    return client.post("/log-in/", {"login": email, "password": password}, **more)


def is_in(client) -> bool:
    return client.get("/workspaces/").status_code == 200


def code_of(secret: str, later: int = 0) -> str:
    return format_hotp_value(hotp_value(secret, int(time.time()) // 30 + later))


def switch_on(client) -> tuple[str, list[str]]:
    """Set the second factor up by the pages; gives its secret and the recovery codes."""
    assert client.get("/second-factor/app/").headers["Location"].startswith("/log-in/again/")
    say_again(client)
    secret = client.get("/second-factor/app/").context["form"].secret
    answer = client.post("/second-factor/app/", {"code": code_of(secret)})
    assert answer.headers["Location"] == "/second-factor/codes/", answer.content
    codes = client.get("/second-factor/codes/").context["unused_codes"]
    return secret, codes


def say_again(client) -> None:
    client.post("/log-in/again/", {"password": PASSWORD})


def inside(kim) -> Client:
    client = Client()
    assert log_in(client).status_code == 302
    return client


def test_a_log_in_with_a_second_factor_asks_for_its_code(kim):
    secret, _codes = switch_on(inside(kim))
    client = Client()
    assert log_in(client).headers["Location"].startswith("/log-in/code/")
    assert not is_in(client)
    assert "Enter your code" in client.get("/log-in/code/").content.decode()
    assert client.post("/log-in/code/", {"code": "000000"}).status_code == 200
    assert not is_in(client)
    assert client.post("/log-in/code/", {"code": code_of(secret)}).headers["Location"] == "/"
    assert is_in(client)


def test_a_code_opens_once_and_a_recovery_code_too(kim):
    secret, codes = switch_on(inside(kim))
    for code in (code_of(secret, 1), codes[0]):
        outcomes = []
        for _ in range(2):
            client = Client()
            log_in(client)
            client.post("/log-in/code/", {"code": code})
            outcomes.append(is_in(client))
        assert outcomes == [True, False]


def test_secrets_of_the_second_factor_are_kept_sealed(kim):
    secret, _codes = switch_on(inside(kim))
    kept = str(list(Authenticator.objects.values_list("data", flat=True)))
    assert secret not in kept
    assert len(Authenticator.objects.all()) == 2


def test_recovery_codes_are_shown_once(kim):
    client = inside(kim)
    _secret, codes = switch_on(client)
    assert len(codes) == 10
    again = client.get("/second-factor/codes/").content.decode()
    assert "10 codes are left" in again
    assert not any(code in again for code in codes)


def reset_link(client, **more) -> str:
    client.post("/password/forgotten/", {"email": EMAIL}, **more)
    (link,) = re.findall(r"https?://\S+", mail.outbox[-1].body)
    return link


def choose_new(client, link: str, password: str = NEW):
    form = client.get(link.removeprefix(settings.BASE_URL), follow=True)
    return client.post(form.context["action_url"], {"password1": password, "password2": password})


def test_a_new_password_by_mail_never_skips_the_second_factor(kim):
    secret, _codes = switch_on(inside(kim))
    client = Client()
    assert choose_new(client, reset_link(client)).headers["Location"] == "/password/new/done/"
    assert not is_in(client)
    assert log_in(client, password=NEW).headers["Location"].startswith("/log-in/code/")
    assert not is_in(client)
    client.post("/log-in/code/", {"code": code_of(secret, 1)})
    assert is_in(client)


def test_a_link_to_a_new_password_works_once_and_ends_every_session(kim):
    elsewhere = inside(kim)
    client = Client()
    link = reset_link(client)
    choose_new(client, link)
    assert not is_in(elsewhere)
    assert "no longer works" in Client().get(link.removeprefix(settings.BASE_URL), follow=True).content.decode()
    assert mail.outbox[-1].to == [EMAIL]
    assert "chosen anew" in mail.outbox[-1].body


@pytest.mark.parametrize("email", [EMAIL, "nobody@marlow-pike.example"])
def test_forgetting_reads_alike_for_everybody(kim, client, email):
    answer = client.post("/password/forgotten/", {"email": email}, follow=True)
    assert answer.redirect_chain == [("/password/forgotten/sent/", 302)]
    assert len(mail.outbox) == (email == EMAIL)


@pytest.mark.parametrize(
    "headers", [{"Host": "evil.example"}, {"X-Forwarded-Host": "evil.example"}, {"Host": "127.0.0.1:99@evil.example"}]
)
def test_links_in_mails_come_from_the_settings(kim, client, headers):
    client.post("/password/forgotten/", {"email": EMAIL}, headers=headers)
    for sent in mail.outbox:
        assert "evil" not in str(sent.message())
        assert f"{settings.BASE_URL}/password/new/" in sent.body


def test_a_look_alike_address_gets_no_link(kim, client):
    for email in ("kım@marlow-pike.example", "kim@marlow-pıke.example", "KİM@marlow-pike.example"):
        client.post("/password/forgotten/", {"email": email})
    assert mail.outbox == []


def test_changing_the_password_takes_the_old_one_and_ends_the_other_sessions(kim):
    here, there = inside(kim), inside(kim)
    wrong = here.post("/password/", {"oldpassword": "guess", "password1": NEW, "password2": NEW})
    assert "not your current password" in wrong.content.decode()
    assert is_in(there)
    here.post("/password/", {"oldpassword": PASSWORD, "password1": NEW, "password2": NEW})
    assert is_in(here)
    assert not is_in(there)
    assert mail.outbox[-1].to == [EMAIL]


def test_switching_the_second_factor_off_asks_for_a_proof_again(kim, monkeypatch):
    client = inside(kim)
    switch_on(client)
    monkeypatch.setattr(settings, "ACCOUNT_REAUTHENTICATION_TIMEOUT", -1)
    assert client.post("/second-factor/app/remove/").headers["Location"].startswith("/log-in/again/")
    assert Authenticator.objects.filter(type="totp").exists()


def test_an_address_nobody_has_shown_to_be_theirs_opens_nothing(kim, client):
    EmailAddress.objects.update(verified=False)
    assert log_in(client).headers["Location"] == "/e-mail/check/"
    assert not is_in(client)
    (link,) = re.findall(r"https?://\S+", mail.outbox[-1].body)
    page = client.get(link.removeprefix(settings.BASE_URL))
    assert "Is this your address" in page.content.decode()
    assert not EmailAddress.objects.get().verified
    client.post(link.removeprefix(settings.BASE_URL))
    assert EmailAddress.objects.get().verified


def test_twenty_guesses_an_hour_reach_the_password_wherever_they_come_from(kim):
    client = Client()
    for number in range(60):
        email = EMAIL if number % 2 else EMAIL.upper()
        log_in(client, email=email, password="wrong", REMOTE_ADDR=f"10.0.0.{number}", headers={"Host": "localhost"})
    late = log_in(client, REMOTE_ADDR="10.0.1.1")
    assert late.status_code == 422
    assert "Too many tries" in late.content.decode()
    assert not is_in(client)


def test_turning_forwarded_addresses_fools_no_limit(kim):
    client = Client()
    for number in range(10):
        log_in(client, email=f"a{number}@x.example", headers={"X-Forwarded-For": f"10.0.0.{number}"})
    assert "Too many tries" in log_in(client, headers={"X-Forwarded-For": "10.9.9.9"}).content.decode()


def test_codes_are_counted_too(kim):
    secret, _codes = switch_on(inside(kim))
    client = Client()
    log_in(client)
    for number in range(25):
        client.post("/log-in/code/", {"code": "123123"}, REMOTE_ADDR=f"10.0.0.{number}")
    client.post("/log-in/code/", {"code": code_of(secret, 1)}, REMOTE_ADDR="10.0.1.1")
    assert not is_in(client)


def test_nobody_signs_up_by_themselves(client):
    for path in ("/signup/", "/sign-up/", "/accounts/signup/", "/log-in/sign-up/"):
        assert client.post(path, {"email": "a@b.example", "password1": NEW}).status_code == 404


@pytest.mark.parametrize("path", ["/log-in/", "/password/forgotten/", "/password/new/1-abc/", "/e-mail/verify/abc/"])
def test_pages_for_everybody_carry_nothing_inline(client, path):
    check_page(client.get(path))


@pytest.mark.parametrize("path", PAGES)
def test_pages_behind_the_log_in_carry_nothing_inline(kim, path):
    assert Client().get(path).status_code == 302
    client = inside(kim)
    say_again(client)
    check_page(client.get(path))


def check_page(answer):
    assert answer.status_code == 200
    page = answer.content.decode()
    assert " style=" not in page
    assert "<style" not in page
    assert "<script>" not in page
    assert "placeholder" not in page
    assert "'unsafe" not in answer.headers["Content-Security-Policy"]


def test_the_picture_to_scan_comes_as_data(kim):
    client = inside(kim)
    say_again(client)
    assert 'src="data:image/svg+xml;base64,' in client.get("/second-factor/app/").content.decode()


def test_tries_are_counted_in_valkey_and_in_memory_while_it_is_away(servers, settings):
    for location, place in ((servers.redis_url, "valkey"), ("unix:///nowhere/valkey.sock", "memory")):
        settings.CACHES = {"default": {"BACKEND": "config.cache.CacheThatMayBeAway", "LOCATION": location}}
        cache = caches.create_connection("default")
        cache.clear()
        assert cache.add("tries", [1], 60) is True, place
        assert cache.add("tries", [2], 60) is False, place
        cache.set("tries", [1, 2], 60)
        assert cache.get("tries") == [1, 2], place
        cache.delete("tries")
        assert cache.get("tries", "none") == "none", place


def test_people_log_in_while_valkey_is_away(kim, client, settings):
    settings.CACHES = {
        "default": {"BACKEND": "config.cache.CacheThatMayBeAway", "LOCATION": "unix:///nowhere/valkey.sock"}
    }
    assert log_in(client).status_code == 302
    assert is_in(client)
