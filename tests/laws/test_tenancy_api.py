"""Every address of the API against everybody who may not use it; found by walking the map, so new ones are covered."""

from datetime import timedelta
from itertools import product
from typing import Any

import pytest
from django.db import connection, transaction
from django.urls import URLResolver, get_resolver, reverse
from django.utils import timezone

from accounts import actions
from accounts.models import AuditEntry, Invitation, Role, Scope
from accounts.tenancy import workspace_scope
from campaigns.actions import put_spend
from campaigns.core.reading import read_row
from campaigns.models import Spend
from funnels.models import FunnelRun
from reports.models import SavedView
from tests.api.cast import (
    Caller,
    a_revoked_token,
    a_shop,
    a_token,
    an_agency,
    an_expired_token,
    check_error,
    first_goal,
)
from tests.laws.routes import METHODS, walk
from tracking.actions import create_goal

pytestmark = pytest.mark.django_db
# Tell everybody the same, and nothing about anybody.
OPEN = {"api-schema", "api-docs", "api-nothing-here"}
# A body that would change something if the caller were let in.
BODIES: dict[tuple[str, str], Any] = {
    ("api-workspaces", "POST"): {"name": "Made by a stranger"},
    ("api-workspace", "PATCH"): {"name": "Renamed by a stranger", "lookback_days": 30},
    ("api-goals", "POST"): {"name": "stranger", "event": "Signed Up"},
    ("api-goal", "PATCH"): {"name": "Renamed by a stranger", "archived": True},
    ("api-pipeline", "PUT"): {"stages": [{"name": "Lead", "event": "Signed Up", "role": "lead"}]},
    ("api-spend", "PUT"): {
        "rows": [
            {"start": "2026-02-01", "end": "2026-02-28", "amount": "90", "currency": "EUR", "channel": "Paid Search"}
        ]
    },
    ("api-report-schedule", "PUT"): {"is_on": True, "weekday": 0, "hour": 8},
    ("api-member", "PUT"): {"role": "admin"},
    ("api-invitations", "POST"): {"email": "friend@stranger.example", "role": "analyst"},
    ("api-tokens", "POST"): {"name": "A stranger's"},
    ("api-write-keys", "POST"): {"overlap_hours": 0},
    ("api-report-funnel", "POST"): {"steps": [{"event": "Signed Up"}], "window_seconds": 60},
    ("api-views", "POST"): {"page": "attribution", "name": "A stranger's"},
}
# Reading, though it needs a body.
QUESTIONS = {"api-report-funnel"}
NOT_COUNTED = {"django_session", "accounts_auditentry"}
# Whose address it is: everybody's own list, a workspace's, or the agency's. A new address needs its line here.
OWN_LIST = {"api-workspaces"}
OF_AGENCY = {"api-members", "api-member", "api-invitations", "api-invitation", "api-tokens", "api-token", "api-audit"}
# Of a workspace, but not for those who only read.
OF_WORKSPACE_KEYS = {"api-write-keys", "api-write-key"}
OF_WORKSPACE = OF_WORKSPACE_KEYS | {
    "api-workspace",
    "api-goals",
    "api-goal",
    "api-pipeline",
    "api-ingestion",
    "api-journey",
    "api-person",
    "api-spend",
    "api-spend-row",
    "api-report-attribution",
    "api-report-comparison",
    "api-report-over-time",
    "api-report-returns",
    "api-report-returns-over-time",
    "api-report-lifetime-value",
    "api-report-funnel",
    "api-report-funnel-run",
    "api-report-pipeline",
    "api-report-schedule",
    "api-report-campaigns",
    "api-report-paths",
    "api-report-timing",
    "api-report-look-back",
    "api-weekly-reports",
    "api-views",
    "api-view",
    "api-report-letters",
}


