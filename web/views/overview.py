"""One workspace at a glance."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from accounts.models import Workspace
from accounts.tenancy import workspace_scope
from common.errors import Refusal
from common.periods import day_of
from reports.catalogue import overview as catalogue
from reports.catalogue.params import parse_params
from web.drawing.overview import draw_overview
from web.forms.filters import name_days, read_filters
from web.workspaces import find_workspace, workspaces_of, zone_of


@login_required
@require_safe
@cache_control(private=True, no_store=True)
def overview(request: HttpRequest, slug: str) -> HttpResponse:
    """What was earned, who earned it, and whether everything that came in is counted."""
    workspace = find_workspace(request.user, slug)
    page = {"workspace": workspace, "workspaces": workspaces_of(request.user), "section": "overview"}
    try:
        page |= describe(workspace, request)
    except Refusal as refusal:
        return render(request, "web/overview/refused.html", page | {"refusal": refusal}, status=400)
    return render(request, "web/overview/page.html", page)


def describe(workspace: Workspace, request: HttpRequest) -> dict[str, Any]:
    """Everything the page shows of the report that the address asks for. Raises Refusal."""
    now = timezone.now()
    query = name_days(request.GET, day_of(now, zone_of(workspace)))
    with workspace_scope(workspace):
        params = parse_params(workspace, query, now=now)
        report = catalogue.build(workspace, params, now)
    filters = read_filters(request.GET, report)
    return draw_overview(report, workspace, compared=filters.compared) | {
        "filters": filters,
        "base_url": request.build_absolute_uri("/").rstrip("/"),
    }
