"""Position-based: 40 % to the first touch, 40 % to the last, 20 % spread evenly over those between."""

from numba import njit

from attribution.core.journeys import FIRST, LAST, Journey
from attribution.core.rules.rule import Rule


def define(journey: Journey) -> list[float]:
    """One touch gets all, two get 50/50, three 40/20/40, four 40/10/10/40.

    All weights are taken times the number of touches between, so that they stay whole numbers and no third
    of 20 has to be rounded.
    """
    n = len(journey.touches)
    if n <= 2:
        return [1.0] * n
    between = n - 2
    return [40.0 * between, *[20.0] * between, 40.0 * between]


@njit(nogil=True)
def weigh(anchors: int, others: int, halvings: float) -> float:
    """40 for each end the touch is, 20 shared by the others, all times the number of others."""
    if not anchors & (FIRST | LAST):
        return 20.0
    ends = (anchors & FIRST != 0) + (anchors & LAST != 0)
    return 40.0 * ends * max(others, 1)


RULE = Rule(
    name="position_based",
    title="Position-based",
    formula="first touch 40 %, last touch 40 %, the 20 % left spread evenly over the touches between",
    twin=define,
    weigh=weigh,
    anchors=FIRST | LAST,
)
