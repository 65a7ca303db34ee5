"""Linear: every touch of the journey earns the same."""

from numba import njit

from attribution.core.journeys import Journey
from attribution.core.rules.rule import Rule


def define(journey: Journey) -> list[float]:
    """Three touches get a third each; a channel that appears twice among n touches gets 2/n."""
    return [1.0 for _ in journey.touches]


@njit(nogil=True)
def weigh(anchors: int, others: int, halvings: float) -> float:
    """One for every touch."""
    return 1.0


RULE = Rule(
    name="linear",
    title="Linear",
    formula="1/n for each of the n touches",
    twin=define,
    weigh=weigh,
)
