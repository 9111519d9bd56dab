"""The register of a unit (form 07 of TT 03/2025/TT-VPCP, form 06 of TT 01/2018/TT-VPCP): its lines, from the dossiers.

A dossier stands in the register of the unit that received it, on the day it was accepted, under a number that begins
anew each year; what was sent back or refused before acceptance is not in it. The line says how the dossier stands now.
"""

from __future__ import annotations

import datetime
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db.models import Count, OuterRef, Subquery

from dossiers.models import Dossier, DossierParty, PartyRole
from dossiers.states import Delivery, State
from procedures.calendar import HANOI, ONE_DAY

if TYPE_CHECKING:
    from django.db.models import QuerySet

PORTION = 2000


@dataclass(frozen=True)
class Entry:
    """One line. Days are Hanoi's; `returned` is None until the result was handed out."""

    unit: str
    number: int
    code: str
    procedure: str
    owner: str
    address: str
    phone: str
    deciding: str
    accepted: datetime.date
    promised: datetime.datetime | None
    returned: datetime.date | None
    way: str
    state: str


def accepted_between(units: Iterable[int], first: datetime.date, last: datetime.date) -> QuerySet[Dossier]:
    """The dossiers these units received, accepted from the start of `first` to the end of `last`."""
    return Dossier.objects.filter(
        receiving_unit__in=list(units),
        accepted_at__gte=_midnight(first),
        accepted_at__lt=_midnight(last + ONE_DAY),
    )


def entries(units: Iterable[int], first: datetime.date, last: datetime.date) -> Iterator[Entry]:
    """The lines in order of unit and number, through a server-side cursor; two queries."""
    keys = list(units)
    taken = _before(keys, first)
    owner = DossierParty.objects.filter(dossier=OuterRef("pk"), role=PartyRole.OWNER)
    found = (
        accepted_between(keys, first, last)
        .annotate(address=Subquery(owner.values("address")[:1]), phone=Subquery(owner.values("phone")[:1]))
        .select_related("procedure", "receiving_unit", "competent_unit")
        .order_by("receiving_unit__sort_key", "receiving_unit", "accepted_at", "pk")
    )
    for dossier in found.iterator(chunk_size=PORTION):
        year = (dossier.receiving_unit_id, _day(dossier.accepted_at).year)
        taken[year] += 1
        yield _entry(dossier, taken[year])


def _before(units: list[int], first: datetime.date) -> Counter[tuple[int, int]]:
    """How many lines each unit's register of that year has before `first`."""
    new_year = datetime.date(first.year, 1, 1)
    rows = accepted_between(units, new_year, first - ONE_DAY).order_by().values("receiving_unit")
    return Counter(
        {(row["receiving_unit"], first.year): row["lines"] for row in rows.annotate(lines=Count("pk"))}
    )


def _entry(dossier: Any, number: int) -> Entry:
    """`dossier` is annotated with its owner's address and phone."""
    return Entry(
        unit=dossier.receiving_unit.full_name,
        number=number,
        code=dossier.code,
        procedure=dossier.procedure.name,
        owner=dossier.owner_name,
        address=dossier.address or "",
        phone=dossier.phone or "",
        deciding=dossier.competent_unit.full_name,
        accepted=_day(dossier.accepted_at),
        promised=dossier.promised_at,
        returned=_day(dossier.returned_at) if dossier.returned_at else None,
        way=str(Delivery(dossier.delivery).label),
        state=str(State(dossier.state).label),
    )


def _day(moment: datetime.datetime | None) -> datetime.date:
    assert moment is not None  # noqa: S101 - accepted ones only
    return moment.astimezone(HANOI).date()


def _midnight(day: datetime.date) -> datetime.datetime:
    return datetime.datetime.combine(day, datetime.time(), tzinfo=HANOI)