def api_routes() -> list[tuple[str, str]]:
    """(name, method) of everything the API answers, apart from what is open to all."""
    (api,) = (
        entry for entry in get_resolver().url_patterns if isinstance(entry, URLResolver) and "api" in str(entry.pattern)
    )
    found = []
    for pattern in walk(api.url_patterns):
        assert pattern.name, pattern
        if pattern.name not in OPEN:
            view = pattern.callback.cls
            allowed = [method for method in METHODS if hasattr(view, method.lower())]
            found += [(pattern.name, method) for method in allowed]
            # Django answers HEAD wherever there is a GET.
            found += [(pattern.name, "HEAD")] if "GET" in allowed and "HEAD" not in allowed else []
    return found


def only_reads(name: str, method: str) -> bool:
    return method in {"GET", "HEAD"} or name.removesuffix("-bare") in QUESTIONS


ROUTES = api_routes()


@pytest.fixture
def cast():
    """A shop with something in every table the API touches, and everybody who wants to see it."""
    return Cast()


class Cast:
    def __init__(self) -> None:
        self.agency = an_agency()
        self.shop = a_shop(self.agency)
        self.sister = a_shop(self.agency, name="Sister")
        self.goal = first_goal(self.shop)
        # The only goal there is cannot be archived.
        create_goal(self.shop, name="trial", event="Trial Started")
        others = an_agency("Others")
        theirs = a_shop(others, name="Theirs")
        self.manager = Caller(a_token(self.agency))
        self.reader = Caller(a_token(self.agency, scope=Scope.READ))
        self.own = Caller(a_token(self.agency, workspace=self.shop))
        self.own_reader = Caller(a_token(self.agency, workspace=self.shop, scope=Scope.READ))
        self.unknown = {
            "no token": Caller(),
            "a made-up token": Caller("hw_t_" + "a" * 40),
            "a revoked token": Caller(a_revoked_token(self.agency)),
            "an expired token": Caller(an_expired_token(self.agency)),
            "a write key": Caller(actions.create_write_key(self.shop)[1]),
            "a digest": Caller("\\x" + "00" * 32),
        }
        self.strangers = {
            "another agency": Caller(a_token(others)),
            "another agency's workspace": Caller(a_token(others, workspace=theirs)),
            "the sister workspace": Caller(a_token(self.agency, workspace=self.sister)),
            "another agency's reader": Caller(a_token(others, scope=Scope.READ)),
            "the sister workspace's reader": Caller(a_token(self.agency, workspace=self.sister, scope=Scope.READ)),
        }
        person = actions.create_user("ann@bright.example", "correct horse battery")
        self.member = actions.create_membership(person, self.agency, Role.ANALYST)
        self.write_key = self.shop.write_keys.earliest("id")
        self.invitation = Invitation.objects.create(
            agency=self.agency,
            email="new@bright.example",
            role=Role.ANALYST,
            digest=b"1" * 32,
            expires_at=timezone.now() + timedelta(days=7),
        )
        self.token = actions.create_api_token(self.agency, scope=Scope.READ, name="Reports")[0]
        gone = actions.create_membership(
            actions.create_user("gone@bright.example", "correct horse battery"), self.agency, Role.ADMIN
        )
        self.unknown["a removed member's token"] = Caller(a_token(self.agency, made_by=gone))
        gone.delete()
        self.journey_of("someone")
        with workspace_scope(self.shop):
            self.run = FunnelRun.objects.create(workspace=self.shop, params={}, state=FunnelRun.DONE, result={})
            put_spend(self.shop, [read_row(BODIES["api-spend", "PUT"]["rows"][0] | {"channel": "Email"})])
            self.spend = Spend.objects.of(self.shop).get()
            self.view = SavedView.objects.create(workspace=self.shop, page="returns", name="Ours", is_shared=True)

    def journey_of(self, alias: str) -> None:
        from tracking.models import Alias, Person

        with workspace_scope(self.shop):
            person = Person.objects.create(workspace=self.shop, created_at=timezone.now())
            Alias.objects.create(workspace=self.shop, namespace="user", value=alias, person_id=person.pk)

    def path(self, name: str, *, slug: str = "", made_up: bool = False) -> str:
        rows = {"goal": self.goal, "run": self.run, "spend": self.spend, "key": self.write_key, "view": self.view}
        rows |= {"member": self.member, "invitation": self.invitation, "token": self.token}
        known = {"workspace": slug or self.shop.slug, "alias": "someone"}
        known |= {row: 10**9 if made_up else found.pk for row, found in rows.items()}
        (wanted,) = (pattern for pattern in walk(get_resolver().url_patterns) if pattern.name == name)
        return reverse(name, kwargs={key: known[key] for key in wanted.pattern.converters})

    def everything(self) -> dict[str, str]:
        """A fingerprint of every row of the shop, its sister and their accounts."""
        prints: dict[str, str] = {}
        with connection.cursor() as cursor:
            cursor.execute(
                "select relname from pg_class c where relnamespace = 'public'::regnamespace"
                " and relkind in ('r', 'p') and not relispartition"
            )
            tables = {name for (name,) in cursor.fetchall()} - NOT_COUNTED
        for workspace in (self.shop, self.sister):
            with workspace_scope(workspace), connection.cursor() as cursor:
                for table in sorted(tables):
                    # A token that was tried has been used; nothing else of it may change.
                    row = "(to_jsonb(t) - 'last_used_at')::text"
                    cursor.execute(f"select md5(coalesce(string_agg({row}, ',' order by {row}), '')) from {table} t")
                    prints[f"{workspace.slug}: {table}"] = cursor.fetchone()[0]
        return prints


