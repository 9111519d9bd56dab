"""How often something may be tried from one place: counted before it is done, so that many at once gain nothing."""

from __future__ import annotations

from typing import NamedTuple

from django.core.cache import cache


class Tries(NamedTuple):
    """At most `most` tries in `seconds` from the first one; the counts live in the cache and start anew without it."""

    most: int
    seconds: int

    def take(self, *keys: str) -> bool:
        """Count one try under every key; False when any of them has had too many."""
        return max([_more(key, self.seconds) for key in keys], default=0) <= self.most

    def give_back(self, *keys: str) -> None:
        """Take back a try that was none."""
        for key in keys:
            _less(key)


def _more(key: str, seconds: int) -> int:
    cache.add(key, 0, seconds)
    try:
        return cache.incr(key)
    except ValueError:  # its time was over, or the cache went away, between the two
        return 1


def _less(key: str) -> None:
    try:
        cache.incr(key, -1)
    except ValueError:
        return  # the count is over, and the try with it
