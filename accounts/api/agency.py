"""Members, invitations, tokens, write keys and the audit log: read, act, answer."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any, TypeVar

from django.db.models import Model, QuerySet
from django.http import Http404
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework.exceptions import PermissionDenied, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from accounts import actions, members
from accounts.api import serializers as shapes
from accounts.api.asking import ONCE, PAGE, read_body
from accounts.api.idempotency import Derived
from accounts.api.pages import answer_page
from accounts.api.views import AgencyView, WorkspaceRequest, WorkspaceView
from accounts.keys import TOKEN, WRITE_KEY
from accounts.models import Agency, ApiToken, AuditEntry, Membership, Scope, Workspace, WriteKey
from accounts.permissions import Action, may, role_of_token

Row = TypeVar("Row", bound=Model)


def find(rows: QuerySet[Row], pk: int) -> Row:
    """The row of that id among those the caller may see; not there and not yours answer alike."""
    # A longer number than an id is one that nobody has.
    found = rows.filter(pk=pk).first() if pk < 2**63 else None
    if found is None:
        raise Http404
    return found


def find_workspaces(agency: Agency, slugs: Iterable[str]) -> list[Workspace]:
    """The agency's workspaces of these names; raises ValidationError where one is not there."""
    wanted = set(slugs)
    if any("\0" in slug for slug in wanted):
        raise ValidationError({"workspaces": _("There is no such workspace.")})
    found = list(Workspace.objects.filter(agency=agency, slug__in=wanted))
    if len(found) < len(wanted):
        raise ValidationError({"workspaces": _("There is no such workspace.")})
    return found


class OwnersView(AgencyView):
    """An endpoint for those who run the agency: its own token with the scope `manage`."""

    manage_only = True
    action = Action.MANAGE_MEMBERS

    def caller(self, request: Request) -> ApiToken:
        """The token, if whoever made it may still do this; raises PermissionDenied."""
        token = self.token_of_agency(request)
        if not may(role_of_token(token), self.action):
            raise PermissionDenied(_("This token may not do that."))
        return token


class MembersView(OwnersView):
    """The people of the agency."""

    @extend_schema(operation_id="members_list", parameters=PAGE, responses=shapes.MemberPageSerializer, tags=["agency"])
    def get(self, request: Request) -> Response:
        rows = Membership.objects.filter(agency=self.caller(request).agency)
        rows = rows.select_related("user").prefetch_related("accesses__workspace")
        return answer_page(request, rows, lambda row: shapes.MemberSerializer(row).data)


class MemberView(OwnersView):
    """One member. Nobody changes their own role, nor somebody's above their own."""

    may_conflict = ("PUT", "DELETE")

    @extend_schema(
        operation_id="members_change",
        request=shapes.RoleSerializer,
        responses=shapes.MemberSerializer,
        tags=["agency"],
    )
    def put(self, request: Request, member: int) -> Response:
        token = self.caller(request)
        found = find(Membership.objects.filter(agency=token.agency), member)
        given = read_body(shapes.RoleSerializer(data=request.data))
        workspaces = find_workspaces(token.agency, given["workspaces"])
        actor = members.actor_of_token(token)
        changed = members.change_role(actor, found, given["role"], workspaces=workspaces, now=timezone.now())
        return Response(shapes.MemberSerializer(changed).data)

    @extend_schema(operation_id="members_remove", responses={204: None}, tags=["agency"])
    def delete(self, request: Request, member: int) -> Response:
        token = self.caller(request)
        found = find(Membership.objects.filter(agency=token.agency), member)
        members.remove(members.actor_of_token(token), found)
        return Response(status=204)


class InvitationsView(OwnersView):
    """Offers that can still be taken; each is mailed to its address, works once, and for seven days."""

    @extend_schema(
        operation_id="invitations_list", parameters=PAGE, responses=shapes.InvitationPageSerializer, tags=["agency"]
    )
    def get(self, request: Request) -> Response:
        rows = members.open_invitations(self.caller(request).agency, now=timezone.now())
        rows = rows.prefetch_related("workspaces")
        return answer_page(request, rows, lambda row: shapes.InvitationSerializer(row).data)

    @extend_schema(
        operation_id="invitations_create",
        parameters=[ONCE],
        request=shapes.InvitedSerializer,
        responses={201: shapes.InvitationSerializer},
        tags=["agency"],
    )
    def post(self, request: Request) -> Response:
        token = self.caller(request)
        given = read_body(shapes.InvitedSerializer(data=request.data))
        workspaces = find_workspaces(token.agency, given["workspaces"])
        actor = members.actor_of_token(token)
        made = members.invite(actor, given["email"], given["role"], workspaces=workspaces, now=timezone.now())
        return Response(shapes.InvitationSerializer(made).data, status=201)


