"""The one cleaning at the edge: after it, a body is JSON that neither PostgreSQL nor any later code can choke on."""

import json
import re
import zlib
from typing import Any

import msgspec
import re2

from tracking.intake import Rejected

MAX_DEPTH = 32
# A stream of empty gzip members costs time without adding a byte.
MAX_GZIP_MEMBERS = 64
CHUNK = 64 * 1024

_BOM = b"\xef\xbb\xbf"
_NOT_STRUCTURE = bytes(set(range(256)) - set(b'"[]{}'))
_ONE_KIND_OF_BRACKET = bytes.maketrans(b"[]", b"{}")
_OPENING = ord("{")
# What the quick parser would take (or refuse) and we must look at: control characters, NUL and surrogate escapes,
# numbers beyond 64 bits or a double, the NaN and Infinity that Python's own json writes.
_SUSPICIOUS = re2.compile(
    rb"[\x00-\x08\x0b\x0c\x0e-\x1f]"
    rb"|\\u(?:0000|[dD][89a-fA-F])"
    rb"|[:,\[\s]-?(?:[0-9]{17}|[0-9.]{40}|[0-9.]+[eE][+-]?[0-9]{3}|NaN|Infinity)"
)
_LONE_SURROGATE = re.compile("[\ud800-\udfff]")


def inflate(body: bytes, limit: int) -> bytes | Rejected:
    """Unpack gzip of any number of members, refusing once more than `limit` bytes come out."""
    parts: list[bytes] = []
    size = 0
    for _ in range(MAX_GZIP_MEMBERS):
        unpacker = zlib.decompressobj(wbits=31)
        while not unpacker.eof:
            try:
                part = unpacker.decompress(body, min(CHUNK, limit + 1 - size))
            except zlib.error as error:
                return Rejected("bad_encoding", detail=str(error))
            size += len(part)
            if size > limit:
                return Rejected("too_large", detail=f"More than {limit} bytes after unpacking.")
            parts.append(part)
            body = unpacker.unconsumed_tail
            if not part and not body and not unpacker.eof:
                return Rejected("bad_encoding", detail="The gzip stream ends too early.")
        body = unpacker.unused_data.lstrip(b"\0")
        if not body:
            return b"".join(parts)
    return Rejected("bad_encoding", detail=f"More than {MAX_GZIP_MEMBERS} gzip members.")


def clean_json(body: bytes) -> bytes | Rejected:
    """Return JSON without NUL, lone surrogates, NaN or numbers beyond 64 bits; the very bytes if there were none.

    Depth is counted before anything is parsed. The result may still be malformed: the caller's parser says so.
    """
    body = body.removeprefix(_BOM)
    if _depth(body) > MAX_DEPTH:
        return Rejected("too_deep")
    if _is_utf8(body) and _SUSPICIOUS.search(body) is None:
        return body
    return _mend(body)


def _depth(body: bytes) -> int:
    """How deep brackets are nested, at least up to MAX_DEPTH + 1; those inside strings do not count."""
    if body.count(b"{") + body.count(b"[") <= MAX_DEPTH:
        return 0
    if b"\\" in body:
        body = body.replace(b"\\\\", b"").replace(b'\\"', b"")
    outside = body.translate(_ONE_KIND_OF_BRACKET, _NOT_STRUCTURE).split(b'"')[::2]
    brackets = left = b"".join(outside)
    for depth in range(MAX_DEPTH + 1):
        if not left:
            return depth
        # Takes away one level, the innermost.
        left = left.replace(b"{}", b"")
    return _walked_depth(brackets)


def _walked_depth(brackets: bytes) -> int:
    """The slow way, for what is too deep, or unbalanced and so malformed."""
    depth = deepest = 0
    for bracket in brackets:
        depth += 1 if bracket == _OPENING else -1
        deepest = max(deepest, depth)
        if deepest > MAX_DEPTH:
            break
    return deepest


def _is_utf8(body: bytes) -> bool:
    try:
        body.decode()
    except UnicodeDecodeError:
        return False
    return True


def _mend(body: bytes) -> bytes | Rejected:
    """The slow way: parse with the patience of Python's own parser, replace what cannot be stored, write again."""
    try:
        value = json.loads(
            body.decode(errors="replace"),
            strict=False,
            parse_int=_bounded_integer,
            parse_float=_bounded_float,
            parse_constant=lambda _: None,
        )
    except (ValueError, RecursionError) as error:
        return Rejected("malformed_json", detail=str(error)[:200])
    return msgspec.json.encode(_clean(value))


def _clean(value: Any) -> Any:
    if isinstance(value, str):
        return _clean_text(value)
    if isinstance(value, dict):
        return {_clean_text(key): _clean(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_clean(item) for item in value]
    return value


def _clean_text(text: str) -> str:
    return _LONE_SURROGATE.sub("\ufffd", text.replace("\0", "\ufffd"))


def _bounded_integer(digits: str) -> int | str | None:
    """A 64-bit integer; beyond that the digits as text (ids are long), and beyond 40 of them nothing."""
    if len(digits) > 40:
        return None
    number = int(digits)
    return number if -(2**63) <= number < 2**63 else digits


def _bounded_float(digits: str) -> float | None:
    number = float(digits)
    return number if number - number == 0 else None
