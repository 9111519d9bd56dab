"""A draft of a version that is over: what changed, and going on under the new one with everything typed."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from dossiers import renewing
from dossiers.actions.renewing import renew
from dossiers.forms_citizen import StartForm
from dossiers.models import Draft
from dossiers.views.drafting import on_old_draft, person
from dossiers.wizard import schema_of
from dossiers.workflow import ActionError
from portal.lib.reads_writes import writes
from procedures.form_engine import read_back


@on_old_draft
@writes
def renewal(request: HttpRequest, draft: Draft) -> HttpResponse:
    """Said before anything else of such a draft is shown; nothing changes until the person says so."""
    if not renewing.is_outdated(draft):
        return redirect("dossiers:draft", draft.pk)
    version = renewing.successor_of(draft)
    if version is None:
        return _over(request, draft)
    case = renewing.same_case(draft, version)
    data = request.POST if request.method == "POST" else None
    form = StartForm(list(version.cases.all()), data, case.code if case else "")
    if data is not None and form.is_valid():
        try:
            renew(draft_id=draft.pk, by=person(request), case=form.case)
        except ActionError as error:
            form.add_error(error.field if error.field in form.fields else None, str(error))
        else:
            messages.success(
                request, _("Đã chuyển sang phiên bản mới. Những gì bạn đã khai và tải lên được giữ.")
            )
            return redirect("dossiers:draft", draft.pk)
    context = {
        "draft": draft,
        "version": version,
        "form": form,
        "changes": renewing.changes(draft, version, case),
    }
    return render(request, "dossiers/filing/renewal.html", context, status=422 if form.errors else 200)


def _over(request: HttpRequest, draft: Draft) -> HttpResponse:
    """Nothing to file under any more: what was typed can still be read."""
    context: dict[str, Any] = {
        "draft": draft,
        "successor": draft.version.procedure.successor,
        "sections": read_back(schema_of(draft.version), draft.answers),
    }
    return render(request, "dossiers/filing/over.html", context)
