"""What rules with anchors have in common: a fixed share for each anchor, a rest for the touches between."""

from collections.abc import Sequence

from numba import njit


def spread(n: int, anchors: Sequence[int | None], *, share: float, rest: float) -> list[float]:
    """Weights of n touches: `share` for each anchor a touch is, `rest` spread evenly over those that are none.

    A touch may be several anchors. Missing anchors (None) drop out, and so does the rest where every touch is an
    anchor. All weights are taken times the number of touches between, so that they stay whole numbers.
    """
    held = [anchors.count(i) for i in range(n)]
    between = max(held.count(0), 1)
    return [share * times * between if times else rest for times in held]


@njit(nogil=True)
def weigh_anchor(held: int, others: int, share: float, rest: float) -> float:
    """The same for one touch that is `held` anchors, `others` touches being none."""
    return share * held * max(others, 1) if held else rest
