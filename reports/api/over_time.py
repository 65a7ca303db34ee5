"""Credit over time, over HTTP: the very figures of the small charts."""

from typing import Any

from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.response import Response

from accounts.api.views import WorkspaceRequest, WorkspaceView
from reports.api.serializers import (
    AskedSerializer,
    CreditedSerializer,
    StillFillingSerializer,
    show_asked,
    show_credited,
)
from reports.api.views import QUERY
from reports.catalogue import over_time
from reports.catalogue.params import parse_params
from reports.core.slots import INTERVALS
from reports.credit_reports import OverTimeReport, Slot


class SlotSerializer(StillFillingSerializer):
    """A day, week or month, cut at the ends of the period."""

    start = serializers.DateField()
    end = serializers.DateField()
    complete = serializers.BooleanField(help_text="Whether its last day is over.")
    still_filling = serializers.BooleanField(help_text="Whether a day of it is not over, or late conversions may come.")


class SeriesSerializer(serializers.Serializer[Any]):
    """What one group earned, slot by slot."""

    group = serializers.CharField(allow_null=True)
    channel = serializers.CharField(allow_null=True, help_text="Null where the group has several.")
    slots = CreditedSerializer(many=True)
    total = CreditedSerializer()
    before = CreditedSerializer(help_text="All of the period before.")
    slots_before = CreditedSerializer(many=True, help_text="The same slots, as many days before as the period is long.")


class OverTimeSerializer(StillFillingSerializer, AskedSerializer):
    """Credit of one goal by one model over time; in every slot Σ series + unattributed = total."""

    slots = SlotSerializer(many=True)
    series = SeriesSerializer(many=True)
    unattributed = CreditedSerializer(many=True)
    totals = CreditedSerializer(many=True)
    total = CreditedSerializer()
    total_before = CreditedSerializer()
    model = serializers.CharField()
    formula = serializers.CharField()
    measure = serializers.ChoiceField(choices=["revenue", "conversions"])
    interval = serializers.ChoiceField(choices=list(INTERVALS))


def show_over_time(report: OverTimeReport) -> dict[str, Any]:
    """The report as JSON; the shape of OverTimeSerializer."""
    return {
        "slots": [_show_slot(slot) for slot in report.slots],
        "series": [
            {
                "group": series.group,
                "channel": series.channel,
                "slots": [show_credited(credited) for credited in series.slots],
                "total": show_credited(series.total),
                "before": show_credited(series.before),
                "slots_before": [show_credited(credited) for credited in series.slots_before],
            }
            for series in report.series
        ],
        "unattributed": [show_credited(credited) for credited in report.unattributed],
        "totals": [show_credited(credited) for credited in report.totals],
        "total": show_credited(report.total),
        "total_before": show_credited(report.total_before),
        "model": report.model,
        "formula": report.formula,
        "measure": report.measure,
        "interval": report.interval,
        "complete_share": report.complete_share,
        "expected": show_credited(report.expected) if report.expected else None,
        **show_asked(report),
    }


def _show_slot(slot: Slot) -> dict[str, Any]:
    return {
        "start": slot.start,
        "end": slot.end,
        "complete": slot.complete,
        "still_filling": slot.is_filling,
        "complete_share": slot.complete_share,
        "expected": show_credited(slot.expected) if slot.expected else None,
    }


INTERVAL = OpenApiParameter("interval", enum=list(INTERVALS), default=over_time.USUAL_INTERVAL)


class OverTimeView(WorkspaceView):
    """One model's credit by day, week (from Monday) or month, for each group.

    Markov weighs all journeys of a period together, so that its days would not add up: `not_by_day`.
    """

    @extend_schema(
        operation_id="report_over_time",
        parameters=[*QUERY, INTERVAL],
        responses=OverTimeSerializer,
        tags=["reports"],
    )
    def get(self, request: WorkspaceRequest, workspace: str) -> Response:
        now = timezone.now()
        params = parse_params(request.workspace, request.query_params, now=now)
        interval = over_time.read_interval(request.query_params)
        return Response(show_over_time(over_time.build(request.workspace, params, interval, now)))
