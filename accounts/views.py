"""The pages of an agency's people: members, invitations, and taking one."""

from collections.abc import Callable
from functools import wraps
from typing import Any, cast

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from accounts import audit, members
from accounts.forms import AcceptForm, InviteForm, RoleForm
from accounts.models import Invitation, Membership, Role, User
from accounts.permissions import Action, may, may_change, workspaces_of_user
from common.errors import Refusal
from common.tables import Table, write_csv

STATUS = {"permission_denied": 403, "not_found": 404}
View = Callable[..., HttpResponse]


def for_managers(view: View) -> View:
    """A page for those who manage an agency's members; what they change, and every refusal, is noted here."""

    @login_required
    @never_cache
    @wraps(view)
    def run(request: HttpRequest, agency: str, **kwargs: Any) -> HttpResponse:
        user = cast(User, request.user)
        own = Membership.objects.select_related("agency", "user").filter(user=user, agency__slug=agency).first()
        told = {"actor": user, "agency": own.agency if own else None, "request": request, "about": audit.about(kwargs)}
        name = f"{request.method} {request.resolver_match.url_name}" if request.resolver_match else ""
        try:
            if own is None:
                raise Http404
            if not may(own.role, Action.MANAGE_MEMBERS):
                raise PermissionDenied
            answer = view(request, own, **kwargs)
        except (Http404, PermissionDenied) as refusal:
            audit.note_anyhow(name, 404 if isinstance(refusal, Http404) else 403, **told)
            raise
        if request.method == "POST":
            audit.note_anyhow(name, answer.status_code, **told)
        return answer

    return run


@login_required
@require_safe
def my_agency(request: HttpRequest) -> HttpResponse:
    """The members of the first agency this person manages."""
    for own in Membership.objects.filter(user=cast(User, request.user)).select_related("agency").order_by("pk"):
        if may(own.role, Action.MANAGE_MEMBERS):
            return redirect("agency-members", agency=own.agency.slug)
    raise PermissionDenied


@for_managers
@require_safe
def show_members(request: HttpRequest, own: Membership) -> HttpResponse:
    """Everybody in the agency, and who was invited; as a file where the address asks for one."""
    wanted = request.GET.get("export")
    if wanted in FILES:
        return _file(wanted, FILES[wanted](own))
    return _page(request, own)


def _file(name: str, table: Table) -> HttpResponse:
    answer = HttpResponse(write_csv(table), content_type="text/csv; charset=utf-8")
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    return answer


def _tell_members(own: Membership) -> Table:
    rows = own.agency.memberships.select_related("user").prefetch_related("accesses__workspace").order_by("user__email")
    heads = [str(head) for head in (_("Name"), _("E-mail"), _("Role"), _("Workspaces"))]
    return Table(heads, [(row.user.name, row.user.email, row.role, _workspaces_of(row)) for row in rows])


def _tell_invitations(own: Membership) -> Table:
    heads = [str(head) for head in (_("E-mail"), _("Role"), _("Until"))]
    offered = members.open_invitations(own.agency, now=timezone.now()).order_by("email")
    return Table(heads, [(one.email, one.role, one.expires_at.isoformat(timespec="seconds")) for one in offered])


FILES = {"members": _tell_members, "invitations": _tell_invitations}


def _workspaces_of(row: Membership) -> str:
    if may(row.role, Action.SEE_EVERY_WORKSPACE):
        return str(_("All"))
    return ", ".join(access.workspace.name for access in row.accesses.all())


@for_managers
@require_POST
def invite(request: HttpRequest, own: Membership) -> HttpResponse:
    """Offer a role to an address."""
    form = InviteForm(request.POST, agency=own.agency)
    if not form.is_valid():
        return _page(request, own, form=form, status=422)
    given = form.cleaned_data
    actor = members.actor_of_member(own)
    try:
        members.invite(actor, given["email"], given["role"], workspaces=given["workspaces"], now=timezone.now())
    except Refusal as refusal:
        return _page(request, own, form=form, refusal=refusal)
    return redirect("agency-members", agency=own.agency.slug)


