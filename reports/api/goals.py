"""One goal over HTTP: told, changed, archived and restored."""

from django.http import Http404
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.response import Response

from accounts.api.asking import read_body
from accounts.api.views import WorkspaceRequest, WorkspaceView
from reports.goals import archive_goal
from tracking import actions
from tracking.api.serializers import GoalChangeSerializer, GoalSerializer
from tracking.models import Goal


class GoalView(WorkspaceView):
    """One goal. It stands here, beside reports, because a goal that a report is about is not archived."""

    may_conflict = ("PATCH", "DELETE")

    @extend_schema(operation_id="goals_get", responses=GoalSerializer, tags=["goals"])
    def get(self, request: WorkspaceRequest, workspace: str, goal: int) -> Response:
        return _show(Goal.objects.of(request.workspace).filter(pk=goal).first())

    @extend_schema(
        operation_id="goals_change",
        description="Changes what is given, and derives again what history says about the goal; `archived` archives "
        "and restores it.",
        request=GoalChangeSerializer(partial=True),
        responses=GoalSerializer,
        tags=["goals"],
    )
    def patch(self, request: WorkspaceRequest, workspace: str, goal: int) -> Response:
        given = read_body(GoalChangeSerializer(data=request.data, partial=True))
        is_archived = given.pop("archived", None)
        found = actions.change_goal(request.workspace, goal, given)
        if found is not None and is_archived is not None:
            found = _archive(request, goal) if is_archived else actions.restore_goal(request.workspace, goal)
        return _show(found)

    @extend_schema(
        operation_id="goals_archive",
        description="Archives the goal: it leaves every list and report, is counted on quietly, and a change of "
        "`archived` to false brings it back with all its figures. Refused with `in_use` while a stage of the pipeline "
        "or the weekly report stands on it, and for the only goal.",
        responses={204: None},
        tags=["goals"],
    )
    def delete(self, request: WorkspaceRequest, workspace: str, goal: int) -> Response:
        if _archive(request, goal) is None:
            raise Http404
        return Response(status=204)


def _archive(request: WorkspaceRequest, goal: int) -> Goal | None:
    return archive_goal(request.workspace, goal, timezone.now())


def _show(goal: Goal | None) -> Response:
    if goal is None:
        raise Http404
    return Response(GoalSerializer(goal).data)
