"""Who may do what: tokens by their scope, people by their role; in one place."""

from typing import Any

from django.db.models import QuerySet
from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from accounts.models import ApiToken, Role, Scope, User, Workspace

READING = {"GET", "HEAD"}
# A scope and everything it may do.
SCOPES: dict[str, set[str]] = {Scope.READ: {Scope.READ}, Scope.MANAGE: {Scope.READ, Scope.MANAGE}}
# Roles that see every workspace of their agency. A client sees single ones, and there is no list of those yet.
SEES_WHOLE_AGENCY = {Role.OWNER, Role.ADMIN, Role.ANALYST}


class TokenScope(BasePermission):
    """Reading needs the scope `read`, everything else `manage`."""

    def has_permission(self, request: Request, view: Any) -> bool:
        token = request.auth
        if not isinstance(token, ApiToken):
            return False
        needed = Scope.READ if request.method in READING else Scope.MANAGE
        return needed in SCOPES.get(token.scope, set())


def workspaces_of_token(token: ApiToken) -> QuerySet[Workspace]:
    """The workspaces a token may see: its one, or all of its agency."""
    workspaces = Workspace.objects.filter(agency_id=token.agency_id)
    return workspaces if token.workspace_id is None else workspaces.filter(pk=token.workspace_id)


def workspaces_of_user(user: User) -> QuerySet[Workspace]:
    """The workspaces a person may see, by name; rights are read anew on each request."""
    memberships = user.memberships.filter(role__in=SEES_WHOLE_AGENCY)
    visible = Workspace.objects.filter(agency__in=memberships.values("agency"))
    return visible.select_related("agency").order_by("name", "pk")
