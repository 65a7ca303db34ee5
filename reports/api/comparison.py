"""All models side by side over HTTP: the very figures of the attribution page."""

from decimal import Decimal
from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response

from accounts.api.views import WorkspaceRequest, WorkspaceView
from reports.api.returns import show_money
from reports.api.serializers import (
    AskedSerializer,
    CreditedSerializer,
    StillFillingSerializer,
    show_asked,
    show_credited,
    show_still_filling,
)
from reports.api.views import QUERY
from reports.catalogue import comparison
from reports.catalogue.params import parse_params
from reports.core.intervals import Interval
from reports.core.verdicts import Verdict
from reports.credit_reports import ComparedRow, ComparisonReport, Measure


class RevenueIntervalSerializer(serializers.Serializer[Any]):
    """The 95 % interval of revenue."""

    low = serializers.DecimalField(max_digits=24, decimal_places=6)
    high = serializers.DecimalField(max_digits=24, decimal_places=6)


class ConversionsIntervalSerializer(serializers.Serializer[Any]):
    """The 95 % interval of conversions."""

    low = serializers.FloatField()
    high = serializers.FloatField()


class ComparedRowSerializer(serializers.Serializer[Any]):
    """One group under every model; null: not known, not defined, or too little evidence."""

    group = serializers.CharField(allow_null=True)
    channel = serializers.CharField(allow_null=True, help_text="Null where the group has several.")
    models = serializers.DictField(child=CreditedSerializer(), help_text="Credit by the name of the model.")
    journeys = serializers.IntegerField(help_text="Conversions whose journey met the group.")
    low = serializers.CharField(help_text="The least any model gives, in the report's measure.")
    high = serializers.CharField(help_text="The most any model gives.")
    low_model = serializers.CharField()
    high_model = serializers.CharField()
    before = CreditedSerializer(help_text="The chosen model's credit of the period before.")
    cost = serializers.DecimalField(max_digits=30, decimal_places=6, allow_null=True)
    roi_low = serializers.FloatField(allow_null=True)
    roi_high = serializers.FloatField(allow_null=True)
    verdict = serializers.ChoiceField(choices=[verdict.value for verdict in Verdict])
    revenue_interval = RevenueIntervalSerializer(allow_null=True)
    conversions_interval = ConversionsIntervalSerializer(allow_null=True)
    gate = serializers.CharField(help_text="Why there is neither interval nor verdict; else empty.")
    too_close_to_next = serializers.BooleanField(allow_null=True)


class ComparedModelSerializer(serializers.Serializer[Any]):
    """One of the models, and all that it hands out."""

    name = serializers.CharField()
    title = serializers.CharField()
    formula = serializers.CharField()
    credited = CreditedSerializer()
    adds_up = serializers.BooleanField()


class EvidenceSerializer(serializers.Serializer[Any]):
    """What intervals are drawn from, and how much there must be."""

    days_drawn = serializers.IntegerField()
    days_needed = serializers.IntegerField()
    journeys_needed = serializers.IntegerField()


class ComparisonSerializer(StillFillingSerializer, AskedSerializer):
    """The same conversions under every model; for each model Σ rows + unattributed = total."""

    rows = ComparedRowSerializer(many=True)
    models = ComparedModelSerializer(many=True)
    unattributed = CreditedSerializer()
    total = CreditedSerializer()
    total_before = CreditedSerializer()
    still_filling = serializers.BooleanField(
        help_text="Conversions of some days may still come in; verdicts that they could turn are `too_early`."
    )
    before_still_filling = serializers.BooleanField(help_text="So may those of the period before.")
    unassigned_cost = serializers.DecimalField(max_digits=30, decimal_places=6, allow_null=True)
    model = serializers.CharField(help_text="The chosen model: rows are sorted by it and intervals are its own.")
    formula = serializers.CharField()
    measure = serializers.ChoiceField(choices=["revenue", "conversions"])
    finding = serializers.CharField()
    evidence = EvidenceSerializer()


def show_comparison(report: ComparisonReport) -> dict[str, Any]:
    """The report as JSON; the shape of ComparisonSerializer."""
    finding = report.finding
    return {
        "rows": [show_row(row, report.measure) for row in report.rows],
        "models": [
            {
                "name": model.name,
                "title": model.title,
                "formula": model.formula,
                "credited": show_credited(model.credited),
                "adds_up": model.adds_up,
            }
            for model in report.models
        ],
        "unattributed": show_credited(report.unattributed),
        "total": show_credited(report.total),
        "total_before": show_credited(report.total_before),
        "before_still_filling": report.before_filling,
        **show_still_filling(report.still_filling),
        "unassigned_cost": show_money(report.unassigned_cost),
        "model": report.model,
        "formula": report.formula,
        "measure": report.measure,
        "finding": f"{finding.before}{finding.stress}{finding.after}",
        "evidence": {
            "days_drawn": report.days_drawn,
            "days_needed": report.days_needed,
            "journeys_needed": report.journeys_needed,
        },
        **show_asked(report),
    }


def show_row(row: ComparedRow, measure: Measure) -> dict[str, Any]:
    """One group."""
    return {
        "group": row.group,
        "channel": row.channel,
        "models": {name: show_credited(credited) for name, credited in row.credits.items()},
        "journeys": row.journeys,
        "low": _show_measured(row.low, measure),
        "high": _show_measured(row.high, measure),
        "low_model": row.low_model,
        "high_model": row.high_model,
        "before": show_credited(row.before),
        "cost": show_money(row.cost),
        "roi_low": row.roi_low,
        "roi_high": row.roi_high,
        "verdict": row.verdict.value,
        "revenue_interval": _show_revenue(row.revenue_interval),
        "conversions_interval": _show_conversions(row.conversions_interval),
        "gate": row.gate,
        "too_close_to_next": row.too_close_to_next,
    }


def _show_measured(amount: Decimal, measure: Measure) -> str:
    return f"{amount:.6f}" if measure == "revenue" else f"{amount:.9f}"


def _show_revenue(interval: Interval | None) -> dict[str, str] | None:
    return None if interval is None else {"low": f"{interval.low:.6f}", "high": f"{interval.high:.6f}"}


def _show_conversions(interval: Interval | None) -> dict[str, float] | None:
    return None if interval is None else {"low": float(interval.low), "high": float(interval.high)}


class ComparisonView(WorkspaceView):
    """The same conversions under every model, with ranges, intervals, costs and a verdict for each group.

    Any model may be chosen for any grouping it knows; groups beyond the 30 that most conversions met are `(other)`.
    """

    @extend_schema(operation_id="report_comparison", parameters=QUERY, responses=ComparisonSerializer, tags=["reports"])
    def get(self, request: WorkspaceRequest, workspace: str) -> Response:
        now = timezone.now()
        params = parse_params(request.workspace, request.query_params, now=now)
        return Response(show_comparison(comparison.build(request.workspace, params, now)))
