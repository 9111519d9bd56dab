"""Transfers as a page shows them: whose move, until when, how much working time is left. Reads only."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from django.db.models import Q
from django.utils.translation import gettext as _

from dossiers.access import dispatches_for, may_step, transfers_for
from dossiers.models import DispatchLine, LineState
from dossiers.transfers import LEGS, Leg, Step, TransferState, open_steps, owner_of
from dossiers.workflow import BETWEEN_UNITS
from portal.accounts.access import can, units_with
from portal.accounts.permissions import Permission
from portal.lib import clock
from procedures.calendar import WorkCalendar, calendars_for
from procedures.wording import minutes_text

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from dossiers.models import DispatchList, Dossier, DossierEvent, Transfer
    from portal.accounts.models import Unit, User


@dataclass(frozen=True)
class Row:
    """One transfer in a list. `left` is working time of the owner, "" where no limit runs."""

    transfer: Transfer
    leg: Leg
    owner: Unit | None
    late: bool
    left: str
    steps: list[Step] = field(default_factory=list)


def rows(transfers: Iterable[Transfer], user: User | None = None) -> list[Row]:
    """Transfers with owner and time left; with `user` also the steps he may take. One query for the calendars."""
    listed = list(transfers)
    owners = [owner for transfer in listed if (owner := owner_of(transfer))]
    calendars = calendars_for(owners) if owners else {}
    return [_row(transfer, calendars, user) for transfer in listed]


def _row(transfer: Transfer, calendars: dict[int, WorkCalendar], user: User | None) -> Row:
    owner, now = owner_of(transfer), clock.now()
    late = transfer.due_at is not None and transfer.due_at < now
    left = ""
    if transfer.due_at and owner:
        first, last = (transfer.due_at, now) if late else (now, transfer.due_at)
        left = _left(calendars[owner.pk].work_between(first, last), late=late)
    issued = transfer.dossier.finished_at is not None
    steps = open_steps(transfer, issued=issued) if user else []
    mine = [step for step in steps if user and may_step(user, step, transfer)]
    return Row(transfer, LEGS[TransferState(transfer.state)], owner, late, left, mine)


def _left(span: datetime.timedelta, *, late: bool) -> str:
    text = minutes_text(int(span.total_seconds() // 60)) or _("dưới 1 phút")
    said = _("quá %(time)s") if late else _("còn %(time)s")
    return said % {"time": text}


def mine(user: User) -> Q:
    """Transfers whose next step is a unit's of `user`."""
    units = units_with(user, Permission.RECEIVE).values("pk")
    assigns = units_with(user, Permission.ASSIGN).values("pk")
    issues = units_with(user, Permission.ISSUE).values("pk")
    there = Q(receiver__in=units)
    answering = Q(state=TransferState.SENT) & (there | Q(receiver__in=assigns))
    sending = Q(state=TransferState.ACCEPTED, due_at__isnull=False) & (there | Q(receiver__in=issues))
    back = Q(state__in=[TransferState.REFUSED, TransferState.RETURNING], sender__in=units)
    return answering | sending | back


def tabs(user: User) -> dict[str, QuerySet[Transfer]]:
    """The lists of the page by their code."""
    found = transfers_for(user)
    units = units_with(user, Permission.SEE_DOSSIERS).values("pk")
    running = found.filter(ended_at=None)
    return {
        "viec": running.filter(mine(user)).order_by("due_at", "pk"),
        "den": running.filter(receiver__in=units).order_by("due_at", "pk"),
        "di": running.filter(sender__in=units).order_by("due_at", "pk"),
        "tre": running.filter(due_at__lt=clock.now()).order_by("due_at", "pk"),
        "xong": found.exclude(ended_at=None).order_by("-ended_at", "-pk"),
    }


def missing(user: User) -> list[DispatchLine]:
    """Papers that did not arrive, in the reader's units: an alarm until they do. At most a screenful."""
    lists = dispatches_for(user).values("pk")
    found = DispatchLine.objects.filter(dispatch__in=lists, state=LineState.MISSING)
    return list(found.select_related("dispatch__sender", "dispatch__receiver", "transfer__dossier")[:20])


def overdue_lists(user: User) -> list[DispatchList]:
    """Lists that should have been received by now. At most a screenful."""
    late = dispatches_for(user).filter(closed_at=None, expected_by__lt=clock.now())
    return list(late.filter(lines__state=LineState.TRAVELLING).distinct().order_by("expected_by")[:20])


def history(transfer: Transfer) -> list[DossierEvent]:
    """The events of the transfers of this dossier, oldest first."""
    events = transfer.dossier.events.filter(kind__in=BETWEEN_UNITS)
    return list(events.select_related("actor", "unit").order_by("seq"))


def names_people(user: User, transfer: Transfer) -> bool:
    """Whether the reader's unit has the dossier, so that its people may be named."""
    units = {transfer.dossier.receiving_unit_id, transfer.dossier.competent_unit_id}
    return any(can(user, Permission.SEE_PERSONAL_DATA, unit) for unit in units)


def last_transfer(dossier: Dossier) -> Row | None:
    """The open transfer of a dossier, else its last one; None when it never left."""
    found = dossier.transfers.select_related("sender", "receiver", "dossier").order_by("-number").first()
    return rows([found])[0] if found else None
