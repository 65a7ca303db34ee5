"""Addresses with and without a trailing slash; a redirect would lose the body of a POST."""

from typing import Any

from django.urls import URLPattern, path, register_converter
from rest_framework.views import APIView


class AnythingConverter:
    """Any characters at all, slashes and line breaks too: ids that customers made up."""

    regex = r"[\s\S]+"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


register_converter(AnythingConverter, "anything")


def both(route: str, view: type[APIView], name: str) -> list[URLPattern]:
    """The route, which ends in a slash, and its twin without; only the first is in the schema.

    `name` gets `api-` in front, for pages have names too.
    """
    # `schema=None` is how a view is kept out of the schema; the stubs do not know it.
    without: dict[str, Any] = {"schema": None}
    return [
        path(route, view.as_view(), name=f"api-{name}"),
        path(route.removesuffix("/"), view.as_view(**without), name=f"api-{name}-bare"),
    ]
