"""The page of data health: sentences with ways on, tables as files, and few queries."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.web.people import NOW, bikes, given
from tests.web.test_journeys_page import words
from tracking.models import RejectedEvent

pytestmark = pytest.mark.django_db(transaction=True)
HEALTH = "/w/northwind-bikes/data-health/"


@pytest.fixture
def shop(northwind, goal):
    shop = given(northwind, bikes)
    with shop.open():
        RejectedEvent.objects.create(workspace=northwind, received_at=NOW, reason="missing_type", events=3)
    return shop


def test_the_page_says_what_is_wrong_and_leads_on(as_ada, shop):
    answer = as_ada.get(HEALTH)
    said = words(answer)
    assert "3 events were refused in 30 days, most often for: no type." in said
    assert "Add “type”: page, screen" in said
    content = answer.content.decode()
    assert 'href="/w/northwind-bikes/live/?fate=refused"' in content
    assert " style=" not in content


@pytest.mark.parametrize("table", ["health", "reasons", "visits", "gaps"])
def test_every_table_is_exported(as_ada, shop, table):
    answer = as_ada.get(HEALTH, {"export": table})
    assert answer.status_code == 200
    assert len(answer.content.decode("utf-8-sig").splitlines()) >= 1


def test_the_page_asks_little(as_ada, shop):
    with CaptureQueriesContext(connection) as asked:
        assert as_ada.get(HEALTH).status_code == 200
    assert len(asked) <= 30


def test_an_empty_workspace_is_told_how_to_begin(as_ada, northwind, goal):
    assert "Nothing has arrived yet" in words(as_ada.get(HEALTH))
