"""Requests in the shape of Matomo's clients: one hit or many, as texts by the name of their parameter."""

import re
from typing import Any, NamedTuple
from urllib.parse import parse_qsl

from msgspec import DecodeError, ValidationError
from msgspec.json import Decoder, encode

from tracking.intake import MAX_BATCH_BYTES, MAX_BATCH_EVENTS, REASONS, Rejected, RequestError
from tracking.intake.clean import clean_json, inflate

MAX_PARAMETERS = 1_000
_decode_object = Decoder(dict[str, Any]).decode
# A hit of a bulk may be written as an address; what is before the question mark says nothing.
_BEFORE_QUERY = re.compile(r"(?:https?://[^?\s]*)?\?", re.IGNORECASE)

Hit = dict[str, str]


class HitRequest(NamedTuple):
    """The hits of one request; one that could not be read is None. A bulk is answered in counts."""

    hits: list[Hit | None]
    is_bulk: bool
    # Of the whole request; a hit may bring its own.
    token: str


def read_hits(query: bytes, body: bytes, *, gzipped: bool) -> HitRequest | RequestError:
    """Read the query and the body, which is a form or, for a bulk, JSON with a list named `requests`."""
    unpacked = inflate(body, MAX_BATCH_BYTES) if gzipped else body
    if isinstance(unpacked, Rejected):
        return _refuse(unpacked.reason, unpacked.detail)
    if len(unpacked) > MAX_BATCH_BYTES:
        return _refuse("too_large", f"{len(unpacked)} bytes.")
    asked = read_query(query.decode(errors="replace"))
    if unpacked.lstrip()[:1] in (b"{", b"["):
        return _read_bulk(unpacked, asked.get("token_auth", ""))
    # What the address says goes before what the form says.
    hit = read_query(unpacked.decode(errors="replace")) | asked
    return HitRequest([hit], False, hit.get("token_auth", ""))


def read_query(text: str) -> Hit:
    """The parameters of a query or form; of repeated ones the last counts, of far too many the first thousand."""
    pairs = "&".join(text.split("&", MAX_PARAMETERS)[:MAX_PARAMETERS]) if text.count("&") >= MAX_PARAMETERS else text
    return {name: _storable(value) for name, value in parse_qsl(pairs, keep_blank_values=True, errors="replace")}


def _read_bulk(body: bytes, token: str) -> HitRequest | RequestError:
    cleaned = clean_json(body)
    if isinstance(cleaned, Rejected):
        return _refuse(cleaned.reason, cleaned.detail)
    try:
        bulk = _decode_object(cleaned)
    except ValidationError:
        return _refuse("missing_batch", "Matomo's clients name it requests.")
    except (DecodeError, RecursionError) as error:
        return _refuse("malformed_json", str(error)[:200])
    requests = bulk.get("requests")
    if not isinstance(requests, list):
        return _refuse("missing_batch", "Matomo's clients name it requests.")
    if len(requests) > MAX_BATCH_EVENTS:
        return _refuse("too_many", f"{len(requests)} events.")
    return HitRequest([_read_hit(one) for one in requests], True, _text(bulk.get("token_auth")) or token)


def _read_hit(value: Any) -> Hit | None:
    """One hit of a bulk: an object, a query, or an address with a query."""
    if isinstance(value, dict):
        return {name: _text(item) for name, item in value.items() if item is not None}
    if isinstance(value, str):
        before = _BEFORE_QUERY.match(value)
        return read_query(value[before.end() :] if before else value)
    return None


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    return str(int(value)) if isinstance(value, bool) else encode(value).decode()


def _storable(text: str) -> str:
    return text.replace("\0", "\ufffd") if "\0" in text else text


def _refuse(reason: str, detail: str) -> RequestError:
    return RequestError(400, reason, f"{REASONS[reason]} {detail}".strip())
