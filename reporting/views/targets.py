"""The targets: what holds, what held, what is proposed; proposing and confirming by two persons."""

from __future__ import annotations

from typing import Any, cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from dossiers.workflow import ActionError
from portal.accounts.access import can_somewhere
from portal.accounts.models import User
from portal.accounts.permissions import Permission
from portal.lib import clock
from portal.lib.reads_writes import reads, writes
from reporting.access import can_set_targets, check_see_targets, check_set_targets
from reporting.actions.targets import decide, propose
from reporting.forms import TargetForm
from reporting.targets import Shown, shown


@login_required
@reads
def listing(request: HttpRequest) -> HttpResponse:
    """Every target by state and day; proposals come with the buttons of the second person."""
    check_see_targets(request.user)
    rows = shown(clock.today())
    context = {
        "groups": Shown.grouped(rows),
        "may_set": can_set_targets(request.user),
        "sees_figures": can_somewhere(request.user, Permission.SEE_FIGURES),
        "me": request.user.pk,
    }
    return render(request, "reporting/targets/listing.html", context)


@login_required
@writes
def new(request: HttpRequest) -> HttpResponse:
    """Propose a target."""
    check_set_targets(request.user)
    form = TargetForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            propose(by=cast(User, request.user), wish=form.wish())
        except ActionError as error:
            form.add_error(error.field or None, str(error))
        else:
            messages.success(request, _("Đã ghi đề xuất. Mục tiêu có hiệu lực khi người thứ hai xác nhận."))
            return redirect("reporting:targets")
    return render(request, "reporting/targets/new.html", {"form": form}, status=_status(request, form))


@login_required
@writes
def decision(request: HttpRequest, pk: int) -> HttpResponse:
    """Confirm or reject a proposal of somebody else."""
    check_set_targets(request.user)
    if request.method == "POST":
        confirm = request.POST.get("decision") == "confirm"
        try:
            target = decide(by=cast(User, request.user), target_id=pk, confirm=confirm)
        except ActionError as error:
            messages.error(request, str(error))
        else:
            messages.success(request, target.get_state_display())
    return redirect("reporting:targets")


def _status(request: HttpRequest, form: Any) -> int:
    return 422 if request.method == "POST" and form.errors else 200
