"""Long stories are told from their end: what new events cannot have changed is neither read nor derived again."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from tracking.core.facts import PersonFacts
from tracking.core.sealed import Sealed


@dataclass(frozen=True, slots=True)
class Tail:
    """From where on a person is derived again, between two visits, and what matters of the time before.

    `before` holds the last touch, one conversion of each goal that counts once, and the entries of stages.
    """

    since: datetime
    before: Sealed


def cut_facts(facts: PersonFacts, since: datetime) -> PersonFacts:
    """The facts from `since` on."""
    return PersonFacts(
        [session for session in facts.sessions if session.started_at >= since],
        [touch for touch in facts.touches if touch.at >= since],
        [conversion for conversion in facts.conversions if conversion.at >= since],
        [entry for entry in facts.entries if entry.at >= since],
        [event for event in facts.stage_events if event.at >= since],
    )


def lacks_touch(facts: PersonFacts, since: datetime, lookbacks: Mapping[int, timedelta]) -> bool:
    """Whether a conversion since then has no touch in its look-back, so that a shared device may be the reason.

    Of the touches before `since` the last is enough: no other is nearer.
    """
    ats = [touch.at for touch in facts.touches]
    return any(
        not any(one.at - lookbacks[one.goal_id] <= at <= one.at for at in reversed(ats))
        for one in facts.conversions
        if one.at >= since
    )
