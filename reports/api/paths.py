"""Top paths, time and length, and look-backs over HTTP: the very figures of the pages."""

from typing import Any

from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.response import Response

from accounts.api.views import WorkspaceRequest, WorkspaceView
from attribution.core.rules import RULES
from reports.api.serializers import CreditedSerializer, show_credited
from reports.api.views import QUERY
from reports.catalogue import look_back, timing, top_paths
from reports.catalogue.look_back import LookBackReport
from reports.catalogue.params import USUAL_MODEL, parse_params
from reports.catalogue.timing import Middle, TimingReport, TimingRow
from reports.catalogue.top_paths import COLLAPSE, KEEP, MOST_STEPS, TopPaths

DAYS = [parameter for parameter in QUERY if parameter.name in ("goal", "start", "end")]
TERMS = [parameter for parameter in QUERY if parameter.name == "half_life_days"]
REPEATS = OpenApiParameter(
    "repeats", enum=[COLLAPSE, KEEP], default=COLLAPSE, description="Whether a channel twice in a row is one step."
)
STEPS = OpenApiParameter(
    "steps",
    {"type": "integer", "minimum": 1, "maximum": MOST_STEPS},
    description="Only paths of so many steps.",
)
MODEL = OpenApiParameter("model", enum=list(RULES), default=USUAL_MODEL)


class AskedSerializer(serializers.Serializer[Any]):
    """What every one of these reports says of itself."""

    goal = serializers.IntegerField()
    start = serializers.DateField()
    end = serializers.DateField()
    currency = serializers.CharField()
    as_of = serializers.DateTimeField(help_text="Everything accepted up to then is in these numbers.")
    notes = serializers.ListField(child=serializers.CharField())


class PathRowSerializer(CreditedSerializer):
    """One path of channels, oldest touch first."""

    path = serializers.ListField(child=serializers.CharField())
    share = serializers.FloatField(allow_null=True, help_text="Of all conversions.")
    before = CreditedSerializer(help_text="The period before.")


class TopPathsSerializer(AskedSerializer):
    """Paths by conversions, at most 1,000; Σ rows + others + unattributed = total."""

    rows = PathRowSerializer(many=True)
    others = CreditedSerializer(help_text="Paths that are rarer, or shorter than asked.")
    unattributed = CreditedSerializer()
    total = CreditedSerializer()
    total_before = CreditedSerializer()
    different_paths = serializers.IntegerField()
    met_one_channel = serializers.IntegerField(help_text="Conversions.")
    met_several_channels = serializers.IntegerField(help_text="Conversions.")
    lookback_days = serializers.IntegerField()


class MiddleSerializer(serializers.Serializer[Any]):
    """The median, and what nine of ten conversions are not above."""

    median = serializers.FloatField(allow_null=True)
    nine_of_ten = serializers.FloatField(allow_null=True)
    before = serializers.DictField(child=serializers.FloatField(allow_null=True), help_text="The period before.")


class TimingRowSerializer(CreditedSerializer):
    """Conversions from `low` on and below `high` (null: no end)."""

    low = serializers.IntegerField()
    high = serializers.IntegerField(allow_null=True)
    share = serializers.FloatField(allow_null=True, help_text="Of the conversions with a touch.")
    up_to_here = serializers.FloatField(allow_null=True)
    before = serializers.IntegerField(help_text="Conversions in the period before.")


class TimingSerializer(AskedSerializer):
    """How long conversions take from their first touch in seconds, and over how many touches."""

    time = MiddleSerializer()
    touches = MiddleSerializer()
    times = TimingRowSerializer(many=True)
    lengths = TimingRowSerializer(many=True)
    unattributed = CreditedSerializer()
    total = CreditedSerializer()
    lookback_days = serializers.IntegerField()


class LookBackRowSerializer(serializers.Serializer[Any]):
    """One channel, with one entry for each of `lookbacks`."""

    channel = serializers.CharField()
    credits = CreditedSerializer(many=True)


class LookBackSerializer(AskedSerializer):
    """The same conversions under several look-backs in days; under each Σ rows + unattributed = total."""

    lookbacks = serializers.ListField(child=serializers.IntegerField())
    stored = serializers.IntegerField(help_text="The one that all other reports use.")
    rows = LookBackRowSerializer(many=True)
    unattributed = CreditedSerializer(many=True)
    total = CreditedSerializer()
    too_many = serializers.IntegerField(
        allow_null=True, help_text="How many conversions there are, where these are too many; then there are no rows."
    )
    model = serializers.CharField()
    formula = serializers.CharField()
    half_life_days = serializers.FloatField()


