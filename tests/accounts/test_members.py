"""Invitations, roles and removal, by the pages and by the API."""

import re
from datetime import timedelta
from itertools import product

import pytest
from django.core import mail
from django.test import Client
from django.utils import timezone

from accounts import actions, members
from accounts.models import AuditEntry, Invitation, Membership, Role, Scope, User, WorkspaceAccess
from accounts.permissions import MAY, Action, may, may_change, workspaces_of_user
from common.errors import Refusal
from tests.api.cast import Caller, a_shop, a_token, an_agency

pytestmark = pytest.mark.django_db
PASSWORD = "correct-horse-battery"


@pytest.fixture
def agency(db):
    return an_agency()


@pytest.fixture
def shop(agency):
    return a_shop(agency)


@pytest.fixture
def join(agency):
    def make(name: str, role: Role, *workspaces) -> Membership:
        user = actions.create_user(f"{name}@bright.example", PASSWORD, name=name)
        membership = actions.create_membership(user, agency, role)
        for workspace in workspaces:
            WorkspaceAccess.objects.create(membership=membership, workspace=workspace)
        return membership

    return make


@pytest.fixture
def owner(join):
    return join("olga", Role.OWNER)


def as_(member: Membership) -> Client:
    client = Client()
    client.force_login(member.user)
    return client


def page_of(member: Membership, rest: str = "") -> str:
    return f"/agency/{member.agency.slug}/members/{rest}"


def invite(member, capture, email="new@bright.example", role="analyst", **more) -> str | None:
    """Invite by the page; the path in the mail, if one went out."""
    before = len(mail.outbox)
    with capture(execute=True):
        as_(member).post(page_of(member, "invite/"), {"email": email, "role": role, **more})
    if len(mail.outbox) == before:
        return None
    (path,) = re.findall(r"/invitation/hw_i_\w+/", mail.outbox[-1].body)
    return path


def join_by(path: str, client: Client | None = None):
    return (client or Client()).post(path, {"name": "New", "password": PASSWORD})


@pytest.fixture
def capture(django_capture_on_commit_callbacks):
    return django_capture_on_commit_callbacks


def test_roles_are_compared_as_a_whole_table():
    """Mine × theirs now × theirs after: nobody reaches above themselves, and only managers reach at all."""
    rank = ["client", "analyst", "admin", "owner"]
    for mine, now, after in product(rank, [None, *rank], [None, *rank]):
        reach = [rank.index(role) for role in (now, after) if role is not None]
        wanted = mine in ("admin", "owner") and all(one <= rank.index(mine) for one in reach)
        assert may_change(mine, now, after) is wanted, (mine, now, after)


def test_every_role_has_its_line_in_the_table():
    assert set(MAY) == set(Role)
    assert not may("nobody", Action.SEE_REPORTS)


def test_an_invited_address_becomes_a_member_who_can_log_in(owner, capture):
    path = invite(owner, capture)
    assert Client().get(path).status_code == 200
    assert join_by(path).status_code == 302
    member = Membership.objects.get(user__email="new@bright.example")
    assert (member.role, member.agency) == ("analyst", owner.agency)
    client = Client()
    client.post("/log-in/", {"login": "new@bright.example", "password": PASSWORD})
    assert client.get("/workspaces/").status_code == 200


def test_an_invitation_works_once(owner, capture):
    path = invite(owner, capture)
    assert [join_by(path).status_code for _ in range(2)] == [302, 404]
    assert Membership.objects.count() == 2


def test_looking_at_an_invitation_takes_nothing(owner, capture):
    path = invite(owner, capture)
    for _ in range(3):
        Client().get(path)
        Client().head(path)
    assert join_by(path).status_code == 302


def test_an_invitation_ends_after_seven_days(owner, capture):
    path = invite(owner, capture)
    Invitation.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    assert join_by(path).status_code == 404
    assert timedelta(days=7) == members.GOOD_FOR
    assert not User.objects.filter(email="new@bright.example").exists()


def test_an_invitation_dies_with_the_inviter(owner, join, capture):
    path = invite(join("ann", Role.ADMIN), capture)
    members.remove(members.actor_of_member(owner), Membership.objects.get(user__email="ann@bright.example"))
    assert join_by(path).status_code == 404


def test_an_invitation_dies_when_the_inviter_may_no_longer_make_it(owner, join, capture):
    ann = join("ann", Role.ADMIN)
    path = invite(ann, capture, role="admin")
    members.change_role(members.actor_of_member(owner), ann, "analyst", now=timezone.now())
    assert join_by(path).status_code == 404


