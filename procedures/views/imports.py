"""Imports of the national catalogue: upload, progress, differences, what is taken over."""

from __future__ import annotations

from typing import Any, cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from portal.accounts.models import User
from portal.lib import uploads
from portal.lib.errors import ActionError
from portal.lib.reads_writes import reads, writes
from portal.views import safe_next
from procedures import imports
from procedures.access import can_edit, can_publish, check_edit, get_import, imports_for
from procedures.actions.imports import receive
from procedures.actions.taking import ask_take_all, confirm_identity, set_aside, take_over
from procedures.forms_imports import SHOWN_KINDS, ImportForm, ItemFilter
from procedures.importing.national.kinds import FaultKind
from procedures.models import CatalogueImport, ImportState

PAGE_SIZE = 20


@login_required
@writes
def listing(request: HttpRequest) -> HttpResponse:
    """What was taken in, newest first; the form for the next file."""
    form = ImportForm(request.POST or None, request.FILES or None)
    if request.method == "POST":
        check_edit(request.user)
        if form.is_valid() and (source := _received(request, form)) is not None:
            return redirect("procedures:import", source.pk)
    rows = imports_for(cast("User", request.user))
    context = {
        "form": form,
        "may_edit": can_edit(request.user),
        "page": Paginator(rows, PAGE_SIZE).get_page(request.GET.get("page")),
    }
    status = 422 if request.method == "POST" else 200
    return render(request, "procedures/imports/listing.html", context, status=status)


def _received(request: HttpRequest, form: ImportForm) -> CatalogueImport | None:
    file = form.cleaned_data["file"]
    try:
        return receive(by=cast("User", request.user), name=str(file.name), data=file.read())
    except ValidationError as error:
        form.add_error("file", error)
        return None


@login_required
@reads
def source(request: HttpRequest, pk: int) -> HttpResponse:
    """One file: how far it is, and its differences, filtered and paged. htmx polls the progress alone."""
    user = cast("User", request.user)
    found = get_import(user, pk)
    context: dict[str, Any] = {
        "source": found,
        "counts": imports.counts_of(found),
        "busy": found.state == ImportState.RUNNING or found.is_taking,
        "may_edit": can_edit(user),
    }
    if request.htmx:  # type: ignore[attr-defined]
        response = render(request, "procedures/imports/_import_progress.html", context)
        if not context["busy"]:
            response["HX-Refresh"] = "true"
        return response
    wanted = ItemFilter(request.GET)
    kind = wanted.chosen("kind") or SHOWN_KINDS[0].value
    items = imports.items_of(
        found,
        kind=kind,
        part=wanted.chosen("part"),
        decision=wanted.chosen("decision"),
        query=wanted.chosen("q"),
    )
    page = Paginator(items, PAGE_SIZE).get_page(request.GET.get("page"))
    context |= {
        "filter": wanted,
        "kind": kind,
        "tabs": [(each.value, each.label, context["counts"][each.value]) for each in SHOWN_KINDS],
        "page": page,
        "rows": imports.shown(page),
        "faults": found.faults.count(),
        "me": user.pk,
        "may_publish": can_publish(user),
        "here": request.get_full_path(),
    }
    return render(request, "procedures/imports/source.html", context)


@login_required
@reads
def faults(request: HttpRequest, pk: int) -> HttpResponse:
    """Every damaged, repaired or doubtful line with the reason and what stood there."""
    found = get_import(cast("User", request.user), pk)
    kind = request.GET.get("loai", "")
    rows = found.faults.all()
    tabs = [(each.value, each.label, rows.filter(kind=each.value).count()) for each in FaultKind]
    if kind in FaultKind.values:
        rows = rows.filter(kind=kind)
    page = Paginator(rows, 100).get_page(request.GET.get("page"))
    context = {"source": found, "tabs": tabs, "kind": kind, "page": page, "total": sum(t[2] for t in tabs)}
    return render(request, "procedures/imports/faults.html", context)


@login_required
@reads
def absent(request: HttpRequest, pk: int) -> HttpResponse:
    """What the catalogue has and the file does not name."""
    found = get_import(cast("User", request.user), pk)
    page = Paginator(imports.absent_from(found), 50).get_page(request.GET.get("page"))
    return render(request, "procedures/imports/absent.html", {"source": found, "page": page})


@login_required
@reads
def raw_file(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The file as it came."""
    found = get_import(cast("User", request.user), pk)
    return uploads.serve(found.sha256, found.name, "application/octet-stream")


@login_required
@writes
def decide(request: HttpRequest, pk: int, item_id: int) -> HttpResponse:
    """Take over one procedure (all of it or the marked parts), leave it, or confirm what its own row says."""
    user = cast("User", request.user)
    get_import(user, pk)
    back = safe_next(request, reverse("procedures:import", args=[pk]))
    if request.method == "POST":
        try:
            messages.success(request, _decided(request, user, item_id))
        except ActionError as error:
            messages.error(request, str(error))
    return redirect(back)


def _decided(request: HttpRequest, user: User, item_id: int) -> str:
    asked = request.POST.get("decision", "")
    if asked == "confirm":
        confirm_identity(by=user, item_id=item_id)
        return _("Đã ghi vào danh mục.")
    if asked == "aside":
        set_aside(by=user, item_id=item_id)
        return _("Đã ghi là không lấy.")
    item = take_over(by=user, item_id=item_id, parts=request.POST.getlist("part"))
    if item.draft_id:
        return _("Đã lấy thành dự thảo; bản đang công bố không đổi.")
    return _("Đã lấy; có hiệu lực khi người thứ hai xác nhận.")


@login_required
@writes
def take_all(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask once, then have every open difference taken over as a draft."""
    check_edit(request.user)
    user = cast("User", request.user)
    found = get_import(user, pk)
    if request.method == "POST":
        try:
            ask_take_all(by=user, import_id=pk)
        except ActionError as error:
            messages.error(request, str(error))
        return redirect("procedures:import", pk)
    context = {"source": found, "counts": imports.counts_of(found)}
    return render(request, "procedures/imports/take_all.html", context)
