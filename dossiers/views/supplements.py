"""Answering a supplement request: each line with its own file or corrected answer, sent together."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from dossiers import tracking
from dossiers.access import get_own_dossier
from dossiers.actions import intake
from dossiers.models import Dossier, SupplementItem
from dossiers.views.drafting import person
from dossiers.workflow import ActionError, WrongState
from portal.lib import uploads
from portal.lib.reads_writes import writes
from procedures.form_engine import EForm, SectionBlock, apply_row_buttons, whole_form
from procedures.form_schema import load

if TYPE_CHECKING:
    from django.core.files.uploadedfile import UploadedFile

MAX_NOTE = 1000


@dataclass
class Line:
    """One line of the request as the page shows it: `section` holds the question to correct, if it is one."""

    item: SupplementItem
    note: str = ""
    section: SectionBlock | None = None
    errors: list[str] = field(default_factory=list)
    files: list[UploadedFile] = field(default_factory=list)

    @property
    def anchor(self) -> str:
        """The id of its element."""
        return f"item-{self.item.pk}"


@login_required
@writes
def supplement(request: HttpRequest, code: str) -> HttpResponse:
    """The open request of one's own dossier and its answer."""
    dossier = get_own_dossier(request.user, code)
    ask = tracking.open_request(dossier)
    if ask is None:
        messages.info(request, _("Hồ sơ này không có yêu cầu bổ sung nào đang chờ trả lời."))
        return redirect("dossiers:detail", code=code)
    posted = request.method == "POST"
    changed = apply_row_buttons(request.POST) if posted else None
    answers = answers_of(dossier)
    form = form_of(dossier, answers, (changed or request.POST) if posted else None)
    lines = [line_of(item, request, form) for item in ask.items.select_related("document")]
    context = {
        "dossier": dossier,
        "ask": ask,
        "lines": lines,
        "form": form,
        "limit_bytes": settings.UPLOAD_MAX_BYTES,
    }
    if not posted or changed is not None:
        return render(request, "dossiers/supplements/supplement.html", context)
    if _is_ready(lines, form) and send(request, dossier, lines, form, answers):
        return redirect("dossiers:detail", code=code)
    context["refused"] = any(line.files for line in lines)
    return render(request, "dossiers/supplements/supplement.html", context, status=422)


def answers_of(dossier: Dossier) -> dict[str, Any]:
    """The latest answers."""
    last = dossier.forms.first()
    return dict(last.answers) if last else {}


def form_of(dossier: Dossier, answers: dict[str, Any], post: Any) -> EForm | None:
    """The whole form over the latest answers and what was posted; None for a procedure without one."""
    schema = load(dossier.version)
    if schema is None:
        return None
    return whole_form(schema, data=post, initial=answers)


def line_of(item: SupplementItem, request: HttpRequest, form: EForm | None) -> Line:
    """A line of the request with what was typed and chosen for it."""
    return Line(
        item=item,
        note=request.POST.get(f"note-{item.pk}", "").replace("\x00", "")[:MAX_NOTE],
        section=_question(form, item.field) if item.field and form else None,
        files=request.FILES.getlist(f"files-{item.pk}"),
    )


def _question(form: EForm, name: str) -> SectionBlock | None:
    """The question named `name` as a section of its own, None when the answers no longer ask it."""
    for section in form.sections:
        for block in section.blocks:
            if block.spec.name == name:
                asked = name if block.kind == "field" else ""
                return SectionBlock(f"only-{name}", section.title, "", (block,), asked)
    return None


def _is_ready(lines: list[Line], form: EForm | None) -> bool:
    """Whether each line is answered in itself; what is wrong is noted at its line."""
    for line in lines:
        if line.item.document_id:
            line.errors = list(_file_errors(line))
        else:
            line.errors = answer_faults(line, form)
    return not any(line.errors for line in lines)


def answer_faults(line: Line, form: EForm | None) -> list[str]:
    """What is wrong with the corrected answer of a line, by the form's own rules."""
    if form is None or line.section is None:
        return []
    return [str(said) for name, all_said in form.errors.items() if _is_of(name, line) for said in all_said]


def _is_of(name: str, line: Line) -> bool:
    return name == line.item.field or name.startswith(f"{line.item.field}-")


def _file_errors(line: Line) -> Any:
    if not line.files:
        yield _("Cần tải lên giấy tờ được yêu cầu.")
    for file in line.files:
        try:
            uploads.check_upload(file)
        except ValidationError as error:
            yield from (f"{file.name}: {message}" for message in error.messages)


def send(
    request: HttpRequest,
    dossier: Dossier,
    lines: list[Line],
    form: EForm | None,
    answers: dict[str, Any],
    *,
    at_counter: bool = False,
) -> bool:
    """Send the answer; True when there is nothing more to do on this page."""
    typed = form.typed_answers if form else {}
    revised = {
        line.item.field: typed.get(line.item.field, answers.get(line.item.field))
        for line in lines
        if line.item.field
    }
    try:
        intake.answer_supplement(
            code=dossier.code,
            by=person(request),
            answers={line.item.pk: line.note for line in lines},
            revised=revised,
            uploads_by_item={line.item.pk: line.files for line in lines},
            at_counter=at_counter,
        )
    except WrongState:
        messages.info(request, _("Yêu cầu bổ sung này đã được trả lời hoặc đã kết thúc."))
        return True
    except (ActionError, ValidationError) as error:
        _note(lines, error)
        return False
    messages.success(request, _("Đã gửi phần bổ sung. Hồ sơ được giải quyết tiếp."))
    return True


def _note(lines: list[Line], error: ActionError | ValidationError) -> None:
    """Put a refusal of the action at its line, the first one when it names none."""
    name = error.field if isinstance(error, ActionError) else ""
    said = [str(error.message)] if isinstance(error, ActionError) else list(error.messages)
    line = next((each for each in lines if name in {each.anchor, each.item.field}), lines[0])
    line.errors += said
