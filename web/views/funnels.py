"""The builder of funnels: the question is the address, the answer comes at once or from a worker."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
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
from reports.catalogue.funnel_run import RunProgressShown, describe_run
from reports.catalogue.goals import list_event_names
from reports.catalogue.params import read_period
from reports.tasks import ring
from reports.ways_out.csv_file import Table
from tracking.storage import ingestion_state
from web.drawing.channels import Palette
from web.drawing.funnels import draw_funnel, table_of_groups, table_of_steps
from web.forms.filters import COMPARE_NONE, compare_menu, name_days, read_bar, read_compare
from web.forms.funnels import MOST_STEPS, ORDERS, UNITS, Builder, StepRow, ask_funnel, change_builder, read_builder
from web.forms.goals import OPERATORS
from web.pages import WorkspacePage
from web.templatetags.figures import period
from web.workspaces import zone_of


@dataclass(frozen=True, slots=True)
class Counted:
    """Answers as the API gives them, or how far a worker is with them."""

    shown: dict[str, Any] | None = None
    before: dict[str, Any] | None = None
    run: FunnelRun | None = None
    progress: RunProgressShown | None = None


class Funnels(WorkspacePage):
    """Steps, a window, an order, a breakdown; everything in the address, so that a link asks the same."""

    section = "funnels"
    title = _("Funnels")
    wants_kernels = True
    template = "web/funnels/page.html"
    change_action = Action.CHANGE_WORKSPACE

    def show(self, refusal: Refusal | None = None, status: int = 200, **kwargs: Any) -> HttpResponse:
        wish = self.request.GET.get("do")
        if wish is None:
            return super().show(refusal, status, **kwargs)
        changed = change_builder(read_builder(self.request.GET), wish)
        return HttpResponseRedirect(f"{self.request.path}?{changed.address()}")

    def describe(self, **kwargs: Any) -> dict[str, Any]:
        now, address = timezone.now(), self.request.GET
        builder, compared = read_builder(address), read_compare(address) != COMPARE_NONE
        query = name_days(address, day_of(now, zone_of(self.workspace)))
        days = read_period(self.workspace, query, now)
        asked, problems = ask_funnel(builder) if builder.named else ({}, {})
        in_days = {"start": days.start.isoformat(), "end": days.end.isoformat()}
        counted = self._count(asked | in_days, now, compared=compared) if asked else Counted()
        names = list_event_names(self.workspace, now)
        palette = Palette(self.workspace.channel_rules)
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
            "shown": counted.shown,
            "run": counted.run,
            "progress": counted.progress,
            "most_at_once": funnel.MOST_AT_ONCE,
            "before": dict(enumerate(draw_funnel(counted.before, palette).bars, 1)) if counted.before else {},
            "drawn": draw_funnel(counted.shown, palette, counted.before) if counted.shown else None,
            "filters": read_bar(address, days, [compare_menu(address, period(days.before))]),
            "ingestion": ingestion_state(self.workspace, now),
            "saved": self._saved(builder),
            "may_save": may(self.role, Action.CHANGE_WORKSPACE),
            "typed_name": self.request.POST.get("name", ""),
        }

    def change(self) -> HttpResponse:
        """Keep the funnel of the address under a name."""
        builder = read_builder(self.request.GET)
        kept = actions.save_funnel(
            self.workspace, self.request.POST.get("name", ""), replace(builder, rest={}).address()
        )
        messages.success(self.request, gettext("Saved “%(name)s”.") % {"name": kept.name})
        return HttpResponseRedirect(f"{self.request.path}?{builder.address()}")

    def _saved(self, builder: Builder) -> list[dict[str, Any]]:
        query = replace(builder, rest={}).address()
        kept = SavedFunnel.objects.of(self.workspace).order_by("name")
        return [{"id": one.pk, "name": one.name, "query": one.query, "open": one.query == query} for one in kept]

    def _count(self, asked: dict[str, Any], now: datetime, *, compared: bool) -> Counted:
        params = funnel.read_params(self.workspace, asked, now)
        if not funnel.is_long(self.workspace, params, compared=compared):
            before = funnel.before_of(params)
            return Counted(
                show_funnel(funnel.build(self.workspace, params, now)),
                show_funnel(funnel.build(self.workspace, before, now)) if compared else None,
            )
        # As it is stored: what two people ask alike is counted once.
        stored = json.loads(json.dumps(asked | {"compared": compared}))
        run = actions.find_run(self.workspace, stored, now)
        if run is None:
            run = actions.ask_run(self.workspace, stored)
            self._ring(run)
        elif actions.ring_again(self.workspace, run, now):
            self._ring(run)
        if run.state == FunnelRun.DONE:
            return Counted(run.result, run.before, run)
        return Counted(run=run, progress=describe_run(self.workspace, run, now))

    def _ring(self, run: FunnelRun) -> None:
        transaction.on_commit(lambda: ring(run), robust=True)

    def tables(self, page: Mapping[str, Any]) -> dict[str, Table]:
        shown = page["shown"]
        if not shown:
            return {}
        groups = {"groups": table_of_groups(shown)} if shown["groups"] is not None else {}
        return {"steps": table_of_steps(shown), **groups}


class SavedFunnels(WorkspacePage):
    """Where the button Delete leads: back to the funnel."""

    section = "funnels"
    title = _("Funnels")
    template = "web/funnels/page.html"
    action = Action.SEE_REPORTS
    change_action = Action.CHANGE_WORKSPACE
    reads = False

    def change(self) -> HttpResponse:
        form = self.request.POST
        if actions.delete_funnel(self.workspace, _number(form.get("saved", ""))):
            messages.success(self.request, gettext("Deleted the funnel."))
        builder = read_builder(_parse(form.get("asked", "")))
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
