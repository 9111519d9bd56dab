"""Taking a supplement at the counter: paper handed in, scanned or only noted, and corrected answers."""

from __future__ import annotations

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from dossiers import tracking
from dossiers.access import check_move, get_dossier
from dossiers.views import supplements
from dossiers.views.desk import officer
from dossiers.workflow import BY_NAME
from portal.lib import uploads
from portal.lib.reads_writes import writes
from procedures.form_engine import apply_row_buttons


@login_required
@writes
def receive_supplement(request: HttpRequest, code: str) -> HttpResponse:
    """The open request of a dossier of this counter, answered by the officer for the person in front of him."""
    user = officer(request)
    dossier = get_dossier(user, code)
    check_move(user, BY_NAME["receive_supplement"], dossier)
    ask = tracking.open_request(dossier)
    if ask is None:
        messages.info(request, _("Hồ sơ này không có yêu cầu bổ sung nào đang chờ trả lời."))
        return redirect("dossiers:desk", code=code)
    posted = request.method == "POST"
    changed = apply_row_buttons(request.POST) if posted else None
    answers = supplements.answers_of(dossier)
    form = supplements.form_of(dossier, answers, (changed or request.POST) if posted else None)
    lines = [supplements.line_of(item, request, form) for item in ask.items.select_related("document")]
    if posted and changed is None:
        for line in lines:
            line.errors = (
                list(_faults(line)) if line.item.document_id else supplements.answer_faults(line, form)
            )
        ready = not any(line.errors for line in lines)
        if ready and supplements.send(request, dossier, lines, form, answers, at_counter=True):
            return redirect("dossiers:desk", code=code)
    context = {
        "dossier": dossier,
        "ask": ask,
        "lines": lines,
        "form": form,
        "limit_bytes": settings.UPLOAD_MAX_BYTES,
        "bad": posted and changed is None,
    }
    return render(request, "dossiers/counter/supplement.html", context, status=422 if context["bad"] else 200)


def _faults(line: supplements.Line) -> list[str]:
    """A paper is scanned, or its hand-over is noted; a scan must be readable."""
    if not line.files and not line.note.strip():
        return [_("Xin quét giấy tờ, hoặc ghi chú đã nhận bản giấy.")]
    found: list[str] = []
    for file in line.files:
        try:
            uploads.check_upload(file)
        except ValidationError as error:
            found += [f"{file.name}: {message}" for message in error.messages]
    return found
