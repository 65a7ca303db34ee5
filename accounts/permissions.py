"""Who may do what: tokens by their scope, people by their role; in one place."""

from enum import StrEnum
from typing import Any

from django.db.models import Q, QuerySet
from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from accounts.models import ApiToken, Membership, Role, Scope, User, Workspace

READING = {"GET", "HEAD"}
# A scope and everything it may do.
SCOPES: dict[str, set[str]] = {Scope.READ: {Scope.READ}, Scope.MANAGE: {Scope.READ, Scope.MANAGE}}


class Action(StrEnum):
    """What people do in an agency."""

    SEE_REPORTS = "see_reports"
    SEE_EVERY_WORKSPACE = "see_every_workspace"
    # Single people and what they sent, instead of figures.
    SEE_PEOPLE = "see_people"
    # Goals, rules, stages, spend and settings of a workspace, and new workspaces.
    CHANGE_WORKSPACE = "change_workspace"
    # Who is mailed what, and when.
    SEND_REPORTS = "send_reports"
    # Put a saved view where everybody in the workspace finds it; everybody keeps views for themselves.
    SHARE_VIEWS = "share_views"
    # The agency's name, logo and colour, which all its clients see.
    CHANGE_BRAND = "change_brand"
    MANAGE_MEMBERS = "manage_members"
    MANAGE_KEYS = "manage_keys"
    SEE_AUDIT = "see_audit"


# The table: role × action. Owner and admin differ in whom they may change, see may_change.
MAY: dict[str, set[Action]] = {
    Role.OWNER: set(Action),
    Role.ADMIN: set(Action),
    Role.ANALYST: {
        Action.SEE_REPORTS,
        Action.SEE_EVERY_WORKSPACE,
        Action.SEE_PEOPLE,
        Action.CHANGE_WORKSPACE,
        Action.SEND_REPORTS,
        Action.SHARE_VIEWS,
    },
    # Those workspaces that were given to them.
    Role.CLIENT: {Action.SEE_REPORTS},
}
_RANK = {Role.CLIENT: 0, Role.ANALYST: 1, Role.ADMIN: 2, Role.OWNER: 3}


def may(role: str, action: Action) -> bool:
    """Whether a role may do something; an unknown role may do nothing."""
    return action in MAY.get(role, set())


def roles_that_may(action: Action) -> list[str]:
    """Every role that may do something."""
    return [role for role, actions in MAY.items() if action in actions]


def may_change(mine: str, theirs_now: str | None, theirs_after: str | None) -> bool:
    """Whether a role may move somebody from one role to another; None: not a member.

    Nobody reaches above themselves, neither in whom they change nor in what they give.
    """
    if not may(mine, Action.MANAGE_MEMBERS):
        return False
    touched = [Role(role) for role in (theirs_now, theirs_after) if role is not None]
    return all(_RANK[role] <= _RANK[Role(mine)] for role in touched)


class TokenScope(BasePermission):
    """Reading needs the scope `read`, everything else `manage`; an endpoint may ask for `manage` throughout."""

    def has_permission(self, request: Request, view: Any) -> bool:
        token = request.auth
        if not isinstance(token, ApiToken):
            return False
        reads = request.method in READING and not getattr(view, "manage_only", False)
        return (Scope.READ if reads else Scope.MANAGE) in SCOPES.get(token.scope, set())


def role_of_token(token: ApiToken) -> str:
    """What a token counts as among members: as whoever made it, and never more than an admin."""
    made_by = token.made_by
    return Role.ADMIN if made_by is None or made_by.role == Role.OWNER else made_by.role


def workspaces_of_token(token: ApiToken) -> QuerySet[Workspace]:
    """The workspaces a token may see: its one, or all of its agency."""
    workspaces = Workspace.objects.filter(agency_id=token.agency_id)
    return workspaces if token.workspace_id is None else workspaces.filter(pk=token.workspace_id)


def workspaces_of_user(user: User) -> QuerySet[Workspace]:
    """The workspaces a person may see, by name; rights are read anew on each request."""
    memberships = Membership.objects.filter(user_id=user.pk)
    whole = memberships.filter(role__in=roles_that_may(Action.SEE_EVERY_WORKSPACE))
    given = memberships.filter(role__in=roles_that_may(Action.SEE_REPORTS))
    visible = Workspace.objects.filter(
        Q(agency__in=whole.values("agency")) | Q(pk__in=given.values("accesses__workspace"))
    )
    return visible.select_related("agency").order_by("name", "pk")


def role_in(user: User, workspace: Workspace) -> str | None:
    """What somebody is in the workspace's agency; None for a stranger."""
    own = Membership.objects.filter(user_id=user.pk, agency_id=workspace.agency_id)
    return own.values_list("role", flat=True).first()
