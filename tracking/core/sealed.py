"""What stands of people from before the seal, where their events are gone: it goes on, and is never made anew."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from tracking.core.facts import Ledger, PersonFacts, Refund, Session, Touch


@dataclass(frozen=True, slots=True)
class Sealed:
    """The facts of one person from before the seal.

    Sessions come in the order of their last hit before it; one that went on past it counts as far as the seal.
    """

    facts: PersonFacts = field(default_factory=PersonFacts)
    # Of a conversion whose note says that its device is somebody else's; what told so may be gone.
    shared_since: datetime | None = None


NOTHING = Sealed()


def join_sealed(one: Sealed, other: Sealed) -> Sealed:
    """What stands of two people who turned out to be one; of a stage the earlier entry counts.

    Touches of the very same time are counted through, and their sessions go with them.
    """
    moved = _move_ties(one.facts, other.facts)
    entries = {entry.stage_id: entry for entry in sorted(moved.entries + one.facts.entries, key=lambda e: e.at)[::-1]}
    facts = PersonFacts(
        sorted(one.facts.sessions + moved.sessions, key=_last_hit),
        sorted(one.facts.touches + moved.touches, key=lambda touch: (touch.at, touch.tie)),
        one.facts.conversions + moved.conversions,
        sorted(entries.values(), key=lambda entry: entry.at),
        sorted(one.facts.stage_events + moved.stage_events, key=lambda event: event.at),
    )
    told = [since for since in (one.shared_since, other.shared_since) if since is not None]
    return Sealed(facts, min(told, default=None))


def put_before(sealed: PersonFacts, facts: PersonFacts, once: frozenset[int]) -> PersonFacts:
    """Facts since the seal after those before it, of which sessions and touches are in `facts` already.

    Whoever reached a goal of `once`, or entered a stage, before the seal does not do so again.
    """
    reached = {conversion.goal_id for conversion in sealed.conversions} & once
    known = {(conversion.goal_id, conversion.key) for conversion in sealed.conversions}
    entered = {entry.stage_id for entry in sealed.entries}
    conversions = [c for c in facts.conversions if c.goal_id not in reached and (c.goal_id, c.key) not in known]
    entries = [entry for entry in facts.entries if entry.stage_id not in entered]
    return replace(
        facts,
        conversions=sealed.conversions + conversions,
        entries=sealed.entries + entries,
        stage_events=sealed.stage_events + facts.stage_events,
    )


def seal_ledger(ledger: Ledger, winners: Mapping[str, str], refunds: Iterable[Refund]) -> Ledger:
    """The ledger where orders were counted (`winners`) and refunded before the seal: nothing tells of them earlier."""
    by_order = {order_id: list(kept) for order_id, kept in ledger.refunds.items()}
    for refund in refunds:
        others = [one for one in by_order.get(refund.order_id, []) if one.key != refund.key]
        by_order[refund.order_id] = [*others, refund]
    return Ledger({**ledger.winners, **winners}, by_order)


def _move_ties(standing: PersonFacts, coming: PersonFacts) -> PersonFacts:
    taken: dict[datetime, int] = {}
    for touch in standing.touches:
        taken[touch.at] = max(taken.get(touch.at, 0), touch.tie + 1)

    def moved_touch(touch: Touch) -> Touch:
        return touch._replace(tie=touch.tie + taken.get(touch.at, 0))

    def moved_session(session: Session) -> Session:
        return session._replace(tie=session.tie + taken.get(session.started_at, 0))

    return replace(
        coming,
        touches=[moved_touch(touch) for touch in coming.touches],
        sessions=[moved_session(session) for session in coming.sessions],
    )


def _last_hit(session: Session) -> tuple[datetime, datetime, int]:
    return session.ended_at, session.started_at, session.tie
