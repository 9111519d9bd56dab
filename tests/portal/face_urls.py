"""The portal's own addresses plus views that misbehave on purpose."""

from django.core.exceptions import PermissionDenied
from django.db import OperationalError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.template import RequestContext, Template
from django.urls import path, reverse

from portal.accounts.models import User
from portal.lib.reads_writes import reads, writes, writes_on_get
from portal.urls import handler400, handler403, handler404, handler500
from portal.urls import urlpatterns as own

__all__ = ["handler400", "handler403", "handler404", "handler500", "urlpatterns"]


def _write() -> None:
    User.objects.update(address_line="changed")


@reads
def reads_but_writes(request: HttpRequest) -> HttpResponse:
    _write()
    return HttpResponse()


def unmarked_writes(request: HttpRequest) -> HttpResponse:
    _write()
    return HttpResponse()


@writes
def form(request: HttpRequest) -> HttpResponse:
    _write()
    return HttpResponse("ok")


@writes_on_get("a test's gateway speaks GET")
def notice(request: HttpRequest) -> HttpResponse:
    _write()
    return HttpResponse("ok")


@reads
def writes_session(request: HttpRequest) -> HttpResponse:
    request.session["seen"] = "yes"
    request.session.save()
    return HttpResponse("ok")


@reads
def reads_count(request: HttpRequest) -> HttpResponse:
    return HttpResponse(str(User.objects.select_for_update().count()))


def broken(request: HttpRequest) -> HttpResponse:
    raise ZeroDivisionError("secret detail 001190012345")


def database_away(request: HttpRequest) -> HttpResponse:
    raise OperationalError("connection to 001190012345 failed")


def forbidden(request: HttpRequest) -> HttpResponse:
    raise PermissionDenied("inner reason")


def missing(request: HttpRequest) -> HttpResponse:
    raise Http404("Không có hồ sơ nào mang mã này.")


def desk(request: HttpRequest) -> HttpResponse:
    return render(request, "desk.html")


AUTOSAVE = Template(
    """{% extends "base.html" %}{% block scripts %}{% htmx %}{% endblock %}{% block content %}
    <form method="post" data-autosave="autosave" hx-post="{{ request.path }}" hx-trigger="change"
          hx-target="#autosave" hx-swap="outerHTML">{% csrf_token %}
      <label for="note">Ghi chú</label><input class="input" id="note" name="note">
      <p class="autosave" id="autosave" role="status"></p>
      <button class="button" type="submit" name="file">Nộp</button>
    </form>{% endblock %}"""
)


@writes
def autosave(request: HttpRequest) -> HttpResponse:
    """Saves a note; the note says how saving goes wrong."""
    note = request.POST.get("note")
    if note is None:
        return HttpResponse(AUTOSAVE.render(RequestContext(request)))
    if note == "hết phiên":
        return HttpResponseRedirect(reverse("account_login"))
    if note == "lỗi":
        return HttpResponse(status=500)
    if note == "xung đột":
        return HttpResponse('<p class="autosave" id="autosave" role="status">Sửa ở thẻ khác</p>', status=409)
    return HttpResponse('<p class="autosave" id="autosave" role="status">Đã lưu 14:02</p>')


urlpatterns = [
    *own,
    path("t/autosave/", autosave),
    path("t/reads/", reads_but_writes),
    path("t/unmarked/", unmarked_writes),
    path("t/form/", form),
    path("t/notice/", notice),
    path("t/session/", writes_session),
    path("t/count/", reads_count),
    path("t/broken/", broken),
    path("t/database/", database_away),
    path("t/forbidden/", forbidden),
    path("t/missing/", missing),
    path("t/desk/", desk),
]
