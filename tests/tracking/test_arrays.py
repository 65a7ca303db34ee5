"""Arrays packed by hand are read by PostgreSQL as the driver's own would be."""

from datetime import UTC, datetime

import psycopg
import pytest
from django.db import connection

from tracking.collector import arrays

pytestmark = pytest.mark.django_db

MOMENTS = [datetime(1999, 12, 31, 23, 59, 59, 999_999, UTC), datetime(2026, 2, 28, 12, 0, 0, 1, UTC)]
COLUMNS = [
    ("text[]", arrays.texts, ["Zoë", None, "", "日本 🚲", "a'b\"c\\d", "x" * 70_000]),
    ("text[]", arrays.texts, ["page", "page"]),
    ("text[]", arrays.texts, [None, None, None]),
    ("text[]", arrays.texts, [""]),
    ("text[]", arrays.texts, []),
    ("bytea[]", arrays.blobs, [b"\0\xff", None, b""]),
    ("bool[]", arrays.bools, [True, False]),
    ("bool[]", arrays.bools, [False, False]),
    ("bool[]", arrays.bools, [True]),
    ("bigint[]", arrays.bigints, [-(2**63), 0, 2**63 - 1]),
    ("bigint[]", arrays.bigints, [-7, -7]),
    ("int[]", arrays.integers, [-1, 2**31 - 1]),
    ("timestamptz[]", arrays.times, MOMENTS),
]


@pytest.mark.parametrize(("kind", "pack", "values"), COLUMNS)
def test_postgresql_reads_what_was_packed(kind, pack, values):
    connection.ensure_connection()
    # Django's own cursors write the values into the statement's text.
    with psycopg.Cursor(connection.connection) as cursor:
        arrays.know_packed(cursor)
        cursor.execute(f"select %b::{kind}", [pack(values)])
        [[read]] = cursor.fetchall()
    assert [bytes(value) if isinstance(value, memoryview) else value for value in read] == values


def test_half_of_a_pair_of_surrogates_is_the_datas_fault():
    with pytest.raises(ValueError, match="surrogates"):
        arrays.texts(["\ud83d"])
