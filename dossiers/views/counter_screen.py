"""The forms of one intake, bound together: person, case, answers, papers, and what follows from them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django import forms
from django.http import Http404, HttpRequest, QueryDict
from django.utils.translation import gettext as _

from dossiers.actions.counter import WalkIn
from dossiers.counter import Card, CardError, mark_start, read_card, read_start
from dossiers.forms_counter import FilerForm, IntakeForm, PaperForm, PaperState, card_field, person
from dossiers.views.counter_known import OnFile
from portal.accounts.models import User
from portal.lib import clock
from portal.lib.identity import digits
from procedures.cases import Walk, parse, walk
from procedures.fees import estimate
from procedures.form_engine import (
    EForm,
    apply_row_buttons,
    party_from,
    prefill,
    required_documents,
    typed,
    whole_form,
)
from procedures.form_schema import load
from procedures.models import Channel, ProcedureCase, ProcedureVersion

# Names of the page's own controls, in one post with the answers: no e-form may use them, a test says so.
OWN_NAMES = frozenset(
    {
        "card", "intake_mark", "papers", "question", "lacking_reason", "take", "taken", "go", "fill",
        "file", "ask", "refuse",
        *FilerForm.base_fields, *IntakeForm.base_fields,
    }
)  # fmt: skip
ENDS = ("file", "ask", "refuse")  # the buttons that take the dossier down, each in its way
QUESTION = "q-"


class Checklist:
    """The papers of an intake, errors and all, as the error summary reads a form."""

    def __init__(self, papers: list[PaperForm]) -> None:
        self.papers = papers

    @property
    def is_bound(self) -> bool:
        """Whether there is anything to check."""
        return any(form.is_bound for form in self.papers)

    def non_field_errors(self) -> list[str]:
        """None: every error belongs to a paper."""
        return []

    def __iter__(self) -> Iterator[forms.BoundField]:
        for form in self.papers:
            yield from form


class Scan:
    """What the card field says: a card, a fault, or nothing."""

    def __init__(self, text: str) -> None:
        self.text, self.fault = text.strip(), ""
        self.card: Card | None = None
        if self.text:
            try:
                self.card = read_card(self.text, today=clock.today())
            except CardError as fault:
                self.fault = str(fault)

    @property
    def filled(self) -> dict[str, Any]:
        """What the card fills in."""
        if self.card is None:
            return {}
        return {
            "name": self.card.full_name,
            "id_number": self.card.id_number,
            "address": self.card.address,
            "gender": self.card.gender,
            "date_of_birth": self.card.date_of_birth,
        }


class CardForm(forms.Form):
    """The card field alone, kept apart so that a damaged scan stays where it was typed."""

    card = card_field()

    def __init__(self, text: str = "", *, first: bool = False) -> None:
        super().__init__(initial={"card": text})
        if first:  # of a whole page; htmx would move the cursor there whenever the screen is drawn anew
            self.fields["card"].widget.attrs["autofocus"] = True


class Screen:
    """The forms of one intake request, bound together."""

    def __init__(self, request: HttpRequest, user: User, units: Any, version: ProcedureVersion) -> None:
        self.user, self.version = user, version
        self.data: QueryDict | None = request.POST.copy() if request.method == "POST" else None
        self.files = request.FILES or None
        self.ends = next((name for name in ENDS if self.data is not None and name in self.data), "")
        schema = load(version)
        if schema is None:
            raise Http404(_("Thủ tục này chưa có tờ khai điện tử."))
        self.schema = schema
        self.wanted = request.GET.get("truong-hop", "")
        self.scan = Scan(self.data.get("card", "") if self.data else "")
        self._mark_start()
        self.walk = self._walk()
        self.case = self._case()
        self._bind(units)

    def _bind(self, units: Any) -> None:
        bound = self.data if self.ends else None
        self.card_form = CardForm(self.scan.text if self.scan.fault else "", first=self.data is None)
        self.filer = FilerForm(bound, initial={**self._typed(), **self.scan.filled})
        self.intake = IntakeForm(self.version, units, bound, initial=self._typed())
        self.form: EForm = whole_form(self.schema, data=bound, initial=self._answers())
        self.known = OnFile(self.user, self.version, self.data, self.form, self._number())
        self.form = self.known.form
        self.papers = self._papers()

    def _mark_start(self) -> None:
        """The intake began with the first request about this person; the page carries the server's mark of it."""
        mark = self.data.get("intake_mark", "") if self.data else ""
        now = clock.now()
        self.started_at = read_start(mark, self.user.pk, now)
        self.mark = mark if self.started_at else mark_start(self.user.pk, now)

    def _number(self) -> str:
        """The number of the person at the counter, once it is there."""
        return digits(str(self.scan.filled.get("id_number") or self._typed().get("id_number", ""))).upper()

    def _walk(self) -> Walk | None:
        questions = parse(self.version.questions)
        if not questions:
            return None
        data = self.data if self.data is not None else QueryDict()
        return walk(
            questions, {question.code: data.get(QUESTION + question.code, "") for question in questions}
        )

    def _case(self) -> ProcedureCase | None:
        """The case the answers lead to, the one chosen, or the first."""
        cases = list(self.version.cases.all())
        led = self.walk.case if self.walk else None
        chosen = self.data.get("case", "") if self.data else ""
        wanted = led if led is not None else ("" if chosen else self.wanted)
        by_code = (case for case in cases if wanted and case.code == wanted)
        by_key = (case for case in cases if led is None and chosen == str(case.pk))
        found = next(by_code, None) or next(by_key, None) or next(iter(cases), None)
        if found and self.data is not None:
            self.data["case"] = str(found.pk)
        return found

    def _typed(self) -> dict[str, Any]:
        if self.data is None:
            return {"case": self.case.pk} if self.case else {}
        return {key: value for key, value in self.data.items() if value}

    def _answers(self) -> dict[str, Any]:
        """The answers before this request's typing: what the card and the filer block already say."""
        if self.data is None:
            return prefill(self.schema, person({}))
        known = prefill(self.schema, person({**self._typed(), **self.scan.filled}))
        answers = typed(self.schema, apply_row_buttons(self.data) or self.data)
        return {**known, **{name: value for name, value in answers.items() if value not in ("", None, [])}}

    def _papers(self) -> list[PaperForm]:
        needed = required_documents(self.version, self.case, self.form.checked.cleaned)
        return [PaperForm(each, self.data, self.files, self.known.papers_for(each)) for each in needed]

    @property
    def channel(self) -> str:
        """The channel chosen."""
        return (self.data.get("channel") if self.data else "") or Channel.COUNTER.value

    def is_valid(self) -> bool:
        """Whether every part is; all are checked, so that every error shows at once."""
        parts = [self.filer, self.intake, self.form, *self.papers]
        found = [part.is_valid() for part in parts]
        lacking = self._lacking() if self.ends == "file" else []
        unscanned = self._unscanned() if self.channel == Channel.ONLINE else []
        self._check_right()
        return all(found) and not lacking and not unscanned and not self.filer.errors

    def _lacking(self) -> list[PaperForm]:
        """Required papers not received: said next to each."""
        lacking = [
            form for form in self.papers if form.document.required and form.is_valid() and not form.given
        ]
        for form in lacking:
            form.add_error("state", _("Chưa nhận giấy tờ bắt buộc này."))
        return lacking

    def _unscanned(self) -> list[PaperForm]:
        """Papers of an online filing without a file: what is filed online is electronic."""
        found = [
            form
            for form in self.papers
            if form.is_valid() and form.given and not form.document.shown_only and not form.has_file
        ]
        for form in found:
            form.add_error("scan", _("Nộp trực tuyến: giấy tờ này cần có bản quét."))
        return found

    def _check_right(self) -> None:
        """A filer whose number stands nowhere in the form files for somebody else, and says by what right."""
        if not self.filer.is_valid() or self.filer.for_another:
            return
        number = self.filer.cleaned_data["id_number"]
        owner = party_from(self.schema, self.form.checked.cleaned).get("id_number", "")
        if number and owner and number not in _numbers(self.form.checked.cleaned):
            said = _("Người nộp không có tên trong tờ khai: chọn tư cách nộp thay và ghi căn cứ.")
            self.filer.add_error("acting", said)

    def walk_in(self) -> WalkIn:
        """What was taken down, for the action; only after `is_valid`."""
        intake = self.intake.cleaned_data
        return WalkIn(
            unit=intake["unit"],
            client_key=intake["client_key"],
            version=self.version,
            case=intake.get("case"),
            answers=self.form.typed_answers,
            filer=self.filer.party(),
            papers=tuple(paper for form in self.papers if (paper := form.paper())),
            delivery=intake["delivery"],
            channel=intake["channel"],
            sent=self.intake.sent(),
            taken=tuple(self.known.taken()),
            desk=self.intake.desk(self.started_at),
        )

    @property
    def shown(self) -> tuple[str, list[str], str]:
        """What the page shows: the papers by key, the questions of the form, the question about the case."""
        papers = " ".join(str(form.document.pk) for form in self.papers)
        asked = self.walk.question.code if self.walk and self.walk.question else ""
        return papers, [section.asked for section in self.form.sections], asked

    def same_page(self) -> bool:
        """Whether the page in front of the officer shows all this already, so that only the fee need be drawn."""
        data = self.data if self.data is not None else QueryDict()
        papers, asked, question = self.shown
        on_page = (data.get("papers", ""), data.getlist(self.form.asked_name), data.get("question", ""))
        return on_page == (papers, asked, question)

    def focus(self) -> str:
        """The name of the control the next key belongs to."""
        if self.scan.fault or not (self.scan.card or self._typed().get("name")):
            return "card"
        if self.walk and self.walk.question:
            return QUESTION + self.walk.question.code
        blocks = (block for section in self.form.sections for block in section.blocks)
        required = (block.bound for block in blocks if block.spec.name in self.form.checked.required)
        for bound in required:
            if bound is not None and bound.value() in (None, "", False, []):
                return str(bound.html_name)
        undecided = (form for form in self.papers if not form["state"].value())
        first = next(undecided, None)
        return f"{first.prefix}-state" if first else "file"

    def context(self) -> dict[str, Any]:
        """What the screen shows."""
        answers = self.form.checked.cleaned
        papers, _asked, question = self.shown
        fee = estimate(self.version, self.case, channel=self.channel, answers=answers, on=clock.today())
        missing = any(form["state"].value() == PaperState.MISSING for form in self.papers)
        return {
            "screen": self,
            "procedure": self.version.procedure,
            "version": self.version,
            "filer": self.filer,
            "intake": self.intake,
            "form": self.form,
            "papers": self.papers,
            "checklist": Checklist(self.papers),
            "papers_shown": papers,
            "question_shown": question,
            "fee": fee,
            "known": self.known,
            "address_now": self.scan.card.address_now if self.scan.card else None,
            "focus": self.focus() if not self.ends else "",
            "lacks": missing or self.ends in {"ask", "refuse"},
            "reason": self.data.get("lacking_reason", "") if self.data else "",
        }


def _numbers(answers: Any) -> set[str]:
    """Every text of the answers, rows of groups included, as it would be typed for a number."""
    if isinstance(answers, dict):
        return set().union(*(_numbers(value) for value in answers.values()), set())
    if isinstance(answers, list):
        return set().union(*(_numbers(value) for value in answers), set())
    return {digits(answers).upper()} if isinstance(answers, str) else set()
