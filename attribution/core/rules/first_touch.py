"""First touch: the whole credit to the touch that began the journey."""

from numba import njit

from attribution.core.journeys import FIRST, Journey
from attribution.core.rules.rule import Rule


def define(journey: Journey) -> list[float]:
    """One on the first touch; of touches in the same instant, on the one with the smallest message id."""
    return [1.0 if i == 0 else 0.0 for i in range(len(journey.touches))]


@njit(nogil=True)
def weigh(anchors: int, others: int, halvings: float) -> float:
    """One for the first touch of the path."""
    return 1.0 if anchors & FIRST else 0.0


RULE = Rule(
    name="first_touch",
    title="First touch",
    formula="first touch 100 %",
    twin=define,
    weigh=weigh,
)
