"""Pages with a form: what was typed stays, and what is wrong is said at its field."""

from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from rest_framework.serializers import BaseSerializer

from common.errors import Refusal
from web.pages import WorkspacePage


class FormPage(WorkspacePage):
    """A page whose template finds `typed` (None until a form was sent) and `problems` by field."""

    typed: Mapping[str, Any] | None = None
    problems: Mapping[str, str] = {}
    # A form that was sent to see what would become of it changed nothing, and is no news for the audit log.
    is_look = False

    def _note(self, result: int) -> None:
        if not (self.is_look and result == 200):
            super()._note(result)

    def show(self, refusal: Refusal | None = None, status: int = 200, **kwargs: Any) -> HttpResponse:
        if refusal is not None:
            self.problems = {refusal.field or "": refusal.message, **self.problems}
        return super().show(refusal, status, **kwargs)

    def again(self, problems: Mapping[str, str], **kwargs: Any) -> HttpResponse:
        """The form once more, with what is wrong at each field."""
        self.problems = problems
        return self.show(status=422, **kwargs)

    def said(self, words: object, address: str) -> HttpResponse:
        """Leads on to a page that says what was done."""
        messages.success(self.request, str(words))
        return HttpResponseRedirect(address)


def problems_of(serializer: BaseSerializer[Any]) -> dict[str, str]:
    """The first thing wrong with each field, by its path: {"own_domains.2": "Write a domain as in shop.example."}."""
    serializer.is_valid()
    return dict(_flatten(serializer.errors, ""))


def _flatten(errors: Any, path: str) -> list[tuple[str, str]]:
    if isinstance(errors, Mapping):
        found = [pair for name, inner in errors.items() for pair in _flatten(inner, f"{path}.{name}".lstrip("."))]
    elif isinstance(errors, list) and any(isinstance(one, Mapping) for one in errors):
        found = [pair for place, inner in enumerate(errors) for pair in _flatten(inner, f"{path}.{place}")]
    elif isinstance(errors, list):
        found = [(path, str(errors[0]))] if errors else []
    else:
        found = [(path, str(errors))]
    return found
