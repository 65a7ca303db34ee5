"""Bodies of the API, cleaned once before anything looks at them."""

import json
import math
import re
from typing import IO, Any

from django.utils.translation import gettext as _
from rest_framework.exceptions import ParseError, ValidationError
from rest_framework.parsers import BaseParser

from accounts.api.errors import TooLarge

MAX_BODY_BYTES = 1_000_000
MAX_DEPTH = 32
# Longer whole numbers than any 64-bit count, and far below what Python refuses to read.
MAX_DIGITS = 40
_LONE_SURROGATE = re.compile("[\ud800-\udfff]")
# Never fails once it has begun, so that an open string costs one pass and not one for every quote in it.
_STRING = re.compile(rb'"(?:[^"\\]++|\\.?)*+(?:"|\Z)', re.DOTALL)
_BRACKET = re.compile(rb"[\[\]{}]")


class CleanJSONParser(BaseParser):
    """JSON in UTF-8 of at most 1 MB and 32 levels, without NaN, NUL or lone surrogates."""

    media_type = "application/json"
    # An endpoint that takes whole files has a parser of its own with another limit.
    most_bytes = MAX_BODY_BYTES

    def parse(self, stream: IO[bytes], media_type: str | None = None, parser_context: Any = None) -> Any:
        body = stream.read(self.most_bytes + 1)
        if len(body) > self.most_bytes:
            raise TooLarge(_("A body may have at most %(most)d MB.") % {"most": self.most_bytes // 1_000_000})
        return self.read(body)

    def read(self, body: bytes) -> Any:
        """The value of a body that is not too long."""
        return read_json(body)


def read_json(body: bytes) -> Any:
    """The value of a JSON text; raises ParseError, or ValidationError naming the field that cannot be kept."""
    if _depth(body) > MAX_DEPTH:
        raise ParseError(_("The JSON is nested too deeply: at most %(most)d levels.") % {"most": MAX_DEPTH})
    try:
        value = json.loads(body.decode(), parse_constant=_refuse_constant, parse_int=_read_whole)
    except (ValueError, RecursionError):
        raise ParseError(_("The body is not JSON in UTF-8.")) from None
    _check(value, ())
    return value


def _depth(body: bytes) -> int:
    # Counted before parsing: a parser that recurses would run out of stack first.
    depth = deepest = 0
    for bracket in _BRACKET.findall(_STRING.sub(b"", body)):
        depth += 1 if bracket in b"[{" else -1
        deepest = max(deepest, depth)
    return deepest


def _refuse_constant(name: str) -> None:
    raise ValueError(name)


def _read_whole(digits: str) -> int:
    if len(digits) > MAX_DIGITS:
        raise ValueError("a whole number is too long")
    return int(digits)


def _check(value: Any, path: tuple[str, ...]) -> None:
    match value:
        case str() if "\0" in value or _LONE_SURROGATE.search(value):
            _refuse(path, _("This has a character that cannot be kept."))
        case float() if not math.isfinite(value):
            _refuse(path, _("This number is too large."))
        case dict():
            for key, inner in value.items():
                _check(key, path)
                _check(inner, (*path, key))
        case list():
            for index, inner in enumerate(value):
                _check(inner, (*path, str(index)))


def _refuse(path: tuple[str, ...], message: str) -> None:
    if not path:
        raise ParseError(message)
    raise ValidationError({".".join(path): message})
