"""Taking in a file of the national catalogue and comparing it with what is published, a portion at a time.

    source = receive(by=editor, name="tthc.json", data=data)     # kept and read; the worker compares it
    source = compare(import_id=source.pk)                        # one portion, until `finished_at` is set

Nothing of the catalogue changes by this; see `actions.taking` for what a person takes over.
"""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext as _

from portal.accounts.models import User
from portal.lib import clock, files
from portal.lib.errors import ActionError
from portal.outbox.actions import put
from procedures.access import check_edit
from procedures.importing.national import reading, writing
from procedures.models import CatalogueImport, ImportState, ItemKind

PORTION = 250


def receive(*, by: User | None, name: str, data: bytes, ask: bool = True) -> CatalogueImport:
    """Read and keep a file; with `ask` the worker compares it, otherwise the caller does.

    `by` None: an operator's command. Raises PermissionDenied, BadUpload with the reason when it is no catalogue.
    """
    if by is not None:
        check_edit(by)
    found = reading.read(data)
    stored = files.put(data)
    with transaction.atomic():
        source = CatalogueImport.objects.create(
            name=name[:200],
            sha256=stored.sha256,
            size=stored.size,
            kind=found.kind,
            by=by,
            at=clock.now(),
            total=len(found.records),
        )
        writing.write(source, found)
        if ask:
            _ask(source)
    return source


def _ask(source: CatalogueImport) -> None:
    put("compare_import", key=f"compare-import-{source.pk}-{source.done}", payload={"import": source.pk})


@transaction.atomic
def compare(*, import_id: int, ask: bool = False) -> CatalogueImport:
    """Compare the next portion of a file; with `ask` the worker is asked for the one after it. Safe twice.

    Raises ActionError for an unknown import.
    """
    source = CatalogueImport.objects.select_for_update(of=("self",), no_key=True).filter(pk=import_id).first()
    if source is None:
        raise ActionError(_("Không có lần nhập này."))
    if source.state != ImportState.RUNNING:
        return source
    waiting = source.items.filter(kind=ItemKind.WAITING).order_by("line")
    items = list(waiting[:PORTION])
    writing.compare(items)
    source.done += len(items)
    if not waiting.exists():
        source.state, source.finished_at = ImportState.DONE, clock.now()
    source.save(update_fields=["done", "state", "finished_at"])
    if ask and source.state == ImportState.RUNNING:
        _ask(source)
    return source
