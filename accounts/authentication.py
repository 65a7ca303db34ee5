"""Who is calling the API: bearer tokens, found by their hash on each request."""

from dataclasses import dataclass
from datetime import timedelta

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import AuthenticationFailed, NotAuthenticated
from rest_framework.request import Request

from accounts.keys import digest_of
from accounts.models import ApiToken

# Writing the last use on every request would make each read a write.
TOUCH_EVERY = timedelta(minutes=1)


@dataclass(frozen=True)
class Program:
    """A program with a token: what `request.user` is in the API. People log in to the pages instead."""

    token: ApiToken
    is_authenticated: bool = True


class TokenAuthentication(BaseAuthentication):
    """`Authorization: Bearer <token>`; unknown, expired and revoked tokens are told apart for nobody."""

    def authenticate(self, request: Request) -> tuple[Program, ApiToken] | None:
        given = request.headers.get("Authorization", "")
        if not given:
            return None
        kind, _sep, secret = given.strip().partition(" ")
        token = find_token(secret.strip()) if kind.lower() == "bearer" else None
        if token is None:
            raise AuthenticationFailed(_("This token is not valid."), code="invalid_token")
        note_use(token)
        return Program(token), token

    def authenticate_header(self, request: Request) -> str:
        return 'Bearer realm="api"'


def token_of(request: Request) -> ApiToken:
    """The token of a request that has passed TokenScope."""
    token = request.auth
    if not isinstance(token, ApiToken):
        raise NotAuthenticated
    return token


def find_token(secret: str) -> ApiToken | None:
    """The token with this secret, while it is good."""
    now = timezone.now()
    good = Q(expires_at=None) | Q(expires_at__gt=now)
    not_revoked = Q(revoked_at=None) | Q(revoked_at__gt=now)
    rows = ApiToken.objects.select_related("agency", "workspace", "made_by")
    return rows.filter(good, not_revoked, digest=digest_of(secret)).first()


def note_use(token: ApiToken) -> None:
    """Remember that the token was used, at most once a minute."""
    now = timezone.now()
    if token.last_used_at is None or token.last_used_at <= now - TOUCH_EVERY:
        ApiToken.objects.filter(pk=token.pk).update(last_used_at=now)
