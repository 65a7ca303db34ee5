"""Which channels lead: a plain rule of thumb about shares, not a claim about chance."""

from collections.abc import Sequence
from decimal import Decimal

ALONE = 2
"""A channel leads alone when it earned at least twice as much as the next."""

TOGETHER = Decimal("1.5")
"""Two lead together when they earned at least half, and the second 1.5 times as much as the third."""


def leaders(earned: Sequence[tuple[str, Decimal]]) -> list[str]:
    """The one or two names that lead among (name, earned); none where nobody stands out.

    60, 30, 10 → the first; 40, 35, 10 → both; 30, 28, 25 → none.
    """
    ranked = sorted((entry for entry in earned if entry[1] > 0), key=lambda entry: (-entry[1], entry[0]))
    if not ranked:
        return []
    first, second, third = (ranked[i][1] if i < len(ranked) else Decimal(0) for i in range(3))
    if first >= ALONE * second:
        return [ranked[0][0]]
    if 2 * (first + second) >= sum(value for _, value in ranked) and second >= TOGETHER * third:
        return [ranked[0][0], ranked[1][0]]
    return []
