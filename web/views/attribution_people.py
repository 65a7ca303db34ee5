"""The people behind a number, and the way from a conversion to its journey."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.permissions import Action
from accounts.tenancy import workspace_scope
from common.errors import Refusal
from common.periods import day_of
from reports.catalogue import conversion_list
from reports.catalogue.overview import list_goals, list_models
from reports.catalogue.params import MAX_ID, USUAL_MODEL, parse_params
from reports.catalogue.within import read_within
from reports.ways_out.csv_file import Table
from web.drawing.channels import Palette
from web.exports_credit import table_of_conversions
from web.forms.attribution import carry, name_within
from web.forms.filters import goal_menu, model_menu, name_days, read_bar
from web.pages import WorkspacePage
from web.workspaces import zone_of


class People(WorkspacePage):
    """Who converted with the group on their way, and what it earned of each conversion."""

    section = "attribution"
    title = _("Attribution")
    wants_kernels = True
    template = "web/attribution/people.html"
    action = Action.SEE_PEOPLE

    def describe(self, **kwargs: Any) -> dict[str, Any]:
        now, address = timezone.now(), self.request.GET
        query = name_days(address, day_of(now, zone_of(self.workspace))) | {"group_by": "channel"}
        params, within = parse_params(self.workspace, query, now=now), read_within(address)
        exported = "export" in address
        report = conversion_list.build(
            self.workspace,
            params,
            within,
            now,
            cursor=None if exported else conversion_list.read_cursor(address),
            most=conversion_list.MOST_EXPORTED if exported else conversion_list.PAGE,
        )
        palette, models = Palette(self.workspace.channel_rules), list_models(params.half_life_days)
        menus = [
            goal_menu(list_goals(self.workspace), str(params.goal.pk)),
            model_menu(models, params.model, USUAL_MODEL),
        ]
        return {
            "report": report,
            "lines": [(row, _draw_way(row, palette)) for row in report.rows],
            "most_exported": conversion_list.MOST_EXPORTED,
            "within": name_within(within),
            "currency": self.workspace.currency,
            "goal": params.goal,
            "model": params.model,
            "model_title": next(model.title for model in models if model.value == params.model),
            "carried": carry(address),
            "cursor": address.get("cursor"),
            "ingestion": report.ingestion,
            "filters": read_bar(address, params.period, menus),
            "tab": "people",
        }

    def tables(self, page: Mapping[str, Any]) -> dict[str, Table]:
        return {"people": table_of_conversions(page["report"], self.workspace.currency)}


def _draw_way(row: conversion_list.ConversionRow, palette: Palette) -> list[dict[str, str]]:
    """The first and the last channel of a journey, once where they are the same."""
    ends = dict.fromkeys(name for name in (row.first_channel, row.last_channel) if name)
    return [{"name": name, "style": palette.style(name), "shape": palette.shape(name)} for name in ends]


class Conversion(WorkspacePage):
    """One conversion has its page where its person's journey is; this address leads there."""

    section = "attribution"
    action = Action.SEE_PEOPLE

    def show(self, refusal: Refusal | None = None, status: int = 200, **kwargs: Any) -> HttpResponse:
        if kwargs["conversion"] > MAX_ID:
            raise Http404
        with workspace_scope(self.workspace):
            found = conversion_list.find_person(self.workspace, kwargs["conversion"])
        if found is None:
            raise Http404
        namespace, alias = found
        query = {"conversion": kwargs["conversion"]}
        query |= {"model": self.request.GET["model"]} if self.request.GET.get("model") else {}
        query |= {"id": namespace} if namespace == "anonymous" else {}
        return redirect(f"{reverse('journey', args=[self.workspace.slug, alias])}?{urlencode(query)}")


people = People.as_view()
conversion = Conversion.as_view()
