"""Light, dark, or what the system says: kept in a cookie, so that the first byte of a page knows it."""

from typing import Literal

from django.http import HttpRequest

COOKIE = "theme"
COOKIE_SECONDS = 365 * 24 * 3600
THEMES = ("light", "dark")


def theme_of(request: HttpRequest | None) -> Literal["light", "dark", "system"]:
    """What this browser's person chose; anything else is the system's choice."""
    chosen = request.COOKIES.get(COOKIE) if request is not None else None
    return chosen if chosen in ("light", "dark") else "system"