def test_a_second_invitation_ends_the_first(owner, capture):
    first, second = invite(owner, capture), invite(owner, capture, role="admin")
    assert join_by(first).status_code == 404
    assert join_by(second).status_code == 302
    assert Membership.objects.get(user__email="new@bright.example").role == "admin"


def test_the_role_is_the_one_that_was_offered(owner, capture):
    path = invite(owner, capture)
    Client().post(path, {"name": "New", "password": PASSWORD, "role": "owner", "email": "other@bright.example"})
    assert Membership.objects.get(user__email="new@bright.example").role == "analyst"


def test_somebody_else_s_log_in_cannot_take_it(owner, capture):
    known = actions.create_user("new@bright.example", PASSWORD)
    thief = actions.create_user("thief@bright.example", PASSWORD)
    path = invite(owner, capture)
    client = Client()
    assert client.post(path).status_code == 409
    client.force_login(thief)
    assert client.post(path, {"name": "x", "password": PASSWORD}).status_code == 409
    assert Membership.objects.count() == 1
    client.force_login(known)
    assert client.post(path).status_code == 302
    assert Membership.objects.filter(user=known).exists()


def test_a_logged_in_person_cannot_take_the_invitation_of_a_new_address(owner, capture):
    thief = actions.create_user("thief@bright.example", PASSWORD)
    path = invite(owner, capture)
    client = Client()
    client.force_login(thief)
    assert join_by(path, client).status_code == 409
    assert Membership.objects.count() == 1


def test_the_secret_is_kept_as_a_hash_and_shown_to_the_address_alone(owner, capture):
    path = invite(owner, capture)
    secret = path.split("/")[2]
    assert secret not in str(list(Invitation.objects.values()))
    assert secret not in as_(owner).get(page_of(owner)).content.decode()
    assert secret not in str(list(AuditEntry.objects.values()))


def test_an_agency_s_name_cannot_write_the_mail_anew(owner, capture):
    owner.agency.name = "Bright\r\nBcc: all@evil.example <b>"
    owner.agency.save()
    invite(owner, capture)
    sent = mail.outbox[-1]
    assert sent.recipients() == ["new@bright.example"]
    assert "\n" not in sent.subject


@pytest.mark.parametrize("role", ["admin", "analyst", "client"])
def test_who_is_below_an_owner_cannot_make_one(owner, join, shop, capture, role):
    member = join("ann", Role(role), shop)
    assert invite(member, capture, role="owner") is None
    answer = as_(member).post(page_of(member, f"{owner.pk}/"), {"role": "analyst"})
    assert answer.status_code == 403
    assert as_(member).post(page_of(member, f"{owner.pk}/remove/")).status_code == 403
    assert as_(member).post(page_of(member, f"{member.pk}/"), {"role": "owner"}).status_code == 403
    owner.refresh_from_db()
    member.refresh_from_db()
    assert (owner.role, member.role) == ("owner", role)


def test_the_last_owner_stays(owner, join):
    actor = members.actor_of_member(join("other", Role.OWNER))
    members.remove(actor, owner)
    with pytest.raises(Refusal, match="own role"):
        members.remove(actor, actor.membership)
    token = Caller(a_token(owner.agency))
    assert token.call("DELETE", f"agency/members/{actor.membership.pk}/").status_code == 403


def test_a_client_sees_the_workspaces_given_and_no_other(owner, join, shop, agency):
    sister = a_shop(agency, name="Sister")
    client = as_(join("cleo", Role.CLIENT, shop))
    assert client.get(f"/w/{shop.slug}/").status_code == 200
    assert client.get(f"/w/{sister.slug}/").status_code == 404
    assert sister.name not in client.get("/workspaces/").content.decode()


def test_a_client_is_invited_to_some_workspaces_of_this_agency(owner, shop, capture):
    theirs = a_shop(an_agency("Others"), name="Theirs")
    assert invite(owner, capture, role="client") is None
    assert invite(owner, capture, role="client", workspaces=[theirs.pk]) is None
    join_by(invite(owner, capture, role="client", workspaces=[shop.pk]))
    user = User.objects.get(email="new@bright.example")
    assert list(workspaces_of_user(user)) == [shop]


