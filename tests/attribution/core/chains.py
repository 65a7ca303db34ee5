"""Markov chains and Shapley games by their definitions, in fractions and in plain Python."""

from collections import Counter
from fractions import Fraction
from itertools import permutations

CONVERSION, NOTHING = "conversion", "nothing"


def list_transitions(rows, order):
    """Count (state, next) over all paths; a state is the tuple of the last touches, padded with None."""
    counts = Counter()
    for row in rows:
        for ending, times in ((CONVERSION, row.conversions), (NOTHING, row.nulls)):
            state = (None,) * order
            for channel in row.path:
                after = (*state[1:], channel)
                counts[state, after] += times
                state = after
            counts[state, ending] += times
    return +counts


def convert_chance(counts, order, removed=None):
    """Probability of conversion from the start; what leads into the removed channel leads to nothing."""
    states = sorted({state for state, _ in counts}, key=str)
    leaving = Counter()
    for (state, _), times in counts.items():
        leaving[state] += times
    rows = [[Fraction(i == j) for j in range(len(states))] + [Fraction(0)] for i in range(len(states))]
    for (state, after), times in counts.items():
        i, share = states.index(state), Fraction(times, leaving[state])
        if after == CONVERSION:
            rows[i][-1] += share
        elif after != NOTHING and after[-1] != removed:
            rows[i][states.index(after)] -= share
    return solve(rows)[states.index((None,) * order)]


def solve(rows):
    """Solve a linear system given with its right side, by elimination."""
    n = len(rows)
    for i in range(n):
        pivot = next(r for r in range(i, n) if rows[r][i])
        rows[i], rows[pivot] = rows[pivot], rows[i]
        rows[i] = [entry / rows[i][i] for entry in rows[i]]
        for r in range(n):
            if r != i and rows[r][i]:
                rows[r] = [a - rows[r][i] * b for a, b in zip(rows[r], rows[i], strict=True)]
    return [row[-1] for row in rows]


def remove_slowly(rows, channels, order):
    """Removal effects by removing each channel in turn; None where nothing converts."""
    counts = list_transitions(rows, order)
    if not any(row.conversions for row in rows):
        return None
    whole = convert_chance(counts, order)
    return [1 - convert_chance(counts, order, removed=channel) / whole for channel in range(channels)]


def shapley_slowly(rows, channels, worth):
    """Average contribution of each channel over all orders in which the channels may join."""

    def value_of(coalition):
        return sum(worth(row) for row in rows if set(row.path) <= coalition)

    gained = [Fraction(0)] * channels
    orders = list(permutations(range(channels)))
    for joining in orders:
        for spot, channel in enumerate(joining):
            before = set(joining[:spot])
            gained[channel] += Fraction(value_of(before | {channel}) - value_of(before), len(orders))
    return gained
