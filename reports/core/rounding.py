"""Rounding that keeps sums: parts written with few digits still add up to the written whole."""

from collections.abc import Sequence
from decimal import ROUND_FLOOR, ROUND_HALF_EVEN, Decimal


def round_together(parts: Sequence[Decimal], digits: int) -> list[Decimal]:
    """The parts with so many digits, adding up to their rounded sum: largest remainder, ties to the earlier one.

    Three parts of 26.666667, 26.666667 and 26.666666 become 26.67, 26.67 and 26.66. All have one sign, or are zero.
    """
    whole = sum(parts, Decimal(0))
    step = Decimal(1).scaleb(-digits)
    if whole < 0:
        return [-part for part in round_together([-part for part in parts], digits)]
    floors = [part.quantize(step, rounding=ROUND_FLOOR) for part in parts]
    left = int((whole.quantize(step, rounding=ROUND_HALF_EVEN) - sum(floors, Decimal(0))) / step)
    # Only what was cut off can be given back, so a zero stays a zero.
    by_rest = sorted(range(len(parts)), key=lambda i: floors[i] - parts[i])
    raised = set(by_rest[:left])
    return [floor + step if i in raised else floor for i, floor in enumerate(floors)]
