"""A dead Redis does not fail a page, and does not lift a limit."""

import logging
from typing import Any

import pytest
from redis.exceptions import ConnectionError as RedisConnectionError

from portal.lib import cache as cache_module
from portal.lib.cache import ResilientRedisCache


@pytest.fixture
def dead() -> ResilientRedisCache:
    """A cache whose server refuses connections."""
    return ResilientRedisCache("redis://127.0.0.1:1/0", {"KEY_PREFIX": "dead"})


def test_reading_gives_the_default_and_says_so(
    dead: ResilientRedisCache, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.ERROR, logger="portal.cache"):
        assert dead.get("missing", "default") == "default"
    assert "cache away" in caplog.text
    assert dead.get_many(["a"]) == {}
    assert not dead.has_key("a")
    assert not dead.delete("a")


def test_counting_goes_on_in_this_process(dead: ResilientRedisCache) -> None:
    assert dead.add("tries", 1)
    assert not dead.add("tries", 1)
    assert dead.incr("tries") == 2
    with pytest.raises(ValueError):
        dead.incr("never-set")


def test_a_dead_server_is_not_asked_again_at_once(
    dead: ResilientRedisCache, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls: list[str] = []

    def refuse(self: Any, key: str, default: Any) -> Any:
        calls.append(key)
        raise RedisConnectionError("refused")

    monkeypatch.setattr("django.core.cache.backends.redis.RedisCacheClient.get", refuse)
    for _ in range(5):
        dead.get("k")
    assert len(calls) == 1


def test_when_the_server_is_back_its_values_count_again(
    dead: ResilientRedisCache, monkeypatch: pytest.MonkeyPatch
) -> None:
    dead.set("k", "from memory")
    assert dead.get("k") == "from memory"
    monkeypatch.setattr("django.core.cache.backends.redis.RedisCacheClient.get", lambda *_: "from redis")
    later = cache_module.time.monotonic() + cache_module.RETRY_AFTER_SECONDS + 1
    monkeypatch.setattr(cache_module.time, "monotonic", lambda: later)
    assert dead.get("k") == "from redis"
    assert dead._stand_in.get("k") is None


@pytest.mark.django_db
def test_sign_in_works_and_is_throttled_without_redis(client: Any, cast: Any, monkeypatch: Any) -> None:
    from django.core.cache import cache

    def refuse(*args: Any, **kwargs: Any) -> Any:
        raise RedisConnectionError("refused")

    for name in ("get", "set", "add", "delete"):
        monkeypatch.setattr(f"django.core.cache.backends.redis.RedisCacheClient.{name}", refuse)
    for _ in range(5):
        client.post("/tai-khoan/dang-nhap/", {"login": cast.citizen.username, "password": "sai"})
    page = client.post("/tai-khoan/dang-nhap/", {"login": cast.citizen.username, "password": "sai"})
    assert "quá nhiều lần" in page.content.decode()
    # The breaker is global to the process; leave it closed for the next test.
    cache._down_until = 0.0
    cache._stand_in.clear()
