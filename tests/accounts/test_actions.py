"""Agencies, workspaces and their keys as they are made."""

from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from accounts import actions
from accounts.authentication import find_token
from accounts.keys import digest_of
from accounts.models import Agency, ApiToken, Membership, Role, Scope, User, WriteKey
from accounts.permissions import workspaces_of_token, workspaces_of_user

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("name", "slug"),
    [
        ("Bright & Co", "bright-co"),
        ("Ärzte", "arzte"),
        ("株式会社", "workspace"),
        ("--", "workspace"),
    ],
)
def test_a_slug_comes_from_the_name(name, slug):
    workspace, _ = actions.create_workspace(actions.create_agency("A"), name=name)
    assert workspace.slug == slug


def test_a_slug_leaves_room_for_its_end():
    first, second = (actions.create_workspace(actions.create_agency("A"), name="x" * 120)[0] for _ in range(2))
    assert len(first.slug) == 50
    assert len(second.slug) <= 60


def test_a_taken_slug_gets_a_random_end():
    first, second, third = (actions.create_workspace(actions.create_agency("A"), name="Shop")[0] for _ in range(3))
    assert first.slug == "shop"
    assert second.slug != third.slug
    assert second.slug.startswith("shop-")


def test_a_new_workspace_has_one_write_key_kept_as_a_hash():
    workspace, secret = actions.create_workspace(actions.create_agency("A"), name="Shop")
    key = WriteKey.objects.get(workspace=workspace)
    assert bytes(key.digest) == digest_of(secret)
    assert secret not in str(key.__dict__)


def test_a_token_is_found_by_its_secret_until_it_ends():
    token, secret = actions.create_api_token(actions.create_agency("A"), scope=Scope.READ)
    assert find_token(secret) == token
    assert find_token(secret + "x") is None
    actions.revoke_api_token(token, now=timezone.now())
    assert find_token(secret) is None


def test_an_expired_token_is_not_found():
    past = timezone.now() - timedelta(seconds=1)
    _, secret = actions.create_api_token(actions.create_agency("A"), scope=Scope.READ, expires_at=past)
    assert find_token(secret) is None


def test_a_token_cannot_be_made_for_another_agencys_workspace():
    theirs, _ = actions.create_workspace(actions.create_agency("B"), name="Shop")
    with pytest.raises(ValueError, match="belong"):
        actions.create_api_token(actions.create_agency("A"), scope=Scope.READ, workspace=theirs)


def test_tokens_see_their_agency_or_their_one_workspace():
    agency = actions.create_agency("A")
    one, two = (actions.create_workspace(agency, name=name)[0] for name in ("one", "two"))
    actions.create_workspace(actions.create_agency("B"), name="theirs")
    whole, _ = actions.create_api_token(agency, scope=Scope.READ)
    single, _ = actions.create_api_token(agency, scope=Scope.READ, workspace=two)
    assert set(workspaces_of_token(whole)) == {one, two}
    assert set(workspaces_of_token(single)) == {two}


@pytest.mark.parametrize("role", Role)
def test_members_see_their_agencys_workspaces_and_clients_not_all_of_them(role):
    agency = actions.create_agency("A")
    mine, _ = actions.create_workspace(agency, name="mine")
    actions.create_workspace(actions.create_agency("B"), name="theirs")
    user = actions.create_user("Kim@Example.com", "a long password")
    actions.create_membership(user, agency, role)
    assert list(workspaces_of_user(user)) == ([] if role == Role.CLIENT else [mine])


def test_the_demo_user_is_made_once():
    agency = actions.create_agency("Demo", is_demo=True)
    for _ in range(2):
        member = actions.make_demo_user(agency, email="demo@example.com", password="headwater-demo")
    assert (User.objects.count(), Membership.objects.count()) == (1, 1)
    assert (member.user.is_demo, member.role) == (True, Role.OWNER)


def run(*args: str, **options: object) -> list[str]:
    out = StringIO()
    call_command(*args, stdout=out, **options)
    return out.getvalue().strip().splitlines()


def test_the_token_command_prints_the_token_last():
    agency = actions.create_agency("Demo")
    workspace, _ = actions.create_workspace(agency, name="Shop")
    secret = run("token", "--agency", "demo", "--scope", "manage", "--workspace", "shop", "--days", "7")[-1]
    token = find_token(secret)
    assert (token.agency, token.workspace, token.scope) == (agency, workspace, Scope.MANAGE)
    assert token.expires_at - timezone.now() < timedelta(days=7, seconds=1)


@pytest.mark.parametrize("options", [["--agency", "nobody"], ["--agency", "demo", "--workspace", "theirs"]])
def test_the_token_command_says_what_it_cannot_find(options):
    actions.create_agency("Demo")
    actions.create_workspace(actions.create_agency("B"), name="theirs")
    with pytest.raises(CommandError):
        run("token", *options)
    assert not ApiToken.objects.exists()


def test_the_first_agency_comes_with_an_owner_who_can_log_in(monkeypatch):
    monkeypatch.setattr("sys.stdin", StringIO("correct horse battery\n"))
    run("create_agency", "Bright & Co", "--owner-email", "Kim@Example.com", "--password-stdin")
    owner = User.objects.get(email="kim@example.com")
    assert owner.check_password("correct horse battery")
    assert Membership.objects.get(user=owner).role == Role.OWNER


@pytest.mark.parametrize(
    ("email", "password"), [("kim", "correct horse battery"), ("kim@example.com", "short"), ("kim@example.com", "")]
)
def test_a_bad_owner_makes_no_agency(monkeypatch, email, password):
    monkeypatch.setattr("sys.stdin", StringIO(f"{password}\n"))
    with pytest.raises(CommandError):
        run("create_agency", "Bright", "--owner-email", email, "--password-stdin")
    assert not Agency.objects.exists()


def test_without_a_terminal_the_password_is_made_up_and_shown(monkeypatch):
    monkeypatch.setattr("sys.stdin", StringIO(""))
    shown = run("create_agency", "Bright", "--owner-email", "kim@example.com")[-1]
    assert User.objects.get().check_password(shown.split()[-1])
