"""What a credit rule is: its definition in plain Python and the same thing compiled."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from attribution.core.journeys import Journey


@dataclass(frozen=True)
class Rule:
    """One way of sharing credit.

    `twin(journey)` gives the weights of one journey and is the definition; `weigh(anchors, others, halvings)`
    gives the same weight of one touch to the kernel: the touch's anchor bits, how many touches of the path
    have none of the rule's `anchors`, and the touch's age before the latest touch in half-lives.
    Weights are relative; sharing divides by their sum.
    """

    name: str
    title: str
    formula: str
    twin: Callable[[Journey], list[float]]
    weigh: Any
    anchors: int = 0
    uses_half_life: bool = False

    def formula_text(self, half_life_days: float) -> str:
        """The formula as shown beside the figures, with the half-life in days where it matters."""
        return self.formula.format(half_life_days=f"{half_life_days:g}")
