"""Bodies of the API: what cannot be kept is refused, naming the field, and nothing takes long."""

import json
import time

import pytest
from rest_framework.exceptions import ParseError, ValidationError

from accounts.api.parsers import MAX_DEPTH, read_json


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b'{"a": NaN}',
        b'{"a": Infinity}',
        b'{"a": -Infinity}',
        b"\xff\xfe",
        b'{"a": ' + b"9" * 41 + b"}",
        b"[" * (MAX_DEPTH + 1) + b"]" * (MAX_DEPTH + 1),
        b"[" * 500_000,
        b'{"a":' * 100_000,
        b'"\\u0000"',
        b'{"\\u0000": 1}',
    ],
)
def test_what_is_no_json_of_ours_is_refused(body):
    with pytest.raises(ParseError):
        read_json(body)


@pytest.mark.parametrize(
    ("body", "field"),
    [
        (b'{"name": "a\\u0000b"}', "name"),
        (b'{"name": "\\ud800"}', "name"),
        (b'{"rules": [{}, {"value": "\\udfff x"}]}', "rules.1.value"),
        (b'{"days": 1e999}', "days"),
        (b'{"a": {"b": {"\\ud800": 1}}}', "a.b"),
    ],
)
def test_a_character_or_number_that_cannot_be_kept_is_named(body, field):
    with pytest.raises(ValidationError) as refused:
        read_json(body)
    assert list(refused.value.detail) == [field]


def test_brackets_in_texts_do_not_count_as_depth():
    text = '["\\' + "{" * 1000
    assert read_json(json.dumps({"name": text}).encode()) == {"name": text}


def test_pairs_of_surrogates_are_characters():
    assert read_json(b'{"name": "\\ud83d\\ude00"}') == {"name": "😀"}


@pytest.mark.parametrize("body", [b'"' + b'\\"' * 400_000 + b"\\", b'"' * 900_001, b"\\" * 900_000, b'"\\' * 450_000])
def test_open_strings_take_no_time(body):
    began = time.perf_counter()
    with pytest.raises(ParseError):
        read_json(body)
    assert time.perf_counter() - began < 1
