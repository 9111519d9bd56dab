"""The register of a unit: issued for some days, kept, printed again."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render

from dossiers.access_units import get_register, registers_for
from dossiers.actions.registers import issue_register
from dossiers.forms_registers import RegisterForm
from dossiers.views.desk import officer
from dossiers.views.documents import file_response
from dossiers.workflow import ActionError
from portal.accounts.access import can_somewhere
from portal.accounts.permissions import Permission
from portal.lib.reads_writes import reads, writes

PAGE_SIZE = 20


@login_required
@writes
def registers(request: HttpRequest) -> HttpResponse:
    """Ask for the register of some days; those issued before."""
    user = officer(request)
    if not can_somewhere(user, Permission.RECEIVE):
        raise PermissionDenied(Permission.RECEIVE.value)
    form = RegisterForm(request.POST if request.method == "POST" else None, user=user)
    if form.is_bound and form.is_valid():
        try:
            issue_register(by=user, **form.cleaned_data)
        except ActionError as refused:
            form.add_error(refused.field or None, str(refused.message))
        else:
            return redirect("dossiers:registers")
    page = Paginator(registers_for(user), PAGE_SIZE).get_page(request.GET.get("page"))
    waits = any(not paper.sha256 for paper in page.object_list)
    context = {"form": form, "page": page, "waits": waits}
    if request.htmx:  # type: ignore[attr-defined]
        return render(request, "dossiers/registers/_papers.html", context)
    return render(request, "dossiers/registers/registers.html", context, status=422 if form.is_bound else 200)


@login_required
@reads
def register_paper(request: HttpRequest, key: int) -> HttpResponseBase:
    """The printed register; while its bytes are being made, the list says so."""
    paper = get_register(officer(request), key)
    if not paper.sha256:
        return redirect("dossiers:registers")
    return file_response(paper.sha256, f"{paper.title} {paper.number}.pdf", "application/pdf")
