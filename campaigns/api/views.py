"""What was paid, over HTTP."""

from typing import Any

from django.http import Http404
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework.response import Response

from accounts.api.asking import PAGE
from accounts.api.errors import TooLarge
from accounts.api.pages import answer_page
from accounts.api.parsers import CleanJSONParser
from accounts.api.views import WorkspaceRequest, WorkspaceView
from campaigns import actions
from campaigns.api import serializers
from campaigns.api.serializers import MOST_ROWS
from campaigns.models import Spend

MAX_ID = 2**63 - 1


class SpendParser(CleanJSONParser):
    """Ten thousand rows with long names, and no millions of tiny values, which would take as many times the memory."""

    most_bytes = 4_000_000
    most_brackets = 100_000
    most_commas = 400_000

    def read(self, body: bytes) -> Any:
        if body.count(b"[") + body.count(b"{") > self.most_brackets or body.count(b",") > self.most_commas:
            raise TooLarge(_("This holds more than %(most)d rows do.") % {"most": MOST_ROWS})
        return super().read(body)


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
