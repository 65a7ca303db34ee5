"""One shape for every error of the API: `{type, code, message, errors: [{field, code, message}]}`."""

import logging
from collections.abc import Iterator
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import InterfaceError, OperationalError
from django.http import Http404
from django.utils.translation import gettext as _
from rest_framework import exceptions
from rest_framework.response import Response

from common.errors import Refusal

log = logging.getLogger(__name__)

# Refusals that are not about the wording of the request; every other code is a 400.
STATUS_OF_REFUSAL = {
    "not_found": 404,
    "conflict": 409,
    "name_taken": 409,
    "in_use": 409,
    "permission_denied": 403,
    "idempotency_key_reused": 409,
}
NON_FIELD = "non_field_errors"
# Messages may repeat what was posted, which may be long.
MOST_TOLD = 500


class TooLarge(exceptions.APIException):
    """The body is larger than the API reads."""

    status_code = 413
    default_code = "too_large"


def answer_exception(exc: Exception, context: dict[str, Any]) -> Response:
    """The answer to any exception of an API view; what we did not foresee is logged and told without details."""
    match exc:
        case Refusal():
            return _refused(exc)
        case Http404():
            return answer(404, "not_found", _("Not found."))
        case PermissionDenied():
            return answer(403, "permission_denied", _("This token may not do that."))
        case exceptions.ValidationError():
            return _invalid(exc)
        case exceptions.APIException():
            return _plain(exc)
        case OperationalError() | InterfaceError():
            log.exception("The database did not answer.")
            return answer(503, "unavailable", _("This cannot be answered just now. Try again."), retry_after=5)
        case _:
            log.exception("Unforeseen error in %s.", type(context.get("view")).__name__)
            return answer(500, "error", _("Something went wrong on our side."))


def answer(
    status: int,
    code: str,
    message: str,
    *,
    errors: list[dict[str, Any]] | None = None,
    retry_after: float | None = None,
) -> Response:
    """An error answer in the one shape; `retry_after` in seconds."""
    body = {"type": _type_of(status, errors), "code": code, "message": message, "errors": errors or []}
    headers = {"Retry-After": str(max(1, round(retry_after)))} if retry_after is not None else None
    return Response(body, status=status, headers=headers)


def _type_of(status: int, errors: list[dict[str, Any]] | None) -> str:
    if status >= 500:
        return "server_error"
    return "validation_error" if errors and status == 400 else "client_error"


def _refused(refusal: Refusal) -> Response:
    status = STATUS_OF_REFUSAL.get(refusal.code, 400)
    named = {"field": refusal.field, "code": refusal.code, "message": refusal.message}
    return answer(status, refusal.code, refusal.message, errors=[named] if refusal.field else None)


def _invalid(exc: exceptions.ValidationError) -> Response:
    errors = [
        {"field": ".".join(path)[:MOST_TOLD] or None, "code": detail.code, "message": str(detail)[:MOST_TOLD]}
        for path, detail in _walk(exc.detail, ())
    ]
    codes = {str(error["code"]) for error in errors}
    code = codes.pop() if len(codes) == 1 else "invalid"
    message = str(errors[0]["message"]) if len(errors) == 1 else _("Several fields are not right.")
    return answer(exc.status_code, code, message, errors=errors)


def _walk(detail: Any, path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], exceptions.ErrorDetail]]:
    # Lists hold either messages about one field, or one (perhaps empty) entry per item of a list field.
    if isinstance(detail, dict):
        for key, inner in detail.items():
            yield from _walk(inner, path if key == NON_FIELD else (*path, str(key)))
    elif isinstance(detail, list):
        for index, inner in enumerate(detail):
            is_message = isinstance(inner, exceptions.ErrorDetail)
            yield from _walk(inner, path if is_message else (*path, str(index)))
    else:
        yield path, detail


def _plain(exc: exceptions.APIException) -> Response:
    codes = exc.get_codes()
    response = answer(
        exc.status_code,
        codes if isinstance(codes, str) else exc.default_code,
        str(exc.detail),
        retry_after=getattr(exc, "wait", None),
    )
    if header := getattr(exc, "auth_header", None):
        response["WWW-Authenticate"] = header
    return response
