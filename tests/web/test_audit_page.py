"""The agency's audit log and tokens: for those who run it, a page at a time, by actor and action."""

import re

import pytest

from accounts import audit
from accounts.models import ApiToken, AuditEntry, Membership, Role

pytestmark = pytest.mark.django_db
AUDIT, TOKENS = "/agency/marlow-pike/audit/", "/agency/marlow-pike/tokens/"
SECRET = re.compile(r"hw_t_[a-z2-7]{40}")


@pytest.fixture
def as_owner(as_ada, northwind):
    Membership.objects.update(role=Role.OWNER)
    return as_ada


def words(answer):
    body = answer.content.decode().partition('<table class="table stacked">')[2]
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", re.sub(r"<svg.*?</svg>", "", body, flags=re.S)))


def test_entries_are_shown_newest_first_with_names(as_owner, agency, northwind, ada):
    audit.note("POST keys", 200, actor=ada, agency=agency, workspace=northwind, about="key=7")
    audit.note("GET settings", 403, agency=agency)
    said = words(as_owner.get(AUDIT))
    assert said.index("Look at: settings") < said.index("Make or revoke a key")
    assert "Ada Make or revoke a key key 7 Northwind Bikes Done" in said
    assert "Nobody known Look at: settings – Refused, 403" in said


def test_the_log_of_another_agency_is_not_there(as_owner, rival_workspace):
    audit.note("POST secret-thing", 200, agency=rival_workspace.agency)
    assert "secret-thing" not in as_owner.get(AUDIT).content.decode()
    assert as_owner.get("/agency/rival/audit/").status_code == 404


def test_it_is_cut_by_actor_action_and_outcome(as_owner, agency, ada):
    token = ApiToken.objects.create(agency=agency, name="Export", scope="read", prefix="hw_t_1", digest=b"1" * 32)
    audit.note("POST keys", 200, actor=ada, agency=agency)
    audit.note("PUT spend", 200, actor=token, agency=agency)
    audit.note("PUT spend", 404, actor=token, agency=agency)
    assert "Make or revoke a key" not in words(as_owner.get(AUDIT, {"actor": f"token:{token.pk}"}))
    assert "Change: spend" not in words(as_owner.get(AUDIT, {"action": "POST keys"}))
    refused = words(as_owner.get(AUDIT, {"refused": "1"}))
    assert "Refused, 404" in refused
    assert "Done" not in refused
    for nonsense in ({"actor": "user:x"}, {"cursor": "-1"}, {"action": "\0"}, {"actor": "nobody:1"}):
        assert as_owner.get(AUDIT, nonsense).status_code == 200


def test_older_entries_are_behind_a_cursor(as_owner, agency):
    for number in range(105):
        audit.note(f"POST thing-{number}", 200, agency=agency)
    first = as_owner.get(AUDIT)
    assert "thing 104" in words(first)
    assert "thing 4 " not in words(first)
    cursor = re.search(r"\?cursor=(\d+)", first.content.decode())[1]
    second = words(as_owner.get(AUDIT, {"cursor": cursor}))
    assert "thing 4 " in second
    assert "thing 0 " in second
    assert "thing 5 " not in second


def test_the_log_is_a_file_too(as_owner, agency):
    audit.note("POST keys", 200, agency=agency, about="=cmd()")
    page = as_owner.get(f"{AUDIT}?export=audit").content.decode()
    assert "nobody,,POST keys,'=cmd(),,200," in page


def test_an_agency_token_sees_every_workspace_until_it_is_revoked(as_owner, northwind):
    form = {"make_token": "1", "name": "Warehouse", "scope": "read", "lives": ""}
    [secret] = set(SECRET.findall(as_owner.post(TOKENS, form).content.decode()))
    token = ApiToken.objects.get()
    assert token.workspace is None
    headers = {"Authorization": f"Bearer {secret}"}
    assert as_owner.get("/api/v1/workspaces/", headers=headers).status_code == 200
    assert secret not in as_owner.get(TOKENS).content.decode()
    assert as_owner.post(TOKENS, {"revoke_token": token.pk}).status_code == 302
    assert as_owner.get("/api/v1/workspaces/", headers=headers).status_code == 401
    assert AuditEntry.objects.filter(action="POST agency-tokens").count() == 2


def test_tokens_of_workspaces_and_of_others_stay(as_owner, rival_workspace, northwind, agency):
    from accounts.actions import create_api_token

    theirs, _ = create_api_token(rival_workspace.agency, scope="read")
    ours, _ = create_api_token(agency, scope="read", workspace=northwind)
    for token in (theirs, ours):
        assert as_owner.post(TOKENS, {"revoke_token": token.pk}).status_code == 404
    wrong = as_owner.post(TOKENS, {"make_token": "1", "name": "", "scope": "read", "lives": ""})
    assert wrong.status_code == 422
    assert "Name it with 1 to 120 characters." in wrong.content.decode()


def test_tokens_come_as_a_file_without_their_secrets(as_owner, agency):
    form = {"make_token": "1", "name": "=Nightly", "scope": "read", "lives": ""}
    [secret] = set(SECRET.findall(as_owner.post(TOKENS, form).content.decode()))
    answer = as_owner.get(TOKENS, {"export": "tokens"})
    lines = answer.content.decode().splitlines()
    assert answer.headers["Content-Type"].startswith("text/csv")
    assert "'=Nightly" in lines[1]
    assert secret not in answer.content.decode()


def test_open_invitations_come_as_a_file(as_owner, agency):
    invited = {"email": "new@example.org", "role": "analyst"}
    assert as_owner.post("/agency/marlow-pike/members/invite/", invited).status_code == 302
    lines = as_owner.get("/agency/marlow-pike/members/", {"export": "invitations"}).content.decode().splitlines()
    assert lines[1].startswith("new@example.org,analyst,")
