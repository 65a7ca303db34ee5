"""The pages of live events: what they say, how they poll, that nothing sent in becomes markup, and what they cost."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests.tracking.core.given import event
from tests.web.people import NOW, bikes, given
from tests.web.test_journeys_page import words
from tracking.models import RejectedEvent

pytestmark = pytest.mark.django_db(transaction=True)
LIVE = "/w/northwind-bikes/live/"
NASTY = '<script>alert("x")</script>'


@pytest.fixture
def shop(northwind, goal):
    shop = given(northwind, bikes)
    shop.tell(event("track", NASTY, NOW, "m/1?#", name=NASTY, properties={"a": NASTY, "token": "s3cret"}))
    with shop.open():
        RejectedEvent.objects.create(
            workspace=northwind,
            received_at=NOW,
            reason="unknown_type",
            field="type",
            door="segment",
            detail=NASTY,
            body=b'{"writeKey": "hw_write_s3cret", "type": "<b>trak"}',
        )
    return shop


def test_the_stream_says_what_became_of_each_event(as_ada, shop):
    said = words(as_ada.get(LIVE))
    for part in (
        "1 event was refused today",
        "New session, touch",
        "Conversion: Order, €186.00",
        "Machine, no touch",
        "Refused: unknown type",
        "See its journey",
        "How to mend it",
    ):
        assert part in said, part


def test_whatever_was_sent_stays_text_and_secrets_stay_ours(as_ada, shop, northwind):
    with shop.open():
        refused = RejectedEvent.objects.of(northwind).get()
    pages = [LIVE, reverse("event", args=[northwind.slug, "m/1?#"]), f"{LIVE}refused/{refused.pk}/"]
    for path in pages:
        content = as_ada.get(path).content.decode()
        assert "<script>alert" not in content, path
        assert "s3cret" not in content, path
        assert " style=" not in content
        assert "<b>trak" not in content
    assert "&lt;b&gt;trak" in content
    assert "Change “type” to page, screen" in words(as_ada.get(pages[2]))


def test_the_first_page_polls_and_later_ones_stand_still(as_ada, shop):
    assert "data-live=" in as_ada.get(LIVE).content.decode()
    cursor = "MTc5NTAwMDAwMDAwMDAwMDplOm0wMDAwMDE="
    assert "data-live=" not in as_ada.get(LIVE, {"cursor": cursor}).content.decode()


def test_events_are_exported(as_ada, shop):
    answer = as_ada.get(f"{LIVE}?event=page&export=events")
    lines = answer.content.decode("utf-8-sig").splitlines()
    assert lines[0].startswith("Arrived,Happened,Type,Event,")
    assert len(lines) == 11
    assert all(",page," in line for line in lines[1:])


@pytest.mark.parametrize("path", [LIVE, f"{LIVE}?fate=conversion&event=track", f"{LIVE}?fate=refused", f"{LIVE}m%2F1/"])
def test_live_pages_ask_little(as_ada, shop, path):
    with CaptureQueriesContext(connection) as asked:
        as_ada.get(path)
    assert len(asked) <= 30


@pytest.mark.parametrize("path", ["nothing/", "refused/99/", "refused/99999999999999999999999/", "~%/"])
def test_what_is_not_there_is_not_found(as_ada, northwind, goal, path):
    assert as_ada.get(LIVE + path).status_code == 404


@pytest.mark.parametrize("query", ["fate=x", "event=x", "cursor=x"])
def test_a_bad_filter_is_named(as_ada, northwind, goal, query):
    answer = as_ada.get(f"{LIVE}?{query}")
    assert answer.status_code == 400
    assert query.partition("=")[0] in words(answer)


def test_an_empty_stream_teaches_the_first_call(as_ada, northwind, goal):
    said = words(as_ada.get(LIVE))
    assert "Waiting for the first event" in said
    assert "/v1/page" in said
    assert not re.search(r"\d+ events? waits?", said)
