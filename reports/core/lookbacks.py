"""The credit of the same conversions under several look-backs, by the kernel that fills stored days."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from attribution.core.frames import Flags, Ints
from attribution.core.journeys import MICROS_A_DAY
from attribution.core.kernel import RULE_CODES, Paths, Reached, new_slab, weigh_group


class Looked(NamedTuple):
    """Credit by mark (1e-9 of a conversion) and value (1e-6) under one look-back, and what found no touch in it."""

    days: int
    marks: Ints
    credit: Ints
    value: Ints
    conversions: int
    value_total: int
    unattributed: int
    unattributed_value: int


def look_back(
    paths: Paths, reached: Reached, mark_ids: Ints, *, rule: str, lookbacks: Sequence[int], half_life_days: float
) -> list[Looked]:
    """Credit by one rule under each look-back in days; Σ credit + unattributed = conversions, exactly, under each.

    Marks of the paths are places in `mark_ids`.
    """
    codes = np.array([RULE_CODES[rule]], np.int64)
    half_lives = np.array([half_life_days * MICROS_A_DAY])
    slab = new_slab(1, len(mark_ids))
    found = []
    for days in lookbacks:
        packed = weigh_group(paths, reached, days * MICROS_A_DAY, codes, half_lives, slab)
        conversions, value_total, nobody, nobodys_value = (int(total) for total in packed.totals[:4])
        found.append(
            Looked(
                days,
                mark_ids[packed.mark],
                packed.credit,
                packed.value,
                conversions,
                value_total,
                nobody,
                nobodys_value,
            )
        )
    return found


def number_marks(mark: Ints) -> tuple[Ints, Ints]:
    """(ids ascending, places of the marks among them)."""
    ids, places = np.unique(mark, return_inverse=True)
    return ids, places.astype(np.int64)


def flag(ids: Ints, wanted: set[int]) -> Flags:
    """Which of the ids are wanted."""
    return np.array([int(one) in wanted for one in ids], np.bool_)
