"""Single values as clients send them: ids, names and times."""

from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any

MAX_CHARACTERS = 255
MAX_AHEAD = timedelta(hours=1)
EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)


def identifier(value: Any) -> str | None:
    """An id or name as text of 1 to 255 characters, else None; 12 is "12", but true, [] and {} are no ids.

    Longer ones keep their beginning and the hash of the whole, so that equal ids stay equal and others apart.
    """
    if value is None:
        return None
    if value.__class__ is not str:
        value = _number_as_text(value)
    if not value:
        return None
    if len(value) <= MAX_CHARACTERS:
        return value
    return f"{value[:180]}…{sha256(value.encode(errors='replace')).hexdigest()}"


def _number_as_text(value: Any) -> str | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        value = int(value)
    return str(value)


def parse_time(value: Any) -> datetime | None:
    """An instant in UTC from ISO-8601 (no zone: UTC) or from seconds or milliseconds since 1970; None if it is none."""
    if value is None:
        return None
    try:
        if value.__class__ is str:
            moment = datetime.fromisoformat(value.strip())
            if moment.tzinfo is UTC:
                return moment
            return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
        if isinstance(value, int | float) and not isinstance(value, bool):
            return datetime.fromtimestamp(value / 1000 if abs(value) > 1e11 else value, UTC)
    except (ValueError, OverflowError, OSError):
        pass
    return None


def correct_time(sent_at: datetime | None, original: Any, received_at: datetime) -> tuple[datetime, bool]:
    """When it happened by the server's clock, and whether an absurd time was replaced by `received_at`.

    With sentAt the client's clock cancels out: 10:00:00, sent 10:00:05, received 12:00:06 gives 12:00:01.
    """
    if original is None or original == "":
        return received_at, False
    at = parse_time(original)
    if at is None:
        return received_at, True
    try:
        if sent_at is not None:
            at = received_at - (sent_at - at)
    except OverflowError:
        return received_at, True
    if EARLIEST <= at <= received_at + MAX_AHEAD:
        return at, False
    return received_at, True