def test_removal_holds_from_the_next_request_on(owner, join, shop, agency):
    ann = join("ann", Role.ADMIN)
    client = as_(ann)
    token = Caller(a_token(agency, made_by=ann))
    assert client.get(f"/w/{shop.slug}/").status_code == 200
    assert token.get("workspaces/").status_code == 200
    assert as_(owner).post(page_of(owner, f"{ann.pk}/remove/")).status_code == 302
    assert client.get(f"/w/{shop.slug}/").status_code == 404
    assert client.get(page_of(owner)).status_code == 404
    assert token.get("workspaces/").status_code == 401


def test_a_lower_role_holds_from_the_next_request_on(owner, join, agency):
    ann = join("ann", Role.ADMIN)
    client, token = as_(ann), Caller(a_token(agency, made_by=ann))
    as_(owner).post(page_of(owner, f"{ann.pk}/"), {"role": "analyst"})
    assert client.get(page_of(owner)).status_code == 403
    assert token.get("agency/members/").status_code == 401


def test_members_over_the_api(owner, shop, capture, agency):
    caller = Caller(a_token(agency))
    made = caller.post("agency/invitations/", {"email": "c@x.example", "role": "client", "workspaces": [shop.slug]})
    assert made.status_code == 201
    listed = caller.get("agency/invitations/").json()["results"]
    assert [(row["email"], row["workspaces"]) for row in listed] == [("c@x.example", [shop.slug])]
    assert caller.call("DELETE", f"agency/invitations/{made.json()['id']}/").status_code == 204
    assert caller.get("agency/invitations/").json()["results"] == []
    people = caller.get("agency/members/").json()["results"]
    assert [(row["email"], row["role"], row["workspaces"]) for row in people] == [
        ("olga@bright.example", "owner", None)
    ]
    assert caller.put(f"agency/members/{owner.pk}/", {"role": "analyst"}).status_code == 403


def test_a_token_is_shown_once_and_ends_when_it_is_revoked(agency, shop):
    caller = Caller(a_token(agency))
    made = caller.post("agency/tokens/", {"name": "Robot", "scope": "read", "workspace": shop.slug})
    assert made.status_code == 201
    secret, pk = made.json()["token"], made.json()["id"]
    robot = Caller(secret)
    assert robot.get(f"workspaces/{shop.slug}/").status_code == 200
    assert robot.get("agency/tokens/").status_code == 403
    listed = caller.get("agency/tokens/")
    assert secret not in listed.content.decode()
    assert [row["workspace"] for row in listed.json()["results"]] == [None, shop.slug]
    assert caller.call("DELETE", f"agency/tokens/{pk}/").status_code == 204
    assert robot.get(f"workspaces/{shop.slug}/").status_code == 401


def test_a_token_s_repeat_gives_the_same_secret(agency):
    caller = Caller(a_token(agency))
    headers = {"Idempotency-Key": "once"}
    first, second = (caller.post("agency/tokens/", {"name": "Robot"}, **headers).json() for _ in range(2))
    assert first == second
    assert Caller(first["token"]).get("workspaces/").status_code == 200


def test_a_write_key_is_rotated_with_an_overlap(agency, shop):
    caller = Caller(a_token(agency))
    (old,) = caller.get(f"workspaces/{shop.slug}/write-keys/").json()["results"]
    made = caller.post(f"workspaces/{shop.slug}/write-keys/", {"overlap_hours": 2}).json()
    assert made["write_key"].startswith("hw_w_")
    rows = {row["id"]: row["revoked_at"] for row in caller.get(f"workspaces/{shop.slug}/write-keys/").json()["results"]}
    assert rows[made["id"]] is None
    assert timezone.datetime.fromisoformat(rows[old["id"]]) > timezone.now() + timedelta(hours=1)
    assert caller.call("DELETE", f"workspaces/{shop.slug}/write-keys/{old['id']}/").status_code == 204
    rows = {row["id"]: row["revoked_at"] for row in caller.get(f"workspaces/{shop.slug}/write-keys/").json()["results"]}
    assert timezone.datetime.fromisoformat(rows[old["id"]]) <= timezone.now()


def test_a_manager_s_token_is_worth_no_more_than_an_admin(owner, agency):
    caller = Caller(a_token(agency, made_by=owner))
    assert caller.post("agency/invitations/", {"email": "o@x.example", "role": "owner"}).status_code == 403
    assert Caller(a_token(agency, scope=Scope.READ)).get("agency/members/").status_code == 403
