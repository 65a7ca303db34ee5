"""Credit anchored on milestones through the API, over events that were really derived and filled."""

import pytest

from tests.reports.test_solved import DAY, EMAIL, SEARCH, Integrator
from tests.tracking.core.given import NOON, event, minutes, page, tagged
from tracking.actions import set_pipeline

pytestmark = pytest.mark.django_db(transaction=True)

SOCIAL = tagged("reels", source="tiktok", medium="paid_social")
STAGES = [
    {"name": "Lead", "event": "Signed Up", "role": "lead"},
    {"name": "Opportunity", "event": "Demo Booked", "role": "opportunity"},
    {"name": "Customer", "event": "Order Completed", "role": "customer"},
]


def conversions(shop: Integrator, model: str) -> dict[str, float]:
    """Of the goal of orders, by channel."""
    return {name: credit for name, (credit, _) in shop.credit(model, goal="Order Completed").items()}


def test_the_stages_of_the_pipeline_anchor_the_credit_of_an_order():
    shop = Integrator()
    set_pipeline(shop.shop.workspace, STAGES)
    visits = [EMAIL, SEARCH, SOCIAL]
    shop.shop.post(page("ada", NOON + day * DAY, url) for day, url in enumerate(visits))
    shop.order("ada", NOON + 5 * DAY, 100)
    shop.settle()
    shares = {"Email": 0.75, "Paid Search": 0.125, "Paid Social": 0.125}
    assert conversions(shop, "w_shaped") == shares
    # Told late, they change what the order's day has stored.
    shop.shop.post([event("track", "ada", NOON + DAY + (minutes(5) - NOON), name="Signed Up")])
    shop.settle()
    assert conversions(shop, "u_shaped") == {"Email": 0.4, "Paid Search": 0.4, "Paid Social": 0.2}
    shop.shop.post([event("track", "ada", NOON + 2 * DAY, name="Demo Booked")])
    shop.settle()
    assert conversions(shop, "w_shaped") == {
        "Email": 0.333333334,
        "Paid Search": 0.333333333,
        "Paid Social": 0.333333333,
    }
    assert conversions(shop, "full_path") == {"Email": 0.25, "Paid Search": 0.25, "Paid Social": 0.5}
    set_pipeline(shop.shop.workspace, [{**STAGES[0], "role": None}, *STAGES[1:]])
    shop.settle()
    assert conversions(shop, "u_shaped") == {
        "Email": pytest.approx(2 / 3),
        "Paid Search": pytest.approx(1 / 6),
        "Paid Social": pytest.approx(1 / 6),
    }
