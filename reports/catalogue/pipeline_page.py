"""The pipeline as people read it: how many move on, where most stay behind, and what moves them."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from django.utils.translation import gettext as _

from accounts.models import Workspace
from attribution.core.rules import RULES
from common.errors import Refusal
from reports.catalogue import pipeline
from reports.catalogue.attribution import describe_filling
from reports.catalogue.funnel import FunnelParams
from reports.catalogue.funnel_finding import StepSaid, find_bottleneck_sentence
from reports.catalogue.overview import list_models
from reports.catalogue.params import USUAL_MODEL
from reports.catalogue.pipeline_heat import CampaignsReport, HeatReport, build_heat, load_credit, sum_campaigns
from reports.report import Choice, Finding, FunnelReport
from tracking.models import Stage
from tracking.storage import IngestionState, ingestion_state


@dataclass(frozen=True)
class PipelinePageParams:
    """How long people may take, over which days, and by which model entries are credited."""

    asked: FunnelParams
    model: str
    compared: bool


@dataclass(frozen=True, slots=True)
class PipelinePage:
    """Everything on the page of the pipeline; without stages there is nothing but the state of what came in."""

    report: FunnelReport
    before: FunnelReport | None
    finding: Finding
    heat: HeatReport
    campaigns: CampaignsReport
    models: list[Choice]
    model_title: str
    filling: list[str]
    ingestion: IngestionState


def read_page(workspace: Workspace, query: Mapping[str, str], now: datetime, *, compared: bool) -> PipelinePageParams:
    """Read a query string; raises Refusal naming the parameter."""
    model = query.get("model") or USUAL_MODEL
    if model not in RULES:
        message = _("Entries of stages are credited by one of %(known)s.") % {"known": ", ".join(RULES)}
        raise Refusal("unsupported_model", message, field="model")
    return PipelinePageParams(pipeline.read_params(workspace, query, now), model, compared)


def build(workspace: Workspace, params: PipelinePageParams, now: datetime) -> PipelinePage:
    """The page as of now; credit comes from stored days."""
    asked, arrived = params.asked, ingestion_state(workspace, now)
    stages = list(Stage.objects.of(workspace).order_by("position"))
    report = pipeline.build(workspace, asked, now)
    before = None
    if params.compared and stages:
        before = pipeline.build(workspace, replace(asked, period=asked.period.before), now)
    credit = load_credit(workspace, stages, asked.period, params.model)
    return PipelinePage(
        report=report,
        before=before,
        finding=find_bottleneck_sentence(_said(report), _said(before) if before else None),
        heat=build_heat(stages, credit),
        campaigns=sum_campaigns(stages, credit),
        models=[one for one in list_models(workspace.half_life_days) if one.value in RULES],
        model_title=_(RULES[params.model].title),
        filling=describe_filling(workspace, asked.period),
        ingestion=arrived,
    )


def _said(report: FunnelReport) -> list[StepSaid]:
    return [
        StepSaid(step.name or step.event, found.count, found.median_seconds, found.still_open)
        for step, found in zip(report.steps, report.figures, strict=True)
    ]
