"""Fates in words: what became of an event, what was wrong with a refused one, and how to mend it."""

from collections.abc import Callable

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from common.money import from_micros
from reports.catalogue.live_report import BOT, CONVERSION, DUPLICATE, KEPT, REFUSED, SESSION, TOUCH, WAITING
from reports.catalogue.live_rows import Facts, Seen
from reports.core.words import exact_money
from tracking.core.bots import is_bot
from tracking.core.facts import ORDER_REFUNDED

# (fate, tone, words)
Fate = tuple[str, str, str]

MENDS: dict[str, Callable[[], str]] = {
    "malformed_json": lambda: _("Send valid JSON: check for a missing bracket, a trailing comma or single quotes."),
    "bad_encoding": lambda: _("Send the body as it is, or as one whole gzip stream with Content-Encoding: gzip."),
    "too_large": lambda: _("Send fewer properties per event, and at most 500 KB per batch."),
    "too_many": lambda: _("Split the batch: at most 10,000 events in one request."),
    "too_deep": lambda: _("Flatten the properties: at most 32 levels of objects within objects."),
    "missing_batch": lambda: _("Put the events into a list named “batch”."),
    "not_an_object": lambda: _("Each event must be a JSON object in curly brackets."),
    "missing_type": lambda: _("Add “type”: page, screen, track, identify, group or alias."),
    "unknown_type": lambda: _("Change “type” to page, screen, track, identify, group or alias."),
    "missing_identity": lambda: _("Add a userId or an anonymousId, so that the event belongs to somebody."),
    "missing_event_name": lambda: _("Add the name of the event as “event”, such as “Order Completed”."),
    "missing_previous_id": lambda: _("An alias needs both “previousId” and “userId”."),
    "needs_token": lambda: _("Send a token of the API that may manage the workspace as token_auth."),
    "duplicate": lambda: _("Nothing to do: repeats are dropped so that nothing counts twice."),
    "sealed": lambda: _("Nothing to do: days this old stand as they are. Send events within the time they are kept."),
    "erased": lambda: _("Nothing to do: what was sent before somebody was erased is never taken in again."),
    "not_processable": lambda: _("It was accepted and is kept here. Compare its values with the documentation."),
}
REASONS: dict[str, Callable[[], str]] = {
    "malformed_json": lambda: _("not valid JSON"),
    "bad_encoding": lambda: _("not valid gzip"),
    "too_large": lambda: _("too large"),
    "too_many": lambda: _("too many events in one batch"),
    "too_deep": lambda: _("nested too deep"),
    "missing_batch": lambda: _("no list named batch"),
    "not_an_object": lambda: _("not a JSON object"),
    "missing_type": lambda: _("no type"),
    "unknown_type": lambda: _("unknown type"),
    "missing_identity": lambda: _("neither userId nor anonymousId"),
    "missing_event_name": lambda: _("no event name"),
    "missing_previous_id": lambda: _("no previousId"),
    "needs_token": lambda: _("no token where one is needed"),
    "duplicate": lambda: _("sent before"),
    "sealed": lambda: _("older than events are kept"),
    "erased": lambda: _("of somebody who was erased"),
    "not_processable": lambda: _("facts could not be derived"),
}


def name_reason(reason: str) -> str:
    """Why something was refused, in a few words."""
    return REASONS[reason]() if reason in REASONS else reason


def mend(reason: str) -> str:
    """What to do about it."""
    return MENDS[reason]() if reason in MENDS else ""


def tell_refusal(reason: str, field: str, events: int) -> Fate:
    """What became of something that was not taken in."""
    if reason == "duplicate":
        return (
            DUPLICATE,
            "warn",
            _("Sent before, dropped") if events == 1 else _("Sent before, dropped ×%(n)d") % {"n": events},
        )
    words = _("Refused: %(reason)s") % {"reason": name_reason(reason)}
    return REFUSED, "bad", f"{words} ×{events}" if events > 1 else words


def tell_fate(event: Seen, facts: Facts, *, waits: bool, currency: str) -> Fate:
    """What became of an event that was accepted; the weightiest thing, if it led to several."""
    if waits:
        return WAITING, "plain", _("Waiting")
    for teller in (_tell_money, _tell_visit, _tell_person):
        fate = teller(event, facts, currency)
        if fate is not None:
            return fate
    return KEPT, "plain", _("Kept")


def _tell_money(event: Seen, facts: Facts, currency: str) -> Fate | None:
    if facts.conversion_id is not None:
        if facts.value_micros is None:
            return CONVERSION, "info", _("Conversion: %(goal)s") % {"goal": facts.goal}
        value = exact_money(from_micros(facts.value_micros), currency, get_language() or "en")
        return CONVERSION, "info", _("Conversion: %(goal)s, %(value)s") % {"goal": facts.goal, "value": value}
    if facts.stage is not None:
        return CONVERSION, "info", _("Entered the stage %(stage)s") % {"stage": facts.stage}
    if facts.refunded is not None:
        return CONVERSION, "info", _("Refund of %(order)s") % {"order": facts.refunded}
    if facts.told_before is not None and event.name != ORDER_REFUNDED:
        return KEPT, "warn", _("Order %(order)s was told before") % {"order": facts.told_before}
    return None


def _tell_visit(event: Seen, facts: Facts, currency: str) -> Fate | None:
    if event.kind not in ("page", "screen"):
        return None
    if facts.channel is not None:
        return TOUCH, "good", _("New session, touch") if facts.opens_session else _("Touch in the same session")
    if is_bot(event.user_agent):
        return BOT, "plain", _("Machine, no touch")
    if facts.in_session:
        return SESSION, "plain", _("Same session")
    return None


def _tell_person(event: Seen, facts: Facts, currency: str) -> Fate | None:
    if event.kind in ("identify", "alias") or (event.user_id and event.anonymous_id):
        if facts.joined is not None:
            return KEPT, "info", _("Joined two ids")
        if event.kind == "identify":
            return KEPT, "plain", _("Known already")
    return None


EXPLAINED: dict[str, Callable[[], str]] = {
    WAITING: lambda: _("It is stored, and its turn comes within seconds. Nothing is lost if you leave."),
    TOUCH: lambda: _("It tells where a visit came from, so it may earn credit once a goal is reached."),
    CONVERSION: lambda: _("It counts in the reports on its own day."),
    SESSION: lambda: _("It belongs to a visit that had begun; only the arrival of a visit is a touch."),
    BOT: lambda: _("A crawler, preview or headless browser opened this page; machines make no visits."),
    KEPT: lambda: _("It is stored and belongs to its person; no goal, stage or visit follows from it."),
    DUPLICATE: lambda: _("The same messageId was here already; the first one counts."),
    REFUSED: lambda: _("It was not taken in. Its bytes are kept so that you can see what was sent."),
}
