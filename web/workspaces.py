"""The workspaces a person may see, as the pages find them."""

from typing import cast
from zoneinfo import ZoneInfo

from django.contrib.auth.models import AnonymousUser
from django.db.models import QuerySet
from django.http import Http404

from accounts.models import User, Workspace
from accounts.permissions import workspaces_of_user


def workspaces_of(user: User | AnonymousUser) -> QuerySet[Workspace]:
    """Their workspaces by name, each with its agency."""
    return workspaces_of_user(cast(User, user))


def find_workspace(user: User | AnonymousUser, slug: str) -> Workspace:
    """Their workspace of that name in the address; Http404 alike for another's and for none."""
    workspace = workspaces_of(user).filter(slug=slug).first()
    if workspace is None:
        raise Http404
    return workspace


def zone_of(workspace: Workspace) -> ZoneInfo:
    """The time zone in which its days begin and end."""
    return ZoneInfo(workspace.timezone)
