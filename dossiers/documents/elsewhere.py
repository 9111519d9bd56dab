"""Papers of other apps that the public check at `/xac-minh/` leads to: apps to the right announce their own."""

from __future__ import annotations

from collections.abc import Callable

Finder = Callable[[str], str]
_by_token: list[Finder] = []
_by_hash: list[Finder] = []


def announce(*, by_token: Finder, by_hash: Finder) -> None:
    """Two functions that answer the address of the page verifying a paper, or "" when they know none."""
    if by_token not in _by_token:
        _by_token.append(by_token)
        _by_hash.append(by_hash)


def page_of_token(token: str) -> str:
    """The page of the paper with this token; "" when no app has one."""
    return next((found for finder in _by_token if (found := finder(token))), "")


def page_of_hash(sha256: str) -> str:
    """The page of the paper with these bytes; "" when no app has one."""
    return next((found for finder in _by_hash if (found := finder(sha256))), "")
