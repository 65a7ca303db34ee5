"""Ids and times as clients send them."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracking.intake.values import correct_time, identifier, parse_time

RECEIVED = datetime(2026, 11, 22, 12, 0, 6, tzinfo=UTC)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("u1", "u1"),
        (" u1 ", " u1 "),
        ("", None),
        (None, None),
        (12, "12"),
        (12.0, "12"),
        (True, None),
        ([], None),
        ({"a": 1}, None),
        ("x" * 255, "x" * 255),
    ],
)
def test_ids_are_text(value, text):
    assert identifier(value) == text


def test_long_ids_stay_apart_and_equal_ones_equal():
    one, other = identifier("x" * 300 + "a"), identifier("x" * 300 + "b")
    assert one == identifier("x" * 300 + "a") != other
    assert len(one) <= 255
    assert one.startswith("x" * 180 + "…")


@pytest.mark.parametrize(
    ("sent", "original", "at", "replaced"),
    [
        ("2026-11-22T10:00:05Z", "2026-11-22T10:00:00Z", "2026-11-22T12:00:01", False),
        ("2026-11-22T10:00:05.000+00:00", "2026-11-22T10:00:00.000000+00:00", "2026-11-22T12:00:01", False),
        # A clock that stands at 1970 cancels out.
        ("1970-01-01T00:00:10Z", "1970-01-01T00:00:00Z", "2026-11-22T11:59:56", False),
        (None, "2026-11-20T10:00:00Z", "2026-11-20T10:00:00", False),
        (None, "2026-11-20T10:00:00+02:00", "2026-11-20T08:00:00", False),
        (None, "2026-11-20T10:00:00", "2026-11-20T10:00:00", False),
        (None, 1763632800, "2025-11-20T10:00:00", False),
        (None, 1763632800000, "2025-11-20T10:00:00", False),
        ("never", "2026-11-20T10:00:00Z", "2026-11-20T10:00:00", False),
        (None, None, "2026-11-22T12:00:06", False),
        ("2026-11-22T10:00:05Z", "", "2026-11-22T12:00:06", False),
        (None, "2026-11-22T13:00:06Z", "2026-11-22T13:00:06", False),
        (None, "2026-11-22T13:00:07Z", "2026-11-22T12:00:06", True),
        (None, "1999-12-31T23:59:59Z", "2026-11-22T12:00:06", True),
        (None, "yesterday", "2026-11-22T12:00:06", True),
        (None, "0001-01-01T00:00:00+14:00", "2026-11-22T12:00:06", True),
        ("9999-12-31T23:59:59-14:00", "2026-11-20T10:00:00Z", "2026-11-20T10:00:00", False),
        ("0001-01-01T00:00:00Z", "9999-12-31T00:00:00Z", "2026-11-22T12:00:06", True),
        (None, {"$date": 1}, "2026-11-22T12:00:06", True),
        (None, 1e300, "2026-11-22T12:00:06", True),
    ],
)
def test_client_time_is_corrected_by_the_sending_time(sent, original, at, replaced):
    assert correct_time(parse_time(sent), original, RECEIVED) == (
        datetime.fromisoformat(at).replace(tzinfo=UTC),
        replaced,
    )


@given(st.none() | st.text() | st.floats() | st.integers() | st.booleans() | st.datetimes().map(str))
def test_no_value_raises(value):
    parse_time(value)
    identifier(value)
    at, _ = correct_time(parse_time(value), value, RECEIVED)
    assert at.tzinfo is UTC
