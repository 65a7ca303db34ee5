"""Events that were put aside are derived once more, and come out as if nothing had been."""

from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.utils.timezone import now

from tests.tracking.core.given import minutes, order, page, tagged
from tests.tracking.shop import Shop, open_shop
from tests.tracking.test_derive import poison
from tracking.models import Event, RejectedEvent
from tracking.storage import IngestionState, ingestion_state

pytestmark = pytest.mark.django_db(transaction=True)
AT = minutes(5) + timedelta(microseconds=123_457)


def state(shop: Shop) -> IngestionState:
    with shop.open():
        return ingestion_state(shop.workspace, now())


def test_the_quarantine_is_replayed_and_counts_once(monkeypatch, capsys):
    shop, twin = open_shop(), open_shop()
    told = [page("ada", url=tagged("spring")), order("ada", AT, "o1", "bad-1", revenue=80), page("bob", minutes(9))]
    with monkeypatch.context() as patched:
        poison(patched, "bad-1")
        shop.tell(*told)
    twin.tell(*told)
    assert (state(shop).quarantined, state(shop).accepted, len(shop.conversions())) == (1, 3, 0)
    call_command("replay", shop.workspace.slug)
    assert capsys.readouterr().out == "1 events wait to be derived again.\n"
    shop.derive()
    for one in (shop, twin):
        counted = state(one)
        assert (counted.accepted, counted.processed, counted.pending, counted.quarantined) == (3, 3, 0, 0)
    assert shop.conversions() == twin.conversions() == [("purchase", 80.0, "")]
    with shop.open():
        assert shop.rows(Event).get(message_id="bad-1").at == AT


def test_what_still_fails_comes_back(monkeypatch):
    shop = open_shop()
    poison(monkeypatch, "bad-1")
    shop.tell(order("ada", AT, "o1", "bad-1", revenue=80))
    for _ in range(2):
        call_command("replay", shop.workspace.slug)
        shop.derive()
        assert (state(shop).quarantined, state(shop).accepted) == (1, 1)
    assert shop.count(RejectedEvent) == 1


def test_what_was_sent_again_meanwhile_is_not_doubled(monkeypatch):
    shop = open_shop()
    again = order("ada", AT, "o1", "bad-1", revenue=80)
    with monkeypatch.context() as patched:
        poison(patched, "bad-1")
        shop.tell(again)
    shop.tell(again)
    call_command("replay", shop.workspace.slug)
    shop.derive()
    assert (len(shop.conversions()), shop.count(Event), state(shop).quarantined) == (1, 1, 0)


def test_a_workspace_that_is_not_there_is_named():
    with pytest.raises(CommandError, match="no-such"):
        call_command("replay", "no-such")
