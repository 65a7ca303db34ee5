"""Every page against everybody who may not see it; found by walking the map, so new ones are covered."""

from datetime import timedelta
from itertools import product
from typing import Any

import pytest
from django.contrib.sessions.models import Session
from django.db import transaction
from django.test import Client
from django.urls import URLResolver, get_resolver, reverse
from django.utils import timezone

from accounts import actions
from accounts.models import Invitation, Membership, Role, WorkspaceAccess
from accounts.permissions import Action, may
from accounts.tenancy import workspace_scope
from tests.api.cast import a_shop, a_token, an_agency
from tests.laws.routes import METHODS, walk
from tracking.models import Alias, Conversion, Event, Goal, RejectedEvent

pytestmark = pytest.mark.django_db

# For everybody, and about nobody.
OPEN = {
    "healthz",
    "metrics",
    "log-in",
    "account_login",
    "log-out",
    "theme",
    "account_inactive",
    "account_email_verification_sent",
    "account_confirm_email",
    "account_reset_password",
    "account_reset_password_done",
    "account_reset_password_from_key",
    "account_reset_password_from_key_done",
    "invitation",
    # The signed link is the proof, and the only one: recipients have no log-in.
    "report-confirm",
    "report-unsubscribe",
    # Leads to the log-in unless a password was just accepted there.
    "mfa_authenticate",
}
# For everybody who is logged in, about themselves.
OWN = {
    "home",
    "workspaces",
    "new-workspace",
    "help",
    "guide",
    "account_reauthenticate",
    "mfa_reauthenticate",
    "account_change_password",
    "mfa_index",
    "mfa_activate_totp",
    "mfa_deactivate_totp",
    "mfa_view_recovery_codes",
    "mfa_generate_recovery_codes",
    "my-agency",
    "styleguide",
}
# Of a workspace: name → what a role needs to see it. Which methods a page knows, it says itself.
OF_WORKSPACE = {
    "overview": Action.SEE_REPORTS,
    "attribution": Action.SEE_REPORTS,
    "attribution-by": Action.SEE_REPORTS,
    "attribution-people": Action.SEE_PEOPLE,
    "conversion": Action.SEE_PEOPLE,
    "attribution-look-back": Action.SEE_REPORTS,
    "attribution-paths": Action.SEE_REPORTS,
    "attribution-timing": Action.SEE_REPORTS,
    "campaigns": Action.SEE_REPORTS,
    "saved-views": Action.SEE_REPORTS,
    "journeys": Action.SEE_PEOPLE,
    "journey": Action.SEE_PEOPLE,
    "live-events": Action.SEE_PEOPLE,
    "event": Action.SEE_PEOPLE,
    "refused-event": Action.SEE_PEOPLE,
    "data-health": Action.SEE_PEOPLE,
    "reports": Action.SEND_REPORTS,
    "report-recipients": Action.SEND_REPORTS,
    "report-preview": Action.SEND_REPORTS,
    "report-mail": Action.SEND_REPORTS,
    "report-deliveries": Action.SEND_REPORTS,
    "report-branding": Action.CHANGE_BRAND,
    "report-outbox": Action.MANAGE_MEMBERS,
    "funnels": Action.SEE_REPORTS,
    "funnel-run": Action.SEE_REPORTS,
    "saved-funnels": Action.SEE_REPORTS,
    "pipeline": Action.SEE_REPORTS,
    "stages": Action.CHANGE_WORKSPACE,
    "returns": Action.SEE_REPORTS,
    "returns-over-time": Action.SEE_REPORTS,
    "lifetime-value": Action.SEE_REPORTS,
    "channel-rules": Action.CHANGE_WORKSPACE,
    "goal": Action.CHANGE_WORKSPACE,
    "goals": Action.CHANGE_WORKSPACE,
    "goal-archive": Action.CHANGE_WORKSPACE,
    "goal-restore": Action.CHANGE_WORKSPACE,
    "install": Action.CHANGE_WORKSPACE,
    "settings": Action.CHANGE_WORKSPACE,
    "spend": Action.CHANGE_WORKSPACE,
    "keys": Action.MANAGE_KEYS,
}
# Of a workspace too, but they only lead on to another of its pages.
LEADS_TO_ANOTHER = {"conversion"}
# For those who manage the agency: name → the methods that it knows.
OF_MANAGERS = {
    "agency-members": {"GET", "HEAD"},
    "agency-tokens": {"GET", "HEAD", "POST"},
    "audit": {"GET", "HEAD"},
    "agency-invite": {"POST"},
    "agency-change-role": {"POST"},
    "agency-remove": {"POST"},
    "agency-withdraw": {"POST"},
}
# Of those, what is asked for more than the laws send along.
ASK_FOR_MORE = {"agency-tokens"}
# Only ever lead on to the address with the slash.
LEADS_ON = {None}
SAFE = {"GET", "HEAD"}


