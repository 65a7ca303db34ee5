"""Saved views, one verb each; all in the workspace's scope."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet
from django.http import Http404
from django.utils.translation import gettext as _

from accounts.models import Workspace
from accounts.permissions import Action, may
from common.errors import Refusal
from reports.models import MOST_VIEW_NAME, SavedView
from reports.saved.pages import PAGES, check_filters, write_filters

# For each person, and for those that are shared.
MOST_VIEWS = 200


@dataclass(frozen=True, slots=True)
class Reader:
    """Who asks: a person with a role, or a program, which has no views of its own."""

    role: str
    user_id: int | None = None


@dataclass(frozen=True, slots=True)
class Wish:
    """How a view is to be called, and whether everybody in the workspace finds it."""

    name: str
    is_shared: bool


def list_views(workspace: Workspace, reader: Reader) -> QuerySet[SavedView]:
    """The reader's own views and the shared ones, of pages that the reader may see, by page and name."""
    pages = [name for name, page in PAGES.items() if may(reader.role, page.action)]
    own = Q(is_shared=True) | Q(owner_id=reader.user_id) if reader.user_id else Q(is_shared=True)
    return SavedView.objects.of(workspace).filter(own, page__in=pages).order_by("page", "name", "id")


def save_view(workspace: Workspace, reader: Reader, wish: Wish, *, page: str, filters: Mapping[str, str]) -> SavedView:
    """Keep a page with its filters under a name. Raises Refusal naming the field."""
    if page not in PAGES or not may(reader.role, PAGES[page].action):
        known = ", ".join(name for name, one in PAGES.items() if may(reader.role, one.action))
        message = _("Views can be kept of these pages: %(known)s.") % {"known": known}
        raise Refusal("unknown_page", message, field="page")
    check_filters(workspace, page, filters)
    view = SavedView(workspace=workspace, page=page, query=write_filters(page, filters), owner_id=reader.user_id)
    _check_room(workspace, reader, wish)
    return _write(view, reader, wish)


def change_view(workspace: Workspace, reader: Reader, number: int, wish: Wish) -> SavedView:
    """Call it otherwise, or share it. Raises Refusal naming the field, Http404 for what the reader may not change."""
    return _write(find_changeable(workspace, reader, number), reader, wish)


def delete_view(workspace: Workspace, reader: Reader, number: int) -> str:
    """Forget it; returns its name. Raises Http404 for what the reader may not change."""
    view = find_changeable(workspace, reader, number)
    view.delete()
    return view.name


def may_change(reader: Reader, view: SavedView) -> bool:
    """A shared view belongs to all who may share, any other to its owner."""
    if view.is_shared:
        return may(reader.role, Action.SHARE_VIEWS)
    return reader.user_id is not None and view.owner_id == reader.user_id


def find_changeable(workspace: Workspace, reader: Reader, number: int) -> SavedView:
    """The view of that number, if the reader may change it; else Http404."""
    view = list_views(workspace, reader).filter(pk=number).first()
    if view is None or not may_change(reader, view):
        raise Http404
    return view


def _check_room(workspace: Workspace, reader: Reader, wish: Wish) -> None:
    kept = SavedView.objects.of(workspace).filter(is_shared=wish.is_shared)
    kept = kept if wish.is_shared else kept.filter(owner_id=reader.user_id)
    if kept.count() >= MOST_VIEWS:
        message = _("There are %(most)d views already. Delete one first.") % {"most": MOST_VIEWS}
        raise Refusal("too_many", message, field="name")


def _write(view: SavedView, reader: Reader, wish: Wish) -> SavedView:
    name = " ".join(wish.name.replace("\0", "").split())
    if not 1 <= len(name) <= MOST_VIEW_NAME:
        message = _("Write a name of 1 to %(most)d characters.") % {"most": MOST_VIEW_NAME}
        raise Refusal("invalid", message, field="name")
    if wish.is_shared and not may(reader.role, Action.SHARE_VIEWS):
        raise Refusal("not_allowed", _("Analysts and above share views; keep this one for yourself."), field="shared")
    if not wish.is_shared and view.owner_id is None:
        raise Refusal("nobodys", _("A program’s view has no owner but the workspace; it stays shared."), field="shared")
    if not wish.is_shared and view.is_shared:
        # Whoever takes it back keeps it.
        view.owner_id = reader.user_id
    view.name, view.is_shared = name, wish.is_shared
    try:
        with transaction.atomic():
            view.save()
    except IntegrityError:
        message = _("There is a view of this name on this page. Choose another name.")
        raise Refusal("name_taken", message, field="name") from None
    return view
