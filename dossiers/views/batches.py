"""One move on many dossiers: the page that says what will happen, and the page that says what did."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from dossiers.access import get_batch
from dossiers.actions.batches import MOST, order_batch
from dossiers.forms_duty import BatchForm
from dossiers.models import BatchMove, Dossier, Outcome
from dossiers.views.desk import officer
from dossiers.workflow import ActionError
from portal.lib.reads_writes import reads, writes


@login_required
@writes
def order(request: HttpRequest) -> HttpResponse:
    """Look over the chosen dossiers, then order the move; what was chosen stands in the address."""
    user = officer(request)
    given = request.POST if request.method == "POST" else request.GET
    move = given.get("do", "")
    if move not in BatchMove.values:
        raise Http404(_("Không có thao tác này."))
    codes = [code for code in given.getlist("d") if "\x00" not in code][: MOST + 1]
    chosen = list(
        Dossier.objects.visible_to(user).filter(code__in=codes).select_related("procedure").order_by("pk")
    )
    form = BatchForm(user, move, request.POST or None, initial={"key": uuid.uuid4()})
    refused = ""
    if form.is_bound and form.is_valid():
        try:
            batch = order_batch(by=user, move=move, dossiers=chosen, **form.cleaned_data)
        except ActionError as error:
            refused = str(error.message)
        else:
            return redirect("dossiers:batch", key=batch.key)
    context = {"move": BatchMove(move), "chosen": chosen, "form": form, "refused": refused, "most": MOST}
    return render(request, "dossiers/batches/order.html", context, status=422 if form.is_bound else 200)


@login_required
@reads
def batch(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """How far a batch of one's own is, and the answer for each dossier."""
    found = get_batch(officer(request), key)
    rows = list(found.rows.select_related("dossier__procedure").order_by("position"))
    numbers = {outcome: sum(row.outcome == outcome for row in rows) for outcome in Outcome.values}
    context: dict[str, Any] = {"batch": found, "rows": rows, "numbers": numbers, "total": len(rows)}
    template = "dossiers/batches/_rows.html" if request.htmx else "dossiers/batches/batch.html"  # type: ignore[attr-defined]
    return render(request, template, context)
