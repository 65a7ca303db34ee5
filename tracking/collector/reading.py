"""What stands in the request: its body, within size and time, and its headers."""

import binascii
from base64 import b64decode
from collections.abc import Awaitable, Callable
from functools import lru_cache
from typing import Any

from tracking.collector.patience import Patience

# Longer headers are read without being remembered.
MAX_REMEMBERED_CHARACTERS = 512

Receive = Callable[[], Awaitable[dict[str, Any]]]


class Gone(Exception):
    """The client hung up before its body was complete."""


class TooLarge(Exception):
    """The body is longer than anything we accept; the rest of it is not read."""


async def read_body(receive: Receive, announced: bytes | None, patience: Patience, *, most: int) -> bytes:
    """Read the whole body; raises Gone, TooLarge or TooSlow. `announced` is the Content-Length, which may lie."""
    if announced is not None and announced.isdigit() and int(announced[:20]) > most:
        raise TooLarge
    return await patience.wait_for(_read_all(receive, most))


async def _read_all(receive: Receive, most: int) -> bytes:
    chunks: list[bytes] = []
    size = 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise Gone
        chunk = message.get("body", b"")
        size += len(chunk)
        if size > most:
            raise TooLarge
        chunks.append(chunk)
        if not message.get("more_body", False):
            return b"".join(chunks) if len(chunks) > 1 else chunks[0]


def read_headers(headers: list[tuple[bytes, bytes]]) -> tuple[bytes | None, bytes | None, bytes | None]:
    """Return Authorization, Content-Encoding and Content-Length."""
    authorization = encoding = length = None
    for name, value in headers:
        if name == b"authorization":
            authorization = value
        elif name == b"content-encoding":
            encoding = value
        elif name == b"content-length":
            length = value
    return authorization, encoding, length


def key_from_basic(authorization: bytes | None) -> str | None:
    """The user name of Basic; None for other schemes, and for what cannot be read."""
    if authorization is None:
        return None
    # The same few keys come again and again.
    return (_remembered if len(authorization) <= MAX_REMEMBERED_CHARACTERS else _user_of)(authorization)


def _user_of(authorization: bytes) -> str | None:
    if authorization[:6].lower() != b"basic ":
        return None
    try:
        user, _, _ = b64decode(authorization[6:]).decode().partition(":")
    except (binascii.Error, ValueError):
        return None
    return user or None


_remembered = lru_cache(maxsize=1_024)(_user_of)


def is_gzip(encoding: bytes | None) -> bool | None:
    """Whether the body is packed; None for an encoding we do not know."""
    if encoding is None:
        return False
    name = encoding.strip().lower()
    if name in (b"gzip", b"x-gzip"):
        return True
    return False if name in (b"", b"identity") else None
