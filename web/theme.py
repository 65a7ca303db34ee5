"""Light, dark, or what the system says: kept in a cookie, so that the first byte of a page knows it."""

from django.http import HttpRequest

COOKIE = "theme"
COOKIE_SECONDS = 365 * 24 * 3600
THEMES = ("light", "dark")


def theme_of(request: HttpRequest | None) -> str:
    """light or dark as this browser's person chose; anything else is the system's choice."""
    chosen = request.COOKIES.get(COOKIE, "") if request is not None else ""
    return chosen if chosen in THEMES else "system"
