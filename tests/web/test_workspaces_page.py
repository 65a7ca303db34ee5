"""The agency's home as a page: who sees which rows, how it is exported, paged, and how a workspace is made."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.keys import digest_of
from accounts.models import Agency, AuditEntry, Membership, Role, Workspace
from accounts.tenancy import workspace_scope
from tracking.models import Goal

pytestmark = pytest.mark.django_db
DOMAIN = "harbour-dental.example"
NEW = {"name": "Harbour Dental", "timezone": "Europe/London", "currency": "GBP", "own_domains": DOMAIN}


def text_of(answer):
    return answer.content.decode()


def test_every_workspace_is_a_row_in_its_own_currency(as_ada, northwind, rival_workspace):
    Workspace.objects.create(agency=northwind.agency, slug="tern", name="Tern Outdoors", currency="SEK")
    page = text_of(as_ada.get("/workspaces/"))
    assert page.count('<tr class="linked">') == 2
    # Not known is not zero.
    assert "€0.00" not in page
    assert "SEK" in page
    assert "Rival" not in page
    assert "No events yet" in page


def test_one_workspace_is_opened_at_once(as_ada, northwind):
    assert as_ada.get("/").headers["Location"] == "/w/northwind-bikes/"


def test_the_table_is_exported(as_ada, northwind):
    answer = as_ada.get("/workspaces/?export=workspaces")
    assert answer.headers["Content-Disposition"] == 'attachment; filename="workspaces.csv"'
    assert text_of(answer).splitlines()[1].startswith("Northwind Bikes,EUR,")


def test_fifty_to_a_page(as_ada, agency):
    rows = [Workspace(agency=agency, slug=f"shop-{n:02}", name=f"Shop {n:02}", currency="EUR") for n in range(53)]
    Workspace.objects.bulk_create(rows)
    first = as_ada.get("/workspaces/")
    assert text_of(first).count('<tr class="linked">') == 50
    cursor = first.context["next_cursor"]
    second = text_of(as_ada.get(f"/workspaces/?cursor={cursor}"))
    assert second.count('<tr class="linked">') == 3
    assert "Shop 52" in second
    for nonsense in ("x", "-1", "9" * 30, "²", "999999"):
        assert text_of(as_ada.get("/workspaces/", {"cursor": nonsense})).count('<tr class="linked">') == 50


def test_an_agency_without_a_workspace_is_led_to_its_first(as_ada, agency):
    page = text_of(as_ada.get("/"))
    assert "Marlow &amp; Pike has no workspace yet" in page
    assert 'href="/workspaces/new/"' in page


def test_a_new_workspace_is_made_with_its_goal_and_a_key_that_fills_the_tag(as_ada, agency):
    answer = as_ada.post("/workspaces/new/", NEW)
    made = Workspace.objects.get(name="Harbour Dental")
    assert (made.agency, made.timezone, made.currency) == (agency, "Europe/London", "GBP")
    assert made.own_domains == [DOMAIN]
    with workspace_scope(made):
        assert Goal.objects.of(made).count() == 1
    assert AuditEntry.objects.filter(workspace=made, action="POST new-workspace", result="200").exists()
    key = answer.context["key"]
    assert text_of(answer).count(key) == 2
    assert made.write_keys.get().digest == digest_of(key)
    tag = as_ada.post(answer.context["next"], {"key": key})
    assert (tag.status_code, key in text_of(tag)) == (200, True)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", ""),
        ("name", "x" * 121),
        ("name", "\x00"),
        ("timezone", "Europe/Atlantis"),
        ("currency", "EURO"),
        ("own_domains", "["),
    ],
)
def test_what_cannot_be_is_named_at_its_field(as_ada, agency, field, value):
    answer = as_ada.post("/workspaces/new/", NEW | {field: value})
    assert answer.status_code == 422
    assert list(answer.context["errors"]) == [field]
    assert f'id="{field}-problem"' in text_of(answer)
    assert not Workspace.objects.exists()


def test_a_client_makes_none(client, ada, agency, northwind):
    Membership.objects.filter(user=ada).update(role=Role.CLIENT)
    client.force_login(ada)
    assert client.get("/workspaces/new/").status_code == 403
    assert client.post("/workspaces/new/", NEW).status_code == 403
    assert 'href="/workspaces/new/"' not in text_of(client.get("/workspaces/"))
    assert Workspace.objects.count() == 1


def test_another_agency_cannot_be_named(as_ada, agency, rival_workspace):
    as_ada.post("/workspaces/new/", NEW | {"agency": "rival"})
    assert Workspace.objects.get(name="Harbour Dental").agency == agency
    assert Agency.objects.get(slug="rival").workspaces.count() == 1


@pytest.mark.django_db(transaction=True)
def test_eight_workspaces_need_few_statements(as_ada, agency):
    for n in range(8):
        Workspace.objects.create(agency=agency, slug=f"shop-{n}", name=f"Shop {n}", currency="EUR")
    as_ada.get("/workspaces/")
    with CaptureQueriesContext(connection) as seen:
        as_ada.get("/workspaces/")
    assert len(seen) <= 30
