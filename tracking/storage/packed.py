"""Columns of many rows as PostgreSQL's binary arrays, which cost a tenth of sending each value by itself."""

from collections.abc import Callable, Collection
from datetime import UTC, datetime
from struct import Struct
from typing import Any

import msgspec
import numpy as np
import psycopg
from psycopg.adapt import Dumper
from psycopg.pq import Format

Numbers = np.ndarray[Any, np.dtype[np.int64]]
_EPOCH = datetime(2000, 1, 1, tzinfo=UTC)
_HEADER = Struct(">iiiii")
_LENGTH = Struct(">i").pack
_SENT = np.dtype([("length", ">i4"), ("value", ">i8")])
_NULL = _LENGTH(-1)
_INT4, _INT8, _TEXT, _TIMESTAMPTZ = 23, 20, 25, 1184


class Packed(bytes):
    """An array as PostgreSQL reads it; the statement says of what type."""


class _PackedDumper(Dumper):
    format = Format.BINARY

    def dump(self, obj: Packed) -> Packed:
        return obj


def pack(kind: str, values: Collection[Any]) -> Packed:
    """A column of values, None for null, as an array; see `sent_as` for the type under which it is sent."""
    if isinstance(values, Packed):
        return values
    return (_PACKERS.get(kind) or _WRITERS.get(kind, _pack_words))(values)


def unpack_numbers(sent: bytes | None) -> Numbers:
    """The numbers of a bigint array without nulls, as `array_send` gives them; of nothing, none."""
    if sent is None:
        return np.zeros(0, np.int64)
    return np.frombuffer(sent, _SENT, offset=_HEADER.size)["value"].astype(np.int64)


def unpack_lists(sent: bytes | None, lengths: Numbers) -> Numbers:
    """The numbers of bigint arrays of these lengths, one after another, each as `array_send` gives it."""
    words = np.frombuffer(sent or b"", ">u4")
    # A head has five words, that of an empty array three; each number has one that says how long it is, and its two.
    heads = np.repeat(np.cumsum(np.where(lengths > 0, 5, 3)), lengths)
    spots = 3 * np.arange(lengths.sum()) + heads + 1
    return (words[spots].astype(np.int64) << 32) | words[spots + 1]


def sent_as(kind: str) -> str:
    """The type of the elements that `pack` makes; what is not the column's own is cast by the statement."""
    return kind if kind in _PACKERS else "text"


def cursor_for(connection: psycopg.Connection[Any]) -> psycopg.Cursor[Any]:
    """A cursor that can send packed columns."""
    cursor: psycopg.Cursor[Any] = psycopg.Cursor(connection)
    cursor.adapters.register_dumper(Packed, _PackedDumper)
    return cursor


def microseconds(at: datetime) -> int:
    """An instant as PostgreSQL counts it: microseconds since 2000."""
    since = at - _EPOCH
    return (since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds


def _pack_numbers(oid: int, width: int) -> Callable[[Collection[Any]], Packed]:
    one = np.dtype([("length", ">i4"), ("value", f">i{width}")])
    number = Struct(">ii" if width == 4 else ">iq").pack

    def packed(values: Collection[Any]) -> Packed:
        if not isinstance(values, np.ndarray):
            if None in values:
                parts = [_NULL if value is None else number(width, value) for value in values]
                return _array(oid, len(values), b"".join(parts), nulls=True)
            # A number that is too large fails here, as it would one by one.
            values = np.fromiter(values, f"i{width}", len(values))
        rows = np.empty(len(values), dtype=one)
        rows["length"] = width
        rows["value"] = values
        return _array(oid, len(values), rows.tobytes())

    return packed


def _pack_instants(values: Collection[Any]) -> Packed:
    if None in values:
        return _pack_micros([None if value is None else microseconds(value) for value in values])
    # As `microseconds` has it, without a call for each: a batch has tens of thousands.
    since = [value - _EPOCH for value in values]
    return _pack_micros([(one.days * 86_400 + one.seconds) * 1_000_000 + one.microseconds for one in since])


def _pack_texts(values: Collection[Any]) -> Packed:
    if None not in values and (joined := "".join(values)).isascii():
        return _pack_joined(joined, np.fromiter(map(len, values), np.int64, len(values)))
    parts: list[bytes] = []
    for value in values:
        if value is None:
            parts.append(_NULL)
        else:
            text = value.encode()
            parts += (_LENGTH(len(text)), text)
    return _array(_TEXT, len(values), b"".join(parts), nulls=True)


def _pack_joined(joined: str, lengths: Numbers) -> Packed:
    """Texts of these lengths, one after the other, each behind its length."""
    ends = np.cumsum(lengths + 4)
    heads = (ends - lengths - 4)[:, None] + np.arange(4)
    out = np.empty(ends[-1] if len(ends) else 0, np.uint8)
    is_text = np.ones(len(out), bool)
    is_text[heads] = False
    out[heads] = lengths.astype(">i4").view(np.uint8).reshape(-1, 4)
    out[is_text] = np.frombuffer(joined.encode(), np.uint8)
    return _array(_TEXT, len(lengths), out.tobytes(), nulls=True)


def _pack_json(values: Collection[Any]) -> Packed:
    # Most are objects that say nothing.
    return _pack_texts(["{}" if value == {} else value and msgspec.json.encode(value).decode() for value in values])


def _pack_words(values: Collection[Any]) -> Packed:
    """Any other type in the words in which PostgreSQL reads it."""
    return _pack_texts([None if value is None else str(value) for value in values])


def _array(oid: int, number: int, elements: bytes, *, nulls: bool = False) -> Packed:
    if not number:
        return Packed(_HEADER.pack(0, 0, oid, 0, 1)[:12])
    return Packed(_HEADER.pack(1, int(nulls), oid, number, 1) + elements)


_pack_micros = _pack_numbers(_TIMESTAMPTZ, 8)
_PACKERS: dict[str, Callable[[Collection[Any]], Packed]] = {
    "bigint": _pack_numbers(_INT8, 8),
    "integer": _pack_numbers(_INT4, 4),
    "timestamptz": _pack_instants,
    "text": _pack_texts,
}
# What is sent as text.
_WRITERS = {"jsonb": _pack_json}
