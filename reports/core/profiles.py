"""What a channel does along a pipeline, in one word: from its share of each step."""

from collections.abc import Sequence
from typing import Literal

Profile = Literal["creates", "creates_only", "moves", "closes", "even", "little", "few"]

# Fewer credited entries than this say nothing; less than this share of every step is little.
ENOUGH = 5
LITTLE = 0.03
CLEARLY = 1.5


def name_profile(shares: Sequence[float | None], credited: float) -> Profile:
    """Where along the steps a channel's share is clearly highest.

    30 %, 34 %, 22 %, 16 %: creates. 7 %, 17 %, 28 %, 35 %: closes. 16 %, 20 %, 20 %, 18 %: even.
    """
    known = [share or 0.0 for share in shares]
    if credited < ENOUGH or not known:
        return "few"
    if max(known) < LITTLE:
        return "little"
    first, last = known[0], known[-1]
    if len(known) > 2 and max(known[1:-1]) >= CLEARLY * max(first, last):
        return "moves"
    if last >= CLEARLY * first:
        return "closes"
    if first >= CLEARLY * last:
        return "creates_only" if last < LITTLE else "creates"
    return "even"
