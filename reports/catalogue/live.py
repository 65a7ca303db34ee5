"""Live events: what came in last, what became of each, and counters of today that add up."""

import base64
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from accounts.models import Workspace
from common.errors import Refusal
from common.money import from_micros
from common.periods import day_of, start_of_day
from reports.catalogue import live_rows as rows
from reports.catalogue.ingestion import find_as_of
from reports.catalogue.live_finding import find_live
from reports.catalogue.live_report import DUPLICATE, FATES, REFUSED, WAITING, Counters, DoorFigure, LiveReport, LiveRow
from reports.catalogue.live_words import tell_fate, tell_refusal
from reports.catalogue.params import MAX_ID
from tracking.core.urls import split_address

PAGE, MOST_EXPORTED = 50, 1000
ANY = "any"
_KINDS = ("page", "screen", "track", "identify", "group", "alias")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICRO = timedelta(microseconds=1)
_CURSOR = re.compile(r"(\d{1,17}):(e|r):(.*)", re.ASCII | re.DOTALL)
# Whatever was accepted and set aside afterwards.
SET_ASIDE = ("not_processable", "sealed", "erased")


@dataclass(frozen=True, slots=True)
class Place:
    """Where a page of the stream begins: below this event or refusal; refusals stand above events of the same time."""

    at: datetime
    is_event: bool
    id: str


@dataclass(frozen=True, slots=True)
class Params:
    """What to show of the stream; empty: everything."""

    fate: str = ""
    kind: str = ""
    name: str = ""
    door: str = ""
    place: Place | None = None

    @property
    def wants_refused(self) -> bool:
        return self.fate in ("", REFUSED, DUPLICATE) and not self.kind

    @property
    def wants_events(self) -> bool:
        return self.fate not in (REFUSED, DUPLICATE)


def parse_params(query: Mapping[str, str]) -> Params:
    """Read an address. Raises Refusal naming the parameter."""
    said = {name: query.get(name) or "" for name in ("fate", "event", "source", "cursor")}
    said = {name: "" if value == ANY else value for name, value in said.items()}
    if any("\x00" in value for value in said.values()):
        raise Refusal("invalid_address", _("The address holds a character that no filter knows."))
    if said["fate"] and said["fate"] not in FATES:
        message = _("Choose one of %(known)s.") % {"known": ", ".join(FATES)}
        raise Refusal("unknown_fate", message, field="fate")
    kind, _colon, name = said["event"].partition(":")
    if kind and kind not in _KINDS:
        message = _("Choose one of %(known)s.") % {"known": ", ".join(_KINDS)}
        raise Refusal("unknown_event", message, field="event")
    return Params(said["fate"], kind, name[:500], said["source"][:100], read_place(said["cursor"]))


def read_place(given: str) -> Place | None:
    """The place where the page before ended. Raises Refusal for what is none of ours."""
    if not given:
        return None
    try:
        plain = base64.urlsafe_b64decode(given.encode()).decode()
    except ValueError:
        plain = ""
    match = _CURSOR.fullmatch(plain)
    if match is None or "\x00" in plain or (match[2] == "r" and not re.fullmatch(r"\d{1,18}", match[3], re.ASCII)):
        raise Refusal("invalid_cursor", _("This place in the stream is not known; begin at its top."), field="cursor")
    return Place(_EPOCH + int(match[1]) * _MICRO, match[2] == "e", match[3])


def write_place(place: Place) -> str:
    """A place in the stream, for an address."""
    plain = f"{(place.at - _EPOCH) // _MICRO}:{'e' if place.is_event else 'r'}:{place.id}"
    return base64.urlsafe_b64encode(plain.encode()).decode()


