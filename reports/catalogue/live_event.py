"""One event, or one refusal, with everything we know of it."""

from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from accounts.models import Workspace
from reports.catalogue import live_rows as rows
from reports.catalogue.live import tell_event, tell_turned
from reports.catalogue.live_report import EventReport
from reports.catalogue.live_words import EXPLAINED, mend, name_reason
from reports.core.masking import write_raw
from tracking.models import Event, RejectedEvent

# A whole event fits; of a broken batch its beginning tells enough.
MOST_SHOWN = 40_000


def build_event(workspace: Workspace, message_id: str) -> EventReport | None:
    """An accepted event; None if there is none of this id."""
    event = None if "\x00" in message_id else rows.load_event(workspace, message_id)
    if event is None:
        return None
    facts = rows.load_facts(workspace, [event])[message_id]
    row = tell_event(event, facts, rows.find_waiting(workspace, [message_id]), workspace.currency)
    stored = Event.objects.of(workspace).get(message_id=message_id)
    raw, cut = write_raw(stored.payload, MOST_SHOWN)
    said = [
        (_("Message id"), event.message_id),
        (_("Type"), event.kind),
        (_("Name"), event.name or ""),
        (_("userId"), event.user_id or ""),
        (_("anonymousId"), event.anonymous_id or ""),
        (_("Order"), event.order_id or ""),
        (_("Happened"), _write_time(workspace, event.at)),
        (_("Arrived"), _write_time(workspace, event.received_at)),
        (_("Came in as"), event.door),
        (_("Channel"), facts.channel or ""),
        (_("Time"), _("The sender’s clock was absurd, so ours was taken.") if stored.time_replaced else ""),
    ]
    return EventReport(row, raw, "", EXPLAINED[row.fate](), [pair for pair in said if pair[1]], cut=cut)


def build_refused(workspace: Workspace, number: int) -> EventReport | None:
    """Something that was not taken in; None if there is none of this number."""
    found = RejectedEvent.objects.of(workspace).filter(pk=number).first()
    if found is None:
        return None
    turned = rows.Turned(
        found.pk,
        found.received_at,
        found.reason,
        found.field,
        found.detail,
        found.events,
        found.door,
        found.message_id,
    )
    row = tell_turned(turned)
    raw, cut = write_raw(found.body, MOST_SHOWN) if found.body is not None else ("", False)
    said = [
        (_("Reason"), name_reason(found.reason)),
        (_("Field"), found.field),
        (_("Detail"), found.detail),
        (_("Message id"), found.message_id or ""),
        (_("Events"), str(found.events) if found.events != 1 else ""),
        (_("Arrived"), _write_time(workspace, found.received_at)),
        (_("Came in as"), found.door),
    ]
    facts = [pair for pair in said if pair[1]]
    return EventReport(row, raw, mend(found.reason), EXPLAINED[row.fate](), facts, cut=cut)


def _write_time(workspace: Workspace, at) -> str:
    return f"{at.astimezone(ZoneInfo(workspace.timezone)):%Y-%m-%d %H:%M:%S.%f}"[:-3] + f" {workspace.timezone}"
