"""The interval of a figure, as every report holds it."""

from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Interval:
    """The 95 % interval of a sum of the period."""

    low: Decimal
    high: Decimal

    @property
    def half(self) -> Decimal:
        """Half of its width, which is what ± says."""
        return (self.high - self.low) / 2
