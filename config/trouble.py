"""What a page answers when it could not be made: 503 while PostgreSQL is away, else 500."""

import sys

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.template import loader

RETRY_AFTER_S = 5


def answer_trouble(request: HttpRequest) -> HttpResponse:
    """Django's handler of exceptions nobody caught; the exception is the one being handled."""
    if isinstance(sys.exception(), OperationalError | InterfaceError):
        page = loader.get_template("503.html").render()
        return HttpResponse(page, status=503, headers={"Retry-After": str(RETRY_AFTER_S)})
    return HttpResponse(loader.get_template("500.html").render(), status=500)
