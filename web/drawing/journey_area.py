"""Small areas over time, such as events per minute."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from web.drawing.scales import round_steps

WIDTH, HEIGHT = 240, 64


@dataclass(frozen=True, slots=True)
class Area:
    """An area and its line in a picture of WIDTH × HEIGHT, with the steps of its axis from the top down."""

    line: str
    area: str
    peak: int
    top: int
    width: int = WIDTH
    height: int = HEIGHT


def draw_area(numbers: Sequence[int]) -> Area:
    """Numbers at equal distances, the oldest first."""
    peak = max(numbers, default=0)
    top = int(round_steps(Decimal(peak))[-1]) if peak else 1
    step = WIDTH / max(1, len(numbers) - 1)
    points = [f"{i * step:.1f} {HEIGHT - HEIGHT * number / top:.1f}" for i, number in enumerate(numbers)]
    line = "M" + " L".join(points)
    return Area(line, f"{line} L{WIDTH} {HEIGHT} L0 {HEIGHT}Z", peak, top)
