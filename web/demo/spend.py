"""What the demo's agency paid for the visits it bought: a row for each day and campaign. Pure."""

import random
from collections.abc import Mapping
from datetime import date
from decimal import Decimal

from campaigns.core.spend import Spend
from common.money import to_micros
from web.demo.story import PREFIX, Claims, PaidFor

# Platforms count clicks that never reach a page, and show an advertisement some forty times for each click.
CLICKS_A_VISIT = 1.08
VIEWS_A_CLICK = 42


def bill(paid: Mapping[PaidFor, int], currency: str, *, until: date, claims: Claims | None = None) -> list[Spend]:
    """The rows for visits before `until`: of a day that is not over nobody knows the cost yet."""
    claims = claims or Claims({}, 0)
    return [_row(bought, visits, currency, claims) for bought, visits in sorted(paid.items()) if bought.day < until]


def _row(bought: PaidFor, visits: int, currency: str, claims: Claims) -> Spend:
    name = f"{PREFIX}{bought.day:%Y%m%d}:{bought.source}:{bought.medium}:{bought.campaign}"
    dice = random.Random(name)  # noqa: S311 - a repeatable story, not a secret
    clicks = round(visits * CLICKS_A_VISIT + dice.random())
    cost = round(visits * bought.cost * dice.uniform(0.9, 1.1), 2)
    views = round(clicks * VIEWS_A_CLICK * dice.uniform(0.8, 1.2))
    claimed, worth = _claim(bought, visits, claims)
    return Spend(
        start=bought.day,
        end=bought.day,
        amount=to_micros(Decimal(str(cost))),
        currency=currency,
        source=bought.source,
        medium=bought.medium,
        campaign=bought.campaign,
        impressions=views,
        clicks=clicks,
        external_id=name,
        claimed_conversions=claimed,
        claimed_value=worth,
    )


def _claim(bought: PaidFor, visits: int, claims: Claims) -> tuple[int | None, int | None]:
    """What the platform says that a day's visits brought, in millionths; nothing where it is none that says so."""
    if bought.medium not in claims.a_visit:
        return None, None
    dice = random.Random(f"{bought} claims")  # noqa: S311 - a repeatable story, not a secret
    orders = sum(dice.random() < claims.a_visit[bought.medium] for _ in range(visits))
    worth = sum(round(claims.worth * dice.lognormvariate(-0.125, 0.5), 2) for _ in range(orders))
    return orders * 1_000_000, to_micros(Decimal(str(round(worth, 2))))
