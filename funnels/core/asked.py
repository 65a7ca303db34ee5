"""What a funnel asks for: its steps, how they follow each other, and how long an attempt may take."""

from collections.abc import Iterable
from dataclasses import dataclass

from funnels.core.progress import NO_LIMIT, Order
from tracking.core.facts import Condition

HITS = ("page", "screen", "track")


@dataclass(frozen=True)
class Step:
    """Events of this name whose properties fulfil every condition."""

    event: str
    where: tuple[Condition, ...] = ()


@dataclass(frozen=True)
class Funnel:
    """Steps in order; `window` in microseconds from step 1, its end included; only events of these kinds count."""

    steps: tuple[Step, ...]
    window: int = NO_LIMIT
    order: Order = "ordered"
    kinds: tuple[str, ...] = HITS

    @property
    def names(self) -> list[str]:
        """Each event name once, in the order of the steps."""
        return list(dict.fromkeys(step.event for step in self.steps))

    @property
    def names_looked_into(self) -> list[str]:
        """The names of events whose properties decide what they fit."""
        return list(dict.fromkeys(step.event for step in self.steps if step.where))

    @property
    def paths(self) -> list[str]:
        """The properties that conditions are about."""
        return list(dict.fromkeys(condition.path for step in self.steps for condition in step.where))


def keys_of(paths: Iterable[str]) -> list[str]:
    """The top-level properties that looking these paths up touches: `cart.country` may be a name, or lead into cart."""
    return sorted({key for path in paths for key in (path, path.split(".")[0])})
