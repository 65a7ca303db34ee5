"""How long every page and every report takes on a workspace of a million touches.

    python -m benchmarks.pages [--touches 1000000] [--runs 20] [--only NAME]

Walks the map of the site, so that a new page is measured too. Exits with 1 when one takes longer than it may, or asks
the database more often than it may.
"""

import argparse
import os
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

for name in ("OWNER_DATABASE_URL", "DATABASE_URL", "COLLECTOR_DATABASE_URL", "REDIS_URL", "SECRET_KEY", "BASE_URL"):
    os.environ.pop(name, None)
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
# As the launcher has it, and before NumPy comes in.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

from benchmarks.big_shop import make_big_shop  # noqa: E402 - the addresses come first
from benchmarks.kills import make_tables  # noqa: E402
from config import garbage  # noqa: E402
from tests.laws.routes import walk  # noqa: E402
from tests.reliability.killing.house import House  # noqa: E402

MOST_MS, MOST_QUERIES = 300, 30
# An address that is slower than that is measured less often.
MOST_SECONDS = 8.0
LONG_PERIODS = (90, 365)
# Ways to look at the same page that cost more than the first.
MORE = {
    "api-report-attribution": ["model=markov_1", "model=shapley", "model=linear&group_by=campaign"],
    "attribution": ["model=markov_1", "model=shapley"],
    "attribution-by": ["group_by=campaign", "group_by=landing_page"],
}


class Address(NamedTuple):
    """A page or an operation of the API."""

    name: str
    path: str

    @property
    def is_api(self) -> bool:
        return self.path.startswith("/api/")


class Taken(NamedTuple):
    """Milliseconds of each run, in order, and how often the database was asked."""

    address: Address
    status: int
    runs: list[float]
    queries: int

    @property
    def p95(self) -> float:
        return self.runs[min(len(self.runs) - 1, int(0.95 * len(self.runs)))]

    @property
    def is_missed(self) -> bool:
        return self.p95 > MOST_MS or self.queries > MOST_QUERIES or self.status >= 500


def list_addresses(workspace: Any) -> Iterator[Address]:
    """Every address that can be read, with what it needs filled in."""
    from django.urls import NoReverseMatch, get_resolver, reverse

    known = _known(workspace)
    today = datetime.now(UTC).date()
    periods = [f"start={today - timedelta(days=days)}&end={today - timedelta(days=1)}" for days in LONG_PERIODS]
    for pattern in walk(get_resolver().url_patterns):
        needed = pattern.pattern.converters
        if not pattern.name or pattern.name.endswith("-bare") or not needed.keys() <= known.keys():
            continue
        try:
            path = reverse(pattern.name, kwargs={key: known[key] for key in needed})
        except NoReverseMatch:
            # Letters' secret links; nothing of a workspace.
            continue
        of_workspace = "slug" in needed or "report" in pattern.name
        queries = ["", *(periods if of_workspace else []), *MORE.get(pattern.name, [])]
        for query in queries:
            yield Address(pattern.name, f"{path}?{query}" if query else path)


def _known(workspace: Any) -> dict[str, Any]:
    from accounts.models import Membership, WriteKey
    from accounts.tenancy import workspace_scope
    from campaigns.models import Spend
    from tracking.models import Conversion, Goal, TouchDetail

    with workspace_scope(workspace):
        touch = TouchDetail.objects.of(workspace).order_by("person_id")[0]
        return {
            "slug": workspace.slug,
            "workspace": workspace.slug,
            "agency": workspace.agency.slug,
            "alias": f"p{touch.person_id}",
            "message": touch.message_id,
            "conversion": Conversion.objects.of(workspace).order_by("-id")[0].id,
            "goal": Goal.objects.of(workspace).order_by("id")[0].pk,
            "spend": Spend.objects.of(workspace).order_by("id")[0].pk,
            "member": Membership.objects.get().pk,
            "key": WriteKey.objects.filter(workspace=workspace)[0].pk,
            "name": "first-event",
        }


def measure(address: Address, page: Any, api: Any, runs: int) -> Taken:
    """Read an address several times, after once in which everything is found and compiled."""
    from django.db import connection

    client = api if address.is_api else page
    asked: list[str] = []

    def count(execute: Any, sql: str, *rest: Any) -> Any:
        asked.append(sql)
        return execute(sql, *rest)

    with connection.execute_wrapper(count):
        status = client.get(address.path).status_code
    times: list[float] = []
    until = time.monotonic() + MOST_SECONDS
    while len(times) < runs and time.monotonic() < until:
        began_at = time.perf_counter()
        client.get(address.path)
        times.append((time.perf_counter() - began_at) * 1000)
    # What a scope says to the database on its way is no question.
    return Taken(address, status, sorted(times), sum("set_config" not in sql for sql in asked))


def make_clients(workspace: Any) -> tuple[Any, Any]:
    """One who is logged in as an owner, and one with a token."""
    from django.conf import settings
    from django.test import Client

    from accounts.actions import create_api_token, create_user
    from accounts.models import Membership, Role, Scope

    settings.ALLOWED_HOSTS = ["testserver"]
    user = create_user("ada@bench.example", "correct-horse-battery", name="Ada")
    member = Membership.objects.create(user=user, agency=workspace.agency, role=Role.OWNER)
    _, token = create_api_token(workspace.agency, name="Bench", scope=Scope.MANAGE, made_by=member)
    page, api = Client(raise_request_exception=False), Client(headers={"Authorization": f"Bearer {token}"})
    page.force_login(user)
    return page, api


def main() -> int:
    """Measure everything; 0 when nothing is too slow."""
    reader = argparse.ArgumentParser(description="Pages and reports on a million touches.")
    reader.add_argument("--touches", type=int, default=1_000_000)
    reader.add_argument("--runs", type=int, default=20)
    reader.add_argument("--only", default="", help="names that contain this")
    wanted = reader.parse_args()
    house = House()
    try:
        house.start_servers()
        make_tables(house)
        began_at = time.monotonic()
        workspace = make_big_shop(house.data_dir, wanted.touches)
        print(f"{wanted.touches:,} touches, ready after {time.monotonic() - began_at:.0f} s", flush=True)
        page, api = make_clients(workspace)
        addresses = [one for one in list_addresses(workspace) if wanted.only in one.name]
        # As the web process does once its pages are loaded.
        garbage.settle()
        taken = [measure(address, page, api, wanted.runs) for address in addresses]
    finally:
        house.close()
    for one in sorted(taken, key=lambda one: -one.p95):
        middle = one.runs[len(one.runs) // 2]
        missed = "  MISSED" if one.is_missed else ""
        print(
            f"{one.p95:>7.0f} ms p95 {middle:>7.0f} ms {one.queries:>3} queries {one.status} {one.address.path}{missed}"
        )
    missed_of = sum(one.is_missed for one in taken)
    print(f"{len(taken)} addresses, {missed_of} missed; goal {MOST_MS} ms and {MOST_QUERIES} queries")
    return int(missed_of > 0)


if __name__ == "__main__":
    sys.exit(main())