def show_asked(report: TopPaths | TimingReport | LookBackReport) -> dict[str, Any]:
    """The shape of AskedSerializer."""
    return {
        "goal": report.goal_id,
        "start": report.period.start,
        "end": report.period.end,
        "currency": report.currency,
        "as_of": report.ingestion.as_of,
        "notes": list(report.notes),
    }


def show_paths(report: TopPaths) -> dict[str, Any]:
    """The report as JSON; the shape of TopPathsSerializer."""
    return show_asked(report) | {
        "rows": [
            {
                "path": list(row.path),
                **show_credited(row.credited),
                "share": None if row.share is None else float(row.share),
                "before": show_credited(row.before),
            }
            for row in report.rows
        ],
        "others": show_credited(report.others),
        "unattributed": show_credited(report.unattributed),
        "total": show_credited(report.total),
        "total_before": show_credited(report.total_before),
        "different_paths": report.in_all,
        "met_one_channel": report.reach.alone,
        "met_several_channels": report.reach.several,
        "lookback_days": report.lookback_days,
    }


def show_timing(report: TimingReport) -> dict[str, Any]:
    """The report as JSON; the shape of TimingSerializer."""
    return show_asked(report) | {
        "time": show_middle(report.time, report.time_before),
        "touches": show_middle(report.length, report.length_before),
        "times": [show_bucket(row) for row in report.times],
        "lengths": [show_bucket(row) for row in report.lengths],
        "unattributed": show_credited(report.unattributed),
        "total": show_credited(report.total),
        "lookback_days": report.lookback_days,
    }


def show_middle(now: Middle, before: Middle) -> dict[str, Any]:
    """Both figures, and those of the period before."""
    shown, earlier = ({"median": one.median, "nine_of_ten": one.nine_of_ten} for one in (now, before))
    return {**shown, "before": earlier}


def show_bucket(row: TimingRow) -> dict[str, Any]:
    """One bucket."""
    return {
        **show_credited(row.credited),
        "low": row.low,
        "high": row.high,
        "share": None if row.share is None else float(row.share),
        "up_to_here": None if row.up_to_here is None else float(row.up_to_here),
        "before": int(row.before),
    }


def show_look_back(report: LookBackReport) -> dict[str, Any]:
    """The report as JSON; the shape of LookBackSerializer."""
    return show_asked(report) | {
        "lookbacks": list(report.lookbacks),
        "stored": report.stored,
        "rows": [
            {"channel": row.channel, "credits": [show_credited(credited) for credited in row.credits]}
            for row in report.rows
        ],
        "unattributed": [show_credited(credited) for credited in report.unattributed],
        "total": show_credited(report.total),
        "too_many": report.too_many,
        "model": report.model,
        "formula": report.formula,
        "half_life_days": report.half_life_days,
    }


class TopPathsView(WorkspaceView):
    """Which paths of channels most often lead to a conversion."""

    @extend_schema(
        operation_id="report_paths", parameters=[*DAYS, REPEATS, STEPS], responses=TopPathsSerializer, tags=["reports"]
    )
    def get(self, request: WorkspaceRequest, workspace: str) -> Response:
        now, query = timezone.now(), request.query_params
        asked = top_paths.read_params(parse_params(request.workspace, query, now=now), query)
        return Response(show_paths(top_paths.build(request.workspace, asked, now)))


class TimingView(WorkspaceView):
    """How long conversions take, and over how many touches."""

    @extend_schema(operation_id="report_timing", parameters=DAYS, responses=TimingSerializer, tags=["reports"])
    def get(self, request: WorkspaceRequest, workspace: str) -> Response:
        now = timezone.now()
        params = parse_params(request.workspace, request.query_params, now=now)
        return Response(show_timing(timing.build(request.workspace, params, now)))


class LookBackView(WorkspaceView):
    """How the credit of each channel changes with the look-back; one that is not stored is worked out from touches."""

    @extend_schema(
        operation_id="report_look_back",
        parameters=[MODEL, *DAYS, *TERMS],
        responses=LookBackSerializer,
        tags=["reports"],
    )
    def get(self, request: WorkspaceRequest, workspace: str) -> Response:
        now = timezone.now()
        params = parse_params(request.workspace, request.query_params, now=now)
        return Response(show_look_back(look_back.build(request.workspace, params, now)))
