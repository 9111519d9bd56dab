"""The tray: asking for a file, writing it once under a fence, cancelling it, letting it go after some days."""

from __future__ import annotations

import datetime
import logging
import uuid
from collections.abc import Mapping
from dataclasses import dataclass

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Q
from django.http import Http404
from django.utils.translation import gettext as _

from dossiers.workflow import ActionError
from portal.accounts.models import User
from portal.lib import clock, files
from reporting.downloads.sources import source
from reporting.downloads.writing import chunks
from reporting.models import Export, ExportState

logger = logging.getLogger(__name__)
access_log = logging.getLogger("access")

KEPT = datetime.timedelta(days=7)
LEASE = datetime.timedelta(seconds=60)  # a worker that shows no life for so long is taken for dead
MOST_OPEN = 5
MOST_ATTEMPTS = 3
OPEN = (ExportState.QUEUED, ExportState.RUNNING)


class StoppedError(Exception):
    """The export was cancelled, or another worker has it."""


@dataclass(frozen=True)
class ExportWish:
    """A file to write: which list, asked with what, in which format. `key` is the form's."""

    kind: str
    query: Mapping[str, str]
    format: str
    key: uuid.UUID


@transaction.atomic
def ask_export(*, by: User, wish: ExportWish) -> Export:
    """Put a list into the owner's tray; the same key returns the one there is. ActionError beyond five at once."""
    list(
        User.objects.select_for_update(no_key=True).filter(pk=by.pk)
    )  # two windows of one person count together
    there = Export.objects.filter(client_key=wish.key, owner=by).first()
    if there is not None:
        return there
    if Export.objects.filter(owner=by, state__in=OPEN).count() >= MOST_OPEN:
        raise ActionError(_("Bạn đang có năm tệp chờ lập. Hãy đợi một tệp xong hoặc hủy bớt."))
    found = source(by, wish.kind, wish.query)
    export = Export.objects.create(
        owner=by,
        kind=wish.kind,
        format=wish.format,
        query={**wish.query, "name": found.name},
        title=found.title[:300],
        names=found.names,
        client_key=wish.key,
        total=found.count(),
        asked_at=clock.now(),
        beat_at=clock.now(),
    )
    access_log.info("export asked=%s kind=%s names=%s user=%s", export.pk, export.kind, export.names, by.pk)
    transaction.on_commit(lambda: _ring(export.pk), robust=True)
    return export


def _ring(export_id: int) -> None:
    """A dead broker costs a minute (the sweep rings too), never the file."""
    from reporting.tasks import write_export

    try:
        write_export.apply_async((export_id,), expires=3600)
    except Exception as error:
        logger.warning("export bell not rung: %s", type(error).__name__)


def _locked(export_id: int) -> Export:
    return (
        Export.objects.select_for_update(of=("self",), no_key=True).select_related("owner").get(pk=export_id)
    )


@transaction.atomic
def claim(*, export_id: int) -> Export | None:
    """Take an export that waits or whose worker died, from its beginning; None when there is nothing to take."""
    export = _locked(export_id)
    now = clock.now()
    stale = export.state == ExportState.RUNNING and export.beat_at < now - LEASE
    if not (export.state == ExportState.QUEUED or stale):
        return None
    if export.attempt >= MOST_ATTEMPTS:
        _end(export, ExportState.FAILED)
        return None
    export.state, export.attempt, export.written, export.beat_at = (
        ExportState.RUNNING,
        export.attempt + 1,
        0,
        now,
    )
    export.save(update_fields=["state", "attempt", "written", "beat_at"])
    return export


def _end(export: Export, state: ExportState) -> None:
    export.state, export.finished_at = state, clock.now()
    export.save(update_fields=["state", "finished_at"])


@transaction.atomic
def beat(*, export_id: int, attempt: int, written: int) -> None:
    """Show life and progress. StoppedError when it was cancelled or another worker took it."""
    export = _locked(export_id)
    if export.state != ExportState.RUNNING or export.attempt != attempt:
        raise StoppedError
    export.written, export.beat_at = written, clock.now()
    export.save(update_fields=["written", "beat_at"])


@transaction.atomic
def finish(*, export_id: int, attempt: int, stored: files.Stored, written: int) -> None:
    """Offer the whole file. StoppedError as in `beat`; the bytes are then an orphan the nightly sweep removes."""
    export = _locked(export_id)
    if export.state != ExportState.RUNNING or export.attempt != attempt:
        raise StoppedError
    now = clock.now()
    export.state, export.finished_at, export.expires_at = ExportState.DONE, now, now + KEPT
    export.sha256, export.size, export.written = stored.sha256, stored.size, written
    export.save(update_fields=["state", "finished_at", "expires_at", "sha256", "size", "written"])


@transaction.atomic
def fail(*, export_id: int, attempt: int) -> None:
    """Give up: the rights are gone, or the file could not be written."""
    export = _locked(export_id)
    if export.state == ExportState.RUNNING and export.attempt == attempt:
        _end(export, ExportState.FAILED)


def write(*, export_id: int) -> bool:
    """Write one export; False when nothing came of it. Safe twice at once: only one worker holds the fence."""
    export = claim(export_id=export_id)
    if export is None:
        return False
    lines = 0

    def heard(written: int) -> None:
        nonlocal lines
        lines = written
        beat(export_id=export_id, attempt=export.attempt, written=written)

    try:
        found = source(export.owner, export.kind, export.query)
        if export.names and not found.names:
            raise PermissionDenied("see_personal_data denied")
        stored = files.put(chunks(found, export.format, heard))
        finish(export_id=export_id, attempt=export.attempt, stored=stored, written=lines)
    except StoppedError:
        return False
    except (PermissionDenied, Http404, OSError) as error:
        logger.warning("export %s failed: %s", export_id, type(error).__name__)
        fail(export_id=export_id, attempt=export.attempt)
        return False
    return True


@transaction.atomic
def cancel(*, by: User, export_id: int) -> Export:
    """The owner no longer wants it: a waiting or running one ends, a finished one is let go."""
    export = _locked(export_id)
    if export.owner_id != by.pk:
        raise PermissionDenied("not the owner")
    if export.state in OPEN:
        _end(export, ExportState.CANCELLED)
    elif export.state == ExportState.DONE:
        _let_go(export, ExportState.CANCELLED)
    return export


def _let_go(export: Export, state: ExportState) -> None:
    export.state, export.sha256, export.size = state, "", 0
    export.save(update_fields=["state", "sha256", "size"])


def sweep() -> int:
    """Ring for what waits or whose worker died, let go what is over its time; how many were rung for."""
    now = clock.now()
    over = Export.objects.filter(state=ExportState.DONE, expires_at__lte=now).order_by("pk")
    for key in list(over.values_list("pk", flat=True)):
        expire(export_id=key)
    stale = Q(state=ExportState.RUNNING, beat_at__lt=now - LEASE) | Q(
        state=ExportState.QUEUED, beat_at__lt=now - LEASE / 2
    )
    waiting = list(Export.objects.filter(stale).order_by("pk").values_list("pk", flat=True)[:20])
    for key in waiting:
        _ring(key)
    return len(waiting)


@transaction.atomic
def expire(*, export_id: int) -> None:
    """Let go of a file whose days are over; the nightly sweep of the store removes its bytes."""
    export = _locked(export_id)
    if export.state == ExportState.DONE and export.expires_at and export.expires_at <= clock.now():
        _let_go(export, ExportState.EXPIRED)
