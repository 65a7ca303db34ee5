"""The catalogue over HTTP: a view reads the query, builds the report, answers it."""

from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.response import Response

from accounts.api.views import WorkspaceRequest, WorkspaceView
from attribution.core.solved import MODELS
from reports.api.serializers import AttributionReportSerializer, show_attribution
from reports.catalogue import attribution
from reports.catalogue.params import USUAL_MODEL, parse_params
from reports.storage import GROUPS

QUERY = [
    OpenApiParameter("model", enum=list(MODELS), default=USUAL_MODEL),
    OpenApiParameter("goal", description="A goal's id, or its event where only one goal has it; else the first goal."),
    OpenApiParameter("start", OpenApiTypes.DATE, description="First day, included; usually 30 full days back."),
    OpenApiParameter("end", OpenApiTypes.DATE, description="Last day, included; usually yesterday."),
    OpenApiParameter(
        "group_by",
        enum=list(GROUPS),
        default="channel",
        description="Markov and Shapley know channel and campaign (the largest 30; the rest is `(other)`).",
    ),
    OpenApiParameter("lookback_days", OpenApiTypes.INT, description="Only as stored."),
    OpenApiParameter("half_life_days", OpenApiTypes.DOUBLE, description="Only as stored."),
]


class AttributionView(WorkspaceView):
    """Which channel, campaign or page earned the credit."""

    @extend_schema(
        operation_id="report_attribution", parameters=QUERY, responses=AttributionReportSerializer, tags=["reports"]
    )
    def get(self, request: WorkspaceRequest, workspace: str) -> Response:
        now = timezone.now()
        params = parse_params(request.workspace, request.query_params, now=now)
        return Response(show_attribution(attribution.build(request.workspace, params, now)))
