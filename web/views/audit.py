"""The agency's audit log: who did or tried what, by actor and action, a page at a time."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.models import Membership
from accounts.permissions import Action, may, workspaces_of_user
from accounts.views import for_managers
from reports.catalogue import audit as catalogue
from reports.catalogue.audit import MOST_EXPORTED, Asked
from reports.ways_out.csv_file import Table, answer_csv

KINDS = {"user", "token"}


@for_managers
@require_safe
def show_audit(request: HttpRequest, own: Membership) -> HttpResponse:
    """The newest entries, or those behind a cursor; `?export=audit` as a file."""
    if not may(own.role, Action.SEE_AUDIT):
        raise PermissionDenied
    asked = read_asked(request)
    if request.GET.get("export") == "audit":
        return answer_csv(_table(catalogue.build(own.agency, asked, most=MOST_EXPORTED)), f"{own.agency.slug}-audit")
    page = catalogue.build(own.agency, asked)
    context: dict[str, Any] = {
        "agency": own.agency,
        "log": page,
        "actors": catalogue.list_actors(own.agency),
        "actions": catalogue.list_actions(own.agency),
        "actor": request.GET.get("actor", ""),
        "action": asked.action,
        "refused": asked.refused,
        "filtered": bool(asked.actor or asked.action or asked.refused),
        "first_page": asked.before is None,
        "workspaces": workspaces_of_user(own.user),
        "home_agency": own.agency,
        "workspaces_in_all": own.agency.workspaces.count(),
        "manages": True,
        "section": "members",
        "agency_tab": "audit",
        "page_title": _("Audit log"),
    }
    return render(request, "web/audit/page.html", context)


def read_asked(request: HttpRequest) -> Asked:
    """What the address asks for; what makes no sense is left out, so that every address shows a page."""
    kind, _colon, number = request.GET.get("actor", "").partition(":")
    actor = (kind, int(number)) if kind in KINDS and _is_id(number) else None
    before = request.GET.get("cursor", "")
    return Asked(
        actor=actor,
        action=request.GET.get("action", "").replace("\0", "")[:80],
        refused=request.GET.get("refused") == "1",
        before=int(before) if _is_id(before) else None,
    )


def _is_id(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 19


def _table(page: catalogue.AuditPage) -> Table:
    heads = [_("Time (UTC)"), _("Kind"), _("Who"), _("What"), _("About"), _("Workspace"), _("Result"), _("Request")]
    rows = [
        (line.at, line.kind, line.who, line.action, line.object, line.workspace, line.result, line.request_id)
        for line in page.lines
    ]
    return Table(heads, rows)
