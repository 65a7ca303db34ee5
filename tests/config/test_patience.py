"""A PostgreSQL that hangs: pages give up on it in words, and go on when it does."""

import time

import pytest
from django.db import OperationalError, connection
from django.test import Client

from config.database import patience
from tests.reliability.trouble.faults import stopped
from tests.servers import TestServers

pytestmark = pytest.mark.django_db(transaction=True)
# A machine that does many other things takes its time.
MOST_S = 8


def ask() -> int:
    with connection.cursor() as cursor:
        cursor.execute("select 1")
        return cursor.fetchone()[0]


def test_an_answer_that_does_not_come_is_not_waited_for(started_servers: TestServers) -> None:
    assert ask() == 1
    with stopped(started_servers, "postgres"):
        began_at = time.monotonic()
        with patience(0.5), pytest.raises(OperationalError):
            ask()
        assert 0.4 < time.monotonic() - began_at < MOST_S
        # What it would have said must not be taken for the answer to the next question.
        assert connection.connection.closed
    connection.close()
    assert ask() == 1


def test_a_new_connection_is_not_waited_for_either(started_servers: TestServers) -> None:
    connection.close()
    with stopped(started_servers, "postgres"):
        began_at = time.monotonic()
        with patience(0.5), pytest.raises(OperationalError):
            ask()
        assert time.monotonic() - began_at < MOST_S
    assert ask() == 1


def test_a_slow_answer_is_waited_for_where_nobody_said_otherwise() -> None:
    with connection.cursor() as cursor:
        cursor.execute("select pg_sleep(0.7)")


def test_a_page_says_that_the_database_is_away(started_servers: TestServers) -> None:
    client = Client(raise_request_exception=False)
    client.cookies["sessionid"] = "somebody's"
    with stopped(started_servers, "postgres"), patience(0.5):
        answer = client.get("/")
    connection.close()
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")
    assert "does not answer" in answer.content.decode()
