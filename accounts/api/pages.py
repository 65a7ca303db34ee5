"""Lists in pages: `results`, and the address of the next page in `next`."""

import re
from collections.abc import Callable
from typing import Any, TypeVar
from urllib.parse import urlencode

from django.db.models import Model, QuerySet
from django.utils.translation import gettext as _
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

USUAL, MOST = 100, 500
_AFTER = r"after-([0-9]{1,18})"
CURSOR = {"type": "string", "pattern": f"^{_AFTER}$"}
Row = TypeVar("Row", bound=Model)


def answer_page(request: Request, rows: QuerySet[Row], show: Callable[[Row], Any]) -> Response:
    """One page of `rows` by ascending id; a cursor names the last row seen, so that new rows shift nothing."""
    limit = _read_limit(request)
    found = list(rows.filter(pk__gt=_read_cursor(request)).order_by("pk")[: limit + 1])
    more = len(found) > limit
    next_page = _address(request, found[limit - 1].pk, limit) if more else None
    return Response({"results": [show(row) for row in found[:limit]], "next": next_page})


def _read_limit(request: Request) -> int:
    given = request.query_params.get("limit", str(USUAL))
    if not re.fullmatch(r"[0-9]{1,4}", given) or not 1 <= int(given) <= MOST:
        raise ValidationError({"limit": _("Choose 1 to %(most)d.") % {"most": MOST}})
    return int(given)


def _read_cursor(request: Request) -> int:
    given = request.query_params.get("cursor")
    if given is None:
        return 0
    match = re.fullmatch(_AFTER, given)
    if match is None:
        raise ValidationError({"cursor": _("This is not a cursor of ours; take it from `next`.")})
    return int(match[1])


def _address(request: Request, last: int, limit: int) -> str:
    return request.build_absolute_uri(f"{request.path}?{urlencode({'cursor': f'after-{last}', 'limit': limit})}")
