"""The cache in Valkey, which counts tries at log-ins and remembers used codes."""

import logging
from collections.abc import Callable
from typing import Any

from django.core.cache.backends.locmem import LocMemCache
from django.core.cache.backends.redis import RedisCache
from redis.exceptions import ConnectionError, TimeoutError

log = logging.getLogger(__name__)
# Everything else of a cache is made of these.
SINGLE = ("add", "get", "set", "touch", "delete", "incr", "has_key", "clear")


class CacheThatMayBeAway(RedisCache):
    """Valkey's cache, and this process's own memory while Valkey is away.

    People can log in all the same, and tries are still counted, by each web process for itself.
    """

    def __init__(self, server: str, params: dict[str, Any]) -> None:
        super().__init__(server, params)
        self._meanwhile = LocMemCache("while-valkey-is-away", params)

    def _ask(self, name: str, *args: Any, **kwargs: Any) -> Any:
        try:
            return getattr(super(), name)(*args, **kwargs)
        except (ConnectionError, TimeoutError):
            log.warning("Valkey is away; counting in this process.")
            return getattr(self._meanwhile, name)(*args, **kwargs)


def _asking(name: str) -> Callable[..., Any]:
    def ask(self: CacheThatMayBeAway, *args: Any, **kwargs: Any) -> Any:
        return self._ask(name, *args, **kwargs)

    return ask


for _name in SINGLE:
    setattr(CacheThatMayBeAway, _name, _asking(_name))
