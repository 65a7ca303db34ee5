"""The workspace's pipeline as a funnel: how many people get from stage to stage, and how long they stay in each."""

import re
from collections.abc import Mapping
from datetime import datetime

import polars as pl
from django.utils.translation import gettext as _

from accounts.models import Workspace
from common.errors import Refusal
from funnels import storage
from funnels.core.asked import Funnel, Step
from funnels.core.progress import NO_LIMIT
from funnels.core.timing import MICROS_A_SECOND
from reports.catalogue import funnel
from reports.catalogue.funnel import FunnelParams
from reports.catalogue.ingestion import find_as_of
from reports.catalogue.params import read_period
from reports.catalogue.sealed import describe_gone, describe_sealed
from reports.report import FunnelReport, FunnelStep
from tracking.models import ChangedPerson, Stage

# What reaches goals, and so stages.
KINDS = ("track",)
MOST_DAYS = 3_700
MOST_LETTERS = 200
MICROS_A_DAY = 86_400 * MICROS_A_SECOND


def read_params(workspace: Workspace, query: Mapping[str, str], now: datetime) -> FunnelParams:
    """Read a query string; raises Refusal naming the parameter."""
    steps = tuple(Step(stage.event) for stage in _stages(workspace))
    period, window = read_period(workspace, query, now), _read_window(query.get("window_days", ""))
    return FunnelParams(Funnel(steps, window, kinds=KINDS), period, _read_breakdown(query.get("breakdown", "")))


def build(workspace: Workspace, params: FunnelParams, now: datetime) -> FunnelReport:
    """The report as of now: of the people who enter the first stage in the period, how many got how far since."""
    stages = [FunnelStep(stage.event, stage.name, stage.role or None) for stage in _stages(workspace)]
    if not stages:
        return _say_empty(params, find_as_of(workspace, now))
    open_end = [_("There is no limit of time: people of this period may still come further.")]
    notes = open_end if params.funnel.window == NO_LIMIT else funnel.describe_open(workspace, params, now)
    # What a property says stands in the events alone; so does a stage that is not derived for everybody yet.
    if params.breakdown in (None, funnel.CHANNEL) and not ChangedPerson.objects.of(workspace).exists():
        notes = [*describe_sealed(workspace, params.period), *notes]
        return funnel.measure(workspace, params, stages, now, notes=notes, load=_load_stage_events)
    return funnel.measure(workspace, params, stages, now, notes=[*describe_gone(workspace, params.period), *notes])


def _load_stage_events(workspace: Workspace, params: FunnelParams, start: datetime, until: datetime) -> pl.DataFrame:
    return storage.load_stage_events(workspace, params.funnel, start, until)


def _stages(workspace: Workspace) -> list[Stage]:
    return list(Stage.objects.of(workspace).order_by("position"))


def _say_empty(params: FunnelParams, as_of: datetime) -> FunnelReport:
    return FunnelReport(
        steps=[],
        figures=[],
        bottleneck=None,
        breakdown=params.breakdown,
        groups=[] if params.breakdown else None,
        order=params.funnel.order,
        window_seconds=None,
        period=params.period,
        as_of=as_of,
        notes=[_("This workspace has no pipeline yet.")],
    )


def _read_window(given: str) -> int:
    if not given:
        return NO_LIMIT
    if not re.fullmatch(r"[0-9]{1,4}", given) or not 1 <= int(given) <= MOST_DAYS:
        message = _("Give a number of days from 1 to %(most)s.") % {"most": MOST_DAYS}
        raise Refusal("invalid_number", message, field="window_days")
    return int(given) * MICROS_A_DAY


def _read_breakdown(given: str) -> str | None:
    if len(given) > MOST_LETTERS:
        message = _("Give at most %(most)d characters.") % {"most": MOST_LETTERS}
        raise Refusal("invalid", message, field="breakdown")
    return given or None
