"""An officer's own board and the lists behind it."""

from __future__ import annotations

from typing import cast

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from portal.accounts.models import User
from portal.lib import clock
from portal.lib.reads_writes import reads
from reporting import behind, own
from reporting.forms import ListForm, PeriodForm
from reporting.periods import Preset
from reporting.views.lists import render_list


@reads
@login_required
def board(request: HttpRequest) -> HttpResponse:
    """What lies with me, how my finished work stands, against target and the last comparable period."""
    parts = own.parts_of(request.user)
    form = PeriodForm(request.GET or None, today=clock.today())
    period = form.chosen()
    context = {
        "form": form.shown(),
        "period": period,
        "earlier": period.before(),
        "presets": [(preset.value, preset.label, preset is period.preset) for preset in Preset],
        "moment": clock.now(),
        "parts": own.shown(cast(User, request.user), parts, period),
    }
    template = "reporting/own/_board.html" if getattr(request, "htmx", False) else "reporting/own/board.html"
    wrong = form.is_bound and not form.is_valid()
    return render(request, template, context, status=422 if wrong else 200)


@reads
@login_required
def own_list(request: HttpRequest) -> HttpResponse:
    """The dossiers of mine one number counts."""
    parts = {part.code: part for part in own.parts_of(request.user)}
    form = ListForm(request.GET, today=clock.today())
    part = parts.get(request.GET.get("of", ""))
    if part is None or not form.is_valid() or form.chosen_measure() is None:
        raise Http404(_("Không có danh sách nào như vậy. Hãy mở danh sách từ một con số trên bảng số liệu."))
    user = cast(User, request.user)
    units = frozenset(unit.pk for unit in own.units_of(user))
    asked = behind.Request(
        form.chosen_measure(), form.chosen_part(), form.chosen(), units, narrow=part.narrow(user)
    )
    return render_list(request, asked, {"whose": part.title})
