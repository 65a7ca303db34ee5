"""Tokens of a whole agency: made, shown once, and revoked."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.actions import create_api_token, revoke_api_token
from accounts.models import ApiToken, Membership
from accounts.permissions import Action, may, workspaces_of_user
from accounts.views import for_managers
from common.errors import Refusal
from reports.ways_out.csv_file import answer_csv
from web.forms.keys import LIVES, SCOPES, read_token
from web.views.keys import TOKEN, shown_keys, state_of, table_of_tokens


@for_managers
@require_http_methods(["GET", "HEAD", "POST"])
def agency_tokens(request: HttpRequest, own: Membership) -> HttpResponse:
    """The agency's tokens; a new one's secret is on the page that answers, and nowhere after."""
    if not may(own.role, Action.MANAGE_KEYS):
        raise PermissionDenied
    if request.GET.get("export") == "tokens":
        return answer_csv(table_of_tokens(_list_tokens(own)), f"{own.agency.slug}-tokens")
    if request.method != "POST":
        return _page(request, own)
    if "revoke_token" in request.POST:
        return _revoke(request, own)
    try:
        wanted = read_token(request.POST, timezone.now())
    except Refusal as refusal:
        return _page(request, own, problems={refusal.field or "": refusal.message}, status=422)
    _token, secret = create_api_token(
        own.agency, name=wanted.name, scope=wanted.scope, expires_at=wanted.expires_at, made_by=own
    )
    return _page(request, own, secret=secret)


def _list_tokens(own: Membership) -> list[ApiToken]:
    rows = ApiToken.objects.filter(agency=own.agency, workspace=None).select_related("made_by__user").order_by("-pk")
    return shown_keys(rows, timezone.now())


def _revoke(request: HttpRequest, own: Membership) -> HttpResponse:
    given = request.POST["revoke_token"]
    number = int(given) if given.isascii() and given.isdigit() and len(given) < 19 else 0
    token = ApiToken.objects.filter(agency=own.agency, workspace=None, pk=number).first()
    if token is None:
        raise Http404
    revoke_api_token(token, now=timezone.now())
    return redirect("agency-tokens", agency=own.agency.slug)


def _page(
    request: HttpRequest,
    own: Membership,
    *,
    secret: str = "",
    problems: dict[str, str] | None = None,
    status: int = 200,
) -> HttpResponse:
    now = timezone.now()
    tokens = _list_tokens(own)
    context: dict[str, Any] = {
        "agency": own.agency,
        "tokens": [(token, state_of(token, now)) for token in tokens],
        "scopes": SCOPES.items(),
        "lives": [(value, title) for value, (title, _length) in LIVES.items()],
        "made": TOKEN if secret else "",
        "key": secret,
        "typed": request.POST if problems else None,
        "problems": problems or {},
        "base_url": request.build_absolute_uri("/").rstrip("/"),
        "workspaces": workspaces_of_user(own.user),
        "home_agency": own.agency,
        "workspaces_in_all": own.agency.workspaces.count(),
        "manages": True,
        "section": "members",
        "agency_tab": "tokens",
        "page_title": _("Tokens"),
    }
    return render(request, "web/keys/agency.html", context, status=status)
