"""The first page after the log-in."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from web.workspaces import workspaces_of


@login_required
def home(request: HttpRequest) -> HttpResponse:
    """The only workspace at once, otherwise the list of them."""
    workspaces = list(workspaces_of(request.user))
    if len(workspaces) == 1:
        return redirect("overview", slug=workspaces[0].slug)
    return show_workspaces(request)


@login_required
def show_workspaces(request: HttpRequest) -> HttpResponse:
    """Every workspace of this person as a plain table."""
    workspaces = list(workspaces_of(request.user))
    return render(request, "web/workspaces.html", {"workspaces": workspaces, "section": "workspaces"})
