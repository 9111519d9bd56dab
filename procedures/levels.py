"""The level at which a unit offers a procedure on a day: what an order set, else what the version itself says.

Where the version in force is for the counter only, an order that says more has no effect: nobody can offer online
what has no way online.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from django.db.models import QuerySet
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from portal.accounts.models import Unit, UnitKind
from procedures.entries import Entry
from procedures.models import OfferLevel, OnlineLevel, Procedure, ProcedureVersion, UnitLevel
from procedures.querysets import catalogue

ONLINE = frozenset({OfferLevel.FULL, OfferLevel.PARTIAL})
_LABELS = dict(OnlineLevel.choices) | dict(OfferLevel.choices)


@dataclass(frozen=True)
class Offer:
    """The level of one procedure at one unit; `row` is what set it, None when the version's own level holds."""

    level: str
    row: UnitLevel | None = None

    @property
    def label(self) -> str:
        """The level in words."""
        return str(_LABELS[self.level])

    @property
    def tone(self) -> str:
        """The tone of its badge."""
        tones = {"full": "good", "partial": "info", "counter": "neutral", "none": "bad"}
        return tones.get(self.level, "warn")

    @property
    def closed_online(self) -> bool:
        """Whether an order keeps this unit from taking the procedure online."""
        return self.row is not None and self.level not in ONLINE


def combined(own: str, row: UnitLevel | None) -> Offer:
    """The level from the version's own and the row in force, if any."""
    if row is None or (own == OnlineLevel.COUNTER and row.level in ONLINE):
        return Offer(own)
    return Offer(row.level, row)


def offer_of(version: ProcedureVersion, unit: Unit, day: datetime.date) -> Offer:
    """How `unit` offers the procedure of `version` on `day`; one query."""
    row = (
        UnitLevel.objects.on(day)
        .filter(unit=unit, procedure=version.procedure_id)
        .select_related("order")
        .first()
    )
    return combined(version.online_level, row)


def closed_units(version: ProcedureVersion, day: datetime.date) -> dict[int, UnitLevel]:
    """The units that by an order do not take the procedure online on `day`, by key."""
    rows = (
        UnitLevel.objects.on(day)
        .filter(procedure=version.procedure_id)
        .exclude(level__in=ONLINE)
        .select_related("order", "unit")
    )
    return {row.unit_id: row for row in rows}


def refusal(version: ProcedureVersion, unit: Unit, day: datetime.date, *, online: bool) -> str:
    """Why `unit` does not take the procedure (online, or at all) on `day`; "" when it does."""
    offer = offer_of(version, unit, day)
    if offer.row is None:
        return ""
    if offer.level == OfferLevel.NONE:
        return said_none(offer.row)
    return said_counter(offer.row) if online and offer.closed_online else ""


def said_none(row: UnitLevel) -> str:
    """That the unit does not do this procedure, since when and by what."""
    return _(
        "%(unit)s không thực hiện thủ tục này từ ngày %(day)s (theo %(document)s). Hãy chọn nơi nộp khác."
    ) % _facts(row)


def said_counter(row: UnitLevel) -> str:
    """That the unit takes it at the counter only, since when and by what."""
    return _(
        "%(unit)s chỉ nhận thủ tục này tại quầy từ ngày %(day)s (theo %(document)s). "
        "Hãy mang giấy tờ đến quầy, hoặc chọn nơi khác nhận trực tuyến."
    ) % _facts(row)


def _facts(row: UnitLevel) -> dict[str, str]:
    day = date_format(row.valid_from, "d/m/Y")
    return {"unit": row.unit.full_name, "day": day, "document": row.order.document}


def offered_kinds(*, at_commune: bool, at_province: bool, any_commune: bool = False) -> list[str]:
    """The kinds of unit a procedure may come in at: communes, and the Centre's branches for the city's own."""
    kinds = [UnitKind.COMMUNE.value] if at_commune or any_commune else []
    if at_province or not kinds:
        kinds.append(UnitKind.BRANCH.value)
    return kinds


@dataclass(frozen=True)
class UnitLine:
    """A procedure in the list of a unit."""

    entry: Entry
    offer: Offer


def lines_of(unit: Unit, day: datetime.date, *, level: str = "") -> list[UnitLine]:
    """The procedures of a unit's kind with their level on `day`, in the order of the catalogue."""
    rows = {
        row.procedure_id: row for row in UnitLevel.objects.on(day).filter(unit=unit).select_related("order")
    }
    lines = [
        UnitLine(entry, combined(entry.online_level, rows.get(entry.pk)))
        for entry in catalogue().entries
        if not entry.vertical_system
        and (
            entry.pk in rows
            or unit.kind in offered_kinds(at_commune=entry.at_commune, at_province=entry.at_province)
        )
    ]
    return [line for line in lines if not level or line.offer.level == level]


def ruled_at(unit: Unit, day: datetime.date) -> dict[int, str]:
    """Procedure (key) -> the level an order sets for it at `unit` on `day`, others follow their version; one query."""
    return dict(UnitLevel.objects.on(day).filter(unit=unit).values_list("procedure_id", "level"))


def shown_at(entries: Iterable[Entry], ruled: Mapping[int, str]) -> list[Entry]:
    """These entries as a list for one unit shows them: each one ruled by an order says its level there."""
    return [replace(entry, level_here=ruled.get(entry.pk, "")) for entry in entries]


def history_of(unit: Unit, procedure: Procedure) -> QuerySet[UnitLevel]:
    """Everything ever confirmed about one procedure at one unit, newest order first, replaced rows too."""
    return (
        UnitLevel.objects.filter(unit=unit, procedure=procedure, order__state="confirmed")
        .select_related("order", "order__proposed_by", "order__decided_by", "replaced_by")
        .order_by("-order", "-valid_from")
    )