def build(workspace: Workspace, params: Params, now: datetime, *, most: int = PAGE) -> LiveReport:
    """One page of the stream as of now."""
    as_of = find_as_of(workspace, now)
    counters = count_today(workspace, now)
    found, end = load_stream(workspace, params, now, most)
    shown = found[:most]
    lately = rows.load_lately(workspace)
    last = max((latest for *_rest, latest in lately), default=None)
    more = len(found) > most
    return LiveReport(
        rows=shown,
        next_cursor=write_place(_place_of(shown[-1])) if more else write_place(end) if end else None,
        searched=(rows.FATE_WINDOW if params.fate else rows.WINDOW) if end and not more else None,
        counters=counters,
        finding=find_live(counters, last, now),
        minutes=rows.load_minutes(workspace, now),
        doors=_sum_doors(lately),
        names=_list_names(lately),
        currency=workspace.currency,
        as_of=as_of,
        last_at=last,
    )


def count_today(workspace: Workspace, now: datetime) -> Counters:
    """Everything that came in since midnight, and where it is now; the parts add up to it."""
    start = start_of_day(day_of(now, ZoneInfo(workspace.timezone)), ZoneInfo(workspace.timezone))
    before = now - timedelta(days=1)
    # Waiting first: an event that is worked off in between is then in the reports a moment late, and never twice.
    waiting = rows.count_waiting(workspace, start)
    accepted, accepted_before = rows.count_accepted(workspace, start, before)
    refused = rows.count_refused(workspace, start, before)
    duplicates = refused.pop("duplicate", (0, 0))
    set_aside = sum(refused.get(reason, (0, 0))[0] for reason in SET_ASIDE)
    # Set aside, they had been accepted: received once, and refused in the end.
    at_the_door = sum(number for reason, (number, _then) in refused.items() if reason not in SET_ASIDE)
    at_the_door_before = sum(then for reason, (_number, then) in refused.items() if reason not in SET_ASIDE)
    waiting = min(waiting, max(0, accepted - set_aside))
    main = max(refused, key=lambda reason: refused[reason][0], default=None)
    return Counters(
        received=accepted + duplicates[0] + at_the_door,
        in_reports=max(0, accepted - set_aside - waiting),
        waiting=waiting,
        duplicates=duplicates[0],
        refused=at_the_door + min(set_aside, accepted),
        received_before=accepted_before + duplicates[1] + at_the_door_before,
        main_reason=main if main and refused[main][0] else None,
        main_refused=refused[main][0] if main else 0,
    )


def load_stream(workspace: Workspace, params: Params, now: datetime, most: int) -> tuple[list[LiveRow], Place | None]:
    """Events and refusals, newest first, one more than `most` if there are; and where a search stopped short."""
    # A clock may lag behind another one's; nothing that is stored is left out for it.
    place = params.place or Place(now + timedelta(days=1), False, str(MAX_ID))
    events, end = _load_events(workspace, params, place, most + 1) if params.wants_events else ([], None)
    told = _tell_events(workspace, events)
    if params.fate:
        told = [row for row in told if row.fate == params.fate]
    if params.wants_refused:
        told += _load_refused(workspace, params, place, most + 1)
    told.sort(key=_order, reverse=True)
    return told[: most + 1], end


def _load_events(workspace: Workspace, params: Params, place: Place, most: int) -> tuple[list[rows.Seen], Place | None]:
    # Below a refusal stand all events of its time.
    at, below = (place.at, place.id) if place.is_event else (place.at + _MICRO, "")
    if params.fate == WAITING:
        waiting = rows.load_waiting(workspace, at, below, most)
        return [event for event in waiting if _fits(event, params)], None
    size = rows.FATE_WINDOW if params.fate else most
    if not (params.kind or params.door):
        found = rows.load_events(workspace, at, below, size)
        short = params.fate and len(found) == size
        return found, Place(found[-1].received_at, True, found[-1].message_id) if short else None
    wanted = {"kind": params.kind or None, "name": params.name or None, "door": params.door or None}
    found, stopped = rows.load_filtered(workspace, at, below, size, wanted)
    if stopped is not None:
        return found, Place(stopped[0], True, stopped[1])
    short = params.fate and len(found) == size
    return found, Place(found[-1].received_at, True, found[-1].message_id) if short else None


