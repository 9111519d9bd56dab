"""How long intakes take: his own for every officer, the unit's mean for its head. Nobody is ranked."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from dossiers import intakes
from dossiers.views.desk import officer
from portal.accounts.access import can_somewhere
from portal.accounts.permissions import Permission
from portal.lib.reads_writes import reads


@login_required
@reads
def intake_times(request: HttpRequest) -> HttpResponse:
    """Today, this week, the weeks before, and by procedure; for a head also the mean of his units."""
    user = officer(request)
    if not can_somewhere(user, Permission.RECEIVE):
        raise PermissionDenied("no counter")
    context = {
        "today": intakes.own_today(user),
        "week": intakes.own_week(user),
        "weeks": intakes.own_weeks(user),
        "procedures": intakes.own_procedures(user),
        "units": intakes.units_of_head(user) if can_somewhere(user, Permission.SEE_FIGURES) else [],
    }
    return render(request, "dossiers/counter/times.html", context)
