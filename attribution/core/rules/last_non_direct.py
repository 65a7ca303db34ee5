"""Last non-direct touch: the whole credit to the last touch that came from somewhere."""

from numba import njit

from attribution.core.journeys import LAST_NON_DIRECT, Journey
from attribution.core.rules.rule import Rule


def define(journey: Journey) -> list[float]:
    """Email, Direct, Direct gives Email everything; Direct, Direct gives it to the last Direct."""
    last = len(journey.touches) - 1
    earner = max((i for i, touch in enumerate(journey.touches) if not touch.is_direct), default=last)
    return [1.0 if i == earner else 0.0 for i in range(len(journey.touches))]


@njit(nogil=True)
def weigh(anchors: int, others: int, halvings: float) -> float:
    """One for the last touch of the path that is not Direct, or for the last if all are."""
    return 1.0 if anchors & LAST_NON_DIRECT else 0.0


RULE = Rule(
    name="last_non_direct",
    title="Last non-direct touch",
    formula="last touch that is not Direct 100 %; the last touch if all are Direct",
    twin=define,
    weigh=weigh,
)
