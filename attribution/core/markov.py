"""Markov credit: what would be lost if a channel led nowhere.

States are the last one or two touches, before the first touch the start. Every path, converting or not, adds its
transitions, repeats included. Removing a channel turns every transition into it to nothing; the share of the
probability of conversion that goes with it is its removal effect. Solved exactly, never simulated.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numba import njit

from attribution.core.credit import CREDIT_UNITS, MAX_TOTAL, share_credit
from attribution.core.frames import Floats, Ints
from attribution.core.path_sums import ChannelCredit, PathSums, check_channels

ORDERS = (1, 2)


class Removal(NamedTuple):
    """The probability of conversion from the start, and the share of it that each channel's removal takes away."""

    probability: float
    effects: Floats


def credit_by_markov(sums: PathSums, *, channels: int, order: int = 1) -> ChannelCredit:
    """Share all conversions and their value in proportion to the removal effects, in whole units.

    Paths A, A→B converting and B not: removal effects 3/4 and 1/2, credit 1.2 and 0.8. Where nothing converted
    there is nothing to share and every credit is 0.
    """
    effects = find_removal_effects(count_transitions(sums, channels=channels, order=order), order=order).effects
    conversions = int(sums.conversions.sum())
    if conversions == 0:
        return ChannelCredit(np.zeros(channels, np.int64), np.zeros(channels, np.int64))
    weights = effects.tolist()
    return ChannelCredit(_share(weights, conversions * CREDIT_UNITS), _share(weights, int(sums.value.sum())))


def count_transitions(sums: PathSums, *, channels: int, order: int = 1) -> Ints:
    """Count [state, what came next]: each channel, then conversion, then nothing. Counts of days add up.

    A state is its touches' channels + 1 as digits of base channels + 1, the latest last; the start is 0.
    """
    if order not in ORDERS:
        raise ValueError(f"order must be one of {ORDERS}, got {order}")
    check_channels(sums, channels)
    return _count(sums.first, sums.channel, sums.conversions, sums.nulls, channels, (channels + 1) ** order)


def find_removal_effects(counts: Ints, *, order: int = 1) -> Removal:
    """Solve the chain of counted transitions; all effects are 0 where nothing converted.

    One linear system gives the visits to every state. The chance of conversion by way of a channel is that of
    entering it first in some state times that of converting from there; this is what its removal takes away.
    """
    channels = counts.shape[1] - 2
    if counts[:, channels].sum() == 0:
        return Removal(0.0, np.zeros(channels))
    states = np.flatnonzero(counts.any(axis=1))
    shares = counts[states] / counts[states].sum(axis=1, keepdims=True)
    visits = np.linalg.inv(np.eye(len(states)) - _step_matrix(shares, states, channels, order))
    converts = visits @ shares[:, channels]
    effects = np.zeros(channels)
    for channel in range(channels):
        inside = np.flatnonzero(states % (channels + 1) == channel + 1)
        if len(inside):
            entries = np.linalg.solve(visits[np.ix_(inside, inside)].T, visits[0, inside])
            effects[channel] = entries @ converts[inside] / converts[0]
    return Removal(float(converts[0]), np.clip(effects, 0.0, 1.0))


def _step_matrix(shares: Floats, states: Ints, channels: int, order: int) -> Floats:
    """Probabilities of going from state to state, by position in `states`."""
    row, channel = np.nonzero(shares[:, :channels])
    after = (states[row] * (channels + 1) + channel + 1) % (channels + 1) ** order
    steps = np.zeros((len(states), len(states)))
    steps[row, np.searchsorted(states, after)] = shares[row, channel]
    return steps


def _share(weights: Sequence[float], total: int) -> Ints:
    """share_credit for totals of any size: whole pieces of the largest amount it shares exactly, and the rest."""
    sign = -1 if total < 0 else 1
    pieces, rest = divmod(abs(total), MAX_TOTAL)
    units = np.array(share_credit(weights, rest), dtype=np.int64)
    if pieces:
        units += pieces * np.array(share_credit(weights, MAX_TOTAL), dtype=np.int64)
    return sign * units


@njit(nogil=True, cache=True)
def _count(first: Ints, channel: Ints, conversions: Ints, nulls: Ints, channels: int, states: int) -> Ints:
    counts = np.zeros((states, channels + 2), np.int64)
    for p in range(len(conversions)):
        weight = conversions[p] + nulls[p]
        state = 0
        for i in range(first[p], first[p + 1]):
            counts[state, channel[i]] += weight
            state = (state * (channels + 1) + channel[i] + 1) % states
        counts[state, channels] += conversions[p]
        counts[state, channels + 1] += nulls[p]
    return counts
