"""Shapley credit: channels are players, a coalition is worth the conversions whose channels all lie within it.

For this game the average over all orders of joining has a closed form: each conversion is split evenly over the
distinct channels of its path. Order, repeats and paths that led to nothing do not matter.
"""

import numpy as np
from numba import njit

from attribution.core.credit import CREDIT_UNITS
from attribution.core.frames import Ints
from attribution.core.path_sums import ChannelCredit, PathSums, check_channels


def credit_by_shapley(sums: PathSums, *, channels: int) -> ChannelCredit:
    """Split each conversion, and each row's value, evenly over its path's distinct channels, in whole units.

    A→B→A worth 100 gives A 50 and B 50. A unit that cannot be split goes to the channel met earlier. Rows of
    days add up: crediting two days and adding equals crediting the rows of both.
    """
    check_channels(sums, channels)
    credit, value = _split_rows(sums.first, sums.channel, sums.conversions, sums.value, channels)
    return ChannelCredit(credit, value)


@njit(nogil=True, cache=True)
def _split_rows(first: Ints, channel: Ints, conversions: Ints, values: Ints, channels: int) -> tuple[Ints, Ints]:
    credit, value = np.zeros(channels, np.int64), np.zeros(channels, np.int64)
    met_in = np.full(channels, -1, np.int64)
    met = np.empty(channels, np.int64)
    for p in range(len(conversions)):
        if conversions[p] == 0:
            continue
        n = 0
        for i in range(first[p], first[p + 1]):
            if met_in[channel[i]] != p:
                met_in[channel[i]] = p
                met[n] = channel[i]
                n += 1
        sign = -1 if values[p] < 0 else 1
        # Even weights: the largest remainders are all alike, so the earlier ones take what is left.
        for i in range(n):
            credit[met[i]] += conversions[p] * (CREDIT_UNITS // n + (i < CREDIT_UNITS % n))
            value[met[i]] += sign * (abs(values[p]) // n + (i < abs(values[p]) % n))
    return credit, value