def send(cast: Cast, caller: Caller, name: str, method: str, **where: Any) -> Any:
    return caller.call(method, cast.path(name, **where), BODIES.get((plain(name), method)))


def plain(name: str) -> str:
    return name.removesuffix("-bare")


def routes_of(*kinds: set[str]) -> list[tuple[str, str]]:
    wanted = set().union(*kinds)
    return [(name, method) for name, method in ROUTES if plain(name) in wanted]


def told(answer: Any) -> tuple[bytes, dict[str, str]]:
    """Everything an answer tells, but for the number of the request."""
    return answer.content, {name: value for name, value in answer.headers.items() if name != "X-Request-ID"}


class Refused:
    """Everything in here is refused: nothing changes, and each request leaves an audit entry."""

    def __init__(self, cast: Cast) -> None:
        self.cast, self.tries, self.wrong = cast, 0, []

    def __enter__(self) -> "Refused":
        self.before, self.entries = self.cast.everything(), AuditEntry.objects.count()
        return self

    def expect(self, answer: Any, status: int, *what: str) -> None:
        self.tries += 1
        if answer.status_code != status:
            self.wrong.append((*what, answer.status_code, answer.content[:100]))

    def __exit__(self, *_: object) -> None:
        assert self.wrong == []
        assert self.tries
        assert self.cast.everything() == self.before
        assert AuditEntry.objects.count() == self.entries + self.tries


def test_the_map_was_walked_and_every_address_is_classified():
    assert {plain(name) for name, _method in ROUTES} == OWN_LIST | OF_AGENCY | OF_WORKSPACE, (
        "a new address needs a line"
    )
    writes = {(plain(name), method) for name, method in ROUTES if method in {"POST", "PUT", "PATCH"}}
    assert writes == set(BODIES), "a new write needs a body here"


def test_nobody_comes_in_without_a_good_token(cast):
    with Refused(cast) as refused:
        for (name, method), (who, caller) in product(ROUTES, cast.unknown.items()):
            answer = send(cast, caller, name, method)
            refused.expect(answer, 401, who, name, method)
            if method != "HEAD":
                check_error(answer)


def test_a_log_in_to_the_pages_opens_nothing_here(cast, client):
    owner = actions.create_user("kim@example.com", "correct horse battery")
    actions.create_membership(owner, cast.agency, Role.OWNER)
    client.force_login(owner)
    with Refused(cast) as refused:
        for name, method in ROUTES:
            refused.expect(client.generic(method, cast.path(name)), 401, name, method)


def test_strangers_cannot_tell_a_workspace_from_none(cast):
    with Refused(cast) as refused:
        for (name, method), (who, caller) in product(routes_of(OF_WORKSPACE), cast.strangers.items()):
            known, unknown = (send(cast, caller, name, method, slug=slug) for slug in (cast.shop.slug, "no-such"))
            for answer in (known, unknown):
                refused.expect(answer, 404, who, name, method)
            assert told(known) == told(unknown), (who, name, method)


