"""The saved views of the page that is open, beside its title, and what saving it now would keep."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import cast

from django.urls import reverse

from accounts.models import User, Workspace
from accounts.permissions import Action, may
from reports.models import SavedView
from reports.saved.pages import PAGES, pick_filters, write_filters
from reports.saved.views import Reader, list_views


@dataclass(frozen=True, slots=True)
class ViewsMenu:
    """What a report page shows of its views: the one that is open, if any, all of them, and what saving it keeps."""

    page: str
    query: str
    current: str
    links: Sequence[tuple[str, str, bool, bool]]
    shares: bool


def draw_menu(workspace: Workspace, user: object, role: str, page: str, query: Mapping[str, str]) -> ViewsMenu | None:
    """The menu of a page of that name; None where its address is no question. In the workspace's scope."""
    if page not in PAGES:
        return None
    kept = write_filters(page, pick_filters(page, query))
    views = list(list_views(workspace, reader_of(user, role)).filter(page=page))
    return ViewsMenu(
        page=page,
        query=kept,
        current=next((view.name for view in views if view.query == kept), ""),
        links=[(view.name, address_of(workspace, view), view.query == kept, view.is_shared) for view in views],
        shares=may(role, Action.SHARE_VIEWS),
    )


def reader_of(user: object, role: str) -> Reader:
    """Somebody who is logged in, as the saved views know them."""
    return Reader(role, cast(User, user).pk)


def address_of(workspace: Workspace, view: SavedView) -> str:
    """Where a view leads: always one of our own pages."""
    path = reverse(view.page, args=[workspace.slug])
    return f"{path}?{view.query}" if view.query else path
