"""Funnels over HTTP: counted while the caller waits, or by a worker where there is much to look at."""

from typing import Any

from django.db import transaction
from django.http import Http404
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.asking import read_body
from accounts.api.views import WorkspaceRequest, WorkspaceView
from accounts.models import ApiToken, Scope
from accounts.permissions import SCOPES, TokenScope
from funnels import actions
from funnels.models import FunnelRun
from reports.api.funnel_shapes import (
    AskedFunnelSerializer,
    FunnelReportSerializer,
    FunnelRunSerializer,
    show_funnel,
    show_run,
)
from reports.catalogue import funnel
from reports.tasks import ring


class Asking(TokenScope):
    """A question changes nothing: the scope `read` is enough whatever its method."""

    def has_permission(self, request: Request, view: Any) -> bool:
        token = request.auth
        return isinstance(token, ApiToken) and Scope.READ in SCOPES.get(token.scope, set())


class FunnelView(WorkspaceView):
    """People through a funnel of events."""

    permission_classes = [Asking]
    only_asks = True

    @extend_schema(
        operation_id="report_funnel",
        request=AskedFunnelSerializer,
        responses={200: FunnelReportSerializer, 202: FunnelRunSerializer},
        tags=["reports"],
    )
    def post(self, request: WorkspaceRequest, workspace: str) -> Response:
        now = timezone.now()
        given = _as_json(read_body(AskedFunnelSerializer(data=request.data)))
        params = funnel.read_params(request.workspace, given, now)
        if not funnel.is_long(request.workspace, params):
            return Response(show_funnel(funnel.build(request.workspace, params, now)))
        days = {"start": params.period.start.isoformat(), "end": params.period.end.isoformat()}
        run = actions.ask_run(request.workspace, given | days)
        transaction.on_commit(lambda: ring(run), robust=True)
        return Response(show_run(run), status=202)


class FunnelRunView(WorkspaceView):
    """A funnel that a worker counts."""

    @extend_schema(operation_id="report_funnel_run", responses=FunnelRunSerializer, tags=["reports"])
    def get(self, request: WorkspaceRequest, workspace: str, run: int) -> Response:
        found = FunnelRun.objects.of(request.workspace).filter(pk=run).first()
        if found is None:
            raise Http404
        if actions.ring_again(request.workspace, found, timezone.now()):
            transaction.on_commit(lambda: ring(found), robust=True)
        return Response(show_run(found))


def _as_json(given: dict[str, Any]) -> dict[str, Any]:
    days = {name: given[name] and given[name].isoformat() for name in ("start", "end")}
    return {**given, **days}
