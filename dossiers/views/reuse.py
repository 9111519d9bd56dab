"""How much need not be typed again: for everybody per procedure, for officers dossier by dossier."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from dossiers import reuse_figures
from dossiers.models import Dossier, DossierReuse
from dossiers.views.desk import officer
from portal.accounts.access import can_somewhere
from portal.accounts.permissions import Permission
from portal.lib.reads_writes import public, reads
from procedures.querysets import catalogue

PER_PAGE = 50


@public
@reads
def overview(request: HttpRequest) -> HttpResponse:
    """Every procedure that was filed lately, with its shares."""
    found = reuse_figures.lines()
    filable = sum(entry.has_form for entry in catalogue().entries)
    context = {
        "lines": found,
        "days": reuse_figures.DAYS,
        "without": max(filable - len(found), 0),
        "opens": request.user.is_authenticated and can_somewhere(request.user, Permission.SEE_DOSSIERS),
    }
    return render(request, "dossiers/reuse/overview.html", context)


@login_required
@reads
def dossiers(request: HttpRequest, code: str) -> HttpResponse:
    """The dossiers behind a line that the officer may see, with the sum over exactly these."""
    entry = catalogue().by_code.get(code)
    if entry is None:
        raise Http404(_("Không có danh sách này."))
    found = reuse_figures.behind(Dossier.objects.visible_to(officer(request)), code)
    sums = reuse_figures.total(DossierReuse.objects.filter(dossier__in=found.order_by().values("pk")))
    page = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    context = {"entry": entry, "page": page, "sums": sums, "days": reuse_figures.DAYS}
    return render(request, "dossiers/reuse/dossiers.html", context)
