"""People, and the journey of one of them."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse
from django.http.response import HttpResponseRedirectBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.permissions import Action
from accounts.tenancy import workspace_scope
from common.errors import Refusal
from common.periods import day_of
from reports.catalogue import journey, journey_list
from reports.catalogue.journey_report import JourneyReport
from reports.catalogue.overview import list_models
from reports.catalogue.params import USUAL_MODEL, read_period
from reports.report import Choice
from reports.ways_out.csv_file import Table
from web.drawing.channels import Palette
from web.drawing.journey import draw_journey
from web.exports_people import table_of_people, table_of_touches
from web.forms.filters import Menu, model_menu, name_days, read_bar
from web.pages import WorkspacePage
from web.templatetags.figures import exact_money
from web.templatetags.people import moment
from web.workspaces import zone_of


class Journeys(WorkspacePage):
    """Who was seen, how they came, and whether they converted."""

    section = "journeys"
    title = gettext_lazy("Journeys")
    template = "web/journeys/list.html"
    action = Action.SEE_PEOPLE

    def show(self, refusal: Refusal | None = None, status: int = 200, **kwargs: Any) -> HttpResponse:
        """A search for one person leads straight to them."""
        said = self.request.GET.get("q", "").strip()
        if said and "export" not in self.request.GET:
            with workspace_scope(self.workspace):
                found = journey_list.find_person(self.workspace, said)
            if found is not None:
                return self._lead_to(*found)
        return super().show(refusal, status, **kwargs)

    def describe(self, **kwargs: Any) -> dict[str, Any]:
        now = timezone.now()
        query = name_days(self.request.GET, day_of(now, zone_of(self.workspace)))
        period = read_period(self.workspace, query, now)
        params = journey_list.parse_params(query, period)
        exported = "export" in self.request.GET
        most = journey_list.MOST_EXPORTED if exported else journey_list.PAGE
        report = journey_list.build(
            self.workspace, replace(params, cursor=None) if exported else params, now, most=most
        )
        palette = Palette(self.workspace.channel_rules)
        return {
            "report": report,
            "people": [_draw_person(row, palette) for row in report.rows],
            "filters": read_bar(self.request.GET, period, [_converted_menu(params), _channel_menu(params, report)]),
            "params": params,
            "said": self.request.GET.get("q", "").strip()[:200],
            "currency": report.currency,
        }

    def tables(self, page: Mapping[str, Any]) -> dict[str, Table]:
        return {"people": table_of_people(page["report"])}

    def _lead_to(self, alias: str, conversion: int | None) -> HttpResponseRedirectBase:
        address = reverse("journey", args=[self.workspace.slug, alias])
        return redirect(f"{address}?{urlencode({'conversion': conversion})}" if conversion else address)


class PersonJourney(WorkspacePage):
    """One person's way to one conversion, and what each model gives each touch."""

    section = "journeys"
    title = gettext_lazy("Journey")
    wants_kernels = True
    template = "web/journeys/person.html"
    action = Action.SEE_PEOPLE

    def describe(self, **kwargs: Any) -> dict[str, Any]:
        params = journey.parse_params(kwargs["alias"], self.request.GET)
        report = journey.build(self.workspace, params, timezone.now())
        if report is None:
            return {"report": None, "alias": params.alias, "page_title": _("Nobody has this id")}
        return draw_journey(report, self.workspace) | {
            "page_title": name_journey(report),
            "menus": [*_conversion_menus(report, self.workspace.timezone), _model_menu(report)]
            if report.conversion
            else [],
            "alias": params.alias,
            "journey_address": reverse("journey", args=[self.workspace.slug, params.alias]),
        }

    def tables(self, page: Mapping[str, Any]) -> dict[str, Table]:
        return {} if page["report"] is None else {"touches": table_of_touches(page["report"])}

    def _render(self, template: str, page: Mapping[str, Any], status: int) -> HttpResponse:
        unknown = template == self.template and page["report"] is None
        return super()._render(template, page, 404 if unknown else status)


def name_journey(report: JourneyReport) -> str:
    """Order NB-20418, €186.00"""
    conversion = report.conversion
    if conversion is None:
        return _("Person %(alias)s") % {"alias": report.alias}
    named = f"{conversion.goal} {conversion.order_id}" if conversion.order_id else conversion.goal
    if conversion.value is None:
        return named
    return _("%(conversion)s, %(value)s") % {
        "conversion": named,
        "value": exact_money(conversion.value, report.currency),
    }


def _draw_person(row: journey_list.PersonRow, palette: Palette) -> dict[str, Any]:
    channels = [row.first_channel, row.last_channel] if row.touches > 1 else [row.first_channel]
    return {
        "row": row,
        "way": [
            {"name": name, "style": palette.style(name), "shape": palette.shape(name)} for name in channels if name
        ],
    }


def _converted_menu(params: journey_list.Params) -> Menu:
    choices = [
        Choice(journey_list.ANY, _("Everybody"), _("Whoever was seen in these days")),
        Choice(journey_list.CONVERTED, _("Converted"), _("Whoever reached a goal in these days")),
        Choice(journey_list.NOT_CONVERTED, _("Not converted"), _("Seen in these days, no goal reached yet")),
    ]
    return Menu("converted", "", choices, params.converted or journey_list.ANY, journey_list.ANY)


def _channel_menu(params: journey_list.Params, report: journey_list.PeopleReport) -> Menu:
    names = list(report.channels)
    if params.channel and params.channel not in names:
        names.append(params.channel)
    choices = [Choice(journey_list.ANY, _("Any")), *(Choice(name, name) for name in names)]
    return Menu("channel", _("Channel"), choices, params.channel or journey_list.ANY, journey_list.ANY)


def _conversion_menus(report: JourneyReport, timezone_name: str) -> list[Menu]:
    """One to choose among several conversions; none where there is nothing to choose."""
    if report.conversion is None or len(report.conversions) < 2:
        return []
    choices = [
        Choice(
            str(found.id),
            f"{found.goal} {found.order_id or ''}".strip(),
            ", ".join(
                filter(
                    None,
                    (
                        moment(found.at, timezone_name),
                        exact_money(found.value, report.currency) if found.value is not None else "",
                    ),
                )
            ),
        )
        for found in report.conversions
    ]
    latest = max(report.conversions, key=lambda found: (found.at, found.id))
    return [Menu("conversion", _("Conversion"), choices, str(report.conversion.id), str(latest.id))]


def _model_menu(report: JourneyReport) -> Menu:
    return model_menu(list_models(report.half_life_days), report.model, USUAL_MODEL)


journeys = Journeys.as_view()
person_journey = PersonJourney.as_view()