def _fits(event: rows.Seen, params: Params) -> bool:
    return params.kind in ("", event.kind) and params.name in ("", event.name) and params.door in ("", event.door)


def _load_refused(workspace: Workspace, params: Params, place: Place, most: int) -> list[LiveRow]:
    # Above an event stand all refusals of its time, so only earlier ones are left.
    number = 0 if place.is_event else int(place.id)
    reasons = ["duplicate"] if params.fate == DUPLICATE else None
    never = ["duplicate"] if params.fate == REFUSED else []
    found = rows.load_refused(workspace, place.at, number, most, reasons=reasons, never=never, door=params.door or None)
    return [tell_turned(turned) for turned in found]


def tell_turned(turned: rows.Turned) -> LiveRow:
    """A refusal as a row of the stream."""
    fate, tone, words = tell_refusal(turned.reason, turned.field, turned.events)
    return LiveRow(
        received_at=turned.received_at,
        kind=_("refused") if fate == REFUSED else _("repeated"),
        name=turned.message_id or turned.field,
        door=turned.door,
        fate=fate,
        tone=tone,
        words=words,
        rejected_id=turned.id,
        message_id=turned.message_id,
        events=turned.events,
    )


def _tell_events(workspace: Workspace, events: list[rows.Seen]) -> list[LiveRow]:
    # Waiting is asked before the facts: what is worked off in between is called waiting, never forgotten.
    waiting = rows.find_waiting(workspace, [event.message_id for event in events])
    facts = rows.load_facts(workspace, events)
    return [tell_event(event, facts[event.message_id], waiting, workspace.currency) for event in events]


def tell_event(event: rows.Seen, facts: rows.Facts, waiting: set[str], currency: str) -> LiveRow:
    """An event as a row of the stream."""
    fate, tone, words = tell_fate(event, facts, waits=event.message_id in waiting, currency=currency)
    namespace, alias = event.who
    return LiveRow(
        received_at=event.received_at,
        kind=event.kind,
        name=name_event(event),
        door=event.door,
        fate=fate,
        tone=tone,
        words=words,
        at=event.at,
        message_id=event.message_id,
        namespace=namespace,
        alias=alias,
        channel=facts.channel if fate == "touch" else None,
        conversion_id=facts.conversion_id,
        value=None if facts.value_micros is None else from_micros(facts.value_micros),
    )


def name_event(event: rows.Seen) -> str:
    """The name of a track event, the path of a page, or whatever else it says of itself."""
    if event.kind in ("page", "screen"):
        address = split_address(event.url) if event.url else None
        return (address.path or "/") if address else event.name or ""
    return event.name or ""


def _place_of(row: LiveRow) -> Place:
    if row.rejected_id is not None:
        return Place(row.received_at, False, str(row.rejected_id))
    return Place(row.received_at, True, row.message_id or "")


def _order(row: LiveRow) -> tuple[Any, ...]:
    if row.rejected_id is not None:
        return row.received_at, 1, row.rejected_id, ""
    return row.received_at, 0, 0, row.message_id


def _sum_doors(lately: list[tuple[str, str | None, str, int, datetime]]) -> list[DoorFigure]:
    doors: dict[str, DoorFigure] = {}
    for _kind, _name, door, number, last in lately:
        known = doors.get(door, DoorFigure(door, 0, last))
        doors[door] = DoorFigure(door, known.events + number, max(known.last_at, last))
    return sorted(doors.values(), key=lambda figure: -figure.events)


def _list_names(lately: list[tuple[str, str | None, str, int, datetime]]) -> list[tuple[str, str]]:
    """page, identify and "track:Order Completed", those that came most often first."""
    names: dict[str, str] = {}
    for kind, name, _door, _number, _last in lately:
        value = f"{kind}:{name}" if kind == "track" and name else kind
        names.setdefault(value, name if kind == "track" and name else kind)
    return list(names.items())[:40]
