"""The counter: one screen from the person's card to the slip."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from dossiers.access import get_dossier
from dossiers.actions.counter import file_at_counter, file_lacking
from dossiers.actions.filing import IncompleteDossier
from dossiers.counter import mark_start, read_start
from dossiers.intakes import own_today
from dossiers.models import DocumentKind, Dossier
from dossiers.picking import likely
from dossiers.queueing import points_of, serving
from dossiers.views.counter_screen import CardForm, Scan, Screen
from dossiers.views.desk import officer
from dossiers.workflow import ActionError
from portal.accounts.access import can, units_with
from portal.accounts.models import UnitKind, User
from portal.accounts.permissions import Permission
from portal.lib import clock
from portal.lib.reads_writes import reads, writes
from portal.lib.uploads import BadUpload
from procedures.models import ProcedureVersion


@login_required
@writes
def choose(request: HttpRequest) -> HttpResponse:
    """The next person: the card, and the procedure by two letters. A post reads the card and changes nothing."""
    user = officer(request)
    units = counters_of(user)
    given = request.POST if request.method == "POST" else request.GET
    q = given.get("q", "").replace("\x00", "")[:100]
    found = list(likely(units, q))
    if request.htmx and request.method == "GET":  # type: ignore[attr-defined]
        return render(request, "dossiers/counter/_found.html", {"procedures": found, "q": q})
    scan = Scan(request.POST.get("card", ""))
    context = {
        "procedures": found,
        "q": q,
        "scan": scan,
        "card_form": CardForm(scan.text if scan.fault else "", first=True),
        "started": _started(request, user) if scan.text else "",
        "today": own_today(user),
        **_queue(request, user),
    }
    return render(request, "dossiers/counter/choose.html", context, status=422 if scan.fault else 200)


def _queue(request: HttpRequest, user: User) -> dict[str, Any]:
    """The number being served, and the point and window this officer last called from."""
    last = request.session.get("queue_point")
    return {
        "serving": serving(user),
        "point": points_of(user).filter(pk=last).first() if last else None,
        "window": request.session.get("window", ""),
    }


def _started(request: HttpRequest, user: User) -> str:
    """The mark of when this person's intake began: the one the page brings, or a new one."""
    mark, now = request.POST.get("intake_mark", ""), clock.now()
    return mark if read_start(mark, user.pk, now) else mark_start(user.pk, now)


def counters_of(user: User) -> Any:
    """The counters this officer receives at. Raises PermissionDenied when there is none."""
    units = units_with(user, Permission.RECEIVE).filter(
        kind__in=[UnitKind.COMMUNE, UnitKind.BRANCH, UnitKind.CENTRE, UnitKind.DEPARTMENT]
    )
    if not units.exists():
        raise PermissionDenied("no counter")
    return units


@login_required
@writes
def take_in(request: HttpRequest, procedure_code: str) -> HttpResponse:
    """The intake screen of one procedure: filer, answers, papers, fee, and the dossier."""
    user = officer(request)
    units = counters_of(user)
    screen = Screen(request, user, units, version_of(procedure_code))
    if screen.ends and screen.is_valid():
        answer = _take_down(screen, user, request.POST.get("lacking_reason", "").strip())
        if answer is not None:
            return answer
    if request.htmx:  # type: ignore[attr-defined]
        return _part(request, screen)
    return render(
        request, "dossiers/counter/intake.html", screen.context(), status=422 if screen.ends else 200
    )


def _part(request: HttpRequest, screen: Screen) -> HttpResponse:
    """What htmx asked for: only the fee while the questions and papers stay the same, else the screen anew."""
    looks = request.htmx.target == "fee"  # type: ignore[attr-defined]
    if looks and screen.same_page():
        return render(request, "dossiers/counter/_fee.html", screen.context())
    context = screen.context()
    if looks:
        context["focus"] = ""  # drawn anew while the officer types: the cursor stays where it is
    answer = render(request, "dossiers/counter/_intake.html", context, status=422 if screen.ends else 200)
    if looks:
        answer["HX-Retarget"], answer["HX-Reswap"] = "#intake", "outerHTML"
    return answer


def version_of(code: str) -> ProcedureVersion:
    """The version in force of a procedure a counter can take, else Http404."""
    version = (
        ProcedureVersion.objects.takeable(clock.today())
        .filter(procedure__code=code)
        .select_related("procedure")
        .first()
    )
    if version is None:
        raise Http404(_("Chưa thể tiếp nhận thủ tục này trên hệ thống."))
    return version


def _take_down(screen: Screen, user: User, reason: str) -> HttpResponse | None:
    """File in the way of the button; None when there is something to mend, told on the screen."""
    if screen.ends == "ask" and not reason:
        screen.intake.add_error(None, _("Ghi lý do yêu cầu bổ sung."))
        return None
    try:
        dossier = _file(screen, user, reason)
    except IncompleteDossier as incomplete:
        for document in incomplete.papers:
            screen.intake.add_error(None, _("Thiếu: %(paper)s") % {"paper": document.name})
        screen.intake.add_error(None, str(incomplete.message))
        return None
    except BadUpload as bad:
        screen.intake.add_error(None, str(bad))
        return None
    except ActionError as refused:
        screen.intake.add_error(None, str(refused.message))
        return None
    if screen.ends == "refuse":
        return redirect("dossiers:decide", code=dossier.code, name="refuse")
    return redirect("dossiers:taken-in", code=dossier.code)


def _file(screen: Screen, user: User, reason: str) -> Dossier:
    if screen.ends == "file":
        return file_at_counter(by=user, walk_in=screen.walk_in())
    return file_lacking(by=user, walk_in=screen.walk_in(), reason=reason if screen.ends == "ask" else "")


@login_required
@reads
def taken_in(request: HttpRequest, code: str) -> HttpResponse:
    """What the person takes home: code, slip, date, fee; and the way to the next person."""
    user = officer(request)
    dossier = get_dossier(user, code, needs=Permission.RECEIVE)
    kinds = [DocumentKind.ACKNOWLEDGEMENT, DocumentKind.SUPPLEMENT]
    context = {
        "dossier": dossier,
        "slip": dossier.documents.filter(kind__in=kinds).last(),
        "asked": dossier.supplements.order_by("-number").first() if not dossier.accepted_at else None,
        "collects": can(user, Permission.COLLECT, dossier.receiving_unit_id),
    }
    return render(request, "dossiers/counter/done.html", context)
