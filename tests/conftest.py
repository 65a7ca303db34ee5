"""Fixtures for every test: the throw-away servers, the tables, and a whole running Headwater."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib.auth.hashers import PBKDF2PasswordHasher
from django.test import TransactionTestCase
from django.utils.timezone import now
from psycopg.errors import DeadlockDetected

from config.embedded import Addresses, addresses, postgres
from tests.live import Live, start_live, stop_live
from tests.servers import DATA_DIR, TestServers


class FastHasher(PBKDF2PasswordHasher):
    """The same algorithm, so that the running Headwater accepts it, without the work that makes it safe."""

    iterations = 1


def pytest_configure() -> None:
    from django.conf import settings

    settings.PASSWORD_HASHERS = [f"{__name__}.FastHasher"]
    # Tries at log-ins are counted anew by each test, see `_nothing_counted`; the tests of the cache use Valkey.
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}


@pytest.fixture(autouse=True)
def _nothing_counted() -> None:
    from django.core.cache import cache

    cache.clear()


@pytest.fixture(autouse=True)
def _mails_leave_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """There is no worker in most tests: whatever is put into the outbox leaves it."""
    from accounts import outbox

    put_down = outbox.post

    def post(message: Any) -> None:
        put_down(message)
        outbox.send_waiting(now())

    monkeypatch.setattr(outbox, "post", post)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the tests beside a running Headwater last, and after them the browser's."""
    # Its worker looks into every test's tables; an open browser's driver keeps an event loop running, which no test
    # with a loop of its own could stand.
    items.sort(key=lambda item: ("browser" in item.path.parts, "live_headwater" in getattr(item, "fixturenames", ())))


@pytest.fixture(scope="session")
def servers(started_servers: TestServers) -> Addresses:
    """The addresses of the running PostgreSQL and Valkey, one per role."""
    return addresses(DATA_DIR)


@pytest.fixture(scope="session")
def django_db_setup(servers: Addresses, django_db_blocker: Any) -> None:
    """Make the tables as the owner; the tests themselves connect as the app role, under row-level security."""
    from django.core.management import call_command
    from django.db import connections

    with django_db_blocker.unblock():
        call_command("migrate", database="owner", interactive=False, verbosity=0)
        connections["owner"].close()
    with postgres.superuser(DATA_DIR, "headwater") as connection:
        _tables_to_empty.extend(_empty_tables(connection))


_tables_to_empty: list[str] = []


def _empty_tables(connection: Any) -> list[str]:
    # What migrations put in stays; everything else is emptied after tests that commit.
    rows = connection.execute(
        "select format('%I.%I', schemaname, tablename) from pg_tables where schemaname = 'public'"
    )
    names = [name for (name,) in rows.fetchall()]
    return [name for name in names if not connection.execute(f"select exists (table {name})").fetchone()[0]]


def _forget_everything(self: TransactionTestCase) -> None:
    """After a test that commits: empty the tables as the superuser, for the app role may not."""
    with postgres.superuser(DATA_DIR, "headwater") as connection:
        for last_try in (False, False, False, True):
            try:
                connection.execute(f"truncate {', '.join(_tables_to_empty)}")
                return
            except DeadlockDetected:
                # A running Headwater's worker held what we wanted and wanted what we held.
                if last_try:
                    raise


TransactionTestCase._fixture_teardown = _forget_everything  # type: ignore[method-assign]


@pytest.fixture(scope="session")
def live_headwater(started_servers: TestServers, servers: Addresses, django_db_setup: None) -> Iterator[Live]:
    """Web, worker and clock over the test database; use with `django_db(transaction=True)` to see what they see."""
    live = start_live(started_servers, servers, DATA_DIR)
    yield live
    stop_live(live)
