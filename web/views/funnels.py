"""The builder of funnels: the question is the address, the answer comes at once or from a worker."""

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse, HttpResponseRedirect, QueryDict
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.permissions import Action, may
from common.errors import Refusal
from common.periods import day_of
from funnels import actions
from funnels.models import FunnelRun, SavedFunnel
from reports.api.funnel_shapes import show_funnel
from reports.catalogue import funnel
from reports.catalogue.goals import list_event_names
from reports.catalogue.params import read_period
from reports.tasks import ring
from reports.ways_out.csv_file import Table
from tracking.storage import ingestion_state
from web.drawing.channels import Palette
from web.drawing.funnels import draw_funnel, table_of_groups, table_of_steps
from web.forms.filters import name_days, read_bar
from web.forms.funnels import MOST_STEPS, ORDERS, UNITS, Builder, StepRow, ask_funnel, change_builder, read_builder
from web.forms.goals import OPERATORS
from web.pages import WorkspacePage
from web.workspaces import zone_of


class Funnels(WorkspacePage):
    """Steps, a window, an order, a breakdown; everything in the address, so that a link asks the same."""

    section = "funnels"
    title = _("Funnels")
    template = "web/funnels/page.html"

    def show(self, refusal: Refusal | None = None, status: int = 200, **kwargs: Any) -> HttpResponse:
        wish = self.request.GET.get("do")
        if wish is None:
            return super().show(refusal, status, **kwargs)
        changed = change_builder(read_builder(self.request.GET), wish)
        return HttpResponseRedirect(f"{self.request.path}?{changed.address()}")

    def describe(self, **kwargs: Any) -> dict[str, Any]:
        now, address = timezone.now(), self.request.GET
        builder = read_builder(address)
        query = name_days(address, day_of(now, zone_of(self.workspace)))
        period = read_period(self.workspace, query, now)
        asked, problems = ask_funnel(builder) if builder.named else ({}, {})
        days = {"start": period.start.isoformat(), "end": period.end.isoformat()}
        shown, run = self._count(asked | days, now) if asked else (None, None)
        names = list_event_names(self.workspace, now)
        return {
            "builder": builder,
            "rows": [_row(builder, place, step, problems) for place, step in enumerate(builder.steps)],
            "problems": problems,
            "names": names,
            "example": _example([one.name for one in names]),
            "operators": OPERATORS.items(),
            "units": UNITS.items(),
            "orders": ORDERS.items(),
            "may_add": len(builder.steps) < MOST_STEPS,
            "shown": shown,
            "run": run,
            "waited": (now - run.asked_at).total_seconds() if run else None,
            "most_at_once": funnel.MOST_AT_ONCE,
            # Funnels are not compared with the period before: it may hold as many events again.
            "before": {},
            "drawn": draw_funnel(shown, Palette(self.workspace.channel_rules)) if shown else None,
            "filters": read_bar(address, period),
            "ingestion": ingestion_state(self.workspace, now),
            "saved": self._saved(builder),
            "may_save": may(self.role, Action.CHANGE_WORKSPACE),
        }

    def _saved(self, builder: Builder) -> list[dict[str, Any]]:
        query = replace(builder, rest={}).address()
        kept = SavedFunnel.objects.of(self.workspace).order_by("name")
        return [{"id": one.pk, "name": one.name, "query": one.query, "open": one.query == query} for one in kept]

    def _count(self, asked: dict[str, Any], now: datetime) -> tuple[dict[str, Any] | None, FunnelRun | None]:
        """The answer as the API gives it, or the run of a worker who is to find it."""
        params = funnel.read_params(self.workspace, asked, now)
        if not funnel.is_long(self.workspace, params):
            return show_funnel(funnel.build(self.workspace, params, now)), None
        # As it is stored: what two people ask alike is counted once.
        stored = json.loads(json.dumps(asked))
        run = actions.find_run(self.workspace, stored, now)
        if run is None:
            run = actions.ask_run(self.workspace, stored)
            self._ring(run)
        elif actions.ring_again(self.workspace, run, now):
            self._ring(run)
        return (run.result, run) if run.state == FunnelRun.DONE else (None, run)

    def _ring(self, run: FunnelRun) -> None:
        transaction.on_commit(lambda: ring(run), robust=True)

    def tables(self, page: Mapping[str, Any]) -> dict[str, Table]:
        shown = page["shown"]
        if not shown:
            return {}
        groups = {"groups": table_of_groups(shown)} if shown["groups"] is not None else {}
        return {"steps": table_of_steps(shown), **groups}


class SavedFunnels(WorkspacePage):
    """Where the buttons Save and Delete lead: back to the funnel."""

    section = "funnels"
    title = _("Funnels")
    template = "web/funnels/page.html"
    action = Action.SEE_REPORTS
    change_action = Action.CHANGE_WORKSPACE
    reads = False

    def change(self) -> HttpResponse:
        form = self.request.POST
        builder = read_builder(_parse(form.get("asked", "")))
        if form.get("do") == "delete":
            deleted = actions.delete_funnel(self.workspace, _number(form.get("saved", "")))
            said = gettext("Deleted the funnel.") if deleted else ""
        else:
            try:
                kept = actions.save_funnel(self.workspace, form.get("name", ""), replace(builder, rest={}).address())
                said = gettext("Saved “%(name)s”.") % {"name": kept.name}
            except Refusal as refusal:
                messages.error(self.request, refusal.message)
                said = ""
        if said:
            messages.success(self.request, said)
        return HttpResponseRedirect(f"{reverse('funnels', args=[self.workspace.slug])}?{builder.address()}")


class FunnelRunPage(WorkspacePage):
    """Where the buttons Stop and Count again lead: back to the funnel."""

    section = "funnels"
    reads = False

    def change(self) -> HttpResponse:
        number = _number(self.request.POST.get("run", ""))
        if self.request.POST.get("do") == "stop":
            actions.stop_run(self.workspace, number)
        else:
            actions.forget_run(self.workspace, number)
        builder = read_builder(_parse(self.request.POST.get("asked", "")))
        return HttpResponseRedirect(f"{reverse('funnels', args=[self.workspace.slug])}?{builder.address()}")


def _parse(query: str) -> Mapping[str, str]:
    return QueryDict(query[:8_000])


def _number(given: str) -> int:
    return int(given) if given.isascii() and given.isdigit() and len(given) < 19 else 0


def _row(builder: Builder, place: int, step: StepRow, problems: Mapping[str, str]) -> dict[str, Any]:
    return {
        "place": place,
        "number": place + 1,
        "event": step.event,
        "where": [
            {"number": number, "nth": number + 1, "values": one, "problem": problems.get(f"where.{place}.{number}", "")}
            for number, one in enumerate(step.where)
        ],
        "problem": problems.get(f"event.{place}", ""),
        "first": place == 0,
        "last": place == len(builder.steps) - 1,
        "may_go": len(builder.steps) > 1,
    }


def _example(names: list[str]) -> dict[str, Any] | None:
    """A funnel of the two most frequent events, to begin with something."""
    if len(names) < 2:
        return None
    builder = replace(read_builder({}), steps=[StepRow(names[0]), StepRow(names[1])])
    return {"first": names[0], "second": names[1], "address": f"?{builder.address()}"}


funnels = Funnels.as_view()
saved_funnels = SavedFunnels.as_view()
funnel_run = FunnelRunPage.as_view()
