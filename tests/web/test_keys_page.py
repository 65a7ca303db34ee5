"""Keys and the install page: secrets shown once, filled into samples, and ended when asked."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import ApiToken, AuditEntry, Membership, Role, WriteKey

pytestmark = pytest.mark.django_db
KEYS, INSTALL = "/w/northwind-bikes/settings/keys/", "/w/northwind-bikes/settings/install/"
SECRET = re.compile(r"hw_[wt]_[a-z2-7]{40}")


@pytest.fixture
def as_owner(as_ada, northwind):
    Membership.objects.update(role=Role.OWNER)
    return as_ada


def good_keys(workspace):
    return [key for key in WriteKey.objects.filter(workspace=workspace).order_by("pk") if key.revoked_at is None]


def test_a_new_write_key_is_shown_once_and_stands_in_every_sample(as_owner, northwind):
    answer = as_owner.post(KEYS, {"make_write_key": "1"}).content.decode()
    [secret] = set(SECRET.findall(answer))
    assert answer.count(secret) > 7
    [key] = good_keys(northwind)
    assert secret.startswith(key.prefix)
    assert secret not in as_owner.get(KEYS).content.decode()
    assert f"{key.prefix}…" in as_owner.get(KEYS).content.decode()


def test_replacing_lets_the_old_ones_go_on_for_a_while(as_owner, northwind):
    as_owner.post(KEYS, {"make_write_key": "1"})
    before = good_keys(northwind)[0]
    as_owner.post(KEYS, {"replace_write_keys": "1", "overlap": "24"})
    before.refresh_from_db()
    assert timedelta(hours=23) < before.revoked_at - timezone.now() <= timedelta(hours=24)
    assert len(good_keys(northwind)) == 1
    assert "Ends " in as_owner.get(KEYS).content.decode()
    wrong = as_owner.post(KEYS, {"replace_write_keys": "1", "overlap": "a year"})
    assert (wrong.status_code, len(good_keys(northwind))) == (422, 1)
    assert "Choose how long the old keys go on." in wrong.content.decode()


def test_revoking_is_asked_for_and_ends_the_key(as_owner, northwind):
    as_owner.post(KEYS, {"make_write_key": "1"})
    [key] = good_keys(northwind)
    page = as_owner.get(KEYS).content.decode()
    assert f"Revoke {key.prefix}…?" in page
    assert f'name="revoke_write_key" value="{key.pk}"' in page
    assert as_owner.post(KEYS, {"revoke_write_key": key.pk}).status_code == 302
    assert good_keys(northwind) == []


def test_keys_of_others_cannot_be_revoked(as_owner, rival_workspace):
    from accounts.actions import create_api_token, create_write_key

    key, _ = create_write_key(rival_workspace)
    token, _ = create_api_token(rival_workspace.agency, scope="read", workspace=rival_workspace)
    for form in ({"revoke_write_key": key.pk}, {"revoke_token": token.pk}, {"revoke_token": "1; drop"}):
        assert as_owner.post(KEYS, form).status_code == 404
    key.refresh_from_db()
    token.refresh_from_db()
    assert key.revoked_at is token.revoked_at is None


def test_a_token_belongs_to_the_workspace_and_to_whoever_made_it(as_owner, northwind, ada):
    form = {"make_token": "1", "name": "Warehouse export", "scope": "read", "lives": "90"}
    answer = as_owner.post(KEYS, form).content.decode()
    [secret] = set(SECRET.findall(answer))
    token = ApiToken.objects.get()
    assert (token.workspace, token.scope, token.made_by.user) == (northwind, "read", ada)
    assert timedelta(days=89) < token.expires_at - timezone.now() <= timedelta(days=90)
    shown = as_owner.get("/api/v1/workspaces/", headers={"Authorization": f"Bearer {secret}"})
    assert [one["id"] for one in shown.json()["results"]] == ["northwind-bikes"]
    as_owner.post(KEYS, {"revoke_token": token.pk})
    assert as_owner.get("/api/v1/workspaces/", headers={"Authorization": f"Bearer {secret}"}).status_code == 401


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"name": " "}, "Name it with 1 to 120 characters."),
        ({"scope": "root"}, "Choose what it may do."),
        ({"lives": "9999"}, "Choose how long it holds."),
    ],
)
def test_what_is_wrong_with_a_token_stands_at_its_field(as_owner, change, said):
    form = {"make_token": "1", "name": "Export", "scope": "manage", "lives": ""} | change
    answer = as_owner.post(KEYS, form)
    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert not ApiToken.objects.exists()


def test_both_tables_are_files_too(as_owner):
    as_owner.post(KEYS, {"make_token": "1", "name": "=cmd()", "scope": "read", "lives": ""})
    assert "'=cmd()" in as_owner.get(f"{KEYS}?export=tokens").content.decode()
    assert as_owner.get(f"{KEYS}?export=write-keys").status_code == 200


def test_every_change_of_keys_is_noted_without_a_secret(as_owner):
    as_owner.post(KEYS, {"make_write_key": "1"})
    entry = AuditEntry.objects.latest("pk")
    assert (entry.action, entry.result) == ("POST keys", "200")
    assert "hw_w_" not in f"{entry.object} {entry.action}"


def test_an_analyst_installs_with_a_key_that_was_given_to_them(as_ada, northwind):
    from accounts.actions import create_write_key

    _key, secret = create_write_key(northwind)
    assert "Owners and admins of the agency make keys." in as_ada.get(INSTALL).content.decode()
    assert as_ada.post(INSTALL, {"make_key": "1"}).status_code == 403
    assert f"data-key=&quot;{secret}&quot;" in as_ada.post(INSTALL, {"key": secret}).content.decode()
    wrong = as_ada.post(INSTALL, {"key": "hw_w_made-up"})
    assert wrong.status_code == 422
    assert "Enter a write key of this workspace" in wrong.content.decode()


def test_the_page_waits_until_something_arrives(as_ada, northwind):
    page = as_ada.get(INSTALL).content.decode()
    assert "Waiting for the first event" in page
    assert 'hx-trigger="every 3s"' in page


def test_the_newest_events_are_a_file_too(as_ada, northwind):
    from tests.web.shop import a_track, tell

    assert "export=newest" not in as_ada.get(INSTALL).content.decode()
    tell(northwind, a_track("Signed Up", "ann", days=0.1))
    assert "export=newest" in as_ada.get(INSTALL).content.decode()
    lines = as_ada.get(f"{INSTALL}?export=newest").content.decode("utf-8-sig").splitlines()
    assert lines[0] == "Time,Kind,Event,Where,Came from,Channel,Test"
    assert ",track,Signed Up," in lines[1]


def test_nobody_answering_is_said_and_leaves_no_key(as_ada, northwind, settings):
    settings.BASE_URL = "http://127.0.0.1:9"
    answer = as_ada.post(INSTALL, {"test": "1"})
    assert answer.status_code == 422
    assert "Nobody answered at http://127.0.0.1:9/v1/track" in answer.content.decode()
    assert not WriteKey.objects.exists()
