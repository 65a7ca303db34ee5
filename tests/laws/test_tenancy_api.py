"""Every address of the API against everybody who may not use it; found by walking the map, so new ones are covered."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from accounts import actions
from accounts.models import Role, Scope
from accounts.tenancy import workspace_scope
from campaigns.actions import put_spend
from campaigns.core.reading import read_row
from campaigns.models import Spend
from funnels.models import FunnelRun
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

pytestmark = pytest.mark.django_db
# Tell everybody the same, and nothing about anybody.
OPEN = {"api-schema", "api-docs", "api-nothing-here"}
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE")
# A body that would change something if the caller were let in.
BODIES: dict[tuple[str, str], Any] = {
    ("api-workspaces", "POST"): {"name": "Made by a stranger"},
    ("api-workspace", "PATCH"): {"name": "Renamed by a stranger", "lookback_days": 30},
    ("api-goals", "POST"): {"name": "stranger", "event": "Signed Up"},
    ("api-pipeline", "PUT"): {"stages": [{"name": "Lead", "event": "Signed Up", "role": "lead"}]},
    ("api-spend", "PUT"): {
        "rows": [
            {"start": "2026-02-01", "end": "2026-02-28", "amount": "90", "currency": "EUR", "channel": "Paid Search"}
        ]
    },
    ("api-report-funnel", "POST"): {"steps": [{"event": "Signed Up"}], "window_seconds": 60},
}
# Reading, though it needs a body.
QUESTIONS = {"api-report-funnel"}
NOT_COUNTED = {"accounts_apitoken", "django_session", "accounts_user"}


def walk(patterns: list[URLPattern | URLResolver]) -> Iterator[URLPattern]:
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            yield from walk(pattern.url_patterns)
        else:
            yield pattern


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
IDS = [f"{method} {name}" for name, method in ROUTES]


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
        }
        self.journey_of("someone")
        with workspace_scope(self.shop):
            self.run = FunnelRun.objects.create(workspace=self.shop, params={}, state=FunnelRun.DONE, result={})
            put_spend(self.shop, [read_row(BODIES["api-spend", "PUT"]["rows"][0] | {"channel": "Email"})])
            self.spend = Spend.objects.of(self.shop).get()

    def journey_of(self, alias: str) -> None:
        from django.utils import timezone

        from tracking.models import Alias, Person

        with workspace_scope(self.shop):
            person = Person.objects.create(workspace=self.shop, created_at=timezone.now())
            Alias.objects.create(workspace=self.shop, namespace="user", value=alias, person_id=person.pk)

    def path(self, name: str, *, slug: str = "") -> str:
        known = {"workspace": slug or self.shop.slug, "alias": "someone"}
        known |= {"goal": self.goal.pk, "run": self.run.pk, "spend": self.spend.pk}
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
                    cursor.execute(
                        f"select md5(coalesce(string_agg(t::text, ',' order by t::text), '')) from {table} t"
                    )
                    prints[f"{workspace.slug}: {table}"] = cursor.fetchone()[0]
        return prints


def send(cast: Cast, caller: Caller, name: str, method: str, slug: str = "") -> Any:
    return caller.call(method, cast.path(name, slug=slug), BODIES.get((name.removesuffix("-bare"), method)))


def test_the_map_was_walked():
    assert ("api-workspace", "PATCH") in ROUTES
    assert ("api-report-attribution", "GET") in ROUTES
    writes = {(name.removesuffix("-bare"), method) for name, method in ROUTES if method in {"POST", "PUT", "PATCH"}}
    assert writes == set(BODIES), "a new write needs a body here"


@pytest.mark.parametrize(("name", "method"), ROUTES, ids=IDS)
def test_nobody_comes_in_without_a_good_token(cast, name, method):
    before = cast.everything()
    for who, caller in cast.unknown.items():
        answer = send(cast, caller, name, method)
        assert answer.status_code == 401, who
        if method != "HEAD":
            check_error(answer)
    assert cast.everything() == before


@pytest.mark.parametrize(("name", "method"), ROUTES, ids=IDS)
def test_a_log_in_to_the_pages_opens_nothing_here(cast, client, name, method):
    owner = actions.create_user("kim@example.com", "correct horse battery")
    actions.create_membership(owner, cast.agency, Role.OWNER)
    client.force_login(owner)
    assert client.generic(method, cast.path(name)).status_code == 401


@pytest.mark.parametrize(("name", "method"), [route for route in ROUTES if not route[0].startswith("api-workspaces")])
def test_strangers_cannot_tell_a_workspace_from_none(cast, name, method):
    before = cast.everything()
    for who, caller in cast.strangers.items():
        known, unknown = (send(cast, caller, name, method, slug=slug) for slug in (cast.shop.slug, "no-such"))
        assert (known.status_code, known.content) == (404, unknown.content), who
        assert unknown.status_code == 404
        assert known.headers == unknown.headers
    assert cast.everything() == before


def test_lists_hold_only_what_a_token_may_see(cast):
    for who, caller in cast.strangers.items():
        listed = {row["id"] for row in caller.get("workspaces/").json()["results"]}
        assert cast.shop.slug not in listed, who
    assert [row["id"] for row in cast.own.get("workspaces/").json()["results"]] == [cast.shop.slug]


@pytest.mark.parametrize(("name", "method"), ROUTES, ids=IDS)
def test_reading_tokens_read_and_change_nothing(cast, name, method):
    before = cast.everything()
    for caller in (cast.reader, cast.own_reader):
        answer = send(cast, caller, name, method)
        assert answer.status_code == (200 if only_reads(name, method) else 403)
    assert cast.everything() == before


@pytest.mark.parametrize(("name", "method"), ROUTES, ids=IDS)
def test_those_who_may_are_let_in_so_that_the_refusals_mean_something(cast, name, method):
    before = cast.everything()
    callers = [cast.manager] if name.startswith("api-workspaces") else [cast.manager, cast.own]
    for caller in callers:
        answer = send(cast, caller, name, method)
        # The second to make a goal finds its name taken; the second to remove something, nothing.
        second = {404} if method == "DELETE" and caller is not callers[0] else {400}
        assert answer.status_code in {200, 201, 204, *second}, answer.content
    assert (cast.everything() != before) != only_reads(name, method)


def test_an_id_of_another_workspace_is_unknown_here(cast):
    theirs = first_goal(cast.sister)
    answer = cast.manager.get(f"workspaces/{cast.shop.slug}/goals/{theirs.pk}/")
    nobody = cast.manager.get(f"workspaces/{cast.shop.slug}/goals/{theirs.pk + 1000}/")
    assert (answer.status_code, answer.content) == (nobody.status_code, nobody.content) == (404, answer.content)
    report = cast.manager.get(f"workspaces/{cast.shop.slug}/reports/attribution/?goal={theirs.pk}")
    assert check_error(report)["code"] == "unknown_goal"
    assert cast.manager.get(f"workspaces/{cast.sister.slug}/people/someone/journey/").status_code == 404
