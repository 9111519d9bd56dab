"""Security headers, the plain page for a dead database, the chosen language, and the read-only guard."""

import logging
import sys
from collections.abc import Callable
from contextlib import ExitStack
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.core.signals import got_request_exception
from django.db import InterfaceError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import translation
from django.utils.cache import add_never_cache_headers, patch_vary_headers

from portal.lib.reads_writes import is_guarded, only_reading
from portal.views import service_unavailable

Handler = Callable[[HttpRequest], HttpResponse]

logger = logging.getLogger("portal.database")

PERMISSIONS_POLICY = ", ".join(
    f"{feature}=()"
    for feature in (
        "accelerometer",
        "autoplay",
        "camera",
        "display-capture",
        "encrypted-media",
        "fullscreen",
        "geolocation",
        "gyroscope",
        "microphone",
        "midi",
        "payment",
        "picture-in-picture",
        "publickey-credentials-get",
        "usb",
        "xr-spatial-tracking",
    )
)


def content_security_policy(*gateway_urls: str) -> str:
    """The policy of every page: own scripts and styles only, forms to the portal and to the payment gateways.

    A form that posts to the portal and is answered with a redirect to the gateway is checked against
    `form-action` too, hence the gateways' origins.
    """
    found = [urlsplit(url) for url in gateway_urls]
    origins = dict.fromkeys(f"{gateway.scheme}://{gateway.netloc}" for gateway in found if gateway.netloc)
    form_action = " ".join(["'self'", *origins])
    return (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
        f"form-action {form_action}; base-uri 'none'; frame-ancestors 'none'; font-src 'none'; "
        "object-src 'none'; manifest-src 'self'"
    )


class SecurityHeadersMiddleware:
    """Adds the headers every answer carries; a view that set a stricter policy itself keeps it."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        headers = response.headers
        headers.setdefault(
            "Content-Security-Policy",
            content_security_policy(settings.VNPAY_PAY_URL, settings.NATIONAL_PAY_URL),
        )
        headers.setdefault("Permissions-Policy", PERMISSIONS_POLICY)
        headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        if not getattr(response, "xframe_options_exempt", False):  # the widget, framed by other sites
            headers.setdefault("X-Frame-Options", settings.X_FRAME_OPTIONS)
        patch_vary_headers(response, ["HX-Request"])
        if _is_personal(request):
            # Counter machines are shared: after sign-out, back must not show the last person's pages.
            del response["Cache-Control"]
            add_never_cache_headers(response)
        return response


def _is_personal(request: HttpRequest) -> bool:
    """Whether the answer was made for a signed-in person; asks the session only if the page did."""
    session = getattr(request, "session", None)
    if session is None or not session.accessed:
        return False
    try:
        return SESSION_KEY in session
    except (OperationalError, InterfaceError):
        return True  # the session could not be read: nobody may keep this page


class DatabaseDownMiddleware:
    """Answers 503 with a plain page when the database cannot be used, wherever the error arose.

    Django turns an error inside an inner middleware into a 500 before this class can catch it, so errors are
    noticed by the `got_request_exception` signal, which the handler sends for each of them.
    """

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response
        got_request_exception.connect(_note_database_error, dispatch_uid="portal.database_down")

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if getattr(request, "database_error", ""):
            return service_unavailable(request)
        return response

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Errors of views: answered here, so that they are not reported as a fault of the portal."""
        if not isinstance(exception, OperationalError | InterfaceError):
            return None
        _log(exception)
        return service_unavailable(request)


def _note_database_error(request: HttpRequest | None = None, **_: Any) -> None:
    error = sys.exc_info()[1]
    if request is not None and isinstance(error, OperationalError | InterfaceError):
        request.database_error = type(error).__name__  # type: ignore[attr-defined]
        _log(error)


def _log(error: BaseException) -> None:
    """The kind of error and its SQLSTATE: a message may quote row values."""
    cause = error.__cause__
    logger.error(
        "database unusable: %s sqlstate=%s", type(cause or error).__name__, getattr(cause, "sqlstate", None)
    )


class ChosenLanguageMiddleware:
    """Vietnamese unless the visitor chose English with the switch.

    The browser's own language is not asked: many phones in the city speak English to their owner, whose
    papers are Vietnamese all the same. Pages vary by the cookie only.
    """

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        chosen = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, "")
        language = chosen if chosen in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE
        request.LANGUAGE_CODE = language
        with translation.override(language):
            response = self.get_response(request)
        response.headers.setdefault("Content-Language", language)
        patch_vary_headers(response, ["Cookie"])
        return response


class NoNulMiddleware:
    """404 for an address with a NUL in it: no row has such a key, and PostgreSQL would raise on the question.

    The API answers such an address itself, in JSON.
    """

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer, or Http404."""
        if "\x00" in request.path_info and not request.path_info.startswith("/api/"):
            raise Http404
        return self.get_response(request)


class ReadOnlyGetMiddleware:
    """Runs every GET and HEAD under a guard that refuses writes (see `portal.lib.reads_writes`).

    It is the last middleware, so that the session is saved outside the guard.
    """

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        with ExitStack() as guard:
            request.read_guard = guard  # type: ignore[attr-defined]
            return self.get_response(request)

    def process_view(
        self,
        request: HttpRequest,
        view: Callable[..., Any],
        args: tuple[Any, ...],  # noqa: ARG002
        kwargs: dict[str, Any],  # noqa: ARG002
    ) -> None:
        """Close the guard around the view that is about to run."""
        if is_guarded(request, view):
            request.read_guard.enter_context(only_reading())  # type: ignore[attr-defined]
