"""Pages of the house itself: errors, the language switch, the living style page."""

from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseForbidden, HttpResponseRedirect
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

RETRY_AFTER_SECONDS = 30


def safe_next(request: HttpRequest, default: str = "/") -> str:
    """Where to go on to, from `next` in the form or the query; `default` when it leads off this site."""
    address = request.POST.get("next") or request.GET.get("next") or ""
    allowed = url_has_allowed_host_and_scheme(
        address, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return address if allowed else default


@csrf_exempt
@require_POST
def set_language(request: HttpRequest) -> HttpResponse:
    """Remember the chosen language in a cookie and go back.

    Without a CSRF token: nothing but a display choice changes, and pages of visitors stay free of cookies and
    of per-request secrets, so that they can be cached. A form on another site is still refused by its Origin.
    """
    origin = urlsplit(request.headers.get("Origin", "")).netloc
    if origin and origin != request.get_host():
        return HttpResponseForbidden()
    response = HttpResponseRedirect(safe_next(request))
    if (language := request.POST.get("language", "")) in dict(settings.LANGUAGES):
        response.set_cookie(
            settings.LANGUAGE_COOKIE_NAME,
            language,
            max_age=365 * 24 * 3600,
            secure=settings.SESSION_COOKIE_SECURE,
            httponly=True,
            samesite="Lax",
        )
    return response


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:  # noqa: ARG001
    """400: the request itself was malformed."""
    return _error_page(request, "400.html", 400)


def permission_denied(
    request: HttpRequest,
    exception: Exception | None = None,  # noqa: ARG001
) -> HttpResponse:
    """403: seen, but not yours to do."""
    return render(request, "403.html", status=403)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """404; a view may raise `Http404("câu giải thích")` and the sentence is shown."""
    reason = exception.args[0] if exception and exception.args and isinstance(exception.args[0], str) else ""
    return render(request, "404.html", {"reason": reason}, status=404)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:  # noqa: ARG001
    """403: the form was open too long, or came from elsewhere; the page says how to go on."""
    return render(request, "403_csrf.html", status=403)


def server_error(request: HttpRequest) -> HttpResponse:
    """500: no database, no context processors, no trace."""
    return _error_page(request, "500.html", 500)


def service_unavailable(request: HttpRequest) -> HttpResponse:
    """503: the database does not answer; says when to try again."""
    response = _error_page(request, "503.html", 503)
    response["Retry-After"] = str(RETRY_AFTER_SECONDS)
    response["Cache-Control"] = "no-store"
    return response


def _error_page(request: HttpRequest, template: str, status: int) -> HttpResponse:
    """A page from the template alone, in the language of the cookie: it must work when nothing else does."""
    chosen = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, "")
    language = chosen if chosen in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE
    with translation.override(language):
        return HttpResponse(render_to_string(template, {"language": language}), status=status)