class InvitationView(OwnersView):
    """One offer."""

    @extend_schema(operation_id="invitations_withdraw", responses={204: None}, tags=["agency"])
    def delete(self, request: Request, invitation: int) -> Response:
        token = self.caller(request)
        found = find(members.open_invitations(token.agency, now=timezone.now()), invitation)
        members.withdraw(members.actor_of_token(token), found)
        return Response(status=204)


class TokensView(OwnersView):
    """The agency's tokens; a new one's secret is in the answer, once."""

    action = Action.MANAGE_KEYS
    derived = Derived("token", TOKEN)

    @extend_schema(operation_id="tokens_list", parameters=PAGE, responses=shapes.TokenPageSerializer, tags=["agency"])
    def get(self, request: Request) -> Response:
        rows = ApiToken.objects.filter(agency=self.caller(request).agency).select_related("workspace")
        return answer_page(request, rows, show_token)

    @extend_schema(
        operation_id="tokens_create",
        parameters=[ONCE],
        request=shapes.TokenSerializer,
        responses={201: shapes.NewTokenSerializer},
        tags=["agency"],
    )
    def post(self, request: Request) -> Response:
        caller = self.caller(request)
        given = read_body(shapes.TokenSerializer(data=request.data))
        slug = given["workspace"]["slug"]
        token, secret = actions.create_api_token(
            caller.agency,
            scope=Scope(given["scope"]),
            workspace=find_workspaces(caller.agency, [slug])[0] if slug else None,
            name=given["name"],
            expires_at=given["expires_at"],
            made_by=caller.made_by,
            secret=self.claimed_secret,
        )
        return Response({**show_token(token), "token": secret}, status=201)


class TokenView(OwnersView):
    """One token."""

    action = Action.MANAGE_KEYS

    @extend_schema(operation_id="tokens_revoke", responses={204: None}, tags=["agency"])
    def delete(self, request: Request, token: int) -> Response:
        found = find(ApiToken.objects.filter(agency=self.caller(request).agency), token)
        actions.revoke_api_token(found, now=timezone.now())
        return Response(status=204)


def show_token(token: ApiToken) -> dict[str, Any]:
    """A token without its secret."""
    return dict(shapes.TokenSerializer(token).data)


class WriteKeysView(WorkspaceView):
    """A workspace's write keys. A POST makes a new one, and the others end after the overlap."""

    manage_only = True
    derived = Derived("write_key", WRITE_KEY)

    @extend_schema(
        operation_id="write_keys_list", parameters=PAGE, responses=shapes.WriteKeyPageSerializer, tags=["workspaces"]
    )
    def get(self, request: WorkspaceRequest, workspace: str) -> Response:
        rows = WriteKey.objects.filter(workspace=request.workspace)
        return answer_page(request, rows, lambda row: shapes.WriteKeySerializer(row).data)

    @extend_schema(
        operation_id="write_keys_rotate",
        parameters=[ONCE],
        request=shapes.RotationSerializer,
        responses={201: shapes.NewWriteKeySerializer},
        tags=["workspaces"],
    )
    def post(self, request: WorkspaceRequest, workspace: str) -> Response:
        given = read_body(shapes.RotationSerializer(data=request.data))
        key, secret = actions.rotate_write_key(
            request.workspace,
            overlap=timedelta(hours=given["overlap_hours"]),
            now=timezone.now(),
            secret=self.claimed_secret,
        )
        return Response({**shapes.WriteKeySerializer(key).data, "write_key": secret}, status=201)


class WriteKeyView(WorkspaceView):
    """One write key."""

    @extend_schema(operation_id="write_keys_revoke", responses={204: None}, tags=["workspaces"])
    def delete(self, request: WorkspaceRequest, workspace: str, key: int) -> Response:
        found = find(WriteKey.objects.filter(workspace=request.workspace), key)
        actions.revoke_write_key(found, now=timezone.now())
        return Response(status=204)


class AuditView(OwnersView):
    """Who did or tried what in the agency, oldest first."""

    action = Action.SEE_AUDIT

    @extend_schema(operation_id="audit_list", parameters=PAGE, responses=shapes.AuditPageSerializer, tags=["agency"])
    def get(self, request: Request) -> Response:
        rows = AuditEntry.objects.filter(agency=self.caller(request).agency)
        return answer_page(request, rows, lambda row: shapes.AuditEntrySerializer(row).data)
