"""Marks for views: which of them may change data, and the guard that holds them to it.

`@reads` and `@writes` are read by `portal.middleware.ReadOnlyGetMiddleware`: while a GET or HEAD request is
handled, every statement but a read raises `WriteInReadError`. A link, a prefetch or a crawler then cannot
change a row, whatever the view does by mistake (OWASP ASVS 5.0, 3.5.3).
"""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, ParamSpec, TypeVar

from django.db import connections
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.views.decorators.http import require_http_methods

P = ParamSpec("P")
R = TypeVar("R", bound=HttpResponseBase)
View = Callable[P, R]

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
_READ = re.compile(
    r"\s*\(*\s*(SELECT|WITH|VALUES|TABLE|EXPLAIN|SHOW|SET|RESET|SAVEPOINT|RELEASE|ROLLBACK|BEGIN|COMMIT|FETCH|CLOSE"
    r"|DECLARE)\b",
    re.IGNORECASE,
)
_HIDDEN_WRITE = re.compile(
    r"\b(INSERT\s+INTO|UPDATE\s+\S+\s+SET|DELETE\s+FROM|MERGE\s+INTO)\b", re.IGNORECASE
)
# Signing in, signing out and flash messages keep their state in the session, the visitor's own row.
_SESSION = re.compile(r'\s*(INSERT INTO|UPDATE|DELETE FROM)\s+"?django_session"?\b', re.IGNORECASE)


class WriteInReadError(RuntimeError):
    """A request that only reads tried to change the database."""


def reads(view: Callable[P, R]) -> Callable[P, HttpResponseBase]:
    """A view that only shows: GET and HEAD, 405 otherwise; its database access is guarded."""
    return _marked(require_http_methods(["GET", "HEAD"])(view), "reads")


def writes(view: Callable[P, R]) -> Callable[P, HttpResponseBase]:
    """A view whose POST may change data; its GET shows the form and is guarded like `reads`."""
    return _marked(require_http_methods(["GET", "HEAD", "POST"])(view), "writes")


def writes_on_get(reason: str) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Lift the guard for a view called by a machine with a fixed protocol, such as a gateway's notice.

    `reason` says which protocol demands it; it is kept on the view for the architecture test.
    """

    def mark(view: Callable[P, R]) -> Callable[P, R]:
        view.write_on_get_reason = reason  # type: ignore[attr-defined]
        return _marked(view, "writes_on_get")

    return mark


def public(view: Callable[P, R]) -> Callable[P, R]:
    """Say that everybody may open this view without signing in; the authorisation matrix reads the mark."""
    view.is_public = True  # type: ignore[attr-defined]
    return view


def _marked(view: Callable[P, Any], access: str) -> Callable[P, Any]:
    view.access = access  # type: ignore[attr-defined]
    return view


def is_guarded(request: HttpRequest, view: Callable[..., Any]) -> bool:
    """Whether `request` must not write: every safe method, unless the view is marked `writes_on_get`."""
    return request.method in SAFE_METHODS and getattr(view, "access", "") != "writes_on_get"


def may_run(sql: str) -> bool:
    """Whether a statement is a read, transaction control, or touches only the visitor's own session."""
    if _SESSION.match(sql):
        return True
    return bool(_READ.match(sql)) and not _HIDDEN_WRITE.search(sql)


@contextmanager
def only_reading() -> Iterator[None]:
    """Refuse every write on the default database while the block runs. Raises WriteInReadError."""
    with connections["default"].execute_wrapper(_refuse_writes):
        yield


def _refuse_writes(
    execute: Callable[..., Any], sql: Any, params: Any, many: bool, context: dict[str, Any]
) -> Any:
    text = sql if isinstance(sql, str) else sql.as_string(context["connection"].connection)
    if not may_run(text):
        # The statement's parameters may hold personal data; the error names the verb and the table only.
        raise WriteInReadError(f"a page that only reads tried: {' '.join(text.split()[:3])}")
    return execute(sql, params, many, context)