def page_names() -> set[str | None]:
    patterns = [
        entry
        for entry in get_resolver().url_patterns
        if not (isinstance(entry, URLResolver) and "api" in str(entry.pattern))
    ]
    return {pattern.name for pattern in walk(patterns)}


class Cast:
    def __init__(self) -> None:
        self.agency = an_agency()
        self.shop, self.sister = a_shop(self.agency), a_shop(self.agency, name="Sister")
        others = an_agency("Others")
        a_shop(others, name="Theirs")
        self.owner = self.join("owner", self.agency, Role.OWNER)
        self.admin = self.join("admin", self.agency, Role.ADMIN)
        self.analyst = self.join("analyst", self.agency, Role.ANALYST)
        self.client = self.join("client", self.agency, Role.CLIENT)
        WorkspaceAccess.objects.create(membership=self.client, workspace=self.shop)
        sisters = self.join("sister", self.agency, Role.CLIENT)
        WorkspaceAccess.objects.create(membership=sisters, workspace=self.sister)
        removed = self.join("removed", self.agency, Role.ADMIN)
        self.sister_client = inside(sisters)
        self.foreign_owner = inside(self.join("foreign", others, Role.OWNER))
        self.removed = inside(removed)
        removed.delete()
        with workspace_scope(self.shop):
            Alias.objects.create(workspace=self.shop, namespace="user", value="ann", person_id=1)
            goal = self.goal = Goal.objects.create(workspace=self.shop, name="Order", event="Order Completed")
            self.conversion = Conversion.objects.create(
                workspace=self.shop, goal_id=goal.pk, key="order:1", person_id=1, at=timezone.now(), message_id="m1"
            ).pk
            self.refused = RejectedEvent.objects.create(workspace=self.shop, reason="missing_type")
            moment = timezone.now()
            Event.objects.create(
                workspace=self.shop, message_id="m1", received_at=moment, at=moment, kind="page", payload={}, door="csv"
            )
        self.invitation = Invitation.objects.create(
            agency=self.agency,
            email="new@bright.example",
            role=Role.ANALYST,
            digest=b"1" * 32,
            expires_at=timezone.now() + timedelta(days=7),
        )
        self.nobody = {
            "nobody": Client(),
            "an expired session": self.expired(),
            "an ended session": self.ended(),
            "a token": Client(headers={"Authorization": f"Bearer {a_token(self.agency)}"}),
            "a write key": Client(headers={"Authorization": f"Bearer {actions.create_write_key(self.shop)[1]}"}),
            "a made-up session": with_cookie("made-up"),
        }

    def join(self, name: str, agency: Any, role: Role) -> Membership:
        return actions.create_membership(actions.create_user(f"{name}@bright.example", "x" * 12), agency, role)

    def expired(self) -> Client:
        client = inside(self.owner)
        Session.objects.filter(pk=client.session.session_key).update(expire_date=timezone.now() - timedelta(seconds=1))
        return client

    def ended(self) -> Client:
        """A session from before the password was changed."""
        member = self.join("careful", self.agency, Role.OWNER)
        client = inside(member)
        member.user.set_password("y" * 12)
        member.user.save()
        return client

    def path(self, name: str, *, made_up: bool = False) -> str:
        known: dict[str, Any] = {
            "slug": "made-up" if made_up else self.shop.slug,
            "agency": "made-up" if made_up else self.agency.slug,
            "member": self.analyst.pk,
            "invitation": self.invitation.pk,
            "alias": "ann",
            "message": "m1",
            "number": self.refused.pk,
            "name": "analyst",
            "conversion": self.conversion,
            "goal": self.goal.pk,
        }
        wanted = next(pattern for pattern in walk(get_resolver().url_patterns) if pattern.name == name)
        return reverse(name, kwargs={key: known[key] for key in wanted.pattern.converters})

    def state(self) -> list[Any]:
        """Everything the pages can change."""
        members = Membership.objects.order_by("pk").values_list("pk", "role")
        return [list(members), list(Invitation.objects.values()), list(WorkspaceAccess.objects.values())]


def inside(member: Membership) -> Client:
    client = Client()
    client.force_login(member.user)
    return client


def with_cookie(session: str) -> Client:
    client = Client()
    client.cookies["sessionid"] = session
    return client


