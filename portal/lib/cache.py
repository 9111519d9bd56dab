"""Redis as a cache that may die: pages go on, and rate limits go on per process."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterable
from typing import Any

from django.core.cache.backends.base import DEFAULT_TIMEOUT
from django.core.cache.backends.locmem import LocMemCache
from django.core.cache.backends.redis import RedisCache
from redis.exceptions import RedisError

logger = logging.getLogger("portal.cache")

RETRY_AFTER_SECONDS = 5.0


class ResilientRedisCache(RedisCache):
    """Django's Redis cache whose failures are logged and answered from this process's own memory.

    While Redis is away each operation works on a small in-process cache: what was stored in Redis looks
    missing (`get` gives the default), and counters keep counting, so that sign-in throttling stays in force
    for each worker. Redis is asked again every `RETRY_AFTER_SECONDS`; then the stand-in is emptied.
    """

    def __init__(self, server: str | list[str], params: dict[str, Any]) -> None:
        options = {"socket_connect_timeout": 0.5, "socket_timeout": 1.0, **params.get("OPTIONS", {})}
        super().__init__(server, {**params, "OPTIONS": options})
        self._stand_in = LocMemCache(f"stand-in-{server}", {"MAX_ENTRIES": 5000})
        self._down_until = 0.0

    def _either(self, name: str, *args: Any, **kwargs: Any) -> Any:
        """The operation on Redis, or on the stand-in when Redis does not answer."""
        if time.monotonic() < self._down_until:
            return getattr(self._stand_in, name)(*args, **kwargs)
        operation: Callable[..., Any] = getattr(super(), name)
        try:
            answer = operation(*args, **kwargs)
        except (RedisError, OSError) as error:
            logger.error("cache away, %s answered from memory: %s", name, type(error).__name__)
            self._down_until = time.monotonic() + RETRY_AFTER_SECONDS
            return getattr(self._stand_in, name)(*args, **kwargs)
        if self._down_until:
            logger.warning("cache is back")
            self._down_until = 0.0
            self._stand_in.clear()
        return answer

    def add(self, key: Any, value: Any, timeout: Any = DEFAULT_TIMEOUT, version: Any = None) -> bool:
        return bool(self._either("add", key, value, timeout=timeout, version=version))

    def get(self, key: Any, default: Any = None, version: Any = None) -> Any:
        return self._either("get", key, default=default, version=version)

    def set(self, key: Any, value: Any, timeout: Any = DEFAULT_TIMEOUT, version: Any = None) -> None:
        self._either("set", key, value, timeout=timeout, version=version)

    def touch(self, key: Any, timeout: Any = DEFAULT_TIMEOUT, version: Any = None) -> bool:
        return bool(self._either("touch", key, timeout=timeout, version=version))

    def delete(self, key: Any, version: Any = None) -> bool:
        return bool(self._either("delete", key, version=version))

    def get_many(self, keys: Iterable[Any], version: Any = None) -> dict[Any, Any]:
        found: dict[Any, Any] = self._either("get_many", list(keys), version=version)
        return found

    def has_key(self, key: Any, version: Any = None) -> bool:
        return bool(self._either("has_key", key, version=version))

    def incr(self, key: Any, delta: int = 1, version: Any = None) -> int:
        return int(self._either("incr", key, delta=delta, version=version))

    def set_many(
        self, data: dict[Any, Any], timeout: Any = DEFAULT_TIMEOUT, version: Any = None
    ) -> list[Any]:
        failed: list[Any] = self._either("set_many", data, timeout=timeout, version=version)
        return failed

    def delete_many(self, keys: Iterable[Any], version: Any = None) -> None:
        self._either("delete_many", list(keys), version=version)

    def clear(self) -> None:
        self._either("clear")
