"""Saved views over the API: those that are shared, with filters the page knows."""

import pytest

from accounts.models import Scope
from accounts.tenancy import workspace_scope
from reports.models import SavedView
from tests.api.cast import Caller, a_shop, a_token, an_agency, first_goal

pytestmark = pytest.mark.django_db


@pytest.fixture
def shop():
    return a_shop(an_agency())


@pytest.fixture
def program(shop):
    return Caller(a_token(shop.agency))


def views(shop, more=""):
    return f"/api/v1/workspaces/{shop.slug}/views/{more}"


def test_a_view_is_made_listed_and_deleted(shop, program):
    asked = {"page": "attribution", "name": "Decay", "filters": {"model": "time_decay", "period": "90d"}}
    made = program.call("POST", views(shop), asked)
    assert made.status_code == 201
    assert made.json() | {"id": 0, "saved_at": ""} == asked | {
        "id": 0,
        "saved_at": "",
        "path": f"/w/{shop.slug}/attribution/?period=90d&model=time_decay",
    }
    assert program.call("GET", views(shop)).json() == {"results": [made.json()], "next": None}
    assert program.call("DELETE", views(shop, f"{made.json()['id']}/")).status_code == 204
    assert program.call("GET", views(shop)).json()["results"] == []


def test_what_people_keep_for_themselves_is_not_told(shop, program):
    with workspace_scope(shop):
        own = SavedView.objects.create(workspace=shop, page="returns", name="Mine", owner_id=1)
    assert program.call("GET", views(shop)).json()["results"] == []
    assert program.call("DELETE", views(shop, f"{own.pk}/")).status_code == 404


@pytest.mark.parametrize(
    ("asked", "field"),
    [
        ({"page": "settings"}, "page"),
        ({"name": "  "}, "name"),
        ({"name": "x" * 81}, "name"),
        ({"filters": {"next": "https://evil.example/"}}, "filters.next"),
        ({"filters": {"cursor": "50"}}, "filters.cursor"),
        ({"filters": {"model": "clever"}}, "filters.model"),
        ({"filters": {"goal": "999"}}, "filters.goal"),
        ({"filters": {"start": "2026-02-30"}}, "filters.start"),
        ({"filters": {"model": 7}}, "filters.model"),
        ({"filters": "model=linear"}, "filters"),
    ],
)
def test_what_is_wrong_is_named(shop, program, asked, field):
    answer = program.call("POST", views(shop), {"page": "attribution", "name": "Ours"} | asked)
    assert answer.status_code == 400, answer.content
    assert [error["field"] for error in answer.json()["errors"]] == [field]


def test_a_name_is_taken_once_on_each_page_and_a_reader_makes_none(shop, program):
    asked = {"page": "returns", "name": "Ours", "filters": {"goal": str(first_goal(shop).pk)}}
    assert program.call("POST", views(shop), asked).status_code == 201
    assert program.call("POST", views(shop), asked).status_code == 409
    assert program.call("POST", views(shop), asked | {"page": "pipeline", "filters": {}}).status_code == 201
    reader = Caller(a_token(shop.agency, scope=Scope.READ))
    assert reader.call("POST", views(shop), asked | {"name": "More"}).status_code == 403
    assert len(reader.call("GET", views(shop)).json()["results"]) == 2
