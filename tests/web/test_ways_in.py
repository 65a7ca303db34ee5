"""Who sees which page, and what an address may ask for; on the real report."""

import pytest

from accounts.models import Membership, Role, Workspace

pytestmark = pytest.mark.django_db
OVERVIEW = "/w/northwind-bikes/"


def test_the_only_workspace_opens_at_once(as_ada, northwind):
    assert as_ada.get("/").headers["Location"] == OVERVIEW


def test_several_workspaces_are_listed_by_name(as_ada, agency, northwind):
    Workspace.objects.create(agency=agency, slug="alder", name="Alder & Finch")
    page = as_ada.get("/").content.decode()
    assert page.index("Alder &amp; Finch") < page.index("Northwind Bikes")


def test_without_an_agency_the_page_says_why_it_is_empty(client, ada):
    Membership.objects.all().delete()
    client.force_login(ada)
    assert "You are not a member of any agency yet" in client.get("/").content.decode()


def test_another_agency_s_workspace_answers_like_one_that_does_not_exist(as_ada, northwind, rival_workspace):
    answers = [as_ada.get(f"/w/{slug}/") for slug in ("rival-shop", "made-up-slug")]
    assert [answer.status_code for answer in answers] == [404, 404]
    assert answers[0].content == answers[1].content


def test_another_agency_s_workspace_is_in_no_list(as_ada, northwind, rival_workspace):
    for path in ("/workspaces/", OVERVIEW):
        assert "Rival" not in as_ada.get(path).content.decode()


def test_a_member_of_two_agencies_sees_both(as_ada, ada, northwind, rival_workspace):
    Membership.objects.create(user=ada, agency=rival_workspace.agency, role=Role.ANALYST)
    page = as_ada.get("/").content.decode()
    assert "Rival Shop" in page
    assert "Northwind Bikes" in page


@pytest.mark.parametrize("path", ["/", "/workspaces/", OVERVIEW, "/w/made-up-slug/"])
def test_who_is_not_logged_in_is_asked_first(client, northwind, path):
    assert client.get(path).headers["Location"] == f"/log-in/?next={path}"


def test_a_new_workspace_says_how_to_send_the_first_event(as_ada, goal):
    page = as_ada.get(OVERVIEW).content.decode()
    assert "http://testserver/v1/track" in page
    assert "Who earned it" not in page


@pytest.mark.parametrize(
    ("query", "named"),
    [
        ("model=nonsense", "model"),
        ("goal=999999", "goal"),
        ("goal=99999999999999999999999999", "goal"),
        ("start=yesterday", "start"),
        ("start=2026-02-30", "start"),
        ("end=9999-12-31", "end"),
        ("start=2026-02-02&end=2026-02-01", "start"),
        ("start=1991-01-01&end=2026-01-01", "start"),
        ("period=forever", "period"),
        ("compare=everything", "compare"),
        ("lookback_days=nan", "lookback_days"),
    ],
)
def test_an_address_that_asks_for_nonsense_names_what_is_wrong(as_ada, goal, query, named):
    answer = as_ada.get(f"{OVERVIEW}?{query}")
    assert answer.status_code == 400
    assert f"<code>{named}</code>" in answer.content.decode()


@pytest.mark.parametrize("query", ["model=%00", "goal=%00", "start=%00", "period=%00", "model=%ff%fe", "x=%00"])
def test_no_address_makes_the_server_stumble(as_ada, goal, query):
    assert as_ada.get(f"{OVERVIEW}?{query}").status_code == 400


@pytest.mark.parametrize("period", ["today", "7d", "30d", "90d", "365d", "month", "last_month", ""])
def test_every_period_of_the_menu_can_be_opened(as_ada, goal, period):
    assert as_ada.get(OVERVIEW, {"period": period}).status_code == 200


def test_a_workspace_without_a_goal_says_so(as_ada, northwind):
    answer = as_ada.get(OVERVIEW)
    assert answer.status_code == 400
    assert "no goal yet" in answer.content.decode()


def test_the_page_is_kept_by_no_cache(as_ada, goal):
    assert "no-store" in as_ada.get(OVERVIEW).headers["Cache-Control"]


def test_the_address_without_its_last_slash_keeps_its_filters(as_ada, goal):
    assert as_ada.get("/w/northwind-bikes?model=linear").headers["Location"] == f"{OVERVIEW}?model=linear"


def test_only_reading_is_allowed(as_ada, goal):
    assert as_ada.post(OVERVIEW).status_code == 405


@pytest.mark.parametrize("path", ["/nowhere/", "/w/no way/"])
def test_pages_that_do_not_exist_look_like_ours(client, path):
    answer = client.get(path)
    assert answer.status_code == 404
    assert "There is nothing here" in answer.content.decode()


def test_a_page_that_breaks_looks_like_ours_and_says_that_nothing_is_lost(as_ada, goal, monkeypatch):
    from reports.catalogue import overview

    as_ada.raise_request_exception = False
    monkeypatch.setattr(overview, "build", lambda *_: 1 / 0)
    answer = as_ada.get(OVERVIEW)
    assert answer.status_code == 500
    assert "Nothing is lost" in answer.content.decode()


def test_a_form_without_its_mark_is_refused_in_our_words(ada):
    from django.test import Client

    answer = Client(enforce_csrf_checks=True).post("/log-in/", {"username": "ada"})
    assert answer.status_code == 403
    assert "This form was open too long" in answer.content.decode()


def test_the_first_page_is_light(as_ada, goal, monkeypatch):
    """Under 150 kB gzipped with everything it loads, as a phone on a slow line would want."""
    import gzip
    import re
    from pathlib import Path

    from django.contrib.staticfiles import finders

    from reports.catalogue import overview
    from tests.web import examples

    monkeypatch.setattr(overview, "build", lambda *_: examples.overview())
    page = as_ada.get(OVERVIEW).content
    linked = re.findall(r'(?:src|href)="/static/([^"?]+)', page.decode())
    files = [finders.find(name) for name in set(linked)]
    if not all(files):
        pytest.skip("the front-end bundle is not built")
    assert len(files) >= 6
    sizes = [len(gzip.compress(Path(path).read_bytes())) for path in files]
    assert len(gzip.compress(page)) + sum(sizes) < 150_000
