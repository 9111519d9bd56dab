"""Taking in many dossiers at once: all of the confirmed rows, or none."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from dossiers.actions.counter import Desk, Paper, WalkIn, take_in
from dossiers.actions.filing import IncompleteDossier
from dossiers.actions.intake import accept_locked
from dossiers.models import Bundle, IntakeOutcome
from dossiers.workflow import ActionError
from portal.accounts.access import check
from portal.accounts.permissions import Permission
from portal.lib import clock

if TYPE_CHECKING:
    from dossiers.bulk import CheckedRow
    from dossiers.models import Dossier
    from portal.accounts.models import User
    from procedures.models import RequiredDocument


@dataclass(frozen=True)
class Filing:
    """A confirmed list: what all its dossiers share (`walk_in`, whose key is the bundle's), the rows, the papers."""

    walk_in: WalkIn
    rows: Sequence[CheckedRow]
    documents: Sequence[RequiredDocument]
    left_out: int = 0


def file_bundle(*, by: User, filing: Filing) -> Bundle:
    """File and accept every row in one transaction. The same key again is the same bundle.

    Raises PermissionDenied for another unit's counter; ActionError naming the row that cannot go in, and then none
    went in.
    """
    key = filing.walk_in.client_key
    check(by, Permission.RECEIVE, filing.walk_in.unit)
    try:
        with transaction.atomic():
            return Bundle.objects.filter(pk=key).first() or _file(by, filing)
    except IntegrityError:
        same = Bundle.objects.filter(pk=key, officer=by).first()
        if same is None:
            raise
        return same


def _file(by: User, filing: Filing) -> Bundle:
    shared = filing.walk_in
    bundle = Bundle.objects.create(
        key=shared.client_key,
        unit=shared.unit,
        officer=by,
        version=shared.version,
        filer_name=shared.filer.name,
        left_out=filing.left_out,
        at=clock.now(),
    )

    def finish(dossier: Dossier, lacking: list[RequiredDocument]) -> str:
        if lacking:
            raise IncompleteDossier({}, lacking)
        accept_locked(dossier, by=by)
        return IntakeOutcome.ACCEPTED

    for row in filing.rows:
        walk_in = replace(
            shared,
            client_key=uuid.uuid5(shared.client_key, str(row.number)),
            answers=row.answers,
            papers=_papers(filing, row),
            desk=Desk(bundle=bundle, bundle_row=row.number),
        )
        try:
            take_in(by, walk_in, finish)
        except ActionError as error:
            said = _("Dòng %(number)s: %(reason)s Chưa hồ sơ nào được tiếp nhận.")
            raise ActionError(said % {"number": row.number, "reason": error.message}) from error
    return bundle


def _papers(filing: Filing, row: CheckedRow) -> tuple[Paper, ...]:
    given = [document for document in filing.documents if document.pk in row.papers]
    return tuple(Paper(document, counts=_counts(document, row.papers[document.pk])) for document in given)


def _counts(document: RequiredDocument, count: int) -> tuple[int, int, int] | None:
    """As the list says for 0; else so many originals, or copies where the list asks for copies only."""
    if not count:
        return None
    return (count, 0, 0) if document.originals or not document.copies else (0, 0, count)
