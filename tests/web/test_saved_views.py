"""Saved views: kept from a page, found beside its title, shared by those who may, and never leading elsewhere."""

import re

import pytest
from django.test import Client
from django.urls import reverse

from accounts.actions import create_user
from accounts.models import AuditEntry, Membership, Role, WorkspaceAccess
from accounts.tenancy import workspace_scope
from reports.models import SavedView
from reports.saved.pages import PAGES
from web.pages import WorkspacePage

pytestmark = pytest.mark.django_db
VIEWS = "/w/northwind-bikes/views/"
ATTRIBUTION = "/w/northwind-bikes/attribution/"


def save(client, name="Decay, 90 days", asked="period=90d&model=time_decay", page="attribution", **more):
    return client.post(VIEWS, {"do": "save", "page": page, "asked": asked, "name": name, **more})


def member(workspace, role, name):
    user = create_user(f"{name}@marlow-pike.example", "correct-horse-battery")
    membership = Membership.objects.create(user=user, agency=workspace.agency, role=role)
    if role == Role.CLIENT:
        WorkspaceAccess.objects.create(membership=membership, workspace=workspace)
    client = Client()
    client.force_login(user)
    return client


def kept(workspace):
    with workspace_scope(workspace):
        return list(SavedView.objects.of(workspace).order_by("id"))


def links_on(client, path):
    page = client.get(path).content.decode()
    menu = re.search(r'<details class="menu filter views.*?</details>', page, re.S)
    return re.findall(r'<span class="menu-name">(.*?)</span>', menu[0]) if menu else []


def test_a_page_is_kept_with_its_filters_and_found_beside_its_title(as_ada, northwind, goal):
    answer = save(as_ada)
    assert answer.headers["Location"] == f"{ATTRIBUTION}?period=90d&model=time_decay"
    opened = as_ada.get(answer.headers["Location"]).content.decode()
    assert "Saved “Decay, 90 days”." in opened
    assert re.search(r"<summary>.*?<b>Decay, 90 days</b>", opened, re.S), "the open view names itself"
    assert "<b>Saved views</b>" in as_ada.get(ATTRIBUTION).content.decode(), "other filters are not this view"
    assert links_on(as_ada, "/w/northwind-bikes/returns/") == [], "a view belongs to its page"


def test_a_stream_of_live_events_is_kept_without_where_in_it_one_was(as_ada, northwind, goal):
    live = "/w/northwind-bikes/live/"
    asked = {"fate": "refused", "source": "snippet", "event": "track:Order Completed", "before": "x"}
    page = as_ada.get(live, asked)
    asked = re.search(r'name="asked" value="(.*?)"', page.content.decode())[1].replace("&amp;", "&")
    assert asked == "fate=refused&event=track%3AOrder+Completed&source=snippet"
    answer = save(as_ada, "Refused orders", asked, "live-events")
    assert answer.headers["Location"] == f"{live}?{asked}"
    assert links_on(as_ada, live) == ["Refused orders"]
    assert as_ada.get(answer.headers["Location"]).status_code == 200


def test_what_is_kept_is_what_the_page_shows(as_ada, goal):
    page = as_ada.get(ATTRIBUTION, {"model": "shapley", "period": "7d", "cursor": "40", "utm_source": "x"})
    assert 'name="asked" value="period=7d&amp;model=shapley"' in page.content.decode()


@pytest.mark.parametrize(
    "asked",
    ["next=https://evil.example/&model=linear", "model=linear&export=models&cursor=7", "//evil.example=1&model=linear"],
)
def test_only_filters_of_the_page_are_kept(as_ada, northwind, goal, asked):
    answer = save(as_ada, asked=asked)
    assert answer.headers["Location"] == f"{ATTRIBUTION}?model=linear"
    assert [view.query for view in kept(northwind)] == ["model=linear"]


@pytest.mark.parametrize("page", ["https://evil.example/", "settings", "log-out", ""])
def test_pages_that_are_no_question_cannot_be_kept(as_ada, northwind, page):
    assert save(as_ada, page=page).status_code == 404
    assert kept(northwind) == []


@pytest.mark.parametrize("name", ["", "   ", "x" * 81, "\0"])
def test_a_name_that_will_not_do_is_said_at_its_field_and_nothing_typed_is_lost(as_ada, northwind, goal, name):
    answer = save(as_ada, name=name)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert re.search(r'id="save-name"[^>]*aria-invalid="true"', page)
    assert "Write a name of 1 to 80 characters." in page
    assert 'name="asked" value="period=90d&amp;model=time_decay"' in page
    assert kept(northwind) == []


