"""What was posted as text that people may read: pretty where it is JSON, and without secrets in any case."""

import json
import re
from typing import Any

HIDDEN = "•••"
# Letters only, so that api_key, apiKey and API-KEY are one.
_SECRET_NAMES = {
    "writekey",
    "apikey",
    "authorization",
    "password",
    "passwd",
    "secret",
    "token",
    "accesstoken",
    "refreshtoken",
    "clientsecret",
}
_NOT_A_LETTER = re.compile(r"[^a-z]")
_IN_TEXT = re.compile(
    r"""(["']?(?:write_?key|api[_-]?key|authorization|passw(?:or)?d|secret|(?:access_|refresh_)?token)["']?\s*[:=]\s*)"""
    r"""("(?:[^"\\]|\\.)*"?|'[^']*'?|[^\s,;&}]+)""",
    re.IGNORECASE,
)


def mask(value: Any) -> Any:
    """The same JSON value with whatever is named like a secret hidden, at any depth."""
    if isinstance(value, dict):
        return {name: HIDDEN if _is_secret(name) and inner else mask(inner) for name, inner in value.items()}
    return [mask(inner) for inner in value] if isinstance(value, list) else value


def write_raw(body: bytes | str | Any, most: int) -> tuple[str, bool]:
    """At most so many characters of what was posted, and whether more was cut off."""
    if isinstance(body, bytes | bytearray | memoryview):
        body = bytes(body).decode("utf-8", "replace")
    if isinstance(body, str):
        try:
            body = json.loads(body)
        except (ValueError, RecursionError):
            text = _IN_TEXT.sub(lambda found: found[1] + HIDDEN, body).replace("\x00", "\N{SYMBOL FOR NULL}")
            return text[:most], len(text) > most
    text = json.dumps(mask(body), ensure_ascii=False, indent=2)
    return text[:most], len(text) > most


def _is_secret(name: str) -> bool:
    return _NOT_A_LETTER.sub("", name.lower()) in _SECRET_NAMES
