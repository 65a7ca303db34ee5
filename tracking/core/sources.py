"""Who a visit came from: the canonical source of a name, a host or an app, and the category of a source.

The facts are in sources.csv, one row a source: its name, its category, and what else names it, separated by spaces.
`facebook.com` is a host, its sub-domains included; `fb` (no dot) another name; `pinterest.*` the host under every
public suffix; `app:com.pinterest` an app package; `*.search.yahoo.com` a host whose sub-domains count although those
of yahoo.com do not. A source whose name has a dot is a host as well.
"""

import csv
from collections.abc import Iterator
from functools import lru_cache
from importlib.resources import files
from typing import NamedTuple

import tldextract

from tracking.core.urls import list_parents, read_host

CATEGORIES = ("search", "social", "video", "shopping", "ai", "email")

# Portals whose sub-domains are products of their own: docs.google.com is a plain referral, not a search.
CLOSED_DOMAINS = frozenset(
    (
        "google.com", "microsoft.com", "openai.com", "yahoo.com", "yahoo.co.jp", "msn.com", "naver.com",
        "seznam.cz", "amazon.com", "aol.com", "daum.net", "rambler.ru", "mail.ru", "icloud.com",
    )
)  # fmt: skip
GOOGLE = "google"

# The snapshot that comes with the package; nothing is ever fetched and nothing is cached on disk.
_read_suffix = tldextract.TLDExtract(suffix_list_urls=(), cache_dir=None)


class Book(NamedTuple):
    """The table of sources, turned for looking up."""

    categories: dict[str, str]
    names: dict[str, str]
    hosts: dict[str, str]
    stems: dict[str, str]
    apps: dict[str, str]
    reopened: frozenset[str]


def read_book(text: str) -> Book:
    """Read sources.csv; raises ValueError for an unknown category or a name that two sources claim."""
    book = Book({}, {}, {}, {}, {}, frozenset())
    reopened = set()
    for row in csv.DictReader(text.splitlines()):
        source = row["source"]
        if row["category"] not in CATEGORIES:
            raise ValueError(f"{source}: unknown category {row['category']}")
        _enter(book.categories, source, row["category"])
        for entry in (source, *row["also"].split()):
            if entry.startswith("*."):
                reopened.add(entry[2:])
            _enter(*_place(book, entry), source)
    return book._replace(reopened=frozenset(reopened))


def _place(book: Book, entry: str) -> tuple[dict[str, str], str]:
    if entry.startswith("app:"):
        return book.apps, entry[4:]
    if entry.endswith(".*"):
        return book.stems, entry[:-2]
    if "." in entry:
        return book.hosts, entry.removeprefix("*.")
    return book.names, entry


def _enter(table: dict[str, str], key: str, value: str) -> None:
    if key in table:
        raise ValueError(f"{key} is in the table of sources twice")
    table[key] = value


BOOK = read_book((files(__package__) / "sources.csv").read_text("utf-8"))
_STEM_LABELS = frozenset(stem.rpartition(".")[2] for stem in BOOK.stems)


@lru_cache(maxsize=16_384)
def find_source_of_host(host: str) -> str | None:
    """Canonical source of a host in normal form: `m.facebook.com` gives `facebook`, `docs.google.com` gives None."""
    if source := _find_exactly(host):
        return source
    parents = list(list_parents(host))
    closed = any(parent in CLOSED_DOMAINS for parent in parents)
    for parent in parents:
        if closed and parent not in BOOK.reopened:
            continue
        source = _find_exactly(parent)
        if source and source != GOOGLE:
            return source
    return None


def _find_exactly(host: str) -> str | None:
    return BOOK.hosts.get(host) or _find_by_stem(host)


def _find_by_stem(host: str) -> str | None:
    """Look up a host without its public suffix; google.com.evil.example has another stem than google.com."""
    if _STEM_LABELS.isdisjoint(host.split(".")):
        return None
    suffix = _read_suffix.extract_str(host).suffix
    if not suffix or suffix == host:
        return None
    source = BOOK.stems.get(host.removesuffix(f".{suffix}"))
    return None if source == GOOGLE and not _is_country(suffix) else source


def _is_country(suffix: str) -> bool:
    """Google searches at google.com, google.cat and under country suffixes; google.dev and google.org are no search."""
    return suffix in ("com", "cat") or len(suffix.rpartition(".")[2]) == 2


def find_source_of_app(package: str) -> str | None:
    """Canonical source of a lower-case app package: `com.facebook.katana` gives `facebook`."""
    return BOOK.apps.get(package)


@lru_cache(maxsize=16_384)
def canonical_source(name: str) -> str:
    """Lower-case canonical name of a source named, aliased or given as a host; an unknown one as it is.

    `fb`, `Facebook` and `m.facebook.com` give `facebook`; `Spring Newsletter` gives `spring newsletter`.
    """
    name = name.strip().lower()
    if name in BOOK.categories:
        return name
    if known := BOOK.names.get(name):
        return known
    # An e-mail address is nobody's host.
    host = read_host(name) if "." in name and "@" not in name else ""
    return (find_source_of_host(host) if host else None) or name


@lru_cache(maxsize=16_384)
def category_of(source: str) -> str | None:
    """Category of a source (one of CATEGORIES), None for one the table does not know."""
    return BOOK.categories.get(canonical_source(source))


def list_sources() -> Iterator[tuple[str, str]]:
    """Every canonical source with its category, in the order of the table."""
    yield from BOOK.categories.items()