def send(client: Client, method: str, path: str) -> Any:
    body = "role=admin&email=friend@stranger.example"
    return client.generic(method, path, body, content_type="application/x-www-form-urlencoded")


@pytest.fixture
def cast():
    return Cast()


def test_every_page_is_classified():
    assert page_names() == OPEN | OWN | set(OF_WORKSPACE) | set(OF_MANAGERS) | LEADS_ON, "a new page needs a line here"


def test_nobody_is_led_to_the_log_in(cast):
    before = cast.state()
    pages = product(sorted(OWN | set(OF_WORKSPACE) | set(OF_MANAGERS)), METHODS, cast.nobody.items())
    for name, method, (who, client) in pages:
        answer = send(client, method, cast.path(name))
        assert answer.status_code == 302, (who, name, method)
        assert answer.headers["Location"].startswith("/log-in/?next="), (who, name, method)
    assert cast.state() == before


def page_of(name: str) -> Any:
    """The class behind an address."""
    found = next(pattern for pattern in walk(get_resolver().url_patterns) if pattern.name == name)
    return found.callback.view_class


@pytest.mark.parametrize("name", OF_WORKSPACE)
def test_a_page_is_shown_to_the_roles_that_may_see_it(cast, name):
    page, path, before = page_of(name), cast.path(name), cast.state()
    assert page.action == OF_WORKSPACE[name]
    for member in (cast.owner, cast.admin, cast.analyst, cast.client):
        client = inside(member)
        if page.reads:
            shown = 302 if name in LEADS_TO_ANOTHER else 200
            wanted = shown if may(member.role, page.action) else 403
            assert send(client, "GET", path).status_code == wanted, member.role
        if "POST" in page.methods() and not may(member.role, page.change_action or page.action):
            assert send(client, "POST", path).status_code == 403, member.role
    assert cast.state() == before


@pytest.mark.parametrize("name", OF_WORKSPACE)
def test_a_workspace_shows_nothing_to_strangers(cast, name):
    before, methods = cast.state(), page_of(name).methods()
    for client, method in product((cast.sister_client, cast.foreign_owner, cast.removed), METHODS):
        ours, none = (send(client, method, cast.path(name, made_up=made_up)) for made_up in (False, True))
        assert ours.status_code == (404 if method in methods else 405)
        assert (ours.status_code, ours.content) == (none.status_code, none.content)
    assert cast.state() == before


def test_lists_name_no_workspace_of_others(cast):
    for client in (cast.sister_client, cast.foreign_owner, cast.removed):
        assert f"/w/{cast.shop.slug}/" not in client.get("/workspaces/").content.decode()


def test_an_agency_shows_its_people_to_those_who_manage_it(cast):
    before = cast.state()
    for name, method in product(OF_MANAGERS, METHODS):
        for member in (cast.analyst, cast.client):
            assert send(inside(member), method, cast.path(name)).status_code == 403, (name, method, member.role)
        assert send(cast.sister_client, method, cast.path(name)).status_code == 403
        for client in (cast.foreign_owner, cast.removed):
            ours, none = (send(client, method, cast.path(name, made_up=made_up)) for made_up in (False, True))
            assert (ours.status_code, ours.content) == (none.status_code, none.content) == (404, ours.content)
    assert cast.state() == before


def test_those_who_may_are_let_in_so_that_the_refusals_mean_something(cast):
    for name, knows in OF_MANAGERS.items():
        for method in METHODS:
            with transaction.atomic():
                before = cast.state()
                answer = send(inside(cast.admin), method, cast.path(name))
                wanted = (200 if method in SAFE else 302) if method in knows else 405
                wanted = 422 if wanted == 302 and name in ASK_FOR_MORE else wanted
                assert answer.status_code == wanted, (name, method)
                assert (cast.state() != before) == (wanted == 302), (name, method)
                transaction.set_rollback(True)
    for name in OWN - {"home", "my-agency", "mfa_reauthenticate", "account_reauthenticate"}:
        answer = inside(cast.owner).get(cast.path(name))
        assert answer.status_code in {200, 302, 404}, name
        assert not answer.headers.get("Location", "").startswith("/log-in/?"), name


def test_people_of_one_agency_do_not_reach_members_of_another(cast):
    theirs = cast.foreign_owner
    slug = "others"
    ours = send(theirs, "POST", f"/agency/{slug}/members/{cast.analyst.pk}/remove/")
    none = send(theirs, "POST", f"/agency/{slug}/members/{10**9}/remove/")
    assert (ours.status_code, ours.content) == (none.status_code, none.content) == (404, ours.content)
    assert Membership.objects.filter(pk=cast.analyst.pk).exists()
