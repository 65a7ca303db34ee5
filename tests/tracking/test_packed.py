"""Columns in PostgreSQL's binary shape: whichever way texts are packed, the bytes are the same."""

from struct import pack as as_bytes

import pytest

from tracking.storage.packed import pack

TEXT = 25


def array_of(*texts: bytes | None) -> bytes:
    """An array of texts as PostgreSQL's manual describes it: a head, then each text behind its length."""
    head = as_bytes(">iiiii", 1, 1, TEXT, len(texts), 1)
    return head + b"".join(as_bytes(">i", -1) if t is None else as_bytes(">i", len(t)) + t for t in texts)


@pytest.mark.parametrize(
    ("texts", "sent"),
    [
        (["a", "", "bcd"], (b"a", b"", b"bcd")),
        (["", ""], (b"", b"")),
        (["a", None, "b"], (b"a", None, b"b")),
        (["é", "plain"], ("é".encode(), b"plain")),
        (["x" * 70_000], (b"x" * 70_000,)),
    ],
)
def test_texts_stand_behind_their_lengths(texts, sent):
    assert pack("text", texts) == array_of(*sent)


def test_nothing_is_an_array_without_dimensions():
    assert pack("text", []) == as_bytes(">iii", 0, 0, TEXT)


def test_objects_are_sent_as_json():
    assert pack("jsonb", [{}, {"gclid": "é"}, None]) == array_of(b"{}", '{"gclid":"é"}'.encode(), None)