def test_another_agency_cannot_tell_our_people_and_keys_from_none(cast):
    caller = cast.strangers["another agency"]
    with Refused(cast) as refused:
        for name, method in routes_of({"api-member", "api-invitation", "api-token"}):
            known, unknown = (send(cast, caller, name, method, made_up=made_up) for made_up in (False, True))
            for answer in (known, unknown):
                refused.expect(answer, 404, name, method)
            assert told(known) == told(unknown), (name, method)
    for name in OF_AGENCY & {"api-members", "api-invitations", "api-tokens", "api-audit"}:
        answer = send(cast, caller, name, "GET")
        assert answer.status_code == 200
        assert "bright.example" not in answer.content.decode()
        assert "Reports" not in answer.content.decode()


def test_a_workspace_s_token_reaches_nothing_of_the_agency(cast):
    callers = [cast.own, cast.strangers["the sister workspace"], cast.strangers["another agency's workspace"]]
    with Refused(cast) as refused:
        for (name, method), caller in product(routes_of(OF_AGENCY), callers):
            refused.expect(send(cast, caller, name, method), 403, name, method)
        for name, method in routes_of(OWN_LIST):
            if not only_reads(name, method):
                refused.expect(send(cast, cast.own, name, method), 403, name, method)


def test_lists_hold_only_what_a_token_may_see(cast):
    for who, caller in cast.strangers.items():
        listed = {row["id"] for row in caller.get("workspaces/").json()["results"]}
        assert cast.shop.slug not in listed, who
    assert [row["id"] for row in cast.own.get("workspaces/").json()["results"]] == [cast.shop.slug]


def test_reading_tokens_read_and_change_nothing(cast):
    for_managers = OF_AGENCY | OF_WORKSPACE_KEYS
    with Refused(cast) as refused:
        for (name, method), caller in product(ROUTES, (cast.reader, cast.own_reader)):
            if plain(name) in for_managers or not only_reads(name, method):
                refused.expect(send(cast, caller, name, method), 403, name, method)
    for (name, method), caller in product(ROUTES, (cast.reader, cast.own_reader)):
        if plain(name) not in for_managers and only_reads(name, method):
            assert send(cast, caller, name, method).status_code == 200, (name, method)


def test_those_who_may_are_let_in_so_that_the_refusals_mean_something(cast):
    for name, method in ROUTES:
        callers = [cast.manager, cast.own] if plain(name) in OF_WORKSPACE else [cast.manager]
        for caller in callers:
            with transaction.atomic():
                before = cast.everything()
                entries = AuditEntry.objects.count()
                answer = send(cast, caller, name, method)
                assert answer.status_code in {200, 201, 204}, (name, method, answer.content)
                changed = cast.everything() != before
                noted = AuditEntry.objects.count() - entries
                transaction.set_rollback(True)
            assert changed != only_reads(name, method), (name, method)
            assert noted == (method not in {"GET", "HEAD"}), (name, method)


def test_an_id_of_another_workspace_is_unknown_here(cast):
    theirs = first_goal(cast.sister)
    answer = cast.manager.get(f"workspaces/{cast.shop.slug}/goals/{theirs.pk}/")
    nobody = cast.manager.get(f"workspaces/{cast.shop.slug}/goals/{theirs.pk + 1000}/")
    assert (answer.status_code, answer.content) == (nobody.status_code, nobody.content) == (404, answer.content)
    report = cast.manager.get(f"workspaces/{cast.shop.slug}/reports/attribution/?goal={theirs.pk}")
    assert check_error(report)["code"] == "unknown_goal"
    assert cast.manager.get(f"workspaces/{cast.sister.slug}/people/someone/journey/").status_code == 404
    key = cast.manager.call("DELETE", f"workspaces/{cast.sister.slug}/write-keys/{cast.write_key.pk}/")
    none = cast.manager.call("DELETE", f"workspaces/{cast.sister.slug}/write-keys/{10**9}/")
    assert (key.status_code, key.content) == (none.status_code, none.content) == (404, key.content)
