"""The stream of events, and one of them."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from django.http import Http404
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.permissions import Action
from reports.catalogue import live, live_event
from reports.catalogue.live_report import (
    BOT,
    CONVERSION,
    DUPLICATE,
    KEPT,
    REFUSED,
    SESSION,
    TOUCH,
    WAITING,
    LiveReport,
)
from reports.catalogue.params import MAX_ID
from reports.report import Choice
from reports.ways_out.csv_file import Table
from web.drawing.channels import Palette
from web.drawing.journey_area import draw_area
from web.exports_people import table_of_events
from web.forms.filters import Menu
from web.pages import WorkspacePage

FATES = {
    live.ANY: (gettext_lazy("Everything"), gettext_lazy("Whatever came in")),
    TOUCH: (gettext_lazy("Touches"), gettext_lazy("Arrivals that may earn credit")),
    CONVERSION: (gettext_lazy("Conversions"), gettext_lazy("Goals, stages and refunds")),
    SESSION: (gettext_lazy("Same session"), gettext_lazy("Pages inside a visit that had begun")),
    KEPT: (gettext_lazy("Kept"), gettext_lazy("Stored, nothing follows from it")),
    BOT: (gettext_lazy("Machines"), gettext_lazy("Crawlers and previews")),
    WAITING: (gettext_lazy("Waiting"), gettext_lazy("Not worked off yet")),
    DUPLICATE: (gettext_lazy("Repeats"), gettext_lazy("Sent before, dropped")),
    REFUSED: (gettext_lazy("Refused"), gettext_lazy("Not taken in, with the reason")),
}


class LiveEvents(WorkspacePage):
    """What came in last, and what became of each."""

    section = "live-events"
    title = gettext_lazy("Live events")
    template = "web/live/stream.html"
    action = Action.SEE_PEOPLE

    def describe(self, **kwargs: Any) -> dict[str, Any]:
        params = live.parse_params(self.request.GET)
        exported = "export" in self.request.GET
        asked = replace(params, place=None) if exported else params
        report = live.build(self.workspace, asked, timezone.now(), most=live.MOST_EXPORTED if exported else live.PAGE)
        palette = Palette(self.workspace.channel_rules)
        return {
            "report": report,
            "lines": [
                {"row": row, "style": palette.style(row.channel), "shape": palette.shape(row.channel)}
                for row in report.rows
            ],
            "menus": [_fate_menu(params), _event_menu(params, report), _source_menu(params, report)],
            "params": params,
            "filtered": bool(params.fate or params.kind or params.door),
            "minutes": draw_area(report.minutes),
            "polls": params.place is None,
            "base_url": self.request.build_absolute_uri("/").rstrip("/"),
        }

    def tables(self, page: Mapping[str, Any]) -> dict[str, Table]:
        return {"events": table_of_events(page["report"])}


class OneEvent(WorkspacePage):
    """One event with its fate and its JSON."""

    section = "live-events"
    title = gettext_lazy("Event")
    template = "web/live/event.html"
    action = Action.SEE_PEOPLE

    def describe(self, **kwargs: Any) -> dict[str, Any]:
        report = live_event.build_event(self.workspace, kwargs["message"])
        if report is None:
            raise Http404
        named = f"{report.row.kind} {report.row.name}".strip()
        return {"report": report, "row": report.row, "page_title": named[:120]}


class RefusedEvent(WorkspacePage):
    """Something that was not taken in: what was wrong, and how to mend it."""

    section = "live-events"
    title = gettext_lazy("Refused event")
    template = "web/live/event.html"
    action = Action.SEE_PEOPLE

    def describe(self, **kwargs: Any) -> dict[str, Any]:
        report = live_event.build_refused(self.workspace, kwargs["number"]) if kwargs["number"] <= MAX_ID else None
        if report is None:
            raise Http404
        return {"report": report, "row": report.row, "page_title": report.row.words}


def _fate_menu(params: live.Params) -> Menu:
    choices = [Choice(name, str(title), str(explained)) for name, (title, explained) in FATES.items()]
    return Menu("fate", _("What became of it"), choices, params.fate or live.ANY, live.ANY)


def _event_menu(params: live.Params, report: LiveReport) -> Menu:
    chosen = f"{params.kind}:{params.name}" if params.name else params.kind
    names = dict(report.names)
    if chosen:
        names.setdefault(chosen, params.name or params.kind)
    choices = [Choice(live.ANY, _("Any")), *(Choice(value, said) for value, said in names.items())]
    return Menu("event", _("Event"), choices, chosen or live.ANY, live.ANY)


def _source_menu(params: live.Params, report: LiveReport) -> Menu:
    doors = [figure.door for figure in report.doors]
    if params.door and params.door not in doors:
        doors.append(params.door)
    choices = [Choice(live.ANY, _("Any")), *(Choice(door, door) for door in doors)]
    return Menu("source", _("Came in as"), choices, params.door or live.ANY, live.ANY)


live_events = LiveEvents.as_view()
one_event = OneEvent.as_view()
refused_event = RefusedEvent.as_view()