@for_managers
@require_POST
def change_role(request: HttpRequest, own: Membership, member: int) -> HttpResponse:
    """Give a member another role."""
    found = _member(own, member)
    form = RoleForm(request.POST, agency=own.agency)
    if not form.is_valid():
        return _page(request, own, refusal=Refusal("invalid", str(next(iter(form.errors.values()))[0])))
    given = form.cleaned_data
    actor = members.actor_of_member(own)
    try:
        members.change_role(actor, found, given["role"], workspaces=given["workspaces"], now=timezone.now())
    except Refusal as refusal:
        return _page(request, own, refusal=refusal)
    return redirect("agency-members", agency=own.agency.slug)


@for_managers
@require_POST
def remove(request: HttpRequest, own: Membership, member: int) -> HttpResponse:
    """Let a member go."""
    try:
        members.remove(members.actor_of_member(own), _member(own, member))
    except Refusal as refusal:
        return _page(request, own, refusal=refusal)
    return redirect("agency-members", agency=own.agency.slug)


@for_managers
@require_POST
def withdraw(request: HttpRequest, own: Membership, invitation: int) -> HttpResponse:
    """End an offer."""
    found = members.open_invitations(own.agency, now=timezone.now()).filter(pk=_an_id(invitation)).first()
    if found is None:
        raise Http404
    try:
        members.withdraw(members.actor_of_member(own), found)
    except Refusal as refusal:
        return _page(request, own, refusal=refusal)
    return redirect("agency-members", agency=own.agency.slug)


@never_cache
def take(request: HttpRequest, secret: str) -> HttpResponse:
    """The page behind the link of an invitation; looking at it takes nothing."""
    now = timezone.now()
    invitation = members.find_invitation(secret, now=now)
    if invitation is None:
        return render(request, "accounts/invitation.html", {"invitation": None}, status=404)
    known = User.objects.filter(email=invitation.email).first()
    user = request.user if isinstance(request.user, User) else None
    page = {"invitation": invitation, "form": AcceptForm(), "known": known is not None, "is_theirs": known == user}
    if request.method != "POST":
        return render(request, "accounts/invitation.html", page)
    form = AcceptForm(request.POST) if known is None else None
    if form is not None and not form.is_valid():
        return render(request, "accounts/invitation.html", page | {"form": form}, status=422)
    given = form.cleaned_data if form is not None else {}
    try:
        made = members.accept(
            secret, user=user, name=given.get("name", ""), password=given.get("password", ""), now=now
        )
    except Refusal as refusal:
        _note_taking(request, invitation, user, refusal.code)
        return render(request, "accounts/invitation.html", page | {"refusal": refusal}, status=409)
    _note_taking(request, invitation, made.user, "200")
    return redirect("home")


def _note_taking(request: HttpRequest, invitation: Invitation, user: User | None, result: str) -> None:
    about = f"invitation={invitation.pk}"
    audit.note_anyhow("take invitation", result, actor=user, agency=invitation.agency, about=about, request=request)


def _an_id(given: int) -> int:
    return given if given < 2**63 else 0


def _member(own: Membership, member: int) -> Membership:
    found = Membership.objects.filter(agency=own.agency_id, pk=_an_id(member)).first()
    if found is None:
        raise Http404
    return found


def _page(
    request: HttpRequest,
    own: Membership,
    *,
    form: InviteForm | None = None,
    refusal: Refusal | None = None,
    status: int | None = None,
) -> HttpResponse:
    rows = own.agency.memberships.select_related("user").prefetch_related("accesses__workspace")
    people = [
        {
            "member": row,
            "place": str(row.pk),
            "is_self": row.pk == own.pk,
            "workspaces": [access.workspace for access in row.accesses.all()],
            "may_change": row.pk != own.pk and may_change(own.role, row.role, None),
        }
        for row in rows.order_by("user__email")
    ]
    page = {
        "agency": own.agency,
        "home_agency": own.agency,
        "workspaces_in_all": own.agency.workspaces.count(),
        "manages": True,
        "people": people,
        "invitations": members.open_invitations(own.agency, now=timezone.now()).order_by("email"),
        "form": form or InviteForm(agency=own.agency),
        "roles": [role for role in Role if may_change(own.role, None, role)],
        "agency_workspaces": own.agency.workspaces.order_by("name"),
        "workspaces": workspaces_of_user(own.user),
        "refusal": refusal,
        "section": "members",
    }
    code = status or (STATUS.get(refusal.code, 409) if refusal else 200)
    return render(request, "accounts/members.html", page, status=code)
