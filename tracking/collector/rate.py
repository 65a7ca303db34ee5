"""How many events a write key may post: a token bucket per key, in this process's memory."""

import math

BURST_S = 60


class RateLimit:
    """`events_per_second` on average, and a minute's worth at once."""

    def __init__(self, events_per_second: int) -> None:
        self._rate = events_per_second
        self._capacity = events_per_second * BURST_S
        self._left: dict[int, tuple[float, float]] = {}

    def seconds_to_wait(self, key_id: int, events: int, now: float) -> int:
        """Take `events` from the bucket and return 0, or return the whole seconds until they fit.

        `now` is monotonic. More than a bucketful passes when the bucket is full, and leaves it in debt.
        """
        left, at = self._left.get(key_id, (self._capacity, now))
        left = min(self._capacity, left + (now - at) * self._rate)
        missing = min(events, self._capacity) - left
        if missing > 0:
            return max(1, math.ceil(missing / self._rate))
        self._left[key_id] = (left - events, now)
        return 0
