"""The shape of reports over HTTP."""

from typing import Any

from rest_framework import serializers

from reports.credit_reports import ComparisonReport, OverTimeReport
from reports.report import AttributionReport, Credited, StillFilling
from reports.storage import GROUPS

COMPLETE_SHARE = (
    "The share of its conversions that is usually here so long after a day began, from 0 to 1; of several days, of "
    "those that have begun. Null where too few conversions were seen to tell."
)
EXPECTED = (
    "What it will come to once late conversions are in; null where nothing is to come, or it cannot be told. In sums, "
    "a last day that is too young to tell counts as far as it has come."
)


class CreditedSerializer(serializers.Serializer[Any]):
    """Conversions (shares of them, nine decimals) and revenue (a decimal string, six decimals)."""

    conversions = serializers.FloatField()
    revenue = serializers.DecimalField(max_digits=24, decimal_places=6)


class CreditRowSerializer(CreditedSerializer):
    """What one group earned; the group is named by the one field that was asked for in `group_by`."""

    channel = serializers.CharField(required=False)
    source = serializers.CharField(required=False)  # type: ignore[assignment]
    medium = serializers.CharField(required=False)
    campaign = serializers.CharField(required=False, allow_null=True)
    content = serializers.CharField(required=False, allow_null=True)
    term = serializers.CharField(required=False, allow_null=True)
    source_medium = serializers.CharField(required=False)
    landing_page = serializers.CharField(required=False, allow_null=True)


class AskedSerializer(serializers.Serializer[Any]):
    """What a report of credit was asked for, and how far its figures go."""

    as_of = serializers.DateTimeField(help_text="Everything accepted up to then is in these numbers.")
    goal = serializers.IntegerField()
    group_by = serializers.ChoiceField(choices=list(GROUPS))
    start = serializers.DateField()
    end = serializers.DateField()
    currency = serializers.CharField()
    lookback_days = serializers.IntegerField()
    half_life_days = serializers.FloatField()
    notes = serializers.ListField(child=serializers.CharField())


class StillFillingSerializer(serializers.Serializer[Any]):
    """How much of the conversions is here, and what they will come to."""

    complete_share = serializers.FloatField(allow_null=True, help_text=COMPLETE_SHARE)
    expected = CreditedSerializer(allow_null=True, help_text=EXPECTED)


class AttributionReportSerializer(StillFillingSerializer, AskedSerializer):
    """Credit of one goal over a period; Σ rows + unattributed = total."""

    rows = CreditRowSerializer(many=True)
    unattributed = CreditedSerializer()
    total = CreditedSerializer()
    still_filling = serializers.BooleanField(help_text="Conversions of some days may still come in: see over-time.")
    model = serializers.CharField()
    formula = serializers.CharField()


def show_attribution(report: AttributionReport) -> dict[str, Any]:
    """The report as JSON; the shape of AttributionReportSerializer."""
    return {
        "rows": [
            {report.group_by: row.group, **show_credited(Credited(row.conversions, row.revenue))} for row in report.rows
        ],
        "unattributed": show_credited(report.unattributed),
        "total": show_credited(report.total),
        "model": report.model,
        "formula": report.formula,
        **show_still_filling(report.still_filling),
        **show_asked(report),
    }


def show_credited(credited: Credited) -> dict[str, Any]:
    """Conversions as a number, revenue as a string with six decimals."""
    return {"conversions": float(credited.conversions), "revenue": f"{credited.revenue:.6f}"}


def show_still_filling(still: StillFilling) -> dict[str, Any]:
    """Whether days are still filling, which share of the whole is here, and what it is expected to come to."""
    return {
        "still_filling": bool(still.filling),
        "complete_share": still.complete_share,
        "expected": None if still.expected is None else show_credited(still.expected),
    }


def show_asked(report: AttributionReport | ComparisonReport | OverTimeReport) -> dict[str, Any]:
    """The shape of AskedSerializer."""
    return {
        "as_of": report.as_of,
        "goal": report.goal_id,
        "group_by": report.group_by,
        "start": report.period.start,
        "end": report.period.end,
        "currency": report.currency,
        "lookback_days": report.lookback_days,
        "half_life_days": report.half_life_days,
        "notes": report.notes,
    }
