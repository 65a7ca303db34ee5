"""The shape of funnels and pipelines over HTTP."""

from typing import Any

from rest_framework import serializers

from funnels.core.progress import MAX_STEPS, ORDERS
from funnels.core.timing import StepFigures
from funnels.models import FunnelRun
from reports.report import FunnelReport
from tracking.api.fields import MAX_CONDITIONS, MAX_TEXT, ConditionSerializer, ShortListField
from tracking.api.serializers import ROLES

LONGEST_WINDOW = 3_700 * 86_400


class AskedStepSerializer(serializers.Serializer[Any]):
    """A step: track events, pages or screens of this name whose properties fulfil all conditions."""

    event = serializers.CharField(max_length=MAX_TEXT)
    where = ShortListField(child=ConditionSerializer(), default=list, most=MAX_CONDITIONS)


class AskedFunnelSerializer(serializers.Serializer[Any]):
    """A question about a funnel. Step 1 lies in the period; later steps may come up to a window after it."""

    steps = ShortListField(child=AskedStepSerializer(), most=MAX_STEPS, min_length=1)
    window_seconds = serializers.IntegerField(min_value=1, max_value=LONGEST_WINDOW)
    order = serializers.ChoiceField(choices=ORDERS, default="ordered")
    start = serializers.DateField(default=None, allow_null=True, help_text="Usually 30 full days back.")
    end = serializers.DateField(default=None, allow_null=True, help_text="Included; usually yesterday.")
    breakdown = serializers.CharField(
        default=None,
        allow_null=True,
        max_length=MAX_TEXT,
        help_text="`channel`: of the latest touch at or before step 1; else a property of the event of step 1.",
    )


class StepFiguresSerializer(serializers.Serializer[Any]):
    """One step: people who came at least this far. Null where undefined."""

    step = serializers.IntegerField(help_text="From 1.")
    event = serializers.CharField()
    count = serializers.IntegerField()
    conversion_from_previous = serializers.FloatField(allow_null=True)
    drop_off = serializers.FloatField(allow_null=True)
    median_seconds = serializers.FloatField(allow_null=True, help_text="Since the step before.")
    still_open = serializers.IntegerField(
        allow_null=True, help_text="Of those who got no further, who still have time within the window."
    )


class FunnelGroupSerializer(serializers.Serializer[Any]):
    """One group's way through the funnel."""

    group = serializers.CharField()
    steps = StepFiguresSerializer(many=True)
    bottleneck = serializers.IntegerField(allow_null=True)


class FunnelReportSerializer(serializers.Serializer[Any]):
    """How many people come how far; the bottleneck is the step that the smallest share reaches."""

    steps = StepFiguresSerializer(many=True)
    bottleneck = serializers.IntegerField(allow_null=True)
    groups = FunnelGroupSerializer(many=True, allow_null=True)
    breakdown = serializers.CharField(allow_null=True)
    order = serializers.ChoiceField(choices=ORDERS)
    window_seconds = serializers.IntegerField(allow_null=True, help_text="null: no limit.")
    start = serializers.DateField()
    end = serializers.DateField()
    as_of = serializers.DateTimeField(help_text="Everything accepted up to then is in these numbers.")
    notes = serializers.ListField(child=serializers.CharField())


class FunnelRunSerializer(serializers.Serializer[Any]):
    """A funnel that a worker counts; `result` is there once the state is `done`."""

    id = serializers.IntegerField()
    state = serializers.ChoiceField(choices=[FunnelRun.WAITING, FunnelRun.DONE, FunnelRun.FAILED, FunnelRun.STOPPED])
    result = FunnelReportSerializer(allow_null=True)


class StageFiguresSerializer(StepFiguresSerializer):
    """One stage: people who came at least this far; the median is how long they stayed in the stage before."""

    name = serializers.CharField()
    role = serializers.ChoiceField(choices=ROLES, allow_null=True)


class PipelineGroupSerializer(serializers.Serializer[Any]):
    """One group's way through the pipeline."""

    group = serializers.CharField()
    stages = StageFiguresSerializer(many=True)
    bottleneck = serializers.IntegerField(allow_null=True)


class PipelineReportSerializer(FunnelReportSerializer):
    """How many of the people who enter the first stage in the period come how far; the bottleneck by place and name."""

    steps = None  # type: ignore[assignment]
    stages = StageFiguresSerializer(many=True)
    groups = PipelineGroupSerializer(many=True, allow_null=True)  # type: ignore[assignment]
    bottleneck_name = serializers.CharField(allow_null=True)


def show_funnel(report: FunnelReport) -> dict[str, Any]:
    """The report as JSON; the shape of FunnelReportSerializer."""
    return {
        "steps": show_steps(report, report.figures),
        "bottleneck": report.bottleneck,
        "groups": show_groups(report),
        "breakdown": report.breakdown,
        "order": report.order,
        "window_seconds": report.window_seconds,
        "start": report.period.start,
        "end": report.period.end,
        "as_of": report.as_of,
        "notes": report.notes,
    }


def show_groups(report: FunnelReport) -> list[dict[str, Any]] | None:
    """Each group's steps; None where nothing is broken down."""
    if report.groups is None:
        return None
    return [
        {"group": group.group, "steps": show_steps(report, group.steps), "bottleneck": group.bottleneck}
        for group in report.groups
    ]


def show_steps(report: FunnelReport, figures: list[StepFigures]) -> list[dict[str, Any]]:
    """One entry for each step, from 1."""
    return [
        {
            "step": place,
            "event": step.event,
            "count": found.count,
            "conversion_from_previous": found.conversion_from_previous,
            "drop_off": found.drop_off,
            "median_seconds": found.median_seconds,
            "still_open": found.still_open,
        }
        for place, (step, found) in enumerate(zip(report.steps, figures, strict=True), 1)
    ]


def show_run(run: FunnelRun) -> dict[str, Any]:
    """A run as JSON; the shape of FunnelRunSerializer."""
    return {"id": run.pk, "state": run.state, "result": run.result}


def show_pipeline(report: FunnelReport) -> dict[str, Any]:
    """The report as JSON; the shape of PipelineReportSerializer."""
    shown = show_funnel(report)
    groups = shown["groups"]
    return {
        "stages": show_stages(report, shown.pop("steps")),
        **shown,
        "groups": groups and [{**group, "stages": show_stages(report, group.pop("steps"))} for group in groups],
        "bottleneck_name": report.steps[report.bottleneck - 1].name if report.bottleneck else None,
    }


def show_stages(report: FunnelReport, steps: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Steps with their stages' names and roles."""
    return [{**shown, "name": step.name, "role": step.role} for shown, step in zip(steps, report.steps, strict=True)]
