"""Workspaces with their settings, goals and pipelines, and what came in: read, act, answer."""

from typing import Any

from django.http import Http404
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.actions import create_workspace
from accounts.api.asking import ONCE, PAGE, read_body
from accounts.api.idempotency import Derived
from accounts.api.pages import answer_page
from accounts.api.views import AgencyView, WorkspaceRequest, WorkspaceView
from accounts.authentication import token_of
from accounts.keys import WRITE_KEY
from accounts.models import Workspace
from accounts.permissions import workspaces_of_token
from tracking import actions, storage
from tracking.api import serializers
from tracking.models import Goal, Stage


class WorkspacesView(AgencyView):
    """The workspaces that a token may see; an agency's token makes new ones."""

    derived = Derived("write_key", WRITE_KEY)

    @extend_schema(
        operation_id="workspaces_list",
        parameters=PAGE,
        responses=serializers.WorkspacePageSerializer,
        tags=["workspaces"],
    )
    def get(self, request: Request) -> Response:
        visible = workspaces_of_token(token_of(request))
        return answer_page(request, visible, lambda row: serializers.WorkspaceSerializer(row).data)

    @extend_schema(
        operation_id="workspaces_create",
        parameters=[ONCE],
        request=serializers.WorkspaceSerializer,
        responses={201: serializers.NewWorkspaceSerializer},
        tags=["workspaces"],
    )
    def post(self, request: Request) -> Response:
        agency = self.token_of_agency(request).agency
        given = read_body(serializers.WorkspaceSerializer(data=request.data))
        workspace, write_key = create_workspace(agency, write_key=self.claimed_secret, **given)
        actions.create_default_goals(workspace)
        shown = serializers.WorkspaceSerializer(workspace).data
        return Response({**shown, "write_key": write_key}, status=201)


class WorkspaceSettingsView(WorkspaceView):
    """A workspace's settings. `refill` tells how far a change has made the numbers anew; null if it had not to."""

    may_conflict = ("PATCH",)

    @extend_schema(
        operation_id="workspaces_get", responses=serializers.WorkspaceWithRefillSerializer, tags=["workspaces"]
    )
    def get(self, request: WorkspaceRequest, workspace: str) -> Response:
        return Response(show_workspace(request.workspace, actions.refill_progress(request.workspace)))

    @extend_schema(
        operation_id="workspaces_change",
        request=serializers.WorkspaceSerializer(partial=True),
        responses=serializers.WorkspaceWithRefillSerializer,
        tags=["workspaces"],
    )
    def patch(self, request: WorkspaceRequest, workspace: str) -> Response:
        serializer = serializers.WorkspaceSerializer(request.workspace, data=request.data, partial=True)
        refill = actions.change_settings(request.workspace, read_body(serializer))
        progress = actions.refill_progress(request.workspace, refill) if refill else None
        return Response(show_workspace(request.workspace, progress))


def show_workspace(workspace: Workspace, refill: dict[str, Any] | None) -> dict[str, Any]:
    """A workspace, with how far a change of its settings has come."""
    progress = serializers.RefillSerializer(refill).data if refill else None
    return {**serializers.WorkspaceSerializer(workspace).data, "refill": progress}


class GoalsView(WorkspaceView):
    """A workspace's goals."""

    @extend_schema(operation_id="goals_list", parameters=PAGE, responses=serializers.GoalPageSerializer, tags=["goals"])
    def get(self, request: WorkspaceRequest, workspace: str) -> Response:
        goals = Goal.objects.of(request.workspace)
        return answer_page(request, goals, lambda row: serializers.GoalSerializer(row).data)

    @extend_schema(
        operation_id="goals_create",
        parameters=[ONCE],
        request=serializers.GoalSerializer,
        responses={201: serializers.GoalSerializer},
        tags=["goals"],
    )
    def post(self, request: WorkspaceRequest, workspace: str) -> Response:
        given = read_body(serializers.GoalSerializer(data=request.data))
        goal = actions.create_goal(request.workspace, **given)
        return Response(serializers.GoalSerializer(goal).data, status=201)


class PipelineView(WorkspaceView):
    """The stages that people pass, in order; a PUT replaces them all."""

    may_conflict = ("PUT",)

    @extend_schema(operation_id="pipeline_get", responses=serializers.PipelineSerializer, tags=["goals"])
    def get(self, request: WorkspaceRequest, workspace: str) -> Response:
        stages = Stage.objects.of(request.workspace).order_by("position")
        return Response(serializers.PipelineSerializer({"stages": list(stages)}).data)

    @extend_schema(
        operation_id="pipeline_put",
        request=serializers.PipelineSerializer,
        responses=serializers.PipelineSerializer,
        tags=["goals"],
    )
    def put(self, request: WorkspaceRequest, workspace: str) -> Response:
        given = read_body(serializers.PipelineSerializer(data=request.data))
        stages = actions.set_pipeline(request.workspace, given["stages"])
        return Response(serializers.PipelineSerializer({"stages": stages}).data)


class IngestionView(WorkspaceView):
    """What came in, and whether all of it is visible in reports."""

    @extend_schema(operation_id="ingestion_get", responses=serializers.IngestionSerializer, tags=["people and events"])
    def get(self, request: WorkspaceRequest, workspace: str) -> Response:
        state = storage.ingestion_state(request.workspace, now=timezone.now())
        return Response(serializers.IngestionSerializer(state).data)


class JourneyView(WorkspaceView):
    """One person's touches, conversions and stages, by any userId or anonymousId of theirs."""

    @extend_schema(operation_id="people_journey", responses=serializers.JourneySerializer, tags=["people and events"])
    def get(self, request: WorkspaceRequest, workspace: str, alias: str) -> Response:
        journey = None if "\0" in alias else storage.load_journey(request.workspace, alias)
        if journey is None:
            raise Http404
        return Response(serializers.JourneySerializer(journey).data)


class PersonView(WorkspaceView):
    """One person, by any userId or anonymousId of theirs. A DELETE erases every id and event of theirs for good.

    Figures stay: touches and conversions keep their time, mark and value under a number that leads to nobody.
    """

    @extend_schema(operation_id="people_erase", responses={204: None}, tags=["people and events"])
    def delete(self, request: WorkspaceRequest, workspace: str, alias: str) -> Response:
        if "\0" in alias or not actions.erase_person(request.workspace, alias, timezone.now()):
            raise Http404
        return Response(status=204)
