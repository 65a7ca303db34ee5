"""The pipeline over HTTP: a funnel whose steps have names."""

from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.response import Response

from accounts.api.views import WorkspaceRequest, WorkspaceView
from reports.api.funnel_shapes import PipelineReportSerializer, show_pipeline
from reports.catalogue import pipeline

QUERY = [
    OpenApiParameter("start", OpenApiTypes.DATE, description="First day, included; usually 30 full days back."),
    OpenApiParameter("end", OpenApiTypes.DATE, description="Last day, included; usually yesterday."),
    OpenApiParameter("breakdown", description="`channel`, or a property of the event that enters the first stage."),
    OpenApiParameter("window_days", OpenApiTypes.INT, description="How long a person may take; usually any time."),
]


class PipelineReportView(WorkspaceView):
    """How people move through the workspace's stages."""

    @extend_schema(
        operation_id="report_pipeline", parameters=QUERY, responses=PipelineReportSerializer, tags=["reports"]
    )
    def get(self, request: WorkspaceRequest, workspace: str) -> Response:
        now = timezone.now()
        params = pipeline.read_params(request.workspace, request.query_params, now)
        return Response(show_pipeline(pipeline.build(request.workspace, params, now)))
