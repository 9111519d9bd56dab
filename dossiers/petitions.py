"""The rules of petitions: one table of moves, and the limits of the law. Pure; `actions.petitions` writes.

Limits in working days of the handling unit: refuse 2, ask for more 5, answer 15, publish 2 after the answer
(Quyết định 766/QĐ-TTg, indicator 5.2); hand on what belongs elsewhere 5 (NĐ 20/2008/NĐ-CP). They run from the day the
petition reached the unit, and anew from the day the sender supplied what was missing.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.functional import Promise
from django.utils.translation import pgettext_lazy

from dossiers.models.petitions import PetitionEventKind as Kind
from dossiers.models.petitions import PetitionState as State
from portal.lib.text import fold

if TYPE_CHECKING:
    from dossiers.models.petitions import Petition, PetitionEvent
    from procedures.calendar import WorkCalendar

REFUSE_DAYS, ASK_DAYS, FORWARD_DAYS, ANSWER_DAYS, PUBLISH_DAYS = 2, 5, 5, 15, 2
LIMITS = {
    Kind.REFUSED: REFUSE_DAYS,
    Kind.ASKED: ASK_DAYS,
    Kind.FORWARDED: FORWARD_DAYS,
    Kind.ANSWERED: ANSWER_DAYS,
}
_STARTS = {Kind.SUBMITTED, Kind.FORWARDED, Kind.SUPPLIED}


@dataclass(frozen=True)
class Move:
    """One legal move of an officer; `target` None stays in the state it is in."""

    name: str
    label: str | Promise
    sources: tuple[State, ...]
    target: State
    event: Kind


OPEN = (State.NEW, State.HANDLING)
MOVES = {
    move.name: move
    for move in (
        Move("take", pgettext_lazy("petition", "Tiếp nhận xử lý"), (State.NEW,), State.HANDLING, Kind.TAKEN),
        Move("answer", pgettext_lazy("petition", "Trả lời"), OPEN, State.ANSWERED, Kind.ANSWERED),
        Move("ask", pgettext_lazy("petition", "Đề nghị bổ sung thông tin"), OPEN, State.ASKED, Kind.ASKED),
        Move("forward", pgettext_lazy("petition", "Chuyển nơi khác"), OPEN, State.NEW, Kind.FORWARDED),
        Move(
            "refuse",
            pgettext_lazy("petition", "Từ chối tiếp nhận"),
            (*OPEN, State.ASKED),
            State.REFUSED,
            Kind.REFUSED,
        ),
        Move(
            "publish",
            pgettext_lazy("petition", "Công khai"),
            (State.ANSWERED,),
            State.PUBLISHED,
            Kind.PUBLISHED,
        ),
    )
}
WAITING = (State.NEW, State.HANDLING, State.ASKED, State.ANSWERED)


class WrongPetitionStateError(Exception):
    """The move is not allowed from the petition's present state; the page is shown again as it is now."""


def moves_from(state: str) -> list[Move]:
    """The moves that stand open to the handling unit."""
    return [move for move in MOVES.values() if state in move.sources]


@dataclass(frozen=True)
class Limit:
    """One limit of the law: what had to be done, until when, and when it was done (None: not yet)."""

    kind: Kind
    until: datetime.datetime
    done_at: datetime.datetime | None

    def late(self, now: datetime.datetime) -> bool:
        """Whether it was passed."""
        return (self.done_at or now) > self.until


def limits(events: Iterable[PetitionEvent], calendar: WorkCalendar) -> list[Limit]:
    """Every limit that applied or applies, in the order of the events. Instants are aware."""
    found: list[Limit] = []
    start: datetime.datetime | None = None
    answered: datetime.datetime | None = None
    for event in events:
        kind = Kind(event.kind)
        if kind in LIMITS and start is not None:
            found.append(Limit(kind, after(start, LIMITS[kind], calendar), event.at))
            start = None
        if kind in _STARTS:
            start = event.at
        if kind is Kind.ANSWERED:
            answered = event.at
        if kind is Kind.PUBLISHED and answered is not None:
            found.append(Limit(kind, after(answered, PUBLISH_DAYS, calendar), event.at))
            answered = None
    if start is not None:
        found.append(Limit(Kind.ANSWERED, after(start, ANSWER_DAYS, calendar), None))
    if answered is not None:
        found.append(Limit(Kind.PUBLISHED, after(answered, PUBLISH_DAYS, calendar), None))
    return found


def after(start: datetime.datetime, days: int, calendar: WorkCalendar) -> datetime.datetime:
    """`days` working days after `start`."""
    return calendar.add_days(start, days)


def names_sender(petition: Petition, text: str) -> bool:
    """Whether `text` gives away who sent the petition: name, telephone, e-mail, address, or any number of 9 digits."""
    said = fold(text)
    tells = [petition.name, petition.email, petition.address]
    if any(len(each) > 3 and fold(each) in said for each in tells):
        return True
    return bool(re.search(r"\d(?:[\s.\-]?\d){8,}", text))
