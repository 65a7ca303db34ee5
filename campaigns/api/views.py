"""What was paid, over HTTP."""

from django.http import Http404
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.response import Response

from accounts.api.pages import MOST, USUAL, answer_page
from accounts.api.parsers import CleanJSONParser
from accounts.api.views import WorkspaceRequest, WorkspaceView
from campaigns import actions
from campaigns.api import serializers
from campaigns.models import Spend

PAGE = [
    OpenApiParameter("cursor", description="Where the page before ended: take the whole address from `next`."),
    OpenApiParameter("limit", OpenApiTypes.INT, description=f"1 to {MOST}, usually {USUAL}."),
]


MAX_ID = 2**63 - 1


class SpendParser(CleanJSONParser):
    """Ten thousand rows with long names."""

    most_bytes = 8_000_000


class SpendView(WorkspaceView):
    """Rows of spend. A row that is wrong in itself has all of them refused; one that overlaps is left out and told."""

    parser_classes = [SpendParser]

    @extend_schema(
        operation_id="spend_list", parameters=PAGE, responses=serializers.SpendPageSerializer, tags=["spend"]
    )
    def get(self, request: WorkspaceRequest, workspace: str) -> Response:
        return answer_page(request, Spend.objects.of(request.workspace), serializers.show_spend)

    @extend_schema(
        operation_id="spend_put",
        request=serializers.SpendRowsSerializer,
        responses=serializers.SpendOutcomeSerializer,
        tags=["spend"],
    )
    def put(self, request: WorkspaceRequest, workspace: str) -> Response:
        spends = serializers.read_spend(request.workspace, request.data)
        return Response(serializers.show_outcome(actions.put_spend(request.workspace, spends)))


class SpendRowView(WorkspaceView):
    """One row of spend."""

    @extend_schema(operation_id="spend_remove", responses={204: None}, tags=["spend"])
    def delete(self, request: WorkspaceRequest, workspace: str, spend: int) -> Response:
        if spend > MAX_ID or not actions.remove_spend(request.workspace, spend):
            raise Http404
        return Response(status=204)
