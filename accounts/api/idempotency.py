"""POSTs with an Idempotency-Key: the first answer is remembered for a day and given again to every repeat."""

import hashlib
import json
import re
from dataclasses import dataclass
from datetime import timedelta

from django.utils import timezone
from django.utils.translation import gettext as _
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.encoders import JSONEncoder

from accounts.authentication import token_of
from accounts.keys import derive_secret
from accounts.models import IdempotentAnswer
from common.errors import Refusal

HEADER = "Idempotency-Key"
KEPT = timedelta(days=1)
SHAPE = r"[\x21-\x7e]{1,200}"


class AlreadyAnswered(Exception):
    """The request is a repeat; `response` is the answer it got the first time."""

    def __init__(self, response: Response) -> None:
        super().__init__()
        self.response = response


@dataclass(frozen=True)
class Derived:
    """A secret in the answer that is derived from the caller's own token instead of being kept."""

    field: str
    kind: str


@dataclass
class Claim:
    """The key is this request's: nobody else's answer can be stored under it."""

    row: IdempotentAnswer
    secret: str | None
    field: str | None

    def remember(self, response: Response) -> None:
        """Store the answer, in the transaction that did the work."""
        body = {name: value for name, value in response.data.items() if name != self.field}
        # As text, for the database would sort the fields of an object.
        self.row.status, self.row.body = response.status_code, json.dumps(body, cls=JSONEncoder)
        self.row.save(update_fields=["status", "body"])


def claim_key(request: Request, *, derived: Derived | None) -> Claim | None:
    """Claim the request's Idempotency-Key, if it has one, in the open transaction.

    Raises AlreadyAnswered for a repeat, Refusal where the key was used for something else. A repeat that comes
    while the first is still at work waits for its transaction at the unique key.
    """
    key = request.headers.get(HEADER)
    if key is None:
        return None
    if not re.fullmatch(SHAPE, key):
        raise ValidationError({HEADER: _("Use 1 to 200 visible ASCII characters.")})
    agency = token_of(request).agency
    IdempotentAnswer.objects.filter(agency=agency, created_at__lt=timezone.now() - KEPT).delete()
    secret = _derived_secret(request, key, derived) if derived else None
    row, is_new = IdempotentAnswer.objects.get_or_create(
        agency=agency, key=key, defaults={"request_digest": _digest(request), "status": 0, "body": {}}
    )
    if is_new:
        return Claim(row, secret, derived.field if derived else None)
    if bytes(row.request_digest) != _digest(request):
        raise Refusal("idempotency_key_reused", _("This key was used for another request already."), field=HEADER)
    body = {**json.loads(row.body), **({derived.field: secret} if derived else {})}
    raise AlreadyAnswered(Response(body, status=row.status))


def _digest(request: Request) -> bytes:
    # The token belongs to it: what one token was told is not another's to read.
    parts = [token_of(request).pk, request.path, request.data]
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).digest()


def _derived_secret(request: Request, key: str, derived: Derived) -> str:
    bearer = request.headers["Authorization"].partition(" ")[2].strip()
    return derive_secret(derived.kind, bearer, f"{token_of(request).pk}\n{key}")
