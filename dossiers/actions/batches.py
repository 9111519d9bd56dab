"""One move on many dossiers: each in a transaction of its own, with its own answer."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.http import Http404
from django.utils import translation
from django.utils.translation import gettext as _

from dossiers.actions import assigning, intake, processing, supplements
from dossiers.models import Batch, BatchMove, BatchRow, Dossier, Outcome
from dossiers.workflow import ActionError, WrongState
from portal.lib import clock
from portal.outbox.actions import put

if TYPE_CHECKING:
    from portal.accounts.models import User

MOST = 200
# So many are done while the officer waits; more go to the worker, one message each, and the page shows how far it is.
AT_ONCE = 10


def _plain(action: Callable[..., Any]) -> Callable[[BatchRow], str]:
    def run(row: BatchRow) -> str:
        action(code=row.dossier.code, by=row.batch.by)
        return ""

    return run


def _assign(row: BatchRow) -> str:
    assert row.batch.to is not None  # noqa: S101 - a constraint of the table
    processing.assign(code=row.dossier.code, by=row.batch.by, to=row.batch.to)
    return row.batch.to.full_name


def _share(row: BatchRow) -> str:
    return assigning.assign_by_load(code=row.dossier.code, by=row.batch.by)


RUN: dict[str, Callable[[BatchRow], str]] = {
    BatchMove.ACCEPT: _plain(intake.accept),
    BatchMove.TAKE: _plain(processing.take),
    BatchMove.ASSIGN: _assign,
    BatchMove.SHARE: _share,
    BatchMove.SUBMIT: _plain(assigning.submit_as_drafted),
    BatchMove.PASS_CHECK: _plain(processing.pass_check),
    BatchMove.SIGN: _plain(processing.sign),
    BatchMove.ISSUE: _plain(processing.issue),
    BatchMove.RETURN: _plain(processing.return_result),
    BatchMove.REMIND: _plain(supplements.remind),
    BatchMove.MEET_OBLIGATION: _plain(processing.meet_obligation),
}


def order_batch(
    *, by: User, key: uuid.UUID, move: str, dossiers: list[Dossier], to: User | None = None
) -> Batch:
    """Write down what was ordered and do it, or have it done; the same `key` again returns the same batch.

    Whether a single dossier may be moved is decided when its turn comes, by the action's own checks. Raises
    ActionError for nothing or too much, and for a batch to assign without a person.
    """
    if not dossiers:
        raise ActionError(_("Xin chọn ít nhất một hồ sơ."))
    if len(dossiers) > MOST:
        raise ActionError(_("Mỗi lần chọn tối đa %(most)s hồ sơ.") % {"most": MOST})
    if (move == BatchMove.ASSIGN) != (to is not None):
        raise ActionError(_("Xin chọn một chuyên viên của đơn vị."), field="to")
    try:
        batch = _write(by, key, move, dossiers, to)
    except IntegrityError:
        same = Batch.objects.filter(key=key, by=by).first()
        if same is None:
            raise
        return same
    if len(dossiers) <= AT_ONCE:
        for row in batch.rows.order_by("position"):
            run_row(row_id=row.pk)
    return batch


@transaction.atomic
def _write(by: User, key: uuid.UUID, move: str, dossiers: list[Dossier], to: User | None) -> Batch:
    batch = Batch.objects.create(key=key, by=by, move=move, to=to, made_at=clock.now())
    rows = [BatchRow(batch=batch, position=n, dossier=one) for n, one in enumerate(dossiers, 1)]
    for row in BatchRow.objects.bulk_create(rows):
        if len(rows) > AT_ONCE:
            put("batch_row", key=f"batch:{batch.pk}:{row.pk}", payload={"row": row.pk})
    return batch


@transaction.atomic
def run_row(*, row_id: int) -> BatchRow:
    """Do one row unless it is done; move and answer are one transaction, so a row is never done twice."""
    rows = BatchRow.objects.select_for_update(of=("self",)).select_related(
        "batch__by", "batch__to", "dossier"
    )
    row = rows.get(pk=row_id)
    if row.outcome != Outcome.WAITING:
        return row
    with translation.override(row.batch.by.language):
        row.outcome, row.text = _tried(row)
    row.text, row.at = row.text[:500], clock.now()
    row.save(update_fields=["outcome", "text", "at"])
    return row


def _tried(row: BatchRow) -> tuple[str, str]:
    try:
        with transaction.atomic():
            return Outcome.DONE, RUN[row.batch.move](row)
    except WrongState as late:
        return Outcome.REFUSED, _("Hồ sơ đang ở trạng thái “%(state)s”.") % {"state": late.state.label}
    except ActionError as refused:
        return Outcome.REFUSED, str(refused.message)
    except PermissionDenied:
        return Outcome.REFUSED, _("Bạn không có quyền làm việc này với hồ sơ.")
    except Http404:
        return Outcome.REFUSED, _("Hồ sơ không còn thuộc phạm vi của bạn.")
