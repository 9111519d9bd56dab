"""Forms of the handling: 04 apology, 05 stop notice, 06 control sheet (domain facts 2.5-2.7)."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING, Any

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
from dossiers.states import EventKind, Money, State
from portal.lib import clock

if TYPE_CHECKING:
    from dossiers.models import Dossier, DossierEvent
    from portal.accounts.models import User

CITIZEN = "Người nộp hồ sơ"
SYSTEM = "Hệ thống"
FACTS_OF_MONEY = {EventKind.FEE_ASSESSED, EventKind.PAID, EventKind.REFUNDED, EventKind.DOCUMENT_ISSUED}
BY_CITIZEN = {EventKind.FILED, EventKind.SUPPLEMENT_ANSWERED, EventKind.WITHDRAWN}
MONEY_AT_STOP = {
    Money.NONE: "Hồ sơ không phát sinh phí, lệ phí.",
    Money.DUE: "Phí, lệ phí chưa nộp không phải nộp nữa.",
    Money.PAID: "Phí, lệ phí đã nộp được xem xét hoàn trả theo quy định về phí, lệ phí.",
    Money.REFUNDED: "Phí, lệ phí đã được hoàn trả.",
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
    }
    title = form_set(clock.today()).title(kind)
    return Paper(kind, "print/control_sheet.html", title, context, unit)


def _handovers(dossier: Dossier) -> list[dict[str, Any]]:
    """Each event that passed the dossier on: who gave, who took, when, in time or not, remark."""
    events = dossier.events.exclude(kind__in=FACTS_OF_MONEY).select_related("actor", "unit").order_by("seq")
    rows: list[dict[str, Any]] = []
    giver = CITIZEN
    for event in events:
        taker = _taker(event)
        rows.append(
            {
                "step": str(EventKind(event.kind).label),
                "giver": giver,
                "taker": taker,
                "at": short_moment(event.at),
                "in_time": _in_time(event.at, dossier.promised_at) if event.to_state else "",
                "remark": _remark(event),
            }
        )
        giver = taker
    return rows


def _taker(event: DossierEvent) -> str:
    """Who holds the dossier after the event: the assignee, the officer who acted, or the unit."""
    if event.kind in BY_CITIZEN or event.actor is None:
        return event.unit.full_name if event.unit else SYSTEM
    unit = f" – {event.unit.full_name}" if event.unit else ""
    return str(event.data.get("assignee") or event.actor.full_name) + unit


def _in_time(at: datetime.datetime, promised: datetime.datetime | None) -> str:
    """Trước hạn, đúng hạn (on the promised day) or quá hạn; empty before there is a promise."""
    if promised is None:
        return ""
    if at > promised:
        return "Quá hạn"
    return "Đúng hạn" if day_in_words(at) == day_in_words(promised) else "Trước hạn"


def _remark(event: DossierEvent) -> str:
    return str(event.data.get("reason") or event.data.get("note") or "")


def _state_name(state: str) -> str:
    return str(State(state).label) if state else ""
