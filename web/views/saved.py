"""Saved views: kept from any report page, listed beside its title, named and forgotten on a page of their own."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl

from django.http import Http404, HttpResponse, QueryDict
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.permissions import Action, may
from common.errors import Refusal
from reports.models import SavedView
from reports.saved.pages import MOST_QUERY, PAGES, pick_filters
from reports.saved.views import (
    Reader,
    Wish,
    change_view,
    delete_view,
    list_views,
    may_change,
    save_view,
)
from reports.ways_out.csv_file import Table
from web.forms.form_page import FormPage
from web.saved_menu import address_of, reader_of

# Where a problem has a field to stand at.
FIELDS = ("name", "shared")


@dataclass(frozen=True, slots=True)
class Line:
    """One view in the list."""

    view: SavedView
    address: str
    page: object
    filters: Sequence[tuple[str, str]]
    is_mine: bool
    changes: bool
    edited: bool


class SavedViews(FormPage):
    """All views that somebody has in a workspace; the form on every report page is sent here."""

    section = "saved-views"
    title = gettext_lazy("Saved views")
    template = "web/saved/page.html"

    def describe(self, **kwargs: Any) -> dict[str, Any]:
        reader = self.find_reader()
        edited = _number((self.typed or self.request.GET).get("edit", ""))
        views = list_views(self.workspace, reader)
        return {
            "lines": [self._draw(view, reader, edited) for view in views],
            "shares": may(self.role, Action.SHARE_VIEWS),
            "typed": self.typed,
            "problems": self.problems,
            "other_problem": next((said for field, said in self.problems.items() if field not in FIELDS), ""),
            "wanted": self._show_wanted() if self.typed and self.typed.get("do") == "save" else None,
        }

    def change(self, **kwargs: Any) -> HttpResponse:
        form = self.typed = self.request.POST
        do = form.get("do")
        if do == "delete":
            name = delete_view(self.workspace, self.find_reader(), _number(form.get("view", "")))
            return self.said(_("Deleted “%(name)s”.") % {"name": name}, self._own_address())
        if do == "rename":
            number = _number(form.get("edit", ""))
            view = change_view(self.workspace, self.find_reader(), number, _read_wish(form))
            return self.said(_("Saved “%(name)s”.") % {"name": view.name}, self._own_address())
        wanted = _read_wanted(form)
        if wanted is None:
            raise Http404
        page, filters = wanted
        view = save_view(self.workspace, self.find_reader(), _read_wish(form), page=page, filters=filters)
        return self.said(_("Saved “%(name)s”.") % {"name": view.name}, address_of(self.workspace, view))

    def find_reader(self) -> Reader:
        """Who looks at the page."""
        return reader_of(self.request.user, self.role)

    def tables(self, page: Mapping[str, Any]) -> dict[str, Table]:
        heads = [_("View"), _("Page"), _("Filters"), _("Shared"), _("Saved")]
        rows = [
            (line.view.name, str(line.page), line.view.query, _yes(line.view.is_shared), line.view.saved_at)
            for line in page["lines"]
        ]
        return {"views": Table(heads, rows)}

    def _show_wanted(self) -> dict[str, Any] | None:
        """The form of the page that was left, with what is wrong at its fields."""
        form = self.typed or {}
        page = PAGES.get(form.get("page", ""))
        if page is None:
            return None
        asked = form.get("asked", "")[: 2 * MOST_QUERY]
        return {"page": form["page"], "title": page.title, "asked": asked}

    def _own_address(self) -> str:
        return reverse("saved-views", args=[self.workspace.slug])

    def _draw(self, view: SavedView, reader: Reader, edited: int) -> Line:
        changes = may_change(reader, view)
        return Line(
            view=view,
            address=address_of(self.workspace, view),
            page=PAGES[view.page].title,
            filters=parse_qsl(view.query),
            is_mine=view.owner_id == reader.user_id,
            changes=changes,
            edited=changes and view.pk == edited,
        )


def _read_wanted(form: Mapping[str, str]) -> tuple[str, dict[str, str]] | None:
    """The page and its filters that a form wants kept; None for no page of ours."""
    page = form.get("page", "")
    if page not in PAGES:
        return None
    given = form.get("asked", "")
    if len(given) > 2 * MOST_QUERY:
        raise Refusal("too_long", _("These filters are too long to be kept together."), field="name")
    return page, pick_filters(page, QueryDict(given))


def _read_wish(form: Mapping[str, str]) -> Wish:
    return Wish(form.get("name", ""), is_shared=form.get("shared") == "1")


def _number(given: str) -> int:
    return int(given) if given.isascii() and given.isdigit() and len(given) < 19 else 0


def _yes(is_so: bool) -> str:
    return _("Yes") if is_so else _("No")


saved_views = SavedViews.as_view()
