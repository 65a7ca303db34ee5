"""Hits of Matomo's clients, each turned into an event of ours."""

import re
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from hashlib import blake2b, sha256
from typing import Any, NamedTuple

from msgspec import DecodeError
from msgspec.json import Decoder, encode

from tracking.core.marks import read_landing_parameters
from tracking.core.referrers import PAYMENT_AND_SIGN_IN_HOSTS, find_referrer
from tracking.core.urls import read_host, split_address
from tracking.intake import MAX_EVENT_BYTES, IncomingEvent, Rejected
from tracking.intake.clean import clean_json
from tracking.intake.matomo_request import Hit
from tracking.intake.values import correct_time, identifier, parse_time

DOOR = "matomo"
PATHS = frozenset(("/matomo.php", "/piwik.php"))
# Older hits are history, which only a token may write.
FRESH = timedelta(hours=24)
ORDER_COMPLETED, CART_UPDATED = "Order Completed", "Cart Updated"

_DIMENSION = re.compile(r"dimension[0-9]{1,3}")
_WHOLE_NUMBER = re.compile(r"[0-9]{1,18}")
_decode_list = Decoder(list[Any]).decode


class HitSite(NamedTuple):
    """What hits need to know of the workspace that their idsite names; `may_write` is a token's say."""

    own_domains: frozenset[str]
    # The event of each goal, by the goal's id.
    goals: Mapping[int, str]
    may_write: bool


class Visitor(NamedTuple):
    """What the connection itself tells of whoever sent the hit."""

    address: str
    user_agent: str
    language: str
    referer: str


class HitArrival(NamedTuple):
    """What is the same for all hits of a request."""

    visitor: Visitor
    received_at: datetime
    new_id: Callable[[], str]
    # What makes the ids of unnamed visitors ours: without it nobody can try addresses until one fits.
    visitor_key: bytes


def site_of(hit: Hit) -> int | None:
    """The whole number named by idsite; None for anything else."""
    named = hit.get("idsite", "").strip()
    return int(named) if named.isascii() and _WHOLE_NUMBER.fullmatch(named) else None


def is_recorded(hit: Hit) -> bool:
    """Without rec=1 nothing is stored; a ping only tells that somebody is still there."""
    return hit.get("rec") == "1" and hit.get("ping") != "1"


def names_unknown_goal(hit: Hit, goals: Mapping[int, str]) -> bool:
    """Whether a hit tells of a goal by a number that none of the goals has."""
    number = _goal_number(hit.get("idgoal", "").strip())
    return bool(number) and number not in goals


def read_event(hit: Hit, nth: int, site_id: int, site: HitSite, arrival: HitArrival) -> IncomingEvent | Rejected:
    """One hit as an event; `nth` counts the hits of one request that are alike."""
    if field := _find_what_needs_a_token(hit, site, arrival.received_at):
        return Rejected("needs_token", field=field)
    told = _tell(hit, site)
    if isinstance(told, Rejected):
        return told
    kind, name, properties = told
    at, time_replaced = _time_of(hit, arrival.received_at)
    user_id = identifier(hit.get("uid"))
    anonymous_id = identifier(hit.get("cid")) or identifier(hit.get("_id"))
    if anonymous_id is None and user_id is None:
        anonymous_id = _guess_visitor(hit, site_id, at, arrival)
    payload = _payload(hit, kind, properties, site, arrival.visitor)
    if len(payload) > MAX_EVENT_BYTES:
        return Rejected("too_large", detail=f"{len(payload)} bytes.")
    return IncomingEvent(
        message_id=_message_id(hit, nth, site_id) if hit.get("cdt") else arrival.new_id(),
        kind=kind,
        received_at=arrival.received_at,
        at=at,
        time_replaced=time_replaced,
        anonymous_id=anonymous_id,
        user_id=user_id,
        name=identifier(name),
        order_id=identifier(hit.get("ec_id")) if name == ORDER_COMPLETED else None,
        door=DOOR,
        payload=payload,
    )


def _find_what_needs_a_token(hit: Hit, site: HitSite, received_at: datetime) -> str:
    """The first parameter of a hit that only a token allows, where there is none."""
    if site.may_write:
        return ""
    if field := next((name for name in ("cid", "cip") if hit.get(name)), ""):
        return field
    at = _client_time(hit)
    return "cdt" if at is not None and received_at - at > FRESH else ""


def _tell(hit: Hit, site: HitSite) -> tuple[str, str, dict[str, Any]] | Rejected:
    """What a hit tells of: the kind of its event, the name, and the properties."""
    where = _only_told({"url": hit.get("url"), "title": hit.get("action_name")})
    if goal := hit.get("idgoal", "").strip():
        return "track", *_tell_goal(goal, hit, site, where)
    if "e_c" in hit or "e_a" in hit:
        return _tell_action(hit, where)
    for parameter, name in (("link", "Outlink"), ("download", "Download"), ("c_n", "Content"), ("ca", "Custom action")):
        if value := hit.get(parameter):
            return "track", name, where | {"value" if parameter == "ca" else parameter: value}
    searched = _only_told({"search": hit.get("search"), "search_cat": hit.get("search_cat")})
    return "page", hit.get("action_name", ""), where | searched


