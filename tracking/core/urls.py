"""Addresses as they come in: every function here takes any text whatever and never raises."""

import ipaddress
import re
import socket
from collections.abc import Collection, Iterator
from functools import lru_cache
from typing import NamedTuple
from urllib.parse import unquote, unquote_plus

import idna

MAX_URL = 8_192
MAX_HOST = 253
MAX_LABEL = 63
TAG_PREFIXES = ("utm_", "mtm_", "pk_")

_ADDRESS = re.compile(
    r"(?:([a-z][a-z0-9+.\-]*):)?(?:[/\\]{2}([^/\\?#]*))?([^?#]*)(?:\?([^#]*))?(?:#(.*))?", re.I | re.S
)
_UNSTORABLE = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff]")
_HOST = re.compile(r"[a-z0-9_\-]+(?:\.[a-z0-9_\-]+)*")
_NUMBER = re.compile(r"0x[0-9a-f]*|[0-9]+")
# Written out, since ipaddress also calls the documentation ranges private.
_LOCAL_NETWORKS = tuple(
    ipaddress.ip_network(network)
    for network in (
        "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12",
        "192.168.0.0/16", "::/127", "fc00::/7", "fe80::/10",
    )
)  # fmt: skip


class Address(NamedTuple):
    """The parts of a URL; what is missing is empty, what is malformed is read as missing."""

    scheme: str
    authority: str
    path: str
    query: str
    fragment: str


def split_address(text: str) -> Address:
    """Split the first 8,192 characters as a browser would: `\\` counts as `/`, control characters as nothing."""
    found = _ADDRESS.match(clean_text(text[:MAX_URL]))
    if found is None:
        return Address("", "", "", "", "")
    scheme, authority, path, query, fragment = found.groups("")
    return Address(scheme.lower(), authority, path, query, fragment)


def clean_text(text: str) -> str:
    """Trim, and drop what no database column can hold (NUL, lone surrogates) with the other control characters."""
    if not text.isprintable():
        text = _UNSTORABLE.sub("", text)
    return text.strip()


def read_parameters(query: str, known: Collection[str]) -> dict[str, str]:
    """First non-empty value of each known or tag-like parameter, decoded once; names in lower case.

    `?UTM_Source=&utm_source=a+b%2520c` gives `{"utm_source": "a b%20c"}`.
    """
    found: dict[str, str] = {}
    for pair in query.split("&"):
        name, _, value = pair.partition("=")
        if not value:
            continue
        if "%" in name or "+" in name:
            name = unquote_plus(name)
        name = name.lower()
        if name in found or not (name in known or name.startswith(TAG_PREFIXES)):
            continue
        if value := read_value(value):
            found[name] = value
    return found


def read_value(raw: str) -> str:
    """Decode a query value once (`+` is a space) and trim it; broken escapes stay as they are."""
    if "%" in raw or "+" in raw:
        raw = unquote_plus(raw)
    return clean_text(raw)


def read_host(authority: str) -> str:
    """Host in the form we compare: lower-case punycode without user, port, trailing dot and `www.`; "" if none.

    `user@WWW.Bücher.example.:8443` gives `xn--bcher-kva.example`; `google.com@evil.example` gives `evil.example`.
    """
    host = authority.rpartition("@")[2]
    # An escaped or international host is longer than its plain form, at most some nine times.
    return _read_plain_host(host) if 0 < len(host) <= 9 * MAX_HOST else ""


@lru_cache(maxsize=16_384)
def _read_plain_host(host: str) -> str:
    if host.startswith("["):
        return _read_ip(host[1:].partition("]")[0])
    host = _to_ascii(host.partition(":")[0])
    host = host.removesuffix(".")
    if len(host) > MAX_HOST or not _HOST.fullmatch(host):
        return ""
    if _NUMBER.fullmatch(host.rpartition(".")[2]):
        return _read_ip(host)
    bare = host.removeprefix("www.")
    return bare if "." in bare else host


def _to_ascii(host: str) -> str:
    if "%" in host:
        try:
            host = unquote(host, errors="strict")
        except UnicodeDecodeError:
            return ""
    if host.isascii():
        return host.lower()
    # Long labels are no names, and would take idna tens of milliseconds.
    if len(host) > MAX_HOST or len(max(host.split("."), key=len)) > MAX_LABEL:
        return ""
    try:
        return idna.encode(host, uts46=True).decode("ascii")
    except UnicodeError:
        pass
    try:
        # Emoji and other names of the older standard, which browsers still open.
        return host.lower().encode("idna").decode("ascii")
    except UnicodeError:
        return ""


def _read_ip(text: str) -> str:
    """A browser reads 0x7f.1 and 2130706433 as 127.0.0.1, and so does inet_aton."""
    try:
        if ":" in text:
            return str(ipaddress.IPv6Address(text.partition("%")[0]))
        return socket.inet_ntoa(socket.inet_aton(text))
    except (ValueError, OSError):
        return ""


def _parse_ip(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    if ":" not in host and not host.rpartition(".")[2].isdigit():
        return None
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address


@lru_cache(maxsize=16_384)
def is_local_host(host: str) -> bool:
    """Whether a host names this machine or a private network: localhost, 127.0.0.1, 192.168.1.20, fd00::1."""
    if host == "localhost" or host.endswith(".localhost"):
        return True
    address = _parse_ip(host)
    return address is not None and any(address in network for network in _LOCAL_NETWORKS)


def list_parents(host: str) -> Iterator[str]:
    """Parent domains from near to far, never a bare top level; an IP address has none.

    `a.b.example.com` gives `b.example.com`, `example.com`.
    """
    if _parse_ip(host) is not None:
        return
    _, _, parent = host.partition(".")
    while "." in parent:
        yield parent
        _, _, parent = parent.partition(".")


def is_under(host: str, domains: Collection[str]) -> bool:
    """Whether the host is one of the domains or below one of them."""
    return bool(domains) and (host in domains or any(parent in domains for parent in list_parents(host)))


def is_same_site(host: str, other: str) -> bool:
    """Whether two hosts are equal or one is a sub-domain of the other; two sub-domains of one parent are not."""
    return host == other or host.endswith(f".{other}") or other.endswith(f".{host}")


@lru_cache(maxsize=1_024)
def normalise_domains(domains: frozenset[str]) -> frozenset[str]:
    """Domains as people type them (`https://www.Example.com/`, `*.example.com`) as hosts; what is none is left out."""
    hosts = set()
    for typed in domains:
        address = split_address(typed)
        authority = address.authority or clean_text(typed)[:MAX_URL].partition("/")[0]
        hosts.add(read_host(authority.removeprefix("*.").removeprefix(".")))
    return frozenset(hosts - {""})
