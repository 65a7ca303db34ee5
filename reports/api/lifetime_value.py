"""What a customer is worth, over HTTP."""

from typing import Any

from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.response import Response

from accounts.api.views import WorkspaceRequest, WorkspaceView
from reports.api.returns import show_money
from reports.catalogue import lifetime_value
from reports.report import LifetimeReport

QUERY = [
    OpenApiParameter("margin", OpenApiTypes.DECIMAL, description="The part of an order's value that is kept, 0 to 1."),
    OpenApiParameter("lifetime_years", OpenApiTypes.DECIMAL, description="How long a customer stays, 0 to 100 years."),
    OpenApiParameter("as_of", OpenApiTypes.DATE, description="Last day that counts, usually today."),
    OpenApiParameter("goal", description="The goal whose conversions are orders: its id or event; else the first."),
]


class ChannelLifetimeSerializer(serializers.Serializer[Any]):
    """The customers whose first touch a channel has; null: those who were never seen to arrive."""

    channel = serializers.CharField(allow_null=True)
    customers = serializers.IntegerField()
    mean_historic_clv = serializers.DecimalField(max_digits=30, decimal_places=6)
    predictive_clv = serializers.DecimalField(max_digits=30, decimal_places=6, allow_null=True)


class LifetimeReportSerializer(serializers.Serializer[Any]):
    """What customers have brought so far, and what one may be expected to bring; null: not defined, see `notes`."""

    mean_historic_clv = serializers.DecimalField(max_digits=30, decimal_places=6, allow_null=True)
    average_order_value = serializers.DecimalField(max_digits=30, decimal_places=6, allow_null=True)
    purchases_per_customer_per_year = serializers.FloatField(allow_null=True)
    predictive_clv = serializers.DecimalField(max_digits=30, decimal_places=6, allow_null=True)
    by_channel = ChannelLifetimeSerializer(many=True)
    customers = serializers.IntegerField()
    currency = serializers.CharField()
    goal = serializers.IntegerField()
    as_of = serializers.DateField()
    margin = serializers.FloatField(allow_null=True)
    lifetime_years = serializers.FloatField(allow_null=True)
    complete_up_to = serializers.DateTimeField(help_text="Everything accepted up to then is in these numbers.")
    formulas = serializers.DictField(child=serializers.CharField())
    notes = serializers.ListField(child=serializers.CharField())


def show_lifetime(report: LifetimeReport) -> dict[str, Any]:
    """The report as JSON; the shape of LifetimeReportSerializer."""
    lifetime = report.lifetime
    return {
        "mean_historic_clv": show_money(lifetime.mean_historic_clv),
        "average_order_value": show_money(lifetime.average_order_value),
        "purchases_per_customer_per_year": lifetime.purchases_per_customer_per_year,
        "predictive_clv": show_money(lifetime.predictive_clv),
        "by_channel": [
            {
                "channel": row.channel,
                "customers": row.customers,
                "mean_historic_clv": show_money(row.mean_historic_clv),
                "predictive_clv": show_money(row.predictive_clv),
            }
            for row in lifetime.by_channel
        ],
        "customers": lifetime.customers,
        "currency": report.currency,
        "goal": report.goal_id,
        "as_of": report.as_of,
        "margin": None if report.margin is None else float(report.margin),
        "lifetime_years": None if report.lifetime_years is None else float(report.lifetime_years),
        "complete_up_to": report.complete_up_to,
        "formulas": lifetime_value.FORMULAS,
        "notes": report.notes,
    }


class LifetimeValueView(WorkspaceView):
    """What a customer is worth: what each has brought so far, and what one may be expected to bring."""

    @extend_schema(
        operation_id="report_lifetime_value", parameters=QUERY, responses=LifetimeReportSerializer, tags=["reports"]
    )
    def get(self, request: WorkspaceRequest, workspace: str) -> Response:
        now = timezone.now()
        params = lifetime_value.parse_params(request.workspace, request.query_params, now=now)
        return Response(show_lifetime(lifetime_value.build(request.workspace, params, now)))
