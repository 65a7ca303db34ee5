"""A month as a line without axes: whole days solid, a dot on the last of them, dotted to the day that is not over."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

WIDTH, HEIGHT = 108, 28
# Room for the dot and for the stroke's own width.
EDGE = 3.0


@dataclass(frozen=True, slots=True)
class Spark:
    """Points as SVG takes them; `dot` is the last whole day."""

    solid: str
    dotted: str
    dot: tuple[str, str]
    flat: bool


def draw_spark(values: Sequence[Decimal]) -> Spark:
    """At least two values, oldest first; the last is of a day that is not over. The lowest line is zero."""
    top = float(max(values)) or 1.0
    step = (WIDTH - 2 * EDGE) / (len(values) - 1)
    points = [
        (f"{EDGE + place * step:.1f}", f"{HEIGHT - EDGE - (HEIGHT - 2 * EDGE) * max(0.0, float(value)) / top:.1f}")
        for place, value in enumerate(values)
    ]
    return Spark(_join(points[:-1]), _join(points[-2:]), points[-2], flat=not any(values))


def _join(points: list[tuple[str, str]]) -> str:
    return " ".join(f"{x},{y}" for x, y in points)
