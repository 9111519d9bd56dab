"""Forms of the handling: 04 apology, 05 stop notice, 06 control sheet (domain facts 2.5-2.7)."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING, Any

from django.utils import translation

from dossiers.documents.base import (
    Paper,
    committee,
    day_in_words,
    moment_in_words,
    people,
    post_of,
    request_of,
    short_moment,
)
from dossiers.documents.forms import form_set
from dossiers.models import DocumentKind
from dossiers.process import course_of
from dossiers.states import EventKind, Money, State
from portal.accounts.permissions import Role
from portal.lib import clock
from procedures.calendar import calendar_for

if TYPE_CHECKING:
    from dossiers.models import Dossier, DossierEvent
    from portal.accounts.models import User

CITIZEN = "Người nộp hồ sơ"
SYSTEM = "Hệ thống"
FACTS_OF_MONEY = {EventKind.FEE_ASSESSED, EventKind.PAID, EventKind.REFUNDED, EventKind.DOCUMENT_ISSUED}
FROM_CITIZEN = {
    EventKind.FILED,
    EventKind.ACCEPTED,
    EventKind.SUPPLEMENT_ANSWERED,
    EventKind.OBLIGATION_MET,
    EventKind.WITHDRAWN,
}
TO_CITIZEN = {
    EventKind.SUPPLEMENT_REQUESTED,
    EventKind.OBLIGATION_SET,
    EventKind.REFUSED,
    EventKind.STOPPED,
    EventKind.RETURNED,
}
ONE_STOP_COUNTER = "Bộ phận tiếp nhận và trả kết quả"
NEXT_POST: dict[str, str] = {
    EventKind.SUPPLEMENT_ANSWERED: "Người thụ lý",
    EventKind.SUBMITTED: "Lãnh đạo ký duyệt",
    EventKind.SENT_BACK: "Người thụ lý",
    EventKind.SIGNED: "Văn thư",
    EventKind.EXTENDED: "Người thụ lý",
    EventKind.CHECKED: "Lãnh đạo ký duyệt",
    EventKind.VERIFY_EXPIRED: "Người thụ lý",
    EventKind.VERIFY_ANSWERED: "Người thụ lý",
    EventKind.HELD: "Người thụ lý",
    EventKind.RELEASED: "Người thụ lý",
    EventKind.CALENDAR_CHANGED: "Người thụ lý",
    EventKind.TRANSFER_ACCEPTED: "Bộ phận tiếp nhận của nơi giải quyết",
    EventKind.TRANSFER_REFUSED: "Nơi nhận hồ sơ",
}
MONEY_AT_STOP = {
    Money.NONE: "Hồ sơ không phát sinh phí, lệ phí.",
    Money.DUE: "Phí, lệ phí chưa nộp không phải nộp nữa.",
    Money.PAID: "Phí, lệ phí đã nộp được xem xét hoàn trả theo quy định về phí, lệ phí.",
    Money.REFUNDED: "Phí, lệ phí đã được hoàn trả.",
    Money.UNKNOWN: "Chưa thu phí, lệ phí nào trên Cổng.",
}


def apology(dossier: Dossier, *, reason: str, new_due: datetime.datetime, by: User | None) -> Paper:
    """Form 04 for the deciding body: the first promise, the reason, the apology, the new date."""
    kind, unit = DocumentKind.APOLOGY, dossier.competent_unit
    context = {
        **people(dossier),
        **request_of(dossier),
        "unit": committee(unit),
        "accepted_at": day_in_words(dossier.accepted_at),
        "promised_at": moment_in_words(dossier.promised_at),
        "reason": reason,
        "new_due": moment_in_words(new_due),
        "officer": post_of(by, unit),
        "copies_to": ["Như trên", dossier.receiving_unit.full_name, "Lưu: VT"],
    }
    title = form_set(clock.today()).title(kind)
    return Paper(kind, "print/apology.html", title, context, unit)


def stop(dossier: Dossier, *, reason: str, legal_basis: str, by: User | None) -> Paper:
    """Form 05: at which stage and why handling stops, and what becomes of the money."""
    kind, unit = DocumentKind.STOP, dossier.competent_unit
    before = dossier.events.filter(kind=EventKind.STOPPED).values_list("from_state", flat=True).first()
    context = {
        **people(dossier),
        **request_of(dossier),
        "unit": committee(unit),
        "filed_at": moment_in_words(dossier.filed_at),
        "stage": _state_name(before or dossier.state),
        "reason": reason,
        "legal_basis": legal_basis,
        "money": MONEY_AT_STOP[Money(dossier.money)],
        "officer": post_of(by, unit),
        "copies_to": ["Như trên", dossier.receiving_unit.full_name, "Lưu: VT"],
    }
    title = form_set(clock.today()).title(kind)
    return Paper(kind, "print/stop.html", title, context, unit)


def control_sheet(dossier: Dossier) -> Paper:
    """Form 06 from the events: one row per handover; nobody can edit it."""
    kind, unit = DocumentKind.CONTROL, dossier.receiving_unit
    context = {
        **people(dossier),
        **request_of(dossier),
        "filed_at": moment_in_words(dossier.filed_at),
        "accepted_at": moment_in_words(dossier.accepted_at),
        "promised_at": moment_in_words(dossier.promised_at),
        "receiving_unit": dossier.receiving_unit.full_name,
        "competent_unit": committee(dossier.competent_unit),
        "rows": _handovers(dossier),
        "steps": _steps(dossier),
        "asked": _asked(dossier),
    }
    title = form_set(clock.today()).title(kind)
    return Paper(kind, "print/control_sheet.html", title, context, unit)


def _steps(dossier: Dossier) -> list[dict[str, str]]:
    """Each step of the internal process: planned and used working time up to now."""
    made = course_of(dossier, calendar_for(dossier.competent_unit))
    return [
        {
            "name": run.planned.name,
            "role": _vietnamese(Role(run.planned.role).label),
            "who": run.who,
            "plan": _hours(run.planned.minutes),
            "used": _hours(run.minutes_used) if run.since else "",
            "over": _hours(run.minutes_over) if run.minutes_over else "",
        }
        for run in made.steps
    ]


def _asked(dossier: Dossier) -> list[dict[str, str]]:
    """The opinions asked of other units: the co-ordinating agencies of the form."""
    return [
        {
            "unit": asked.unit.full_name,
            "asked_at": short_moment(asked.asked_at),
            "answer_by": short_moment(asked.answer_by),
            "answered_at": short_moment(asked.answered_at),
        }
        for asked in dossier.consultations.select_related("unit").order_by("number")
    ]


def _hours(minutes: int) -> str:
    """Working minutes for a form: "2 giờ 30 phút"."""
    hours, rest = divmod(minutes, 60)
    parts = [f"{hours} giờ"] * bool(hours) + [f"{rest} phút"] * bool(rest)
    return " ".join(parts) or "0 phút"


def _vietnamese(text: Any) -> str:
    with translation.override("vi"):
        return str(text)


def _handovers(dossier: Dossier) -> list[dict[str, Any]]:
    """Each event that passed the dossier on: who gave, who took, when, in time or not, remark."""
    events = dossier.events.exclude(kind__in=FACTS_OF_MONEY).select_related("actor", "unit").order_by("seq")
    return [
        {
            "step": str(EventKind(event.kind).label),
            "giver": _giver(event),
            "taker": _taker(event),
            "at": short_moment(event.at),
            "in_time": _in_time(event.at, dossier.promised_at),
            "remark": str(event.data.get("reason") or event.data.get("note") or ""),
        }
        for event in events
    ]


def _giver(event: DossierEvent) -> str:
    if event.kind in FROM_CITIZEN:
        return CITIZEN
    return _at_unit(event.actor.full_name if event.actor else SYSTEM, event)


def _taker(event: DossierEvent) -> str:
    """Who holds the dossier after the event: the assignee, the next post, the citizen, or who accepted it."""
    if event.kind in TO_CITIZEN:
        return CITIZEN
    if event.kind == EventKind.ACCEPTED and event.actor:
        return _at_unit(event.actor.full_name, event)
    if event.kind == EventKind.VERIFY_ASKED:
        return str(event.data.get("asked", ""))
    if event.kind == EventKind.SUBMITTED and event.to_state == State.CHECKING:
        return _at_unit("Người kiểm tra", event)
    return _at_unit(str(event.data.get("name") or NEXT_POST.get(event.kind, ONE_STOP_COUNTER)), event)


def _at_unit(who: str, event: DossierEvent) -> str:
    return f"{who} – {event.unit.full_name}" if event.unit else who


def _in_time(at: datetime.datetime, promised: datetime.datetime | None) -> str:
    """Trước hạn, đúng hạn (on the promised day) or quá hạn; empty before there is a promise."""
    if promised is None:
        return ""
    if at > promised:
        return "Quá hạn"
    return "Đúng hạn" if day_in_words(at) == day_in_words(promised) else "Trước hạn"


def _state_name(state: str) -> str:
    return str(State(state).label) if state else ""
