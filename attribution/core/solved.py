"""Models whose credit is solved from all paths of a period together, rather than shared within each journey."""

from collections.abc import Callable
from dataclasses import dataclass

from attribution.core.markov import credit_by_markov
from attribution.core.path_groups import count_reach
from attribution.core.path_sums import ChannelCredit, PathRow, PathSums, gather_paths
from attribution.core.rules import RULES
from attribution.core.shapley import credit_by_shapley


@dataclass(frozen=True)
class Solved:
    """One such model; `solve(sums, groups)` credits the groups 0 … groups−1, adding up to all conversions exactly."""

    name: str
    title: str
    formula: str
    solve: Callable[[PathSums, int], ChannelCredit]
    # Whether paths that led to nothing take part.
    uses_open_paths: bool = False

    def formula_text(self, half_life_days: float) -> str:
        """The formula as shown beside the figures; no half-life matters here."""
        return self.formula


def solve_markov_1(sums: PathSums, groups: int) -> ChannelCredit:
    """Where somebody goes next depends on where they are."""
    return credit_by_markov(sums, channels=groups, order=1)


def solve_markov_2(sums: PathSums, groups: int) -> ChannelCredit:
    """Where somebody goes next depends on where they are and where they were before."""
    return credit_by_markov(sums, channels=groups, order=2)


def solve_shapley(sums: PathSums, groups: int) -> ChannelCredit:
    """A→B→A worth 100 gives A 50 and B 50."""
    return credit_by_shapley(sums, channels=groups)


SOLVED: dict[str, Solved] = {
    "markov_1": Solved(
        "markov_1",
        "Markov, order 1",
        "removal effect 1 − P(conversion without it) / P(conversion), divided by the sum of the effects;"
        " a step depends on the touch before it",
        solve_markov_1,
        uses_open_paths=True,
    ),
    "markov_2": Solved(
        "markov_2",
        "Markov, order 2",
        "removal effect 1 − P(conversion without it) / P(conversion), divided by the sum of the effects;"
        " a step depends on the two touches before it",
        solve_markov_2,
        uses_open_paths=True,
    ),
    "shapley": Solved(
        "shapley",
        "Shapley",
        "each conversion split evenly over the distinct groups of its path",
        solve_shapley,
    ),
}
"""Name → model, in the order they are shown."""


def warm_up() -> None:
    """Compile what the models use, or load it from Numba's cache; only in a process that will never fork."""
    sums = gather_paths([PathRow((0, 1), 1, 1)])
    for model in SOLVED.values():
        model.solve(sums, 2)
    count_reach(sums, groups=2)


MODELS = (*RULES, *SOLVED)
"""Names of all models there are: rules first."""
