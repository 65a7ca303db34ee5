"""Saved views over HTTP: those that everybody in the workspace finds; what people keep for themselves stays theirs."""

from typing import Any
from urllib.parse import parse_qsl

from django.urls import reverse
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.exceptions import PermissionDenied
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.asking import ONCE, PAGE, read_body
from accounts.api.pages import answer_page
from accounts.api.views import WorkspaceRequest, WorkspaceView
from accounts.authentication import token_of
from accounts.permissions import Action, may, role_of_token
from reports.models import MOST_VIEW_NAME, SavedView
from reports.saved.pages import MOST_VALUE, PAGES
from reports.saved.views import Reader, Wish, delete_view, list_views, save_view


class SavedViewSerializer(serializers.Serializer[Any]):
    """A page of the product with its filters, under a name; `filters` are the parameters of its address."""

    id = serializers.IntegerField(read_only=True)
    page = serializers.ChoiceField(choices=list(PAGES))
    name = serializers.CharField(max_length=MOST_VIEW_NAME)
    filters = serializers.DictField(
        child=serializers.CharField(max_length=MOST_VALUE),
        default=dict,
        help_text='Only filters that the page knows: `{"period": "90d", "model": "time_decay"}`.',
    )
    path = serializers.CharField(read_only=True, help_text="Where people open it.")
    saved_at = serializers.DateTimeField(read_only=True)


class SavedViewPageSerializer(serializers.Serializer[Any]):
    """Views by ascending id."""

    results = SavedViewSerializer(many=True)
    next = serializers.URLField(allow_null=True)


class SavedViewsView(WorkspaceView):
    """The shared views of a workspace."""

    @extend_schema(operation_id="views_list", parameters=PAGE, responses=SavedViewPageSerializer, tags=["saved views"])
    def get(self, request: WorkspaceRequest, workspace: str) -> Response:
        views = list_views(request.workspace, read_reader(request))
        return answer_page(request, views, lambda view: show_view(view, workspace))

    @extend_schema(
        operation_id="views_create",
        parameters=[ONCE],
        request=SavedViewSerializer,
        responses={201: SavedViewSerializer},
        tags=["saved views"],
    )
    def post(self, request: WorkspaceRequest, workspace: str) -> Response:
        reader = demand_sharing(request)
        given = read_body(SavedViewSerializer(data=request.data))
        view = save_view(
            request.workspace,
            reader,
            Wish(given["name"], is_shared=True),
            page=given["page"],
            filters=given["filters"],
        )
        return Response(show_view(view, workspace), status=201)


class SavedViewView(WorkspaceView):
    """One shared view."""

    @extend_schema(operation_id="views_delete", responses={204: None}, tags=["saved views"])
    def delete(self, request: WorkspaceRequest, workspace: str, view: int) -> Response:
        delete_view(request.workspace, demand_sharing(request), view)
        return Response(status=204)


def read_reader(request: Request) -> Reader:
    """What a token counts as; it has no views of its own."""
    return Reader(role_of_token(token_of(request)))


def demand_sharing(request: Request) -> Reader:
    """The same, if it may share; raises PermissionDenied."""
    reader = read_reader(request)
    if not may(reader.role, Action.SHARE_VIEWS):
        raise PermissionDenied
    return reader


def show_view(view: SavedView, slug: str) -> dict[str, Any]:
    """A view of the workspace of that slug as JSON; the shape of SavedViewSerializer."""
    path = reverse(view.page, args=[slug])
    return {
        "id": view.pk,
        "page": view.page,
        "name": view.name,
        "filters": dict(parse_qsl(view.query)),
        "path": f"{path}?{view.query}" if view.query else path,
        "saved_at": view.saved_at,
    }
