"""Whether what was paid came back, whichever model is believed."""

from decimal import Decimal
from enum import StrEnum


class Verdict(StrEnum):
    """What all models together say of one group."""

    WINS = "wins"
    DEPENDS = "depends"
    LOSES = "loses"
    NO_SPEND = "no_spend"
    # The cost is not known, or a goal without values cannot be held against money.
    UNKNOWN = "unknown"
    TOO_FEW = "too_few"


def judge(low: Decimal, high: Decimal, cost: Decimal | None, *, journeys: int, needed: int) -> Verdict:
    """Hold a cost against the least and the most generous model.

    Cost 100: 120 to 300 wins, 80 to 300 depends, 20 to 80 loses. What cost something and was on no journey loses too.
    """
    if cost is None:
        return Verdict.UNKNOWN
    if cost <= 0:
        return Verdict.NO_SPEND
    if 0 < journeys < needed:
        return Verdict.TOO_FEW
    if low > cost:
        return Verdict.WINS
    return Verdict.LOSES if high < cost else Verdict.DEPENDS
