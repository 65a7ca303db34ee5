"""Who belongs to an agency: invitations, roles and removal. Each function owns its transaction and raises Refusal."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.core.mail import send_mail
from django.db import transaction
from django.db.models import Q, QuerySet
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts import keys, outbox
from accounts.actions import create_membership, create_user
from accounts.adapters import our_address
from accounts.models import Agency, ApiToken, Invitation, Membership, Role, User, Workspace, WorkspaceAccess
from accounts.permissions import Action, may, may_change, role_of_token
from common.errors import Refusal

GOOD_FOR = timedelta(days=7)


@dataclass(frozen=True)
class Actor:
    """Who changes members: a member, or a token that counts as one."""

    agency: Agency
    role: str
    membership: Membership | None


def actor_of_member(membership: Membership) -> Actor:
    """A person who is logged in."""
    return Actor(membership.agency, membership.role, membership)


def actor_of_token(token: ApiToken) -> Actor:
    """A program, with the rights of whoever made its token."""
    return Actor(token.agency, role_of_token(token), token.made_by)


def invite(actor: Actor, email: str, role: str, *, workspaces: Iterable[Workspace] = (), now: datetime) -> Invitation:
    """Offer a role to an address and mail the link there; an open offer to the same address ends."""
    email = email.strip().lower()
    given = _checked_workspaces(actor.agency, role, workspaces)
    _demand(actor, None, role)
    if Membership.objects.filter(agency=actor.agency, user__email=email).exists():
        raise Refusal("conflict", _("This address belongs to a member already."), field="email")
    secret = keys.new_secret(keys.INVITATION)
    with transaction.atomic():
        Agency.objects.select_for_update().get(pk=actor.agency.pk)
        Invitation.objects.filter(agency=actor.agency, email=email, accepted_at=None).delete()
        invitation = Invitation.objects.create(
            agency=actor.agency,
            invited_by=actor.membership,
            email=email,
            role=role,
            digest=keys.digest_of(secret),
            created_at=now,
            expires_at=now + GOOD_FOR,
        )
        invitation.workspaces.set(given)
        # The link goes to the address alone: whoever holds it has shown that the address is theirs.
        _mail(invitation, secret)
    return invitation


def open_invitations(agency: Agency, *, now: datetime) -> QuerySet[Invitation]:
    """Offers that can still be taken."""
    return Invitation.objects.filter(agency=agency, accepted_at=None, expires_at__gt=now)


def find_invitation(secret: str, *, now: datetime) -> Invitation | None:
    """The offer behind a link, while it is good and whoever made it may still make it."""
    rows = Invitation.objects.select_related("agency", "invited_by")
    invitation = rows.filter(digest=keys.digest_of(secret), accepted_at=None, expires_at__gt=now).first()
    if invitation is None:
        return None
    mine = invitation.invited_by.role if invitation.invited_by else Role.ADMIN
    return invitation if may_change(mine, None, invitation.role) else None


def accept(secret: str, *, user: User | None = None, name: str = "", password: str = "", now: datetime) -> Membership:
    """Take an offer, once: as the person logged in with its address, or as somebody new with a name and password."""
    with transaction.atomic():
        Invitation.objects.select_for_update().filter(digest=keys.digest_of(secret)).first()
        invitation = find_invitation(secret, now=now)
        if invitation is None:
            raise Refusal("not_found", _("This invitation no longer works."))
        known = User.objects.filter(email=invitation.email).first()
        if known is not None and (user is None or user.pk != known.pk):
            raise Refusal("conflict", _("Log in with the address that was invited."))
        if known is None and user is not None:
            raise Refusal("conflict", _("This invitation is for another address."))
        invitation.accepted_at = now
        invitation.save(update_fields=["accepted_at"])
        member = known or create_user(invitation.email, password, name=name)
        found = Membership.objects.filter(user=member, agency=invitation.agency).first()
        # Whoever became a member meanwhile keeps the role they have.
        membership = found or create_membership(member, invitation.agency, Role(invitation.role))
        if found is None:
            _give(membership, invitation.workspaces.all())
    return membership


def withdraw(actor: Actor, invitation: Invitation) -> None:
    """End an offer before it is taken."""
    _demand(actor, None, invitation.role)
    invitation.delete()


def change_role(
    actor: Actor, member: Membership, role: str, *, workspaces: Iterable[Workspace] = (), now: datetime
) -> Membership:
    """Give a member another role; tokens of somebody who may no longer have any end."""
    given = _checked_workspaces(actor.agency, role, workspaces)
    with transaction.atomic():
        member = _locked(actor, member)
        _demand(actor, member.role, role)
        _keep_an_owner(member, role)
        member.role = role
        member.save(update_fields=["role"])
        member.accesses.all().delete()
        _give(member, given)
        if not may(role, Action.MANAGE_KEYS):
            member.tokens.filter(Q(revoked_at=None) | Q(revoked_at__gt=now)).update(revoked_at=now)
    return member


def remove(actor: Actor, member: Membership) -> None:
    """Let a member go, with their tokens and the invitations they made; their next request finds the door shut."""
    with transaction.atomic():
        member = _locked(actor, member)
        _demand(actor, member.role, None)
        _keep_an_owner(member, None)
        member.delete()


def _locked(actor: Actor, member: Membership) -> Membership:
    # The agency is locked first, so that two owners cannot let each other go at once.
    Agency.objects.select_for_update().get(pk=actor.agency.pk)
    found = Membership.objects.filter(agency=actor.agency, pk=member.pk).first()
    if found is None:
        raise Refusal("not_found", _("Not found."))
    if actor.membership is not None and actor.membership.pk == found.pk:
        raise Refusal("permission_denied", _("Nobody changes their own role."))
    return found


def _demand(actor: Actor, now: str | None, after: str | None) -> None:
    if not may_change(actor.role, now, after):
        raise Refusal("permission_denied", _("Your role does not reach that far."))


def _keep_an_owner(member: Membership, after: str | None) -> None:
    if member.role != Role.OWNER or after == Role.OWNER:
        return
    if not Membership.objects.filter(agency=member.agency_id, role=Role.OWNER).exclude(pk=member.pk).exists():
        raise Refusal("conflict", _("An agency keeps at least one owner."))


def _checked_workspaces(agency: Agency, role: str, workspaces: Iterable[Workspace]) -> list[Workspace]:
    given = list(workspaces) if role == Role.CLIENT else []
    if role == Role.CLIENT and not given:
        raise Refusal("invalid", _("Choose the workspaces this client may see."), field="workspaces")
    if any(workspace.agency_id != agency.pk for workspace in given):
        raise Refusal("invalid", _("There is no such workspace."), field="workspaces")
    return given


def _give(membership: Membership, workspaces: Iterable[Workspace]) -> None:
    rows = [WorkspaceAccess(membership=membership, workspace=workspace) for workspace in workspaces]
    WorkspaceAccess.objects.bulk_create(rows)


def _mail(invitation: Invitation, secret: str) -> None:
    link = our_address(reverse("invitation", args=[secret]))
    # One line, whatever the agency is called.
    agency = " ".join(invitation.agency.name.split())
    shown = {"agency": agency, "link": link, "role": invitation.role}
    subject = _("%(agency)s invites you to Headwater") % {"agency": agency}
    text = render_to_string("accounts/email/invitation.txt", shown)
    send_mail(subject, text, None, [invitation.email], connection=outbox.Outbox())
