"""Papers of a unit (lists, registers): number and frozen context in the caller's transaction, bytes after commit."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from dossiers import documents
from dossiers.actions.documents import next_number
from dossiers.models import UnitPaper
from portal.lib import clock
from portal.outbox.actions import put

if TYPE_CHECKING:
    from dossiers.documents.units import UnitSheet
    from portal.accounts.models import User


def issue_unit_paper(*, sheet: UnitSheet, by: User) -> UnitPaper:
    """One issued paper of a unit, in the caller's transaction."""
    first, last = sheet.period or (None, None)
    paper = UnitPaper.objects.create(
        kind=sheet.kind,
        unit=sheet.unit,
        number=sheet.number or next_number(unit=sheet.unit, series=documents.UNIT_SERIES[sheet.kind]),
        title=sheet.title,
        template=sheet.template,
        context=sheet.context,
        first_day=first,
        last_day=last,
        issued_by=by,
        issued_at=clock.now(),
    )
    put("render_unit_paper", key=f"render-unit:{paper.pk}", payload={"paper": paper.pk})
    return paper


def render_unit_paper(paper_id: int) -> None:
    """Render, sign and store one paper of a unit; a second call for the same does nothing."""
    from dossiers.documents.rendering import signed_unit_paper
    from portal.lib import files

    with transaction.atomic():
        rows = UnitPaper.objects.select_for_update(of=("self",), no_key=True)
        paper = rows.select_related("unit", "unit__parent").get(pk=paper_id)
        if paper.rendered_at is not None:
            return
        data, names = signed_unit_paper(paper)
        stored = files.put(data)
        paper.sha256, paper.size = stored.sha256, stored.size
        paper.rendered_at, paper.signed_by = clock.now(), names
        paper.save(update_fields=["sha256", "size", "rendered_at", "signed_by"])
