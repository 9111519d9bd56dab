"""The counter: one screen from the person's card to the slip."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from dossiers.access import get_dossier
from dossiers.actions.filing import IncompleteDossier, file_at_counter
from dossiers.counter import read_card
from dossiers.forms_counter import FilerForm, IntakeForm, PaperForm, person
from dossiers.models import DocumentKind
from dossiers.views.counter_known import OnFile
from dossiers.views.desk import officer
from dossiers.workflow import ActionError
from portal.accounts.access import units_with
from portal.accounts.former import in_address
from portal.accounts.models import UnitKind, User
from portal.accounts.permissions import Permission
from portal.lib import clock
from portal.lib.identity import digits
from portal.lib.reads_writes import reads, writes
from portal.lib.text import fold
from portal.lib.uploads import BadUpload
from procedures.fees import estimate
from procedures.form_engine import EForm, apply_row_buttons, prefill, required_documents, typed, whole_form
from procedures.form_schema import load
from procedures.models import Channel, Procedure, ProcedureCase, ProcedureVersion, Setup


@login_required
@reads
def choose(request: HttpRequest) -> HttpResponse:
    """Find the procedure: two letters are enough."""
    user = officer(request)
    _units(user)
    q = request.GET.get("q", "").replace("\x00", "")[:100]
    found = Procedure.objects.filter(pk__in=_taken_here()).select_related("field")
    for word in fold(q).split():
        found = found.filter(search_text__contains=word)
    context = {"procedures": list(found.order_by("-popularity", "title")[:30]), "q": q}
    template = "dossiers/counter/_found.html" if request.htmx else "dossiers/counter/choose.html"  # type: ignore[attr-defined]
    return render(request, template, context)


def _taken_here() -> Any:
    """Keys of the procedures a counter can take: those with a form and a time for the counter or the post."""
    versions = ProcedureVersion.objects.in_force(clock.today()).filter(
        timelimits__channel__in=[Channel.COUNTER, Channel.POST], procedure__is_active=True
    )
    return versions.exclude(procedure__setup=Setup.INCOMPLETE).values("procedure")


def _units(user: User) -> Any:
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
    units = _units(user)
    version = _version(procedure_code)
    screen = Screen(request, user, units, version)
    if screen.asked_to_file and screen.is_valid():
        answer = screen.file()
        if answer is not None:
            return answer
    status = 422 if screen.asked_to_file else 200
    template = "dossiers/counter/_intake.html" if request.htmx else "dossiers/counter/intake.html"  # type: ignore[attr-defined]
    return render(request, template, screen.context(), status=status)


def _version(code: str) -> ProcedureVersion:
    version = (
        ProcedureVersion.objects.in_force(clock.today())
        .filter(procedure__code=code, procedure__is_active=True)
        .exclude(procedure__setup=Setup.INCOMPLETE)
        .select_related("procedure")
        .first()
    )
    if version is None:
        raise Http404(_("Chưa thể tiếp nhận thủ tục này trên hệ thống."))
    return version


class Screen:
    """The forms of one intake request, bound together."""

    def __init__(self, request: HttpRequest, user: User, units: Any, version: ProcedureVersion) -> None:
        self.user, self.version = user, version
        if not version.procedure.at_commune and not version.any_commune:
            units = units.exclude(kind=UnitKind.COMMUNE)  # the city's own procedures come in at its Centre
            if not units.exists():
                raise Http404(_("Thủ tục của thành phố do Trung tâm Phục vụ hành chính công tiếp nhận."))
        self.data = request.POST.copy() if request.method == "POST" else None
        self.files = request.FILES or None
        self.asked_to_file = self.data is not None and "file" in self.data
        schema = load(version)
        if schema is None:
            raise Http404(_("Thủ tục này chưa có tờ khai điện tử."))
        self.schema = schema
        self.card_unread = False
        self.wanted = request.GET.get("truong-hop", "")
        self.case = self._case()
        initial = self._filled()
        self.filer = FilerForm(self.data if self.asked_to_file else None, initial=self._filer_initial())
        self.intake = IntakeForm(
            version, units, self.data if self.asked_to_file else None, initial=self._typed()
        )
        self.form: EForm = whole_form(schema, data=self.data if self.asked_to_file else None, initial=initial)
        self.known = OnFile(user, version, self.data, self.form, self._number())
        self.form = self.known.form
        self.papers = self._papers()

    def _number(self) -> str:
        """The number of the person at the counter, once it is there."""
        return digits(str(self.scanned.get("id_number") or self._typed().get("id_number", ""))).upper()

    def _case(self) -> ProcedureCase | None:
        chosen = self.data.get("case", "") if self.data else ""
        cases = list(self.version.cases.all())
        found = (
            case for case in cases if chosen == str(case.pk) or (not chosen and case.code == self.wanted)
        )
        return next(found, None) or next(iter(cases), None)

    def _typed(self) -> dict[str, Any]:
        if self.data is None:
            return {"case": self.case.pk} if self.case else {}
        return {key: value for key, value in self.data.items() if value}

    def _filer_initial(self) -> dict[str, Any]:
        return {**self._typed(), **self.scanned}

    def _filled(self) -> dict[str, Any]:
        """The answers before this request's typing: what the card and the filer block already say."""
        self.scanned: dict[str, Any] = {}
        if self.data is None:
            return {}
        card = read_card(self.data.get("card", ""))
        if card is not None:
            self.scanned = {
                "name": card.full_name,
                "id_number": card.id_number,
                "address": card.address,
                "gender": card.gender,
                "date_of_birth": card.date_of_birth,
                "card": "",
            }
        self.card_unread = bool(self.data.get("card", "").strip()) and card is None
        known = prefill(self.schema, person({**self._typed(), **self.scanned}))
        answers = typed(self.schema, apply_row_buttons(self.data) or self.data)
        return {**known, **{name: value for name, value in answers.items() if value not in ("", None, [])}}

    def _papers(self) -> list[PaperForm]:
        answers = self.form.checked.cleaned
        needed = required_documents(self.version, self.case, answers)
        bound = self.data if self.data is not None else None
        return [PaperForm(each, bound, self.files, self.known.papers_for(each)) for each in needed]

    def is_valid(self) -> bool:
        """Whether every part is; all are checked, so that every error shows at once."""
        parts = [self.filer, self.intake, self.form, *self.papers]
        found = [part.is_valid() for part in parts]
        lacking = self.lacking()
        return all(found) and not lacking

    def lacking(self) -> list[PaperForm]:
        """Required papers not received: said next to each."""
        lacking = [
            form for form in self.papers if form.document.required and form.is_valid() and not form.given
        ]
        for form in lacking:
            if not form.errors:
                form.add_error("received", _("Chưa nhận giấy tờ bắt buộc này."))
        return lacking

    def file(self) -> HttpResponse | None:
        """File and accept; None when the action found something to mend, told on the screen."""
        intake = self.intake.cleaned_data
        try:
            dossier = file_at_counter(
                by=self.user,
                unit=intake["unit"],
                client_key=intake["client_key"],
                version=self.version,
                case=intake.get("case"),
                answers=self.form.typed_answers,
                filer=self.filer.party(),
                papers=[paper for form in self.papers if (paper := form.paper())],
                delivery=intake["delivery"],
                channel=intake["channel"],
                taken=self.known.taken(),
            )
        except BadUpload as bad:
            self.intake.add_error(None, str(bad))
            return None
        except IncompleteDossier as incomplete:
            for document in incomplete.papers:
                self.intake.add_error(None, _("Thiếu: %(paper)s") % {"paper": document.name})
            self.intake.add_error(None, str(incomplete.message))
            return None
        except ActionError as refused:
            self.intake.add_error(None, str(refused.message))
            return None
        return redirect("dossiers:taken-in", code=dossier.code)

    def context(self) -> dict[str, Any]:
        """What the screen shows."""
        channel = (self.data.get("channel") if self.data else "") or Channel.COUNTER
        answers = self.form.checked.cleaned
        return {
            "procedure": self.version.procedure,
            "version": self.version,
            "filer": self.filer,
            "intake": self.intake,
            "form": self.form,
            "papers": self.papers,
            "fee": estimate(self.version, self.case, channel=channel, answers=answers, on=clock.today()),
            "card_unread": self.card_unread,
            "known": self.known,
            "address_now": in_address(str(self._filer_initial().get("address", ""))),
        }


@login_required
@reads
def taken_in(request: HttpRequest, code: str) -> HttpResponse:
    """What the person takes home: code, slip, date, fee; and the way to the next person."""
    dossier = get_dossier(officer(request), code, needs=Permission.RECEIVE)
    slip = dossier.documents.filter(kind=DocumentKind.ACKNOWLEDGEMENT).first()
    return render(request, "dossiers/counter/done.html", {"dossier": dossier, "slip": slip})
