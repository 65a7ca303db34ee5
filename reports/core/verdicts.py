"""Whether what was paid came back, whichever model is believed, and whatever is still to come."""

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
    # Days are still filling, and what is still to come could turn it.
    TOO_EARLY = "too_early"


def judge(
    low: Decimal,
    high: Decimal,
    cost: Decimal | None,
    *,
    journeys: int,
    needed: int,
    missing: Decimal | None = Decimal(0),
) -> Verdict:
    """Hold a cost against the least and the most generous model.

    Cost 100: 120 to 300 wins, 80 to 300 depends, 20 to 80 loses. What cost something and was on no journey loses too.
    `missing` is what late conversions may still add, to all groups together (None: not known). A verdict has to stand
    even if all of it were this group's: 20 to 80 loses while 10 are missing, and while 30 are it is too early to say.
    """
    if cost is None:
        return Verdict.UNKNOWN
    if cost <= 0:
        return Verdict.NO_SPEND
    if 0 < journeys < needed:
        return Verdict.TOO_FEW
    now = _hold_against(cost, low, high)
    if now is Verdict.WINS:
        return now
    if missing is None or _hold_against(cost, low + missing, high + missing) is not now:
        return Verdict.TOO_EARLY
    return now


def _hold_against(cost: Decimal, low: Decimal, high: Decimal) -> Verdict:
    if low > cost:
        return Verdict.WINS
    return Verdict.LOSES if high < cost else Verdict.DEPENDS
