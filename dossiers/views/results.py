"""After the result: the person confirms its arrival, the leader revokes it."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from dossiers.access import get_dossier
from dossiers.actions.results import confirm_receipt, revoke_result
from dossiers.forms_desk import RefusalForm
from dossiers.views.desk import officer
from dossiers.views.drafting import person
from dossiers.workflow import ActionError
from portal.accounts.access import can
from portal.accounts.permissions import Permission
from portal.lib.reads_writes import writes


@login_required
@require_POST
@writes
def received(request: HttpRequest, code: str) -> HttpResponse:
    """The person says that the result has arrived."""
    try:
        confirm_receipt(code=code, by=person(request))
    except ActionError as error:
        messages.warning(request, str(error.message))
    else:
        messages.success(request, _("Đã ghi nhận bạn đã nhận kết quả."))
    return redirect("dossiers:detail", code=code)


@login_required
@writes
def revoke(request: HttpRequest, code: str) -> HttpResponse:
    """Take an issued result back, with reason and basis, on a page of its own."""
    user = officer(request)
    dossier = get_dossier(user, code)
    if not can(user, Permission.SIGN, dossier.competent_unit_id):
        raise PermissionDenied(Permission.SIGN.value)
    form = RefusalForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        try:
            revoke_result(code=code, by=user, **form.cleaned_data)
        except ActionError as error:
            form.add_error(error.field if error.field in form.fields else None, str(error.message))
        else:
            messages.success(
                request, _("Đã thu hồi kết quả. Trang kiểm tra văn bản báo văn bản hết hiệu lực.")
            )
            return redirect("dossiers:desk", code=code)
    context = {"dossier": dossier, "form": form, "result": getattr(dossier, "result", None)}
    return render(request, "dossiers/decisions/revoke.html", context, status=422 if form.errors else 200)