def test_a_name_is_taken_once_on_each_page(as_ada, northwind, goal):
    save(as_ada)
    again = save(as_ada, asked="model=linear")
    assert again.status_code == 422
    assert "There is a view of this name on this page." in again.content.decode()
    assert save(as_ada, page="returns", asked="").status_code == 302
    assert len(kept(northwind)) == 2


def test_mine_are_mine_and_shared_ones_are_everybodys(as_ada, northwind, goal):
    other = member(northwind, Role.ANALYST, "grace")
    save(as_ada, name="Mine")
    save(as_ada, name="Ours", asked="model=linear", shared="1")
    assert links_on(as_ada, ATTRIBUTION) == ["Mine", "Ours"]
    assert links_on(other, ATTRIBUTION) == ["Ours"]
    mine, ours = kept(northwind)
    assert other.post(VIEWS, {"do": "delete", "view": mine.pk}).status_code == 404
    assert other.post(VIEWS, {"do": "rename", "edit": mine.pk, "name": "Stolen"}).status_code == 404
    assert other.post(VIEWS, {"do": "rename", "edit": ours.pk, "name": "All of us", "shared": "1"}).status_code == 302
    assert [view.name for view in kept(northwind)] == ["Mine", "All of us"]


def test_clients_keep_views_for_themselves_and_change_no_shared_one(as_ada, northwind, goal):
    client = member(northwind, Role.CLIENT, "cleo")
    save(as_ada, name="Ours", shared="1")
    assert save(client, name="My own", asked="model=linear").status_code == 302
    refused = save(client, name="For all", asked="", shared="1")
    assert refused.status_code == 422
    assert "Analysts and above share views" in refused.content.decode()
    (ours, _own) = kept(northwind)
    assert client.post(VIEWS, {"do": "delete", "view": ours.pk}).status_code == 404
    page = client.get(VIEWS).content.decode()
    assert page.count("Delete the view") == 1, "only their own"
    assert 'name="shared"' not in client.get(ATTRIBUTION).content.decode()
    assert links_on(client, ATTRIBUTION) == ["My own", "Ours"]


def test_clients_do_not_see_views_of_pages_they_may_not_see(as_ada, northwind, goal):
    client = member(northwind, Role.CLIENT, "cleo")
    assert save(as_ada, name="People", page="journeys", asked="converted=yes", shared="1").status_code == 302
    assert "People" in as_ada.get(VIEWS).content.decode()
    assert "journeys" not in client.get(VIEWS).content.decode()
    assert save(client, name="Sneaky", page="journeys", asked="").status_code == 422


def test_a_view_is_renamed_in_its_place_and_deleted_when_asked_twice(as_ada, northwind, goal):
    save(as_ada, name="Ours", shared="1")
    (view,) = kept(northwind)
    assert 'id="rename"' in as_ada.get(VIEWS, {"edit": view.pk}).content.decode()
    wrong = as_ada.post(VIEWS, {"do": "rename", "edit": view.pk, "name": " "})
    assert wrong.status_code == 422
    assert re.search(r'id="rename-name"[^>]*aria-invalid="true"', wrong.content.decode())
    as_ada.post(VIEWS, {"do": "rename", "edit": view.pk, "name": "Mine now"})
    (view,) = kept(northwind)
    assert (view.name, view.is_shared, view.query) == ("Mine now", False, "period=90d&model=time_decay")
    page = as_ada.get(VIEWS).content.decode()
    assert "Delete “Mine now”?" in page
    assert as_ada.post(VIEWS, {"do": "delete", "view": view.pk}).status_code == 302
    assert kept(northwind) == []
    actions = AuditEntry.objects.filter(action="POST saved-views").values_list("result", flat=True)
    assert sorted(actions) == ["302", "302", "302", "422"]


def test_another_workspace_has_views_of_its_own(as_ada, northwind, goal, agency):
    from accounts.models import Workspace

    Workspace.objects.create(agency=agency, slug="sister", name="Sister")
    save(as_ada, name="Ours", shared="1")
    (view,) = kept(northwind)
    # What was done is said once, on the next page.
    as_ada.get(ATTRIBUTION)
    assert as_ada.post("/w/sister/views/", {"do": "delete", "view": view.pk}).status_code == 404
    assert "Ours" not in as_ada.get("/w/sister/views/").content.decode()


def test_every_page_with_a_filter_bar_can_be_kept_and_asks_for_the_same_rights():
    from tests.laws.test_tenancy_pages import OF_WORKSPACE, page_of

    for name, page in PAGES.items():
        assert issubclass(page_of(name), WorkspacePage)
        assert OF_WORKSPACE[name] == page.action, name
        assert reverse(name, args=["x"])


def test_every_page_that_can_be_kept_offers_it(as_ada, northwind, goal):
    for name in PAGES:
        page = as_ada.get(reverse(name, args=["northwind-bikes"])).content.decode()
        assert f'name="page" value="{name}"' in page, name
