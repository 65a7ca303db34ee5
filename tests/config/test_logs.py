"""What a log line looks like, and what it never holds."""

import io
import logging
from collections.abc import Iterator

import pytest
from celery import shared_task
from django.http import HttpResponse
from django.test import Client, RequestFactory
from django.urls import resolve

from config import logs
from tests.tracking.shop import open_shop


@pytest.fixture
def lines() -> Iterator[io.StringIO]:
    """What the console's handler writes."""
    written = io.StringIO()
    handler = logging.StreamHandler(written)
    handler.setFormatter(logs.KeyValue())
    handler.addFilter(logs.Whose())
    root = logging.getLogger()
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.INFO)
    yield written
    root.removeHandler(handler)
    root.setLevel(level)


def test_nothing_that_is_said_can_look_like_another_line(lines: io.StringIO) -> None:
    logging.getLogger("shop").warning("hello\ntime=now level=ERROR %s", 'a "quoted" ünïcode')
    assert lines.getvalue().count("\n") == 1
    line = lines.getvalue()
    assert " level=WARNING logger=shop message=" in line
    assert line.endswith('message="hello\\ntime=now level=ERROR a \\"quoted\\" ünïcode"\n')


def test_a_traceback_follows_its_line(lines: io.StringIO) -> None:
    try:
        raise ValueError("no")
    except ValueError:
        logging.getLogger("shop").exception("failed")
    first, second, *_ = lines.getvalue().splitlines()
    assert first.endswith("level=ERROR logger=shop message=failed")
    assert second.startswith("Traceback")


@pytest.mark.django_db
def test_a_request_is_told_by_its_route_and_keeps_its_id(lines: io.StringIO) -> None:
    answer = Client().get("/w/northwind/?secret=hush", headers={"X-Request-ID": "from-the-proxy.1"})
    assert answer.headers["X-Request-ID"] == "from-the-proxy.1"
    line = next(line for line in lines.getvalue().splitlines() if "message=answered" in line)
    assert " request=from-the-proxy.1 workspace=northwind method=GET route=/w/<slug:slug>/ status=" in line
    assert "hush" not in lines.getvalue()


@pytest.mark.django_db
@pytest.mark.parametrize("given", ["", "a b", "x" * 65, 'a"b', "a\nb", "ü"])
def test_an_odd_id_is_replaced(given: str) -> None:
    made = Client().get("/healthz", headers={"X-Request-ID": given}).headers["X-Request-ID"]
    assert len(made) == 32
    assert made != given


@pytest.mark.django_db
def test_health_is_no_news(lines: io.StringIO) -> None:
    Client().get("/metrics")
    assert "answered" not in lines.getvalue()


@pytest.mark.django_db(transaction=True)
def test_lines_of_a_task_and_of_a_workspace_say_so(lines: io.StringIO) -> None:
    shop = open_shop(goals=False)

    @shared_task(name="tests.say_hello")
    def say_hello() -> None:
        with shop.open():
            logging.getLogger("shop").info("hello")

    ran = say_hello.apply()
    logging.getLogger("shop").info("after")
    line, after = lines.getvalue().splitlines()[-2:]
    assert f"request={ran.id} workspace={shop.workspace.pk} message=hello" in line
    assert "request=" not in after


def test_an_error_ends_the_request_in_the_log_too() -> None:
    def fail(request: object) -> HttpResponse:
        raise RuntimeError(logs._request_id.get())

    with pytest.raises(RuntimeError, match="abc-1"):
        logs.RequestId(fail)(RequestFactory().get("/", headers={"X-Request-ID": "abc-1"}))
    assert logs._request_id.get() == ""


def test_django_too_tells_routes_instead_of_paths(lines: io.StringIO) -> None:
    request = RequestFactory().get("/w/hush/")
    for match, told in ((resolve("/w/hush/"), "/w/<slug:slug>/"), (None, "an unknown address")):
        request.resolver_match = match
        arguments = ("Internal Server Error", request.path)
        logging.getLogger("django.request").error("%s: %s", *arguments, extra={"request": request})
        assert lines.getvalue().endswith(f'message="Internal Server Error: {told}"\n')
    assert "hush" not in lines.getvalue()
