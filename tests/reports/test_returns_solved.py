"""Cost beside credit that is solved from paths, where the smaller campaigns stand together."""

import pytest
from django.test import Client

from campaigns.actions import put_spend
from campaigns.core.reading import read_row
from tests.reports.test_solved import Integrator
from tests.tracking.core.given import tagged

pytestmark = pytest.mark.django_db(transaction=True)
MARCH = {"start": "2026-03-01", "end": "2026-03-31"}


def pay(shop, campaign, amount):
    row = MARCH | {"currency": "EUR", "source": "news", "medium": "email", "campaign": campaign, "amount": amount}
    put_spend(shop.shop.workspace, [read_row(row)])


def returns(shop, model):
    answer = Client().get(
        f"/api/v1/workspaces/{shop.shop.workspace.slug}/reports/returns/",
        MARCH | {"model": model, "group_by": "campaign"},
        headers={"Authorization": f"Bearer {shop.secret}"},
    )
    assert answer.status_code == 200, answer.content
    return answer.json()


def test_what_small_campaigns_cost_stands_together_as_their_credit_does():
    shop = Integrator()
    for number in range(32):
        shop.walk(tagged(f"c{number:02}"), worth=10, times=1 + (number < 30))
    shop.settle()
    for campaign, amount in {"c00": 5, "c30": 2, "c31": 3, "never seen": 1}.items():
        pay(shop, campaign, amount)
    pay(shop, None, 7)
    solved, linear = returns(shop, "shapley"), returns(shop, "linear")
    rows = {row["campaign"]: row for row in solved["rows"]}
    assert (rows["c00"]["cost"], rows["c00"]["sessions"]) == ("5.000000", 2)
    assert (rows["(other)"]["cost"], rows["(other)"]["sessions"]) == ("6.000000", 2)
    assert "never seen" not in rows
    assert {row["campaign"]: row["cost"] for row in linear["rows"]}["never seen"] == "1.000000"
    for report in (solved, linear):
        assert (report["unassigned"]["cost"], report["total"]["cost"]) == ("7.000000", "18.000000")
        assert sum(float(row["cost"]) for row in report["rows"]) == 11
