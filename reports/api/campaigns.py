"""Campaigns over HTTP: the very figures of the page."""

from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response

from accounts.api.views import WorkspaceRequest, WorkspaceView
from reports.api.returns import RatiosSerializer, show_money, show_row
from reports.api.serializers import CreditedSerializer
from reports.api.views import QUERY
from reports.catalogue import campaigns
from reports.catalogue.campaigns import CampaignLine, CampaignsReport, Measured
from reports.catalogue.params import parse_params
from reports.catalogue.pipeline_heat import ROLES
from reports.catalogue.returns import FORMULAS


class AddedSerializer(serializers.Serializer[Any]):
    """New entries of the stages with a role, credited like conversions; null: no stage has it, or not known."""

    lead = serializers.FloatField(allow_null=True)
    opportunity = serializers.FloatField(allow_null=True)
    customer = serializers.FloatField(allow_null=True)


class MeasuredSerializer(RatiosSerializer, CreditedSerializer):
    """What a campaign brought, earned, cost and added to the pipeline in a period."""

    people = serializers.IntegerField(
        allow_null=True, help_text="Different people among the sessions; they do not add up over campaigns or days."
    )
    added = AddedSerializer()


class CampaignLineSerializer(MeasuredSerializer):
    """One campaign; null: sessions and credit without one."""

    campaign = serializers.CharField(allow_null=True)
    channel = serializers.CharField(allow_null=True, help_text="Null where the campaign ran in several.")
    before = MeasuredSerializer(help_text="The period before.")


class BesideSerializer(MeasuredSerializer):
    """What stands beside the campaigns."""

    before = MeasuredSerializer(help_text="The period before.")


class CampaignsSerializer(serializers.Serializer[Any]):
    """Campaigns by what they earned; Σ rows + without + unattributed = total."""

    rows = CampaignLineSerializer(many=True)
    without = CampaignLineSerializer()
    unattributed = BesideSerializer()
    unassigned_cost = serializers.DecimalField(max_digits=30, decimal_places=6, allow_null=True)
    total = BesideSerializer()
    roles = serializers.ListField(child=serializers.ChoiceField(choices=list(ROLES)))
    model = serializers.CharField()
    formula = serializers.CharField()
    formulas = serializers.DictField(child=serializers.CharField())
    as_of = serializers.DateTimeField(help_text="Everything accepted up to then is in these numbers.")
    goal = serializers.IntegerField()
    start = serializers.DateField()
    end = serializers.DateField()
    currency = serializers.CharField()
    lookback_days = serializers.IntegerField()
    half_life_days = serializers.FloatField()
    notes = serializers.ListField(child=serializers.CharField())


def show_campaigns(report: CampaignsReport) -> dict[str, Any]:
    """The report as JSON; the shape of CampaignsSerializer."""
    return {
        "rows": [show_line(line) for line in report.lines],
        "without": show_line(report.without),
        "unattributed": show_beside(report.unattributed),
        "unassigned_cost": show_money(report.unassigned_cost),
        "total": show_beside(report.total),
        "roles": list(report.roles),
        "model": report.model,
        "formula": report.formula,
        "formulas": FORMULAS,
        "as_of": report.ingestion.as_of,
        "goal": report.goal_id,
        "start": report.period.start,
        "end": report.period.end,
        "currency": report.currency,
        "lookback_days": report.lookback_days,
        "half_life_days": report.half_life_days,
        "notes": list(report.notes),
    }


def show_line(line: CampaignLine) -> dict[str, Any]:
    """One campaign."""
    return {"campaign": line.campaign, "channel": line.channel, **show_beside(line)}


def show_beside(line: CampaignLine) -> dict[str, Any]:
    """A row without its name."""
    return {**show_measured(line.now), "before": show_measured(line.before)}


def show_measured(measured: Measured) -> dict[str, Any]:
    """One period of a row."""
    added = {role: None if count is None else float(count) for role, count in measured.added.items()}
    return {**show_row(measured.returns), "people": measured.people, "added": added}


PARAMETERS = [parameter for parameter in QUERY if parameter.name != "group_by"]


class CampaignsView(WorkspaceView):
    """Every campaign: whom it brought, what it earned and cost, and what it adds to the pipeline."""

    @extend_schema(
        operation_id="report_campaigns", parameters=PARAMETERS, responses=CampaignsSerializer, tags=["reports"]
    )
    def get(self, request: WorkspaceRequest, workspace: str) -> Response:
        now = timezone.now()
        params = parse_params(request.workspace, request.query_params, now=now)
        return Response(show_campaigns(campaigns.build(request.workspace, params, now)))
