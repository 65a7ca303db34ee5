"""Last touch: the whole credit to the touch right before the conversion."""

from numba import njit

from attribution.core.journeys import LAST, Journey
from attribution.core.rules.rule import Rule


def define(journey: Journey) -> list[float]:
    """One on the last touch; of touches in the same instant, on the one with the largest message id."""
    last = len(journey.touches) - 1
    return [1.0 if i == last else 0.0 for i in range(len(journey.touches))]


@njit(nogil=True)
def weigh(anchors: int, others: int, halvings: float) -> float:
    """One for the last touch of the path."""
    return 1.0 if anchors & LAST else 0.0


RULE = Rule(
    name="last_touch",
    title="Last touch",
    formula="last touch 100 %",
    twin=define,
    weigh=weigh,
)
