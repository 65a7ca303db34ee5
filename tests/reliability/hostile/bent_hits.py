"""Hits of Matomo's clients bent out of shape: a hit, a parameter, a trap, in each of the forms that clients use."""

import json
from random import Random
from typing import Any
from urllib.parse import quote, urlencode

from tests.reliability.hostile.bending import bend_bytes
from tests.reliability.hostile.traps import TRAPS

URL = "https://shop.example.test/landing?mtm_campaign=spring&mtm_source=newsletter"
BASES: list[dict[str, str]] = [
    {"url": URL, "urlref": "https://www.example.test/", "action_name": "Landing"},
    {"url": URL, "e_c": "Videos", "e_a": "Play", "e_n": "Intro", "e_v": "3"},
    {"url": URL, "idgoal": "0", "revenue": "49.90", "ec_st": "45", "ec_items": '[["SKU1","Mug","Kitchen",15.0,3]]'},
    {"url": URL, "idgoal": "1", "revenue": "5"},
    {"url": URL, "search": "mugs", "search_cat": "Kitchen", "dimension1": "a"},
]
PARAMETERS = [
    "idsite", "rec", "url", "urlref", "action_name", "_id", "cid", "uid", "cdt", "cdo", "ua", "lang", "cip", "_rcn",
    "_rck", "_ref", "_refts", "e_c", "e_a", "e_n", "e_v", "idgoal", "ec_id", "revenue", "ec_st", "ec_tx", "ec_sh",
    "ec_dt", "ec_items", "new_visit", "bots", "ping", "token_auth", "send_image", "dimension1", "cvar", "",
]  # fmt: skip
PATHS = ["/matomo.php", "/matomo.php", "/piwik.php", "/", "/index.php"]
TYPES = ["application/x-www-form-urlencoded", "application/json", "text/plain", ""]
ASKED = "module=API&method=SitesManager.getSiteFromId&format=json&idSite="
# Longer request lines are refused before anything of ours reads them.
MOST_QUERY = 30_000


def bent_hits(random: Random, site: int) -> bytes:
    """One request in full: a hit as a query or a form, or many as JSON."""
    match random.randrange(4):
        case 0:
            return _ask("GET", f"{random.choice(PATHS)}?{_query(random, site)}")
        case 1:
            form, encoding = bend_bytes(random, _query(random, site).encode())
            return _ask("POST", random.choice(PATHS), form, random.choice(TYPES), encoding)
        case 2:
            question = ASKED + quote(_trap(random))
            return _ask("POST", "/?" + question[:MOST_QUERY], b"token_auth=x")
    bulk, encoding = bend_bytes(random, _bulk(random, site).encode("utf-8", "surrogatepass"))
    return _ask("POST", random.choice(PATHS[:3]), bulk, random.choice(TYPES), encoding)


def _hit(random: Random, site: int) -> dict[str, str]:
    hit = {"idsite": str(site), "rec": "1", "_id": f"{random.randrange(2_000):016x}"} | random.choice(BASES)
    if hit.get("idgoal") == "0":
        hit["ec_id"] = f"o-{random.randrange(2_000)}"
    return hit | {random.choice(PARAMETERS): _trap(random)}


def _trap(random: Random) -> str:
    trap = random.choice(TRAPS)
    try:
        read = json.loads(trap)
    except (ValueError, RecursionError):
        return trap
    return read.encode("utf-8", "replace").decode() if isinstance(read, str) else trap


def _query(random: Random, site: int) -> str:
    query = urlencode(_hit(random, site), errors="replace")
    if random.random() < 0.1:
        query = query.replace("%", random.choice(["%%", "%u", "%zz", ""]))
    return query[:MOST_QUERY]


def _bulk(random: Random, site: int) -> str:
    hits: list[Any] = []
    for _ in range(random.choice([1, 2, 5, 20])):
        before = random.choice(["?", "http://127.0.0.1:8000/matomo.php?", ""])
        hits.append(_hit(random, site) if random.random() < 0.5 else before + _query(random, site))
    body = f'"requests": {json.dumps(hits)}'
    if random.random() < 0.3:
        body += f', "{random.choice(["token_auth", "requests", "x"])}": {random.choice(TRAPS)}'
    return "{" + body + "}"


def _ask(method: str, path: str, body: bytes = b"", kind: str = "", encoding: str = "") -> bytes:
    head = f"{method} {path} HTTP/1.1\r\nhost: localhost\r\n"
    head += f"content-type: {kind}\r\n" if kind else ""
    head += f"content-encoding: {encoding}\r\n" if encoding else ""
    return f"{head}content-length: {len(body)}\r\n\r\n".encode("latin-1") + body
