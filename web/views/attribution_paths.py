"""The ways to a conversion: the most common paths, how long they take, and what other look-backs would make of them."""

from collections.abc import Mapping
from typing import Any

from django.utils import timezone
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from attribution.core.rules import RULES
from attribution.core.solved import SOLVED
from common.periods import day_of
from reports.catalogue import look_back, timing, top_paths
from reports.catalogue.overview import list_goals, list_models
from reports.catalogue.params import USUAL_MODEL, Params, parse_params
from reports.catalogue.top_paths import COLLAPSE, KEEP
from reports.report import Choice
from reports.ways_out.csv_file import Table
from web.drawing.attribution_paths import (
    draw_lengths,
    draw_look_backs,
    draw_paths,
    draw_times,
    table_of_buckets,
    table_of_look_backs,
    table_of_paths,
    write_time,
    write_touches,
)
from web.drawing.channels import Palette
from web.forms.attribution import carry
from web.forms.filters import Menu, compare_menu, goal_menu, model_menu, name_days, read_bar
from web.forms.returns import read_cursor
from web.pages import WorkspacePage
from web.templatetags.figures import period
from web.workspaces import zone_of

ROWS_A_PAGE = 50
LEAST_STEPS = (1, 2, 3, 4, 5)


class WayPage(WorkspacePage):
    """What these pages share; the model of the address is kept for the tabs beside them."""

    section = "attribution"
    title = gettext_lazy("Attribution")

    def read(self, **instead: str) -> Params:
        """The days and the goal of the address. Raises Refusal."""
        now = timezone.now()
        query = name_days(self.request.GET, day_of(now, zone_of(self.workspace))) | {"group_by": "channel"} | instead
        return parse_params(self.workspace, query, now=now)

    def menus(self, params: Params) -> list[Menu]:
        """The period before, and the goal."""
        return [
            compare_menu(self.request.GET, period(params.period.before)),
            goal_menu(list_goals(self.workspace), str(params.goal.pk)),
        ]


class TopPathsPage(WayPage):
    """Which channels people met, in which order."""

    tab = "paths"
    template = "web/attribution/paths.html"

    def describe(self, **kwargs: Any) -> dict[str, Any]:
        address, params = self.request.GET, self.read()
        asked = top_paths.read_params(params, address)
        report = top_paths.build(self.workspace, asked, timezone.now())
        start = read_cursor(address)
        menus = [*self.menus(params), repeats_menu(asked.repeats), steps_menu(asked.least_steps)]
        rows = report.rows[start : start + ROWS_A_PAGE]
        return {
            "report": report,
            "finding": report.finding,
            "lines": draw_paths(report, rows, Palette(self.workspace.channel_rules)),
            "first": start,
            "next": start + ROWS_A_PAGE if start + ROWS_A_PAGE < len(report.rows) else None,
            "collapsed": asked.repeats == COLLAPSE,
            "by_revenue": report.total.revenue > 0,
            "currency": report.currency,
            "carried": carry(address),
            "ingestion": report.ingestion,
            "filters": read_bar(address, params.period, menus),
        }

    def tables(self, page: Mapping[str, Any]) -> dict[str, Table]:
        return {"paths": table_of_paths(page["report"])}


class TimingPage(WayPage):
    """How long it takes from the first touch, and over how many."""

    tab = "timing"
    template = "web/attribution/timing.html"

    def describe(self, **kwargs: Any) -> dict[str, Any]:
        address, params = self.request.GET, self.read()
        report = timing.build(self.workspace, params, timezone.now())
        language = get_language() or "en"
        return {
            "report": report,
            "finding": report.finding,
            "times": draw_times(report),
            "lengths": draw_lengths(report),
            "figures": [
                (_("Median time"), write_time(report.time.median), write_time(report.time_before.median)),
                (_("Nine of ten within"), *map(write_time, (report.time.nine_of_ten, report.time_before.nine_of_ten))),
                (
                    _("Median touches"),
                    *(write_touches(one.median, language) for one in (report.length, report.length_before)),
                ),
                (
                    _("Nine of ten, touches"),
                    *(write_touches(one.nine_of_ten, language) for one in (report.length, report.length_before)),
                ),
            ],
            "by_revenue": report.total.revenue > 0,
            "currency": report.currency,
            "carried": carry(address),
            "ingestion": report.ingestion,
            "filters": read_bar(address, params.period, self.menus(params)),
        }

    def tables(self, page: Mapping[str, Any]) -> dict[str, Table]:
        report = page["report"]
        return {"times": table_of_buckets(page["times"], report), "lengths": table_of_buckets(page["lengths"], report)}


class LookBackPage(WayPage):
    """What each channel would earn under other look-backs."""

    tab = "look-back"
    wants_kernels = True
    template = "web/attribution/look_back.html"

    def describe(self, **kwargs: Any) -> dict[str, Any]:
        address = self.request.GET
        # Whoever comes from a page of such a model is shown the usual one, and told so.
        solved = address.get("model") in SOLVED
        params = self.read(model=USUAL_MODEL) if solved else self.read()
        report = look_back.build(self.workspace, params, timezone.now())
        models = [one for one in list_models(params.half_life_days) if one.value in RULES]
        return {
            "report": report,
            "finding": report.finding,
            "lines": draw_look_backs(report, Palette(self.workspace.channel_rules)),
            "solved": _(SOLVED[address["model"]].title) if solved else "",
            "most": look_back.MOST_AT_ONCE,
            "currency": report.currency,
            "carried": carry(address),
            "ingestion": report.ingestion,
            "filters": read_bar(
                address, params.period, [self.menus(params)[1], model_menu(models, params.model, USUAL_MODEL)]
            ),
        }

    def tables(self, page: Mapping[str, Any]) -> dict[str, Table]:
        return {"look-backs": table_of_look_backs(page["report"])}


def repeats_menu(chosen: str) -> Menu:
    """Whether a channel twice in a row is one step."""
    choices = [
        Choice(COLLAPSE, _("as one step"), _("Email, Email, Direct is Email → Direct")),
        Choice(KEEP, _("each a step"), _("Every touch stands for itself")),
    ]
    return Menu("repeats", _("Repeats"), choices, chosen, COLLAPSE)


def steps_menu(chosen: int) -> Menu:
    """The least number of steps."""
    known = LEAST_STEPS if chosen in LEAST_STEPS else (*LEAST_STEPS, chosen)
    titles = {1: _("any number")}
    choices = [Choice(str(n), titles.get(n) or _("%(n)s and more") % {"n": n}) for n in known]
    return Menu("steps", _("Steps"), choices, str(chosen), "1")


paths = TopPathsPage.as_view()
times = TimingPage.as_view()
look_backs = LookBackPage.as_view()