def _tell_goal(goal: str, hit: Hit, site: HitSite, where: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    """An order, a cart, or a goal of the workspace by its id; one it does not have is kept under its number."""
    worth = _only_told(
        {
            "order_id": hit.get("ec_id"),
            "revenue": hit.get("revenue"),
            "subtotal": hit.get("ec_st"),
            "tax": hit.get("ec_tx"),
            "shipping": hit.get("ec_sh"),
            "discount": hit.get("ec_dt"),
            "products": _products(hit.get("ec_items", "")),
        }
    )
    if goal == "0":
        return ORDER_COMPLETED if hit.get("ec_id") else CART_UPDATED, where | worth
    return site.goals.get(_goal_number(goal), f"Goal {goal}"), where | {"goal": goal} | worth


def _goal_number(goal: str) -> int:
    return int(goal) if goal.isascii() and _WHOLE_NUMBER.fullmatch(goal) else 0


def _tell_action(hit: Hit, where: dict[str, Any]) -> tuple[str, str, dict[str, Any]] | Rejected:
    """An event by the name of its action."""
    for parameter in ("e_c", "e_a"):
        if not hit.get(parameter, "").strip():
            return Rejected("missing_event_name", field=parameter)
    told = {"category": hit["e_c"], "action": hit["e_a"], "name": hit.get("e_n"), "value": hit.get("e_v")}
    return "track", hit["e_a"].strip(), where | _only_told(told)


def _products(items: str) -> list[dict[str, Any]] | None:
    """`[[sku, name, category, price, quantity], …]`; nothing where it is anything else."""
    cleaned = clean_json(items.encode(errors="replace")) if items else None
    if not isinstance(cleaned, bytes):
        return None
    try:
        lines = _decode_list(cleaned)
    except (DecodeError, RecursionError):
        return None
    fields = ("product_id", "name", "category", "price", "quantity")
    return [dict(zip(fields, line, strict=False)) for line in lines if isinstance(line, list)] or None


def _payload(hit: Hit, kind: str, properties: dict[str, Any], site: HitSite, visitor: Visitor) -> bytes:
    """The rest of the event as a JSON object."""
    user_agent = hit.get("ua") or visitor.user_agent
    context = _only_told({"locale": hit.get("lang") or visitor.language})
    # Who asks for bots wants them counted, so they are not to be known again as such.
    context |= _only_told({"botUserAgent" if hit.get("bots") == "1" else "userAgent": user_agent})
    if kind == "page":
        properties = _only_told({"url": visitor.referer}) | properties
        properties |= _only_told({"referrer": hit.get("urlref")})
        if not _says_origin(properties, site):
            campaign = _only_told({"name": hit.get("_rcn"), "term": hit.get("_rck")})
            context |= {"campaign": campaign} if campaign else {}
            properties |= _only_told({"referrer": hit.get("_ref")})
    properties |= {name: value for name, value in hit.items() if value and _DIMENSION.fullmatch(name)}
    payload: dict[str, Any] = {"properties": properties, "context": context}
    payload |= _only_told({"originalTimestamp": identifier(hit.get("cdt"))})
    return encode(payload | ({"newVisit": True} if hit.get("new_visit") == "1" else {}))


def _says_origin(properties: Mapping[str, Any], site: HitSite) -> bool:
    """Whether the address or the referrer themselves tell where the visit came from."""
    landing = split_address(properties.get("url", ""))
    if read_landing_parameters(landing):
        return True
    referrer = find_referrer(
        properties.get("referrer", ""),
        landing_host=read_host(landing.authority),
        own_domains=site.own_domains,
        ignored=PAYMENT_AND_SIGN_IN_HOSTS,
    )
    return referrer is not None


def _client_time(hit: Hit) -> datetime | None:
    """The hit's own time: seconds since 1970, or a date and time of UTC; `cdo` are seconds before it."""
    told = hit.get("cdt", "").strip()
    try:
        at = parse_time(float(told) if told.replace(".", "", 1).isdigit() else told)
        return at - timedelta(seconds=abs(int(hit.get("cdo") or 0))) if at else None
    except (ValueError, OverflowError):
        return None


def _time_of(hit: Hit, received_at: datetime) -> tuple[datetime, bool]:
    at = _client_time(hit)
    if at is None:
        return received_at, bool(hit.get("cdt"))
    return correct_time(None, at.isoformat(), received_at)


def _guess_visitor(hit: Hit, site_id: int, at: datetime, arrival: HitArrival) -> str:
    """Hits without any id: the same address and browser on one day are one visitor; the address is not kept."""
    visitor = arrival.visitor
    told = (site_id, at.date(), hit.get("cip") or visitor.address, hit.get("ua") or visitor.user_agent)
    digest = blake2b(repr(told).encode(errors="replace"), key=arrival.visitor_key, digest_size=16)
    return f"guess-{digest.hexdigest()}"


def _message_id(hit: Hit, nth: int, site_id: int) -> str:
    """The same for the same hit: importers send a whole bulk again where no answer came."""
    told = sorted((name, value) for name, value in hit.items() if name not in ("token_auth", "idsite"))
    return "matomo-" + sha256(repr((site_id, nth, told)).encode(errors="replace")).hexdigest()[:40]


def _only_told(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value}
