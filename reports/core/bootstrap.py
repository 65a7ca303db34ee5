"""How sure a sum of days is: bootstrap intervals, made by drawing the period's days again and again.

What is drawn is whole days, with replacement, as many as the period has; each draw is summed like the period itself,
and the middle 95 % of the sums is the interval (B. Efron and R. Tibshirani, An Introduction to the Bootstrap, 1993,
chapters 6 and 13). Orders of one day hang together (a campaign, a newsletter, the weather), so that a day is the
smallest piece that may be taken for independent; docs/concepts/intervals.md says what follows from it.
"""

import math
from dataclasses import dataclass
from functools import cached_property, lru_cache
from statistics import NormalDist

import numpy as np

from attribution.core.frames import Floats, Ints
from attribution.core.markov import find_removal_effects

RESAMPLES = 1_000
LEVEL = 0.95
LEAST_DAYS = 14
"""Fewer days than these say too little about how days differ."""
LEAST_JOURNEYS = 30
"""A group that fewer converting journeys met gets no interval and no verdict."""
MOST_STATES = 45
"""Chains with more states than these take too long to be solved a thousand times."""
_SEED = 19_790_101


@dataclass(frozen=True)
class Spread:
    """The sums of many draws, [draw, group], and the sums of the period itself; in the units they came in."""

    estimate: Floats
    draws: Floats

    def bounds(self) -> tuple[Floats, Floats]:
        """The interval of each group; it holds the estimate."""
        return self._own_bounds

    @cached_property
    def _own_bounds(self) -> tuple[Floats, Floats]:
        return _bounds(self.estimate, self.draws)

    def is_close(self, one: int, other: int, *, costs: tuple[float, float] = (1.0, 1.0)) -> bool:
        """Whether the interval of the difference of two groups holds 0, that is: too close to call.

        With costs, each group is held against its own: 200 of a cost of 100 and 300 of 150 are alike.
        """
        difference = self.draws[:, [one]] / costs[0] - self.draws[:, [other]] / costs[1]
        low, high = _bounds(self.estimate[[one]] / costs[0] - self.estimate[[other]] / costs[1], difference)
        return bool(low[0] <= 0 <= high[0])


@lru_cache(maxsize=16)
def draw_days(days: int, resamples: int = RESAMPLES) -> Floats:
    """How often each day is drawn, [draw, day]; always the same for the same number of days."""
    drawn = np.random.default_rng(_SEED).multinomial(days, np.full(days, 1 / days), size=resamples)
    weights = np.asarray(drawn, dtype=np.float64)
    # Everybody is given the same one.
    weights.setflags(write=False)
    return weights


def resample_sums(by_day: Ints, *, resamples: int = RESAMPLES) -> Spread:
    """The spread of sums over days of [day, group]."""
    sums = np.asarray(by_day, dtype=np.float64)
    return _widen(sums.sum(axis=0), draw_days(len(sums), resamples) @ sums, len(sums))


def resample_markov(
    counts: Ints, open_counts: Ints, totals: Ints, *, order: int, resamples: int = RESAMPLES
) -> list[Spread] | None:
    """The spread of Markov credit from transitions counted by day, [day, state, next]; None: too many states.

    Each of the totals by day, [kind, day], is shared by the removal effects of each draw. Open journeys are no matter
    of one day and stay in every draw as they are.
    """
    states = np.flatnonzero((counts.sum(axis=0) + open_counts).any(axis=1))
    if len(states) > MOST_STATES:
        return None
    days, channels = len(counts), counts.shape[2] - 2
    weights = draw_days(days, resamples)
    flat = counts[:, states].reshape(days, -1).astype(np.float64)
    drawn = (weights @ flat).reshape(resamples, len(states), channels + 2) + open_counts[states]
    draws = _shares(_removal_effects(drawn, states, channels, order))
    estimate = _shares(find_removal_effects(counts.sum(axis=0) + open_counts, order=order).effects[None])[0]
    return [
        _widen(estimate * float(total.sum()), draws * (weights @ total.astype(np.float64))[:, None], days)
        for total in totals
    ]


def _widen(estimate: Floats, draws: Floats, days: int) -> Spread:
    """Draws of few days scatter too little; what is never negative stays so when it is widened."""
    wide = estimate + (draws - estimate) * widening(days)
    return Spread(estimate, wide if (draws < 0).any() else np.maximum(wide, 0.0))


def widening(days: int) -> float:
    """How much wider than its draws an interval over n days is: Student's quantile over the normal one, × √(n/(n−1)).

    T. Hesterberg, What Teachers Should Know About the Bootstrap, 2015, calls this the expanded percentile interval.
    30 days: 1.061; 14 days: 1.143.
    """
    left = max(days - 1, 1)
    normal = NormalDist().inv_cdf((1 + LEVEL) / 2)
    # Student's quantile by its series in 1/n: off by less than a thousandth from 10 days up.
    first = (normal**3 + normal) / 4
    second = (5 * normal**5 + 16 * normal**3 + 3 * normal) / 96
    return (normal + first / left + second / left**2) / normal * math.sqrt(days / left)


def _bounds(estimate: Floats, draws: Floats) -> tuple[Floats, Floats]:
    low, high = np.quantile(draws, [(1 - LEVEL) / 2, (1 + LEVEL) / 2], axis=0)
    return np.minimum(low, estimate), np.maximum(high, estimate)


def _shares(effects: Floats) -> Floats:
    sums = effects.sum(axis=1, keepdims=True)
    return np.divide(effects, sums, out=np.zeros_like(effects), where=sums > 0)


def _removal_effects(counts: Floats, states: Ints, channels: int, order: int) -> Floats:
    """What find_removal_effects does, for many chains over the same states at once: [draw, channel]."""
    sums = counts.sum(axis=2, keepdims=True)
    shares = np.divide(counts, sums, out=np.zeros_like(counts), where=sums > 0)
    visits = np.linalg.inv(np.eye(len(states)) - _step_matrices(shares, states, channels, order))
    converts = np.einsum("rij,rj->ri", visits, shares[:, :, channels])
    effects = np.zeros((len(counts), channels))
    for channel in range(channels):
        inside = np.flatnonzero(states % (channels + 1) == channel + 1)
        if len(inside):
            block = visits[:, inside[:, None], inside].transpose(0, 2, 1)
            entries = np.linalg.solve(block, visits[:, 0, inside][..., None])[..., 0]
            effects[:, channel] = (entries * converts[:, inside]).sum(axis=1)
    whole = converts[:, :1]
    return np.clip(np.divide(effects, whole, out=np.zeros_like(effects), where=whole > 0), 0.0, 1.0)


def _step_matrices(shares: Floats, states: Ints, channels: int, order: int) -> Floats:
    steps = np.zeros((len(shares), len(states), len(states)))
    row, channel = np.nonzero(shares[:, :, :channels].any(axis=0))
    after = (states[row] * (channels + 1) + channel + 1) % (channels + 1) ** order
    steps[:, row, np.searchsorted(states, after)] = shares[:, row, channel]
    return steps
