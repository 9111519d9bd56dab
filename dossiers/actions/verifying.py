"""Verification: asking another unit for its opinion, with a limit, while the handling goes on."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _

from dossiers.access import get_consultation
from dossiers.actions.base import lock_for, move_to, note, notify
from dossiers.guards import steps_of
from dossiers.models import Attachment, Consultation, Dossier
from dossiers.states import EventKind
from dossiers.workflow import BY_NAME, ActionError, check_move
from portal.lib import clock
from procedures.calendar import calendar_for
from procedures.models import StepKind

if TYPE_CHECKING:
    from portal.accounts.models import Unit, User
    from procedures.models import ProcessStep

MOST_DAYS = 10  # working days a unit may be given beyond a step of the process


@dataclass(frozen=True)
class Question:
    """What is asked of whom: `days` working days to answer count only without a step of the process."""

    unit: Unit
    text: str
    step: int = 0
    days: int = 2
    files: tuple[int, ...] = ()


@transaction.atomic
def ask(*, code: str, by: User, question: Question) -> Consultation:
    """Ask another unit; the limit is the step's. The clock stands still only where the step names the provision."""
    if not question.text.strip():
        raise ActionError(_("Xin ghi rõ điều cần xác minh."), field="question")
    dossier, move = lock_for("ask_verification", code=code, by=by)
    if question.unit.pk == dossier.competent_unit_id:
        raise ActionError(_("Xin chọn một đơn vị khác; đơn vị này đang giải quyết hồ sơ."), field="unit")
    step = _step(dossier, question)
    asked = _create(dossier, question, step, by)
    asked.files.set(_files(dossier, question.files))
    data = {
        "number": asked.number,
        "asked": question.unit.full_name,
        "asked_unit": question.unit.pk,
        "until": asked.answer_by.isoformat(),
        "step": asked.step,
    }
    move_to(dossier, move, by=by, data=data)
    if asked.pauses and not dossier.clock_paused:
        held = note(
            dossier, EventKind.HELD, by=by, data={"number": asked.number, "reason": asked.legal_basis}
        )
        notify(dossier, held)
    return asked


def _create(dossier: Dossier, question: Question, step: ProcessStep | None, by: User) -> Consultation:
    calendar, now = calendar_for(question.unit), clock.now()
    return Consultation.objects.create(
        dossier=dossier,
        number=dossier.consultations.count() + 1,
        unit=question.unit,
        step=step.order if step else 0,
        question=question.text.strip(),
        pauses=bool(step and step.pause_basis),
        legal_basis=step.pause_basis if step else "",
        asked_by=by,
        asked_at=now,
        answer_by=calendar.add_minutes(now, step.minutes) if step else calendar.add_days(now, question.days),
    )


def _step(dossier: Dossier, question: Question) -> ProcessStep | None:
    if not question.step:
        if not 1 <= question.days <= MOST_DAYS:
            raise ActionError(_("Thời hạn trả lời từ 1 đến 10 ngày làm việc."), field="days")
        return None
    step = steps_of(dossier).filter(kind=StepKind.VERIFY, order=question.step).first()
    if step is None:
        raise ActionError(_("Quy trình của thủ tục không có bước xác minh này."), field="step")
    if step.unit_id not in {None, question.unit.pk}:
        raise ActionError(_("Bước này hỏi %(unit)s.") % {"unit": step.unit}, field="unit")
    return step


def _files(dossier: Dossier, wanted: Iterable[int]) -> list[Attachment]:
    known = {file.pk: file for file in dossier.attachments.filter(removed_at=None)}
    if not set(wanted) <= set(known):
        raise ActionError(_("Tệp này không thuộc hồ sơ."), field="files")
    return [known[key] for key in wanted]


@transaction.atomic
def answer(*, consultation: int, by: User, opinion: str) -> Consultation:
    """The unit that was asked answers, once. Raises WrongState when the dossier has gone on without it."""
    if not opinion.strip():
        raise ActionError(_("Xin ghi ý kiến trả lời."), field="opinion")
    asked = get_consultation(by, consultation)
    dossier, move = _locked(asked.dossier_id), BY_NAME["answer_verification"]
    check_move(move, dossier.state)
    asked.refresh_from_db()
    if not asked.is_open:
        raise ActionError(_("Đề nghị này đã có trả lời hoặc đã hết hạn."))
    asked.opinion, asked.answered_by, asked.answered_at = opinion.strip(), by, clock.now()
    asked.save(update_fields=["opinion", "answered_by", "answered_at"])
    move_to(dossier, move, by=by, data={"number": asked.number, "asked": asked.unit.full_name})
    _go_on(dossier, asked, by)
    return asked


def _locked(key: int) -> Dossier:
    rows = Dossier.objects.select_for_update(of=("self",), no_key=True)
    return rows.select_related("version", "competent_unit", "receiving_unit", "procedure").get(pk=key)


def _go_on(dossier: Dossier, ended: Consultation, by: User | None) -> None:
    """The clock goes on when no other question holds it; at the latest from the limit of the one that ended."""
    others = dossier.consultations.filter(pauses=True, answered_at=None, closed_at=None).exclude(pk=ended.pk)
    if ended.pauses and dossier.clock_paused and not _waits(dossier) and not others.exists():
        data = {"number": ended.number, "until": ended.answer_by.isoformat()}
        released = note(dossier, EventKind.RELEASED, by=by, data=data)
        notify(dossier, released)


def _waits(dossier: Dossier) -> bool:
    """Whether the clock stands still for the citizen, not for the question."""
    return bool(dossier.resume_state)


def expire(*, now: datetime.datetime) -> int:
    """End the questions whose limit is over; how many. Safe any number of times at once."""
    waiting = Consultation.objects.filter(answered_at=None, closed_at=None, answer_by__lte=now)
    return sum(_expire(key) for key in list(waiting.values_list("pk", flat=True)))


@transaction.atomic
def _expire(key: int) -> bool:
    dossier = _locked(Consultation.objects.values_list("dossier", flat=True).get(pk=key))
    asked = Consultation.objects.select_related("unit").get(pk=key)
    if not asked.is_open:
        return False
    asked.closed_at = clock.now()
    asked.save(update_fields=["closed_at"])
    note(
        dossier,
        EventKind.VERIFY_EXPIRED,
        by=None,
        data={"number": asked.number, "asked": asked.unit.full_name},
    )
    _go_on(dossier, asked, None)
    return True
