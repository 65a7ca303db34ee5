"""What the demo's agency paid for the visits it bought: a row for each day and campaign. Pure."""

import random
from collections.abc import Mapping
from datetime import date
from decimal import Decimal

from campaigns.core.spend import Spend
from common.money import to_micros
from web.demo.story import PREFIX, PaidFor

# Platforms count clicks that never reach a page, and show an advertisement some forty times for each click.
CLICKS_A_VISIT = 1.08
VIEWS_A_CLICK = 42


def bill(paid: Mapping[PaidFor, int], currency: str, *, until: date) -> list[Spend]:
    """The rows for visits before `until`: of a day that is not over nobody knows the cost yet."""
    return [_row(bought, visits, currency) for bought, visits in sorted(paid.items()) if bought.day < until]


def _row(bought: PaidFor, visits: int, currency: str) -> Spend:
    name = f"{PREFIX}{bought.day:%Y%m%d}:{bought.source}:{bought.medium}:{bought.campaign}"
    dice = random.Random(name)  # noqa: S311 - a repeatable story, not a secret
    clicks = round(visits * CLICKS_A_VISIT + dice.random())
    cost = round(visits * bought.cost * dice.uniform(0.9, 1.1), 2)
    return Spend(
        start=bought.day,
        end=bought.day,
        amount=to_micros(Decimal(str(cost))),
        currency=currency,
        source=bought.source,
        medium=bought.medium,
        campaign=bought.campaign,
        impressions=round(clicks * VIEWS_A_CLICK * dice.uniform(0.8, 1.2)),
        clicks=clicks,
        external_id=name,
    )
