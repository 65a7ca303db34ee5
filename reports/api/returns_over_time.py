"""Returns over time over HTTP: the same channels in every week or month."""

from typing import Any

from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.response import Response

from accounts.api.views import WorkspaceRequest, WorkspaceView
from attribution.core.rules import RULES
from reports.api.returns import show_money
from reports.api.serializers import StillFillingSerializer, show_still_filling
from reports.api.views import QUERY
from reports.catalogue import returns, returns_over_time
from reports.catalogue.params import USUAL_MODEL
from reports.catalogue.returns_over_time import USUAL_STEP, Cell, OverTimeReport
from reports.core.steps import STEPS

ASKED = [
    OpenApiParameter("model", enum=list(RULES), default=USUAL_MODEL),
    *(parameter for parameter in QUERY if parameter.name in ("goal", "start", "end")),
    OpenApiParameter("step", enum=list(STEPS), default=USUAL_STEP, description="Weeks begin on Monday."),
]


class ReturnsOverTimeCellSerializer(serializers.Serializer[Any]):
    """One week or month; null: not known or not defined. `clv` is historic, as of the last day."""

    start = serializers.DateField()
    end = serializers.DateField()
    conversions = serializers.FloatField()
    revenue = serializers.DecimalField(max_digits=24, decimal_places=6)
    cost = serializers.DecimalField(max_digits=30, decimal_places=6, allow_null=True)
    sessions = serializers.IntegerField()
    conversion_rate = serializers.FloatField(allow_null=True)
    cpa = serializers.DecimalField(max_digits=40, decimal_places=6, allow_null=True)
    roi = serializers.FloatField(allow_null=True)
    roas = serializers.FloatField(allow_null=True)
    customers = serializers.IntegerField(help_text="Who had ordered by then, by the channel of their first touch.")
    clv = serializers.DecimalField(max_digits=30, decimal_places=6, allow_null=True)


class ReturnsOverTimeTotalSerializer(StillFillingSerializer, ReturnsOverTimeCellSerializer):
    """One week or month of all channels; `expected` is what they will be credited with."""

    still_filling = serializers.BooleanField(help_text="Whether a day of it is not over, or late conversions may come.")


class ChannelReturnsOverTimeSerializer(serializers.Serializer[Any]):
    """One channel through the period."""

    channel = serializers.CharField()
    cells = ReturnsOverTimeCellSerializer(many=True)


class ReturnsOverTimeReportSerializer(serializers.Serializer[Any]):
    """Every channel has a cell for every week or month; CPA, ROI and ROAS of the total are of channels with a cost."""

    rows = ChannelReturnsOverTimeSerializer(many=True)
    total = ReturnsOverTimeTotalSerializer(many=True)
    step = serializers.ChoiceField(choices=STEPS)
    model = serializers.CharField()
    goal = serializers.IntegerField()
    start = serializers.DateField()
    end = serializers.DateField()
    currency = serializers.CharField()
    as_of = serializers.DateTimeField(help_text="Everything accepted up to then is in these numbers.")
    formulas = serializers.DictField(child=serializers.CharField())
    notes = serializers.ListField(child=serializers.CharField())


def show_over_time(report: OverTimeReport) -> dict[str, Any]:
    """The report as JSON; the shape of ReturnsOverTimeReportSerializer."""
    asked = report.params.asked
    return {
        "rows": [{"channel": name, "cells": _show_cells(report, cells)} for name, cells in report.rows.items()],
        "total": [
            {**cell, **show_still_filling(still)}
            for cell, still in zip(_show_cells(report, report.total), report.filling, strict=True)
        ],
        "step": report.params.step,
        "model": asked.model,
        "goal": asked.goal.pk,
        "start": asked.period.start,
        "end": asked.period.end,
        "currency": report.currency,
        "as_of": report.as_of,
        "formulas": {**returns.FORMULAS, "clv": "value of all orders after refunds / customers"},
        "notes": report.notes,
    }


def _show_cells(report: OverTimeReport, cells: list[Cell]) -> list[dict[str, Any]]:
    return [
        {
            "start": part.start,
            "end": part.end,
            "conversions": float(cell.conversions),
            "revenue": f"{cell.revenue:.6f}",
            "cost": show_money(cell.cost),
            "sessions": cell.sessions,
            "conversion_rate": cell.returns.conversion_rate,
            "cpa": show_money(cell.returns.cpa),
            "roi": cell.returns.roi,
            "roas": cell.returns.roas,
            "customers": cell.customers,
            "clv": show_money(cell.clv),
        }
        for part, cell in zip(report.parts, cells, strict=True)
    ]


class ReturnsOverTimeView(WorkspaceView):
    """Conversion rate, CPA, CLV, ROI and ROAS of each channel, by week or by month."""

    @extend_schema(
        operation_id="report_returns_over_time",
        parameters=ASKED,
        responses=ReturnsOverTimeReportSerializer,
        tags=["reports"],
    )
    def get(self, request: WorkspaceRequest, workspace: str) -> Response:
        now = timezone.now()
        params = returns_over_time.read_over_time(request.workspace, request.query_params, now=now)
        return Response(show_over_time(returns_over_time.build(request.workspace, params, now)))
