"""What every page of a workspace shares: who may see it, whose rows it reads, and how it refuses."""

from collections.abc import Mapping
from typing import Any, ClassVar, cast

from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.cache import patch_cache_control
from django.utils.module_loading import import_string
from django.views import View

from accounts import audit
from accounts.models import User, Workspace
from accounts.permissions import Action, may, role_in
from accounts.tenancy import workspace_scope
from common.errors import Refusal
from reports.ways_out.csv_file import Table, answer_csv
from web.saved_menu import ViewsMenu, draw_menu
from web.workspaces import find_workspace, workspaces_of

READING = {"GET", "HEAD"}


class WorkspacePage(View):
    """A page of one workspace.

    A page says its `section`, its `template` and the `action` a role needs, and fills `describe`; a form's page adds
    `change`. Both run inside the workspace's scope, so whatever the template shows must be read by then.
    A Refusal becomes the page that says what to do, with status 400 (422 for a form).
    """

    section: ClassVar[str] = ""
    # The tab within the section, where there are tabs.
    tab: ClassVar[str] = ""
    title: ClassVar[object] = ""
    template: ClassVar[str] = ""
    action: ClassVar[Action] = Action.SEE_REPORTS
    # What sending the page's form needs, where it is more than seeing it.
    change_action: ClassVar[Action | None] = None
    # False: an address that only forms are sent to.
    reads: ClassVar[bool] = True
    # Whether it computes with compiled kernels of some size: while they are made it says so rather than wait.
    wants_kernels: ClassVar[bool] = False

    workspace: Workspace
    role: str

    def describe(self, **kwargs: Any) -> dict[str, Any]:
        """Everything the template shows. Raises Refusal or Http404."""
        raise NotImplementedError

    def tables(self, page: Mapping[str, Any]) -> dict[str, Table]:
        """The page's tables as files, by the name that `?export=` gives."""
        return {}

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not request.user.is_authenticated:
            return redirect_to_login(request.get_full_path())
        if request.method not in self.methods():
            return HttpResponseNotAllowed(sorted(self.methods()))
        answer = self._answer(request, kwargs.pop("slug"), **kwargs)
        patch_cache_control(answer, private=True, no_store=True)
        return answer

    @classmethod
    def methods(cls) -> set[str]:
        """What the page answers to; asked by the access laws too."""
        return (READING if cls.reads else set()) | ({"POST"} if hasattr(cls, "change") else set())

    def _answer(self, request: HttpRequest, slug: str, **kwargs: Any) -> HttpResponse:
        writes = request.method not in READING
        try:
            self._enter(request, slug, self.change_action or self.action if writes else self.action)
            answer = self._write(request, **kwargs) if writes else self.show(**kwargs)
        except (Http404, PermissionDenied) as refusal:
            self._note(404 if isinstance(refusal, Http404) else 403)
            raise
        if writes:
            self._note(answer.status_code)
        return answer

    def _enter(self, request: HttpRequest, slug: str, action: Action) -> None:
        self.workspace = find_workspace(request.user, slug)
        self.role = role_in(cast(User, request.user), self.workspace) or ""
        if not may(self.role, action):
            raise PermissionDenied

    def _write(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        try:
            with workspace_scope(self.workspace):
                answer: HttpResponse = self.change(**kwargs)  # type: ignore[attr-defined]
            return answer
        except Refusal as refusal:
            return self.show(refusal, status=422, **kwargs)

    def show(self, refusal: Refusal | None = None, status: int = 200, **kwargs: Any) -> HttpResponse:
        """The page; with the refusal of a form that was sent, if there is one."""
        if self.wants_kernels and refusal is None and import_string(settings.KERNELS_ARE_BEING_MADE)():
            return self._render("web/preparing.html", {}, 200)
        try:
            with workspace_scope(self.workspace):
                page = {"refusal": refusal} | self.describe(**kwargs)
                wanted = self.request.GET.get("export")
                if wanted is not None:
                    return self._export(wanted, page)
                page["saved_menu"] = self._list_views()
        except Refusal as wrong:
            return self._render("web/refused.html", {"refusal": wrong}, 400)
        return self._render(self.template, page, status)

    def _list_views(self) -> ViewsMenu | None:
        match = self.request.resolver_match
        name = (match.url_name if match else None) or ""
        return draw_menu(self.workspace, self.request.user, self.role, name, self.request.GET)

    def _export(self, wanted: str, page: Mapping[str, Any]) -> HttpResponse:
        tables = self.tables(page)
        if wanted not in tables:
            raise Http404
        return answer_csv(tables[wanted], f"{self.workspace.slug}-{wanted}")

    def _render(self, template: str, page: Mapping[str, Any], status: int) -> HttpResponse:
        usual = {
            "workspace": self.workspace,
            "workspaces": workspaces_of(self.request.user),
            "role": self.role,
            "section": self.section,
            "tab": self.tab,
            "page_title": self.title,
        }
        return render(self.request, template, {**usual, **page}, status=status)

    def _note(self, result: int) -> None:
        match = self.request.resolver_match
        workspace = getattr(self, "workspace", None)
        audit.note_anyhow(
            f"{self.request.method} {match.url_name if match else ''}",
            result,
            actor=self.request.user,
            agency=workspace.agency if workspace else None,
            workspace=workspace,
            about=audit.about(dict(self.kwargs)),
            request=self.request,
        )
