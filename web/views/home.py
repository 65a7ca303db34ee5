"""The agency's home: every workspace beside the others, and the way to a new one."""

from datetime import datetime
from typing import Any, cast

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import patch_cache_control
from django.views.decorators.http import require_http_methods, require_safe

from accounts import audit
from accounts.actions import create_workspace
from accounts.models import Agency, Membership, User, Workspace
from accounts.permissions import Action, may
from reports.catalogue.agency import AgencyReport, State, WorkspaceRow, build
from reports.ways_out.csv_file import answer_csv
from tracking.actions import create_default_goals
from web import alarms
from web.demo.progress import Progress, demo_progress
from web.drawing.spark import draw_spark
from web.exports_agency import table_of_workspaces
from web.forms.workspace import USUAL, list_money, list_zones, read_workspace
from web.workspaces import workspaces_of

A_PAGE = 50
UNFINISHED = (State.NO_EVENTS, State.FILLING, State.STARTED)


@login_required
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """The only workspace at once, otherwise all of them."""
    first = list(workspaces_of(request.user)[:2])
    if len(first) == 1:
        return redirect("overview", slug=first[0].slug)
    return show_workspaces(request)


@login_required
@require_safe
def show_workspaces(request: HttpRequest) -> HttpResponse:
    """Fifty workspaces, those first of all that need care; a file holds every one."""
    now = timezone.now()
    workspaces = workspaces_of(request.user)
    found = list(workspaces)
    if request.GET.get("export") == "workspaces":
        return _keep_private(answer_csv(table_of_workspaces(build(found, now)), "workspaces"))
    cursor = request.GET.get("cursor", "")
    after = int(cursor) if cursor.isascii() and cursor.isdecimal() and len(cursor) < 19 else None
    report = build(found, now, after=after, most=A_PAGE)
    more = report.place + len(report.rows) < report.in_all
    page = (
        _draw(report, now)
        | _agency_bar(request, workspaces)
        | {
            "next_cursor": report.rows[-1].workspace.pk if more else None,
            "paged": more or report.place > 0,
            "several_agencies": len({workspace.agency_id for workspace in found}) > 1,
            "section": "workspaces",
        }
    )
    page["alarms"] = alarms.lines() if page["manages"] else []
    return _keep_private(render(request, "web/workspaces.html", page))


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def new_workspace(request: HttpRequest) -> HttpResponse:
    """The form for a new workspace, and then its key."""
    bar = _agency_bar(request, workspaces_of(request.user))
    agencies = bar["agencies"]
    if not agencies:
        _note(request, 403)
        raise PermissionDenied
    errors: dict[str, str] = {}
    if request.method == "POST":
        agency = next((one for one in agencies if one.slug == request.POST.get("agency")), agencies[0])
        given, errors = read_workspace(request.POST.dict())
        if not errors:
            return _show_made(request, agency, given, bar)
        _note(request, 422)
    page = bar | {
        "zones": list_zones(),
        "currencies": list_money(),
        "given": request.POST if errors else USUAL,
        "errors": errors,
        "section": "workspaces",
    }
    return _keep_private(render(request, "web/agency/new.html", page, status=422 if errors else 200))


def _agency_bar(request: HttpRequest, workspaces: QuerySet[Workspace]) -> dict[str, Any]:
    """What stands beside the pages of an agency: its name, how many workspaces, and what this person may do there."""
    own = Membership.objects.filter(user=cast(User, request.user)).select_related("agency").order_by("pk")
    memberships = list(own)
    return {
        "home_agency": memberships[0].agency if len(memberships) == 1 else None,
        "workspaces_in_all": workspaces.count(),
        "agencies": [one.agency for one in memberships if may(one.role, Action.CHANGE_WORKSPACE)],
        "manages": any(may(one.role, Action.MANAGE_MEMBERS) for one in memberships),
    }


def _draw(report: AgencyReport, now: datetime) -> dict[str, Any]:
    rows = [{"row": row, "spark": draw_spark([day.value for day in row.days])} for row in report.rows]
    demo = _demo_progress(report.rows, now)
    waits = any(row.health.state in (State.NO_EVENTS, State.FILLING) for row in report.rows)
    return {"report": report, "rows": rows, "demo": demo, "polls": demo is not None or waits}


def _demo_progress(rows: list[WorkspaceRow], now: datetime) -> Progress | None:
    """How far all demo workspaces are together; None where there is none, or nothing is left to do."""
    unfinished = [row.workspace for row in rows if row.workspace.agency.is_demo and row.health.state in UNFINISHED]
    parts = [part for part in (demo_progress(workspace, now) for workspace in unfinished) if part]
    if not parts:
        return None
    return min(parts, key=lambda part: part.done)


def _show_made(request: HttpRequest, agency: Agency, given: dict[str, Any], bar: dict[str, Any]) -> HttpResponse:
    """Make the workspace; its key is shown here and nowhere else, so nothing leads on by itself."""
    with transaction.atomic():
        workspace, key = create_workspace(agency, **given)
        create_default_goals(workspace)
    _note(request, 200, workspace)
    page = {"made": workspace, "key": key, "next": reverse("install", args=[workspace.slug]), "section": "workspaces"}
    return _keep_private(render(request, "web/agency/made.html", bar | page))


def _note(request: HttpRequest, result: int, workspace: Workspace | None = None) -> None:
    if request.method == "POST" or result == 403:
        audit.note_anyhow(
            f"{request.method} new-workspace",
            result,
            actor=request.user,
            agency=workspace.agency if workspace else None,
            workspace=workspace,
            about="",
            request=request,
        )


def _keep_private(answer: HttpResponse) -> HttpResponse:
    patch_cache_control(answer, private=True, no_store=True)
    return answer
