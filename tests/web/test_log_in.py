"""Coming in and going out."""

import pytest

from tests.web.conftest import PASSWORD

pytestmark = pytest.mark.django_db


def log_in(client, email="ada@marlow-pike.example", password=PASSWORD, **more):
    return client.post("/log-in/", {"login": email, "password": password, **more})


def test_the_right_password_leads_home(client, ada):
    assert log_in(client).headers["Location"] == "/"
    assert client.session["_auth_user_id"] == str(ada.pk)


def test_capitals_and_spaces_in_the_address_do_not_count(client, ada):
    assert log_in(client, email=" Ada@Marlow-Pike.example ").status_code == 302


def test_unknown_person_wrong_password_and_switched_off_demo_read_alike(client, ada):
    from accounts.models import User

    User.objects.create_user("demo@example.com", PASSWORD, is_demo=True, is_active=False)
    answers = [
        log_in(client, email="nobody@example.com"),
        log_in(client, password="wrong"),
        log_in(client, email="demo@example.com"),
    ]
    said = {tuple(answer.context["form"].non_field_errors()) for answer in answers}
    assert [answer.status_code for answer in answers] == [422] * 3
    assert len(said) == 1
    assert "_auth_user_id" not in client.session


def test_empty_fields_are_named_one_by_one(client):
    errors = log_in(client, email="", password="").context["form"].errors
    assert set(errors) == {"login", "password"}


@pytest.mark.parametrize("nonsense", ["\x00", "a" * 100_000, "\ud800".encode("utf-8", "surrogatepass"), "🚲@é.example"])
def test_nonsense_is_refused_without_falling_over(client, nonsense):
    assert log_in(client, email=nonsense).status_code == 422
    assert log_in(client, password=nonsense).status_code == 422


def test_the_typed_address_stays_after_an_error(client, ada):
    page = log_in(client, password="wrong").content.decode()
    assert 'value="ada@marlow-pike.example"' in page
    assert "wrong" not in page


def test_a_remembered_device_stays_thirty_days_and_another_until_the_window_closes(client, ada):
    log_in(client, remember="on")
    assert client.cookies["sessionid"]["max-age"] == 30 * 24 * 3600
    client.logout()
    log_in(client)
    assert client.cookies["sessionid"]["max-age"] == ""


@pytest.mark.parametrize(
    ("wanted", "led_to"),
    [
        ("/w/northwind-bikes/?model=linear", "/w/northwind-bikes/?model=linear"),
        ("https://elsewhere.example/", "/"),
        ("//elsewhere.example/", "/"),
        ("javascript:alert(1)", "/"),
    ],
)
def test_after_the_log_in_only_our_own_pages_follow(client, ada, wanted, led_to):
    assert log_in(client, next=wanted).headers["Location"] == led_to


def test_who_is_not_logged_in_is_asked_and_led_back(client):
    answer = client.get("/workspaces/")
    assert answer.headers["Location"] == "/log-in/?next=/workspaces/"


def test_going_out_takes_a_post(as_ada):
    assert as_ada.get("/log-out/").status_code == 405
    assert as_ada.post("/log-out/").headers["Location"] == "/log-in/"
    assert "_auth_user_id" not in as_ada.session


def test_a_log_in_that_was_switched_off_is_out_at_once(as_ada, ada):
    ada.is_active = False
    ada.save()
    assert as_ada.get("/workspaces/").status_code == 302


def test_the_page_carries_no_inline_script_or_style(client):
    page = client.get("/log-in/").content.decode()
    assert " style=" not in page
    assert "<style" not in page
    assert "<script>" not in page


@pytest.mark.parametrize(
    ("theme", "shown"), [("dark", "dark"), ("light", "light"), ("system", "system"), ("<b>", "system"), ("", "system")]
)
def test_the_chosen_theme_is_on_the_first_byte(client, theme, shown):
    client.post("/theme/", {"theme": theme, "next": "/log-in/"})
    assert f'data-theme="{shown}"' in client.get("/log-in/").content.decode()


def test_choosing_a_theme_leads_back_to_our_own_page_only(client):
    assert client.post("/theme/", {"theme": "dark", "next": "/log-in/"}).headers["Location"] == "/log-in/"
    assert client.post("/theme/", {"theme": "dark", "next": "//elsewhere.example/"}).headers["Location"] == "/"
