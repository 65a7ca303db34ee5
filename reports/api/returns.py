"""Returns over HTTP: the attribution report's rows with what they cost."""

from decimal import Decimal
from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response

from accounts.api.views import WorkspaceRequest, WorkspaceView
from reports.api.serializers import (
    AttributionReportSerializer,
    CreditedSerializer,
    CreditRowSerializer,
    show_attribution,
    show_credited,
)
from reports.api.views import QUERY
from reports.catalogue import returns
from reports.catalogue.params import parse_params
from reports.report import Credited, ReturnsReport, ReturnsRow


class RoiIntervalSerializer(serializers.Serializer[Any]):
    """The 95 % interval of ROI, drawn from the days of the period; the cost is taken as it is."""

    low = serializers.FloatField()
    high = serializers.FloatField()


class RatiosSerializer(serializers.Serializer[Any]):
    """Cost and what follows from it; null: not known or not defined, and `notes` say why."""

    cost = serializers.DecimalField(max_digits=30, decimal_places=6, allow_null=True)
    sessions = serializers.IntegerField()
    conversion_rate = serializers.FloatField(allow_null=True, help_text="Conversions / sessions.")
    cpa = serializers.DecimalField(max_digits=40, decimal_places=6, allow_null=True, help_text="Cost / conversions.")
    roi = serializers.FloatField(allow_null=True, help_text="(Revenue − cost) / cost: 0.8 is 80 %.")
    roas = serializers.FloatField(allow_null=True, help_text="Revenue / cost.")
    notes = serializers.ListField(child=serializers.CharField())


class ReturnsRowSerializer(RatiosSerializer, CreditRowSerializer):
    """What one group earned and cost; the group is named by the one field that was asked for in `group_by`."""

    claimed_conversions = serializers.DecimalField(
        max_digits=30, decimal_places=6, allow_null=True, help_text="By the platforms; null where spend does not say."
    )
    claimed_value = serializers.DecimalField(max_digits=30, decimal_places=6, allow_null=True)
    claim_difference = serializers.FloatField(
        allow_null=True, help_text="(claimed − credited) / credited, of the value, else of the conversions."
    )
    roi_interval = RoiIntervalSerializer(allow_null=True, help_text="Null without a cost, and under the evidence gate.")
    too_close_to_call = serializers.BooleanField(
        allow_null=True, help_text="Whether the interval of ROI holds 0: it may have paid for itself, or not."
    )


class ReturnsTotalSerializer(RatiosSerializer, CreditedSerializer):
    """Everything earned, credited or not, and everything paid."""


class UnassignedSerializer(serializers.Serializer[Any]):
    """What was paid for none of the groups: a channel's budget has no source."""

    cost = serializers.DecimalField(max_digits=30, decimal_places=6, allow_null=True)


class ReturnsReportSerializer(AttributionReportSerializer):
    """The attribution report with costs; Σ cost of rows + unassigned = cost of the total."""

    rows = ReturnsRowSerializer(many=True)
    unassigned = UnassignedSerializer()
    total = ReturnsTotalSerializer()
    formulas = serializers.DictField(child=serializers.CharField())


def show_returns(report: ReturnsReport) -> dict[str, Any]:
    """The report as JSON; the shape of ReturnsReportSerializer."""
    group_by = report.attribution.group_by
    return {
        **show_attribution(report.attribution),
        "rows": [{group_by: row.group, **show_row(row), **_show_doubts(row)} for row in report.rows],
        "unassigned": {"cost": show_money(report.unassigned_cost)},
        "total": show_row(report.total),
        "formulas": returns.FORMULAS,
        "notes": report.notes,
    }


def _show_doubts(row: ReturnsRow) -> dict[str, Any]:
    return {
        "claimed_conversions": show_money(row.claimed_conversions),
        "claimed_value": show_money(row.claimed_value),
        "claim_difference": row.claim_difference,
        "roi_interval": None if row.roi_low is None else {"low": row.roi_low, "high": row.roi_high},
        "too_close_to_call": row.too_close,
    }


def show_row(row: ReturnsRow) -> dict[str, Any]:
    """One row without its group; the total is one too."""
    return {
        **show_credited(Credited(row.conversions, row.revenue)),
        "cost": show_money(row.cost),
        "sessions": row.sessions,
        "conversion_rate": row.conversion_rate,
        "cpa": show_money(row.cpa),
        "roi": row.roi,
        "roas": row.roas,
        "notes": row.notes,
    }


def show_money(amount: Decimal | None) -> str | None:
    """An amount as a string with six decimals."""
    return None if amount is None else f"{amount:.6f}"


class ReturnsView(WorkspaceView):
    """What came back for what was paid: cost, CPA, ROI and ROAS beside the credit of the attribution report."""

    @extend_schema(operation_id="report_returns", parameters=QUERY, responses=ReturnsReportSerializer, tags=["reports"])
    def get(self, request: WorkspaceRequest, workspace: str) -> Response:
        now = timezone.now()
        params = parse_params(request.workspace, request.query_params, now=now)
        return Response(show_returns(returns.build(request.workspace, params, now)))
