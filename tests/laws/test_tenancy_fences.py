"""Each of the two fences holds alone: the querysets without the policies, and the policies without the querysets.

The sister workspace has the same people, orders and campaigns in other numbers. Whatever of hers reached an answer
about the shop would change it.
"""

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from accounts.models import Agency
from accounts.tenancy import TenantQuerySet
from attribution.actions import fill_next_days
from config.embedded import postgres
from tests.api.cast import Caller, a_shop, a_token, an_agency
from tests.servers import DATA_DIR
from tests.tracking.core.given import minutes, order, page, tagged
from tests.tracking.shop import Shop

READS = [
    "",
    "goals/",
    "pipeline/",
    "ingestion/",
    "spend/",
    "people/mary/journey/",
    "reports/returns/",
    "reports/lifetime-value/",
    "reports/pipeline/",
    "reports/campaigns/",
    "reports/paths/?repeats=keep",
    "reports/timing/",
    "reports/look-back/",
    "views/",
    *(f"reports/attribution/?group_by={group}" for group in ("channel", "campaign")),
]
PERIOD = "start=2026-03-01&end=2026-03-31"
TIME = re.compile(r"\d{4}-\d\d-\d\dT[\d:.]+(?:Z|\+00:00)")
SPEND = {"start": "2026-03-01", "end": "2026-03-31", "currency": "USD", "channel": "Email"}


def without_filters(self: Any, workspace: Any) -> Any:
    """`.of(workspace)` that says whose rows are wanted and does not choose them."""
    rows = self.all()
    rows._owner = workspace if isinstance(workspace, int) else workspace.pk
    return rows


@contextmanager
def no_policies() -> Iterator[None]:
    """Row-level security switched off on every table, in the test database."""
    with postgres.superuser(DATA_DIR, "headwater") as connection:
        rows = connection.execute("select oid::regclass::text from pg_class where relrowsecurity").fetchall()
        tables = [name for (name,) in rows]
        assert len(tables) > 40
        for name in tables:
            connection.execute(f"alter table {name} disable row level security")
        try:
            yield
        finally:
            for name in tables:
                connection.execute(f"alter table {name} enable row level security")


class World:
    """A shop with a caller of its own, and a sister that comes later."""

    def __init__(self) -> None:
        self.agency: Agency = an_agency()
        self.shop = self.open("Shop", revenue=90)

    def open(self, name: str, *, revenue: float) -> Shop:
        shop = Shop(a_shop(self.agency, name=name))
        caller = self.caller_of(shop)
        stages = [{"name": "Lead", "event": "Signed Up", "role": "lead"}]
        assert caller.put(self.path(shop, "pipeline/"), {"stages": stages}).status_code == 200
        spend = {"rows": [SPEND | {"amount": str(revenue / 3)}]}
        assert caller.put(self.path(shop, "spend/"), spend).status_code == 200
        for number, who in enumerate(("mary", "tom")):
            shop.tell(
                page(who, minutes(number), tagged("spring"), message_id=f"p{number}"),
                order(who, minutes(number + 5), f"o{number}", message_id=f"o{number}", revenue=revenue),
            )
        while fill_next_days(shop.workspace):
            pass
        return shop

    def caller_of(self, shop: Shop) -> Caller:
        return Caller(a_token(self.agency, workspace=shop.workspace))

    def path(self, shop: Shop, rest: str) -> str:
        return f"workspaces/{shop.workspace.slug}/{rest}"

    def answers(self) -> dict[str, Any]:
        """Everything that can be read of the shop, but for the moment it was read."""
        caller, told = self.caller_of(self.shop), {}
        for rest in READS:
            more = ("&" if "?" in rest else "?") + PERIOD if rest.startswith("reports/") else ""
            answer = caller.get(self.path(self.shop, rest + more))
            assert answer.status_code == 200, (rest, answer.content)
            told[rest] = json.loads(TIME.sub("then", answer.content.decode()))
        return told


@pytest.fixture
def world(transactional_db: None) -> World:
    return World()


@pytest.mark.parametrize("fence", ["policies alone", "querysets alone"])
def test_either_fence_alone_keeps_the_sister_out_of_every_answer(world, monkeypatch, fence):
    before = world.answers()
    assert "90" in json.dumps(before["people/mary/journey/"])
    world.open("Sister", revenue=1_234_567)
    if fence == "policies alone":
        monkeypatch.setattr(TenantQuerySet, "of", without_filters)
        assert world.answers() == before
    else:
        with no_policies():
            assert world.answers() == before


@pytest.mark.parametrize("fence", ["policies alone", "querysets alone"])
def test_either_fence_alone_keeps_changes_away_from_the_sister(world, monkeypatch, fence):
    sister = world.open("Sister", revenue=1_234_567)
    before = sister.stored()
    if fence == "policies alone":
        monkeypatch.setattr(TenantQuerySet, "of", without_filters)
        change_everything(world)
    else:
        with no_policies():
            change_everything(world)
    monkeypatch.undo()
    assert sister.stored() == before
    told = world.caller_of(sister).get(world.path(sister, "spend/")).json()
    assert len(told["results"]) == 1
    stages = world.caller_of(sister).get(world.path(sister, "pipeline/")).json()["stages"]
    assert [stage["name"] for stage in stages] == ["Lead"]


def change_everything(world: World) -> None:
    caller = world.caller_of(world.shop)
    row = caller.get(world.path(world.shop, "spend/")).json()["results"][0]["id"]
    calls = [
        ("PATCH", "", {"lookback_days": 30}),
        ("PUT", "pipeline/", {"stages": []}),
        ("DELETE", f"spend/{row}/", None),
    ]
    for method, rest, body in calls:
        assert caller.call(method, world.path(world.shop, rest), body).status_code < 300, (method, rest)
    world.shop.tell(order("mary", minutes(60), "o9", message_id="o9", revenue=5))
    while fill_next_days(world.shop.workspace):
        pass


def test_without_both_fences_the_sister_is_seen_so_that_the_laws_above_can_fail(world, monkeypatch):
    before = world.answers()
    world.open("Sister", revenue=1_234_567)
    monkeypatch.setattr(TenantQuerySet, "of", without_filters)
    with no_policies():
        caller = world.caller_of(world.shop)
        seen = [caller.get(world.path(world.shop, rest)) for rest in ("goals/", "spend/")]
    counts = [len(answer.json()["results"]) for answer in seen]
    assert counts == [2 * len(before[rest]["results"]) for rest in ("goals/", "spend/")]


def test_row_security_is_on_again_afterwards(world):
    with no_policies():
        pass
    with postgres.superuser(DATA_DIR, "headwater") as connection:
        off = connection.execute(
            "select relname from pg_class where relforcerowsecurity and not relrowsecurity"
        ).fetchall()
    assert off == []
