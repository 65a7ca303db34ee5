"""What Headwater refuses to start with: settings under which data or log-ins would not be safe, in plain words."""

import ipaddress
from collections.abc import Mapping
from urllib.parse import urlsplit

from config.embedded.folders import CannotStart

SHORTEST_SECRET = 50
SHORTEST_AUDIT_DAYS = 365
DURABILITY = ("fsync", "full_page_writes", "synchronous_commit")


def is_public(host: str) -> bool:
    """Whether a host's name or address may be reached from other machines."""
    try:
        return not ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host != "localhost"


def is_public_url(url: str) -> bool:
    """Whether an address that people type in leads here from other machines, say through a proxy."""
    return is_public(urlsplit(url).hostname or "localhost")


def refuse_unsafe_settings(*, secret_key: str, debug: bool, base_url: str, proxies: int) -> None:
    """CannotStart where the secret is no secret, or where a public address would show what DEBUG shows."""
    if len(secret_key) < SHORTEST_SECRET or len(set(secret_key)) < 10 or secret_key.startswith("django-insecure"):
        raise CannotStart(
            f"SECRET_KEY must be {SHORTEST_SECRET} random characters or more; leave it out to have one made."
        )
    if debug and (proxies or is_public_url(base_url)):
        raise CannotStart("DEBUG shows settings and data to everybody; leave it off on a public address.")


def read_audit_retention(days: int) -> int:
    """After how many days audit entries go, 0 for never; CannotStart where they would go within a year."""
    if days and days < SHORTEST_AUDIT_DAYS:
        raise CannotStart(
            f"AUDIT_RETENTION_DAYS must be {SHORTEST_AUDIT_DAYS} or more, or 0 to keep audit entries for ever."
        )
    return days


def read_alarm_emails(text: str) -> tuple[str, ...] | None:
    """The addresses that are told of alarms, by commas; None where nothing is said, and nobody for `none`."""
    if not text.strip() or text.strip() == "none":
        return () if text.strip() else None
    addresses = tuple(part.strip() for part in text.split(",") if part.strip())
    for address in addresses:
        if not all(address.partition("@")[::2]) or " " in address:
            raise CannotStart(f"ALARM_EMAILS must be addresses with commas between them; ‘{address}’ is none.")
    return addresses


def durability_faults(shown: Mapping[str, str]) -> list[str]:
    """Why a crash of the machine could lose what was answered with 200, by what PostgreSQL's SHOW says."""
    return [f"{name} is off" for name in DURABILITY if shown[name] == "off"]


def show_durability(url: str) -> dict[str, str]:
    """What holds for connections of this address: a role or a database may have settings of its own."""
    import psycopg

    with psycopg.connect(url, connect_timeout=10) as connection:
        return {name: connection.execute(f"show {name}").fetchone()[0] for name in DURABILITY}  # type: ignore[index]


def refuse_forgetful_database(*urls: str) -> None:
    """CannotStart where the database would answer before a commit is safe."""
    for url in urls:
        faults = durability_faults(show_durability(url))
        if faults:
            raise CannotStart(
                f"PostgreSQL would lose events in a power cut, for the role {urlsplit(url).username}: "
                f"{', '.join(faults)}. Turn it on in postgresql.conf, or for the role with ALTER ROLE."
            )


def forgets_bells(redis_url: str) -> bool:
    """Whether a Redis keeps its keys in memory only; False too where it does not tell."""
    import redis

    try:
        with redis.Redis.from_url(redis_url, socket_timeout=2, socket_connect_timeout=2) as client:
            return bool(client.config_get("appendonly").get("appendonly") == "no")
    except redis.RedisError:
        return False
