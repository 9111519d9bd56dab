"""Issuing documents: number and frozen context in the caller's transaction, bytes after commit.

A number comes from a locked `NumberSeries` row in the transaction that uses it, so a rolled-back caller
leaves no gap. Rendering, signing and storing happen in the worker (outbox topic `render_document`), once: a
document that has its hash is never rendered again.
"""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING, Any

from django.db import connection, transaction

from dossiers import documents
from dossiers.models import Document, DocumentKind, Dossier, NumberSeries, Result, SupplementRequest
from portal.accounts.models import Unit, User
from portal.lib import clock, counters
from portal.outbox.actions import put

if TYPE_CHECKING:
    from dossiers.documents import Paper


def next_number(*, unit: Unit, series: str) -> str:
    """The next number of the unit's yearly series, as "12/2026/TNHS"; the row stays locked until commit.

    Raises RuntimeError outside a transaction: a number without its document would be a gap.
    """
    if not connection.in_atomic_block:
        raise RuntimeError("a number needs the transaction of its document")
    year = clock.today().year
    last = counters.take(NumberSeries, unit=unit, series=series, year=year)
    return f"{last}/{year}/{series}"


def issue_document(
    *,
    dossier: Dossier,
    kind: DocumentKind,
    template: str,
    context: dict[str, Any],
    title: str,
    by: User | None,
    number: str | None = None,
    unit: Unit | None = None,
    series: str = "",
) -> Document:
    """One issued document of `dossier`, in the caller's transaction; its bytes follow after commit.

    `context` is JSON-able and frozen here; letterhead, form number and the mark of trial data are added
    unless given. `unit` (default: the receiving unit) owns the number series; a receipt brings its `number`.
    """
    unit = unit or dossier.receiving_unit
    document = Document.objects.create(
        dossier=dossier,
        kind=kind,
        number=number or next_number(unit=unit, series=series or documents.SERIES[kind]),
        title=title,
        template=template,
        context={**documents.common(dossier, kind, unit, clock.today()), **context},
        unit=unit,
        issued_by=by,
        issued_at=clock.now(),
    )
    put("render_document", key=f"render:{document.pk}", payload={"document": document.pk})
    return document


def _issue(dossier: Dossier, paper: Paper, *, by: User | None) -> Document:
    return issue_document(
        dossier=dossier,
        kind=paper.kind,
        template=paper.template,
        context=paper.context,
        title=paper.title,
        by=by,
        unit=paper.unit,
        series=paper.series,
    )


def issue_acknowledgement(*, dossier: Dossier, by: User) -> Document:
    """Form 01 of an accepted dossier; call it after acceptance set `promised_at`. `by` accepted it."""
    return _issue(dossier, documents.acknowledgement(dossier, by=by), by=by)


def issue_supplement(*, request: SupplementRequest, by: User) -> Document:
    """Form 02 with every line of the request; call it after its items were saved."""
    return _issue(request.dossier, documents.supplement(request), by=by)


def issue_refusal(*, dossier: Dossier, reason: str, legal_basis: str, by: User) -> Document:
    """Form 03. The reason is for a person to read and cites the provision."""
    return _issue(dossier, documents.refusal(dossier, reason=reason, legal_basis=legal_basis, by=by), by=by)


def issue_apology(*, dossier: Dossier, reason: str, new_due: datetime.datetime, by: User) -> Document:
    """Form 04: apology with the new instant; the first promise stays on the dossier and on the paper."""
    return _issue(dossier, documents.apology(dossier, reason=reason, new_due=new_due, by=by), by=by)


def issue_stop(*, dossier: Dossier, reason: str, legal_basis: str, by: User) -> Document:
    """Form 05: handling ends without a result."""
    return _issue(dossier, documents.stop(dossier, reason=reason, legal_basis=legal_basis, by=by), by=by)


def issue_control_sheet(*, dossier: Dossier, by: User) -> Document:
    """Form 06 from the events up to now."""
    return _issue(dossier, documents.control_sheet(dossier), by=by)


def issue_result(*, result: Result, by: User) -> Document:
    """The numbered result of a signed dossier; the caller then sets `result.document` and `result.number`.

    Raises ValueError for a result nobody signed: what is issued was decided by a leader first.
    """
    if result.signed_at is None:
        raise ValueError("an unsigned result cannot be issued")
    return _issue(result.dossier, documents.result(result), by=by)


def render_document(document_id: int) -> None:
    """Render, sign and store one document; a second call for the same document does nothing.

    The row stays locked meanwhile, so two workers do not render it twice.
    """
    from dossiers.documents.rendering import signed_bytes
    from portal.lib import files

    with transaction.atomic():
        document = (
            Document.objects.select_for_update(of=("self",), no_key=True)
            .select_related("dossier", "unit", "unit__parent")
            .get(pk=document_id)
        )
        if document.rendered_at is not None:
            return
        data, names = signed_bytes(document)
        stored = files.put(data)
        document.sha256, document.size = stored.sha256, stored.size
        document.rendered_at, document.signed_by = clock.now(), names
        document.save(update_fields=["sha256", "size", "rendered_at", "signed_by"])
