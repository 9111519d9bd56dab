"""Conditional answers for visitors: an unchanged page costs a comparison, a known one no rendering."""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from collections.abc import Callable
from functools import cache, wraps
from pathlib import Path
from threading import Lock
from typing import Any

from django.conf import settings
from django.contrib.messages.storage.cookie import CookieStorage
from django.db.models import Max
from django.http import HttpRequest, HttpResponse
from django.utils.cache import patch_cache_control
from django.utils.translation import get_language
from django.views.decorators.http import condition

from portal.lib import clock
from procedures.models import LevelOrder, OrderState
from procedures.querysets import catalogue

MAX_AGE_SECONDS = 60
MOST_PAGES = 300  # of at most 32 KB: ten megabytes a process
LARGEST_PAGE = 32 * 1024

_pages: OrderedDict[str, bytes] = OrderedDict()
_lock = Lock()


@cache
def release() -> str:
    """A digest of what pages are made of (templates, styles, words): it changes with every release."""
    total = hashlib.sha256()
    for folder, pattern in (("templates", "**/*.html"), ("static", "**/*.css"), ("locale", "**/*.po")):
        for path in sorted(Path(settings.BASE_DIR, folder).glob(pattern)):
            total.update(path.read_bytes())
    return total.hexdigest()[:16]


def page_etag(request: HttpRequest, *_args: Any, **_kwargs: Any) -> str | None:
    """The entity tag of a public page for a visitor without a session; None for everybody else."""
    cookies = request.COOKIES
    if settings.SESSION_COOKIE_NAME in cookies or CookieStorage.cookie_name in cookies:
        return None
    parts = (
        release(),
        catalogue().stamp,
        get_language() or "",
        request.get_full_path(),
        _part(request),
        _minute(request),
    )
    return '"' + hashlib.sha256("\n".join(parts).encode("utf-8", "surrogatepass")).hexdigest()[:32] + '"'


def _part(request: HttpRequest) -> str:
    """Tells a piece for htmx from the page of the same address."""
    return request.headers.get("HX-Target", "part") if "HX-Request" in request.headers else "page"


def _minute(request: HttpRequest) -> str:
    """For a page about a place the minute (it may open or close) and the last order of levels; "" for every other."""
    if "at" not in request.GET:
        return ""
    decided = LevelOrder.objects.filter(state=OrderState.CONFIRMED).aggregate(last=Max("decided_at"))
    return f"{clock.now():%Y%m%d%H%M} {decided['last']}"


def conditional(view: Callable[..., Any]) -> Callable[..., Any]:
    """Answer 304 to a visitor whose copy is current; show another visitor the page as it was last rendered.

    The tag names everything such a page depends on, so a page kept under it is never stale.
    """

    def from_memory(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        tag = page_etag(request)
        if tag is None or request.method != "GET":
            return view(request, *args, **kwargs)
        if (known := _recall(tag)) is not None:
            return HttpResponse(known)
        response = view(request, *args, **kwargs)
        if response.status_code == 200:
            _keep(tag, response.content)
        return response

    checked = condition(etag_func=page_etag)(from_memory)

    @wraps(view)
    def wrapped(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        response = checked(request, *args, **kwargs)
        if response.has_header("ETag"):
            patch_cache_control(response, private=True, max_age=MAX_AGE_SECONDS)
        return response

    return wrapped


def _recall(tag: str) -> bytes | None:
    with _lock:
        if tag in _pages:
            _pages.move_to_end(tag)
        return _pages.get(tag)


def _keep(tag: str, content: bytes) -> None:
    if len(content) > LARGEST_PAGE:
        return
    with _lock:
        _pages[tag] = content
        while len(_pages) > MOST_PAGES:
            _pages.popitem(last=False)
