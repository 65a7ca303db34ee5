"""The law of sharing: what one conversion gives its touches adds up to exactly what it was worth."""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from numba import njit

from attribution.core.frames import Floats, Ints

CREDIT_UNITS = 1_000_000_000
"""Credit of one conversion: shares are held in billionths, as whole numbers."""

VALUE_UNITS = 1_000_000
"""Value of one unit of the workspace's currency: money is held in millionths, as whole numbers."""

MAX_TOTAL = 10**17
"""The largest amount, in units and of either sign, that can be shared exactly."""

# 40 bits put the coarseness of a weight a thousand times below a unit of credit. A unit guessed in floating point
# is off by less than 50 at MAX_TOTAL, so that remainders fit into 64 bits for paths of 100,000 touches and more.
_WEIGHT_BITS = 40
_FEW = 64


@njit(nogil=True)
def make_whole(weights: Floats, n: int, whole: Ints) -> int:
    """Write the first n weights as whole numbers in their proportion into `whole` and return their sum.

    Weights that are whole numbers keep their proportion exactly, because the scale is a power of two. The
    heaviest weight lies between 1e-200 and 1e200.
    """
    heaviest = 0.0
    for i in range(n):
        heaviest = max(heaviest, weights[i])
    scale = math.ldexp(1.0, _WEIGHT_BITS - math.frexp(heaviest)[1])
    whole_sum = 0
    for i in range(n):
        whole[i] = int(weights[i] * scale + 0.5)
        whole_sum += int(whole[i])
    return whole_sum


@njit(nogil=True)
def share_whole(whole: Ints, n: int, whole_sum: int, total: int, units: Ints, rests: Ints) -> None:
    """Share `total` units by n whole weights into `units`: largest remainder, ties to the earlier touch.

    Exact for |total| <= MAX_TOTAL; `rests` is scratch. Three equal weights share 100 as 34, 33, 33.
    """
    size = abs(total)
    per_weight = size / whole_sum
    left = size
    for i in range(n):
        weight = int(whole[i])
        unit = int(per_weight * weight)
        # Both products may wrap around 64 bits; their difference is small and therefore right all the same.
        rest = size * weight - unit * whole_sum
        if rest < 0 or rest >= whole_sum:
            unit += rest // whole_sum
            rest %= whole_sum
        units[i] = unit
        rests[i] = rest
        left -= unit
    if n <= _FEW:
        for _ in range(left):
            best = 0
            for i in range(1, n):
                if rests[i] > rests[best]:
                    best = i
            units[best] += 1
            rests[best] = -1
    elif left > 0:
        for i in np.argsort(-rests[:n], kind="mergesort")[:left]:
            units[i] += 1
    if total < 0:
        for i in range(n):
            units[i] = -units[i]


def share_credit(weights: Sequence[float], total: int) -> list[int]:
    """Turn weights (none negative, one positive) into whole units that add up to exactly `total`.

    The slow twin's door to the law; the kernel calls the same two functions, compiled.
    """
    if abs(total) > MAX_TOTAL:
        raise ValueError(f"total must be within ±{MAX_TOTAL} units to be shared exactly, got {total}")
    n = len(weights)
    whole, units, rests = (np.zeros(n, dtype=np.int64) for _ in range(3))
    whole_sum = _uncompiled(make_whole)(np.asarray(weights, dtype=np.float64), n, whole)
    _uncompiled(share_whole)(whole, n, whole_sum, total, units, rests)
    return [int(unit) for unit in units]


def _uncompiled(function: Any) -> Any:
    # Where Numba is switched off there is nothing else.
    return getattr(function, "py_func", function)
