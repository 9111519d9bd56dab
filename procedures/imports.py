"""Reads of the imports for pages: lists, counts, and each difference as it is now."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Count, Q, QuerySet

from portal.lib.text import fold
from procedures.entries import Entry
from procedures.importing.national.comparing import IDENTITY, Change, Part, changes
from procedures.importing.national.writing import versions_of
from procedures.models import (
    CatalogueImport,
    Decision,
    IdentityState,
    ImportItem,
    ItemKind,
    Procedure,
    ProcedureVersion,
)
from procedures.querysets import catalogue

DIFFERENT = (ItemKind.NEW, ItemKind.CHANGED)


@dataclass(frozen=True)
class Shown:
    """A procedure of a file with its differences from what is in force now."""

    item: ImportItem
    title: str
    changes: list[Change]
    version: ProcedureVersion | None

    @property
    def open(self) -> bool:
        """Whether somebody still has to decide."""
        return self.item.kind in DIFFERENT and self.item.decision == Decision.OPEN

    @property
    def gone(self) -> bool:
        """Whether it differed when it was compared and no longer does."""
        return self.item.kind != ItemKind.SAME and not self.changes

    @property
    def waits(self) -> bool:
        """Whether a second person has to confirm what stands in the procedure's own row."""
        return self.item.identity == IdentityState.WAITING

    @property
    def parts(self) -> list[Part]:
        """What can be taken over, each once."""
        return list(dict.fromkeys(change.part for change in self.changes))

    @property
    def identity(self) -> list[Change]:
        """The differences of the procedure's own row."""
        return [change for change in self.changes if change.part in IDENTITY]


def counts_of(source: CatalogueImport) -> dict[str, int]:
    """How many of each kind; `open`: differences nobody decided; `waiting`: for a second person."""
    rows = source.items.values("kind").annotate(number=Count("pk"))
    found = {kind.value: 0 for kind in ItemKind} | {row["kind"]: row["number"] for row in rows}
    found["open"] = source.items.filter(kind__in=DIFFERENT, decision=Decision.OPEN).count()
    found["waiting"] = source.items.filter(identity=IdentityState.WAITING).count()
    return found


def items_of(
    source: CatalogueImport, *, kind: str = "", part: str = "", decision: str = "", query: str = ""
) -> QuerySet[ImportItem]:
    """The procedures of a file that fit."""
    items = source.items.select_related("procedure", "decided_by", "identity_by", "earlier", "draft")
    if kind:
        items = items.filter(kind=kind)
    if part:
        items = items.filter(parts__contains=[part])
    if decision:
        items = items.filter(decision=decision)
    for word in fold(query.replace("\x00", " ")).split():
        items = items.filter(Q(code__contains=word) | Q(procedure__search_text__contains=word))
    return items.order_by("line")


def shown(items: Iterable[ImportItem]) -> list[Shown]:
    """The items with their differences as they are now; six queries however many."""
    rows = list(items)
    known = versions_of([item.code for item in rows])
    found = []
    for item in rows:
        procedure, version = known.get(item.code, (None, None))
        active = (
            procedure
            if procedure is not None and (procedure.is_active or item.kind != ItemKind.NEW)
            else None
        )
        differences = [] if item.kind == ItemKind.SAME else changes(active, version, item.facts)
        found.append(Shown(item, _title(item, procedure), differences, version))
    return found


def _title(item: ImportItem, procedure: Procedure | None) -> str:
    return procedure.name if procedure else str(item.facts.get("title", item.code))


def absent_from(source: CatalogueImport) -> list[Entry]:
    """Procedures of the catalogue that the file does not name; nothing is done to them."""
    named = set(source.items.values_list("code", flat=True))
    return [entry for entry in catalogue().entries if entry.code not in named]
