"""What a funnel's report says: how many people reach each step, and how long they take from the one before."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np

from funnels.core.histories import Flags, Ints
from funnels.core.progress import Progress

MICROS_A_SECOND = 1_000_000


@dataclass(frozen=True)
class StepFigures:
    """One step: people who got at least here, shares of those at the step before, median seconds since it.

    None where undefined: at the first step, and where the step before has nobody (median: where this one has).
    `still_open` of those who got no further may still do; None where nobody asked.
    """

    count: int
    conversion_from_previous: float | None
    drop_off: float | None
    median_seconds: float | None
    still_open: int | None = None


def measure_steps(progress: Progress, people: Any = slice(None), open_people: Flags | None = None) -> list[StepFigures]:
    """Return the figures of each step, for all people or for those picked by a mask or by their indices.

    Two people who took 10 s and 20 s from step 1 to step 2 have a median of 15 s there. `open_people` says of each
    person of the progress whether they still have time.
    """
    depth, at = progress.depth[people], progress.at[people]
    still_open = count_open(depth, None if open_people is None else open_people[people], at.shape[1])
    counts = _count_reached(depth, at.shape[1])
    medians: list[float | None] = [None]
    for step in range(1, at.shape[1]):
        spans = (at[:, step] - at[:, step - 1])[depth > step]
        medians.append(float(np.median(spans)) / MICROS_A_SECOND if len(spans) else None)
    return [
        StepFigures(count, _float(share), _float(None if share is None else 1 - share), median, waiting)
        for count, share, median, waiting in zip(counts, share_steps(counts), medians, still_open, strict=True)
    ]


def count_open(depth: Ints, open_people: Flags | None, steps: int) -> Sequence[int | None]:
    """Of those whose last step this is, how many still have time; nobody is open at the last step."""
    if open_people is None:
        return [None] * steps
    return [int((open_people & (depth == step)).sum()) for step in range(1, steps)] + [0]


def _count_reached(depth: Ints, steps: int) -> list[int]:
    """How many people came to each step, or further."""
    ended = np.bincount(depth, minlength=steps + 1)
    return [int(ended[step:].sum()) for step in range(1, steps + 1)]


def share_steps(counts: Sequence[int]) -> list[Fraction | None]:
    """Return which share of the step before reaches each step, exactly: 1000, 620 give None, 31/50."""
    before = [0, *counts]
    return [Fraction(count, last) if last else None for count, last in zip(counts, before, strict=False)]


def find_bottleneck(counts: Sequence[int]) -> int | None:
    """Return the step, counted from 1, that the smallest share reaches, the first of equals; None if none is defined.

    1000, 620, 155, 110, 77: step 3 with 25 %.
    """
    shares = [(share, step) for step, share in enumerate(share_steps(counts), 1) if share is not None]
    return min(shares)[1] if shares else None


def _float(share: Fraction | None) -> float | None:
    return None if share is None else float(share)
