"""What a person is told about a dossier: lists, timeline, second factor. Nothing of the officers' own talk."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db.models import Q
from django.utils.translation import gettext as _

from dossiers.calendars import KnownCalendars, explain
from dossiers.models import Approval, DocumentKind, Dossier, Side, SupplementRequest
from dossiers.states import EventKind, Money
from dossiers.workflow import STATES, StateFacts, Turn
from portal.lib.tries import Tries
from portal.templatetags.portal import money

if TYPE_CHECKING:
    import datetime

    from dossiers.deadlines import Due
    from dossiers.models import Document, DossierEvent
    from dossiers.querysets import DossierQuerySet
    from portal.accounts.models import User

PER_PAGE = 20
FAILURES = Tries(10, 600)
# Steps inside the office that say nothing to the person, and a draft's way back for mending.
HIDDEN = {
    EventKind.SENT_BACK,
    EventKind.DOCUMENT_ISSUED,
    EventKind.SUPPLEMENT_PROPOSED,
    EventKind.SUPPLEMENT_DECLINED,
    EventKind.PAPER_MISSING,
    EventKind.PAPER_FOUND,
}
# Kinds whose reason was written for the person and stands in the form he got.
REASONED = {
    EventKind.OBLIGATION_SET,
    EventKind.REFUSED,
    EventKind.STOPPED,
    EventKind.SUPPLEMENT_REQUESTED,
    EventKind.EXTENDED,
    EventKind.WITHDRAWN,
    EventKind.RESULT_REVOKED,
}
BAD = {EventKind.REFUSED, EventKind.STOPPED, EventKind.RESULT_REVOKED}
OFFICE_PAPERS = {DocumentKind.CONTROL}
WAITING = [state for state, facts in STATES.items() if facts.turn is Turn.CITIZEN]


@dataclass(frozen=True)
class Moment:
    """A line of the timeline."""

    title: str
    at: datetime.datetime
    place: str
    detail: str
    bad: bool


@dataclass(frozen=True)
class Shown:
    """A dossier in a list with what its state means."""

    dossier: Dossier
    facts: StateFacts
    to_pay: bool


def facts_of(dossier: Dossier) -> StateFacts:
    """What the state of a dossier means to the person."""
    return next(facts for state, facts in STATES.items() if state == dossier.state)


def owes(dossier: Dossier) -> bool:
    """Whether the person has a fee to pay now."""
    return dossier.money == Money.DUE and dossier.closed_at is None


def of_person(user: User) -> DossierQuerySet:
    """The person's own dossiers, newest first."""
    return Dossier.objects.of_account(user).select_related("procedure", "receiving_unit")


_MY_TURN = Q(state__in=WAITING) | Q(money=Money.DUE, closed_at=None)


def my_turn(user: User) -> DossierQuerySet:
    """Dossiers waiting for the person: a supplement, an obligation, a fee."""
    return of_person(user).filter(_MY_TURN)


def others(user: User) -> DossierQuerySet:
    """Every other dossier of the person."""
    return of_person(user).exclude(_MY_TURN)


def shown(dossiers: Any) -> list[Shown]:
    """Dossiers ready for a list."""
    return [Shown(dossier, facts_of(dossier), owes(dossier)) for dossier in dossiers]


def timeline(dossier: Dossier, *, reasons: bool = True) -> list[Moment]:
    """What happened, oldest first, in the person's words; without names of officers.

    `reasons=False` leaves out what was written about the dossier, for readers who proved less.
    """
    events = dossier.events.exclude(kind__in=HIDDEN).select_related("unit").order_by("seq")
    return [_moment(event, reasons) for event in events]


def _moment(event: DossierEvent, reasons: bool) -> Moment:
    return Moment(
        title=str(EventKind(event.kind).label),
        at=event.at,
        place=event.unit.full_name if event.unit else "",
        detail=_detail(event) if reasons else "",
        bad=event.kind in BAD,
    )


def _detail(event: DossierEvent) -> str:
    data = event.data
    if event.kind in REASONED and data.get("reason"):
        return str(data["reason"])
    if event.kind == EventKind.MESSAGE:
        return str(Side(data["side"]).label)
    if event.kind == EventKind.FEE_ASSESSED:
        payable = int(data.get("payable") or 0)
        return _("Phải nộp %(amount)s.") % {"amount": money(payable)} if payable else _("Không phải nộp.")
    if event.kind in {EventKind.PAID, EventKind.REFUNDED}:
        return money(int(data.get("amount") or 0))
    return ""


def due_of(dossier: Dossier, known: KnownCalendars | None = None) -> Due | None:
    """The clock with its explanation; None before acceptance or without a usable time."""
    if dossier.accepted_at is None:
        return None
    try:
        return explain(dossier, known)
    except ValueError:
        return None


def documents_for(dossier: Dossier) -> list[Document]:
    """Documents issued to the person. A result comes only when it was handed over, see actions.processing."""
    held_back = {DocumentKind.RESULT} if dossier.returned_at is None else set()
    return list(dossier.documents.exclude(kind__in=OFFICE_PAPERS | held_back))


def open_request(dossier: Dossier) -> SupplementRequest | None:
    """The supplement request waiting for an answer."""
    sent = dossier.supplements.exclude(approval=Approval.PROPOSED)
    waiting = sent.filter(answered_at=None, closed_at=None)
    return waiting.prefetch_related("items__document").first()


# --- Public look-up ---


class TooManyTries(Exception):
    """Wrong codes or digits too often from one address, or for one dossier."""


def look_up(*, code: str, digits: str, address: str) -> Dossier | None:
    """The dossier, when `digits` end the ID number or phone of one of its parties; None says nothing about which
    of the two was wrong. Raises TooManyTries after as many failures as `FAILURES` allows, per address and per code.
    """
    keys = [f"track:{address}", f"track-code:{code}"]
    if not FAILURES.take(*keys):
        raise TooManyTries
    dossier = _matching(code, digits)
    if dossier is not None:
        FAILURES.give_back(*keys)
    return dossier


def _matching(code: str, digits: str) -> Dossier | None:
    found = Dossier.objects.filter(code=code).select_related(
        "procedure", "version", "receiving_unit", "competent_unit"
    )
    dossier = found.first()
    numbers = [
        number
        for party in (dossier.parties.all() if dossier else [])
        for number in (party.id_number, party.phone)
        if len(number) >= 8
    ]
    matches = [secrets.compare_digest(number[-4:].encode(), digits.encode()) for number in numbers]
    return dossier if any(matches) else None
