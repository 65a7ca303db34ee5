"""What the one cleaning lets through, mends and refuses."""

import gzip
import json
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracking.intake import Rejected
from tracking.intake.clean import clean_json, inflate


@pytest.mark.parametrize(
    ("sent", "stored"),
    [
        (rb'{"a": "x\u0000y"}', {"a": "x\ufffdy"}),
        (rb'{"x\u0000": 1}', {"x\ufffd": 1}),
        (rb'{"a": "\ud800"}', {"a": "\ufffd"}),
        (rb'{"a": "\udc00\ud83d\ude00"}', {"a": "\ufffd😀"}),
        (b'{"a": "\xff"}', {"a": "\ufffd"}),
        (b'{"a": "tab\there, bell\x07"}', {"a": "tab\there, bell\x07"}),
        (b'{"a": NaN, "b": Infinity, "c":-Infinity}', {"a": None, "b": None, "c": None}),
        (b'{"a": 1e400, "b":[-1e999]}', {"a": None, "b": [None]}),
        (b'{"a": 9223372036854775807}', {"a": 9223372036854775807}),
        (b'{"a": -9223372036854775809}', {"a": "-9223372036854775809"}),
        (b'{"a": ' + b"9" * 5000 + b"}", {"a": None}),
        (b'{"a": 0.' + b"1" * 20000 + b"}", {"a": 0.1111111111111111}),
        (b'\xef\xbb\xbf{"a": 1}', {"a": 1}),
        (b'{"a": 1, "a": 2, "b\\u0000": 3}', {"a": 2, "b\ufffd": 3}),
    ],
)
def test_what_cannot_be_stored_is_replaced(sent, stored):
    assert json.loads(clean_json(sent)) == stored


@pytest.mark.parametrize("body", [b'{"a": "gclid=12345678901234567890"}', '{"ä": "😀"}'.encode(), b"{not json", b""])
def test_what_is_clean_stays_the_very_bytes(body):
    assert clean_json(body) is body


@pytest.mark.parametrize(
    ("body", "refused"),
    [
        (b"[" * 32 + b"]" * 32, False),
        (b"[" * 33 + b"]" * 33, True),
        (b'{"a":' * 33 + b"1" + b"}" * 33, True),
        (b"[" + b"{}," * 40 + b"{}]", False),
        (b'{"a": "' + b"[" * 40 + b'"}', False),
        (rb'{"a": "\"' + b"[" * 40 + b'"}', False),
        (rb'{"a": "\\", "b": ' + b"[" * 40 + b"]" * 40 + b"}", True),
        (b"]" * 40 + b"[" * 40, False),
        (b"[" * 500_000, True),
    ],
)
def test_depth_counts_brackets_outside_strings(body, refused):
    assert (clean_json(body) == Rejected("too_deep")) is refused


@given(st.recursive(st.none() | st.booleans() | st.floats() | st.integers() | st.text(), st.lists, max_leaves=60))
def test_depth_is_what_a_parser_would_find(value):
    def depth(value):
        return 1 + max(map(depth, value), default=0) if isinstance(value, list) else 0

    assert (clean_json(json.dumps(value).encode()) == Rejected("too_deep")) is (depth(value) > 32)


JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers(-(10**50), 10**50) | st.text(st.characters(), max_size=9),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(st.characters(), max_size=5), inner, max_size=4)
    ),
    max_leaves=20,
)


@given(JSON)
def test_any_json_comes_out_as_json_that_can_be_stored(value):
    cleaned = clean_json(json.dumps(value).encode())
    text = json.dumps(json.loads(cleaned), allow_nan=False, ensure_ascii=False)
    assert "\\u0000" not in text
    text.encode()


@given(st.binary(max_size=300))
def test_no_bytes_raise(body):
    assert isinstance(clean_json(body), bytes | Rejected)
    assert isinstance(inflate(body, 1000), bytes | Rejected)


def test_gzip_of_several_members_is_one_body():
    assert inflate(gzip.compress(b"one ") + gzip.compress(b"two"), 100) == b"one two"


@pytest.mark.parametrize("body", [b"", b"{}", gzip.compress(b"x" * 50)[:-9], gzip.compress(b"x") + b"junk"])
def test_broken_gzip_is_refused(body):
    assert inflate(body, 1000).reason == "bad_encoding"


@pytest.mark.parametrize("bomb", [gzip.compress(b"0" * 50_000_000), gzip.compress(b"") * 20_000])
def test_a_bomb_is_refused_at_once(bomb):
    started = time.perf_counter()
    assert isinstance(inflate(bomb, 512_000), Rejected)
    assert time.perf_counter() - started < 0.1
