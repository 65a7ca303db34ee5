"""Lengths on paper: percentages as text, which read the same in every language."""

from decimal import Decimal

MOST_STEPS = 4
ROUND_STEPS = (Decimal(1), Decimal(2), Decimal("2.5"), Decimal(5), Decimal(10))


def percent(part: Decimal | float | int, whole: Decimal | float | int) -> str:
    """Half of something is "50%"; of nothing it is "0%"."""
    if not whole:
        return "0%"
    return f"{100 * float(part) / float(whole):.2f}".rstrip("0").rstrip(".") + "%"


def round_steps(top: Decimal) -> list[Decimal]:
    """The marks of an axis from 0 up to at least `top`, at most four steps: 6,810 → 0, 2,000, 4,000, 6,000, 8,000."""
    if top <= 0:
        return [Decimal(0), Decimal(1)]
    least = top / MOST_STEPS
    power = Decimal(10) ** least.adjusted()
    step = next(power * factor for factor in ROUND_STEPS if power * factor >= least)
    steps = [Decimal(0)]
    while steps[-1] < top:
        steps.append(steps[-1] + step)
    return steps
