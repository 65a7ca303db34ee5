"""Writes to who: agencies, users, members, workspaces and their keys. Each function owns its transaction."""

import re
import secrets
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, TypeVar

from allauth.account.models import EmailAddress
from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils.text import slugify

from accounts import keys
from accounts.models import Agency, ApiToken, Membership, Role, Scope, User, Workspace, WriteKey

_SLUG_LENGTH = 50
_TRIES = 5
Made = TypeVar("Made", Agency, Workspace)


def create_agency(name: str, *, is_demo: bool = False) -> Agency:
    """Make an agency whose slug comes from its name."""
    return _with_free_slug(name, "agency", lambda slug: Agency.objects.create(slug=slug, name=name, is_demo=is_demo))


def create_user(email: str, password: str, *, name: str = "", is_demo: bool = False) -> User:
    """Make a user who can log in; the caller has checked the password, and vouches for the address."""
    with transaction.atomic():
        user = User.objects.create_user(email, password, name=name, is_demo=is_demo)
        EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    return user


def create_membership(user: User, agency: Agency, role: Role) -> Membership:
    """Give a user a role in an agency, in place of the one they had."""
    membership, _ = Membership.objects.update_or_create(user=user, agency=agency, defaults={"role": role})
    return membership


def make_demo_user(
    agency: Agency, *, email: str, password: str, name: str = "Demo", role: Role = Role.OWNER
) -> Membership:
    """A log-in of the demo's agency, made where it is missing."""
    with transaction.atomic():
        user = User.objects.filter(email=email).first()
        if user is None:
            user = create_user(email, password, name=name, is_demo=True)
        return create_membership(user, agency, role)


def create_workspace(
    agency: Agency, *, name: str, write_key: str | None = None, **settings: Any
) -> tuple[Workspace, str]:
    """Make a workspace with its first write key, returned in full: it cannot be read again.

    `settings` are fields of Workspace. Goals are tracking's: create_default_goals belongs in the same transaction.
    """
    with transaction.atomic():
        workspace = _with_free_slug(
            name,
            "workspace",
            lambda slug: Workspace.objects.create(agency=agency, slug=slug, name=name, **settings),
        )
        _, secret = create_write_key(workspace, secret=write_key)
    return workspace, secret


def create_write_key(workspace: Workspace, *, secret: str | None = None) -> tuple[WriteKey, str]:
    """Make a write key of a workspace; the secret is returned once and kept as a hash."""
    secret = secret or keys.new_secret(keys.WRITE_KEY)
    key = WriteKey.objects.create(workspace=workspace, prefix=keys.prefix_of(secret), digest=keys.digest_of(secret))
    return key, secret


def create_api_token(
    agency: Agency,
    *,
    scope: Scope,
    workspace: Workspace | None = None,
    name: str = "",
    expires_at: datetime | None = None,
    made_by: Membership | None = None,
    secret: str | None = None,
) -> tuple[ApiToken, str]:
    """Make a token for an agency, or for one workspace of it; the secret is returned once and kept as a hash."""
    if workspace is not None and workspace.agency_id != agency.pk:
        raise ValueError("A token's workspace must belong to its agency.")
    secret = secret or keys.new_secret(keys.TOKEN)
    token = ApiToken.objects.create(
        agency=agency,
        workspace=workspace,
        name=name,
        scope=scope,
        made_by=made_by,
        expires_at=expires_at,
        prefix=keys.prefix_of(secret),
        digest=keys.digest_of(secret),
    )
    return token, secret


def revoke_api_token(token: ApiToken, *, now: datetime) -> None:
    """End a token; requests that carry it are refused from `now` on."""
    ApiToken.objects.filter(pk=token.pk, revoked_at=None).update(revoked_at=now)


def rotate_write_key(
    workspace: Workspace, *, overlap: timedelta, now: datetime, secret: str | None = None
) -> tuple[WriteKey, str]:
    """Make a new write key; the others hold for the overlap, in which pages and servers can change over."""
    with transaction.atomic():
        good = WriteKey.objects.filter(Q(revoked_at=None) | Q(revoked_at__gt=now + overlap), workspace=workspace)
        good.update(revoked_at=now + overlap)
        return create_write_key(workspace, secret=secret)


def revoke_write_key(key: WriteKey, *, now: datetime) -> None:
    """End a write key at once."""
    WriteKey.objects.filter(Q(revoked_at=None) | Q(revoked_at__gt=now), pk=key.pk).update(revoked_at=now)


def _with_free_slug(name: str, fallback: str, make: Callable[[str], Made]) -> Made:
    """Make a row under the slug of `name`, with a random end where that is taken.

    Whoever counts up (-2, -3 …) would tell one customer how many others share the name.
    """
    base = slugify(name)[:_SLUG_LENGTH].strip("-_") or fallback
    slug = base
    for _ in range(_TRIES):
        try:
            with transaction.atomic():
                return make(slug)
        except IntegrityError as error:
            if not re.search(r"slug", str(error)):
                raise
            slug = f"{base}-{secrets.token_hex(3)}"
    raise RuntimeError(f"No free slug for {base!r} in {_TRIES} tries.")
