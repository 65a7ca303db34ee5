"""Where PostgreSQL and Valkey are: what the environment says, else the servers of the data folder."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote, urlsplit, urlunsplit

from config.embedded.folders import role_password, socket_folder

DATABASE = "headwater"
OWNER = "headwater_owner"
APP = "headwater_app"
COLLECTOR = "headwater_collector"


@dataclass(frozen=True)
class Addresses:
    """One address per role; `redis_url` is for redis-py, `celery_broker_url` is the same one for Celery."""

    owner_url: str
    app_url: str
    collector_url: str
    redis_url: str
    celery_broker_url: str


def addresses(data_dir: Path, environ: Mapping[str, str] = os.environ) -> Addresses:
    """Say where the servers are, without asking them: the same for every command beside a running one."""
    owner_url, app_url, collector_url = _database_urls(data_dir, environ)
    redis_url = environ.get("REDIS_URL") or f"unix://{quote(str(socket_folder(data_dir)))}/valkey.sock"
    return Addresses(owner_url, app_url, collector_url, redis_url, _for_celery(redis_url))


def bring_your_own_database(environ: Mapping[str, str] = os.environ) -> bool:
    """Whether the environment names a PostgreSQL, so that ours stays off."""
    return any(environ.get(name) for name in ("OWNER_DATABASE_URL", "DATABASE_URL", "COLLECTOR_DATABASE_URL"))


def bring_your_own_broker(environ: Mapping[str, str] = os.environ) -> bool:
    """Whether the environment names a Redis or Valkey, so that ours stays off."""
    return bool(environ.get("REDIS_URL"))


def derived_roles(environ: Mapping[str, str] = os.environ) -> list[str]:
    """The roles on somebody else's server that nobody gave an address for, so that `up` makes them."""
    owner, app, collector = _given(environ)
    return [role for role, url in ((APP, app), (COLLECTOR, collector)) if owner and not url]


def _given(environ: Mapping[str, str]) -> tuple[str, str, str]:
    owner = environ.get("OWNER_DATABASE_URL", "")
    app = environ.get("DATABASE_URL", "")
    collector = environ.get("COLLECTOR_DATABASE_URL", "")
    if app and not owner and not collector:
        # A single address is the owner's: pages must not be served by a role that may see every row.
        return app, "", ""
    return owner, app, collector


def _database_urls(data_dir: Path, environ: Mapping[str, str]) -> tuple[str, str, str]:
    owner, app, collector = _given(environ)
    if not bring_your_own_database(environ):
        return (
            _embedded_url(data_dir, OWNER),
            _embedded_url(data_dir, APP),
            _embedded_url(data_dir, COLLECTOR),
        )
    if not owner:
        # A host that only serves: it can do everything but migrate.
        return app or collector, app or collector, collector or app
    return (
        owner,
        app or _as_role(owner, APP, role_password(data_dir, APP)),
        collector or _as_role(owner, COLLECTOR, role_password(data_dir, COLLECTOR)),
    )


def _embedded_url(data_dir: Path, role: str) -> str:
    return f"postgresql://{role}@/{DATABASE}?host={quote(str(socket_folder(data_dir)), safe='/')}"


def _as_role(url: str, role: str, password: str) -> str:
    parts = urlsplit(url)
    place = parts.netloc.rpartition("@")[2]
    return urlunsplit(parts._replace(netloc=f"{role}:{password}@{place}"))


def _for_celery(redis_url: str) -> str:
    scheme, rest = redis_url.split("://", 1)
    return f"redis+socket://{rest}" if scheme == "unix" else redis_url
