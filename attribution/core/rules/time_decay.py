"""Time decay: a touch earns half as much for every half-life it lies further back."""

import math

from numba import njit

from attribution.core.journeys import Journey
from attribution.core.rules.rule import Rule


def define(journey: Journey) -> list[float]:
    """With a half-life of 7 days, touches 7 days and 0 days before the conversion get 1/3 and 2/3.

    Ages count from the latest touch rather than the conversion: the shares are the same, and the latest touch
    always weighs one, however long ago it was.
    """
    latest = journey.touches[-1].at
    return [math.exp2(-((latest - touch.at) / journey.half_life)) for touch in journey.touches]


@njit(nogil=True)
def weigh(anchors: int, others: int, halvings: float) -> float:
    """Halved once for every half-life of age, in continuous time."""
    return math.exp2(-halvings)


RULE = Rule(
    name="time_decay",
    title="Time decay",
    formula="2^(−days before the conversion / {half_life_days}), divided by the sum over the touches",
    twin=define,
    weigh=weigh,
    uses_half_life=True,
)
