"""Writing down what a file holds and how it compares with the catalogue."""

from __future__ import annotations

from collections.abc import Iterable

from portal.lib import clock
from procedures.importing.national.comparing import changes
from procedures.importing.national.records import Read
from procedures.models import CatalogueImport, ImportFault, ImportItem, ItemKind, Procedure, ProcedureVersion

BATCH = 500


def write(source: CatalogueImport, found: Read) -> None:
    """The records and faults of a file."""
    items = (
        ImportItem(source=source, line=each.line, code=each.code, facts=each.facts, digest=each.digest)
        for each in found.records
    )
    faults = (
        ImportFault(
            source=source, line=each.line, code=each.code, kind=each.kind, reason=each.reason, raw=each.raw
        )
        for each in found.faults
    )
    ImportItem.objects.bulk_create(items, batch_size=BATCH)
    ImportFault.objects.bulk_create(faults, batch_size=BATCH)


def compare(items: list[ImportItem]) -> None:
    """Say of each item what it is beside the catalogue as it is now."""
    known = versions_of([item.code for item in items])
    before = _earlier(items)
    for item in items:
        procedure, version = known.get(item.code, (None, None))
        found = changes(procedure, version, item.facts)
        item.procedure = procedure
        item.parts = sorted({change.part.value for change in found})
        item.earlier = before.get((item.code, item.digest)) if found else None
        item.kind = _kind(item) if found else ItemKind.SAME
    ImportItem.objects.bulk_update(items, ["procedure", "parts", "earlier", "kind"], batch_size=BATCH)


def _kind(item: ImportItem) -> ItemKind:
    if item.earlier is not None:
        return ItemKind.SEEN
    return ItemKind.CHANGED if item.procedure else ItemKind.NEW


def _earlier(items: list[ImportItem]) -> dict[tuple[str, str], ImportItem]:
    """The items of earlier files with the same code and content: the first of each, where it was a difference."""
    if not items:
        return {}
    rows = ImportItem.objects.filter(
        source__lt=items[0].source_id,
        code__in=[item.code for item in items],
        digest__in=[item.digest for item in items],
        kind__in=[ItemKind.NEW, ItemKind.CHANGED],
    )
    return {(row.code, row.digest): row for row in rows.order_by("-pk")}


def versions_of(codes: Iterable[str]) -> dict[str, tuple[Procedure, ProcedureVersion | None]]:
    """The procedures of these codes with their version in force and what a comparison reads of it; five queries."""
    procedures = {
        row.code: row for row in Procedure.objects.filter(code__in=list(codes)).select_related("field")
    }
    rows = (
        ProcedureVersion.objects.in_force(clock.today())
        .filter(procedure__in=[row.pk for row in procedures.values()])
        .prefetch_related("timelimits", "requireddocuments", "resultkinds")
        .order_by("number")
    )
    versions = {row.procedure_id: row for row in rows}
    return {code: (row, versions.get(row.pk)) for code, row in procedures.items()}
