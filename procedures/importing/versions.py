"""Opening a new version from our files: a published one is closed and followed; what people published stays."""

from __future__ import annotations

import datetime
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from procedures.models import Procedure, ProcedureVersion, VersionState


def allow_rewriting() -> None:
    """Let this transaction rewrite versions loaded from our files, which the database otherwise refuses.

    What people published is refused here too: see the triggers of migration 0002.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('portal.catalogue_loading', 'on', true)")


def made_by_people() -> set[int]:
    """Keys of the procedures people published or withdrew themselves: our files no longer decide about them."""
    versions = ProcedureVersion.objects.filter(published_by__isnull=False)
    withdrawn = Procedure.objects.filter(withdrawn_from__isnull=False)
    return {*versions.values_list("procedure_id", flat=True), *withdrawn.values_list("pk", flat=True)}


@transaction.atomic
def open_next_version(procedure: Procedure, valid_from: datetime.date, **values: Any) -> ProcedureVersion:
    """A published version that follows the open one, which ends the day before; returns the new one.

    When the open version began on `valid_from` or later (a correction of the same month), the new one begins the
    day after it began: both keep at least a day, and dossiers filed under the old one keep it.
    """
    # The procedure's row is the lock of its versions.
    allow_rewriting()
    Procedure.objects.select_for_update(of=("self",), no_key=True).get(pk=procedure.pk)
    versions = list(procedure.versions.order_by("-number"))
    current = next((v for v in versions if v.state == VersionState.PUBLISHED and v.valid_to is None), None)
    if current is not None:
        valid_from = max(valid_from, current.valid_from + datetime.timedelta(days=1))
        current.valid_to = valid_from
        current.save(update_fields=["valid_to"])
    return ProcedureVersion.objects.create(
        procedure=procedure,
        number=versions[0].number + 1 if versions else 1,
        state=VersionState.PUBLISHED,
        valid_from=valid_from,
        published_at=timezone.now(),
        **values,
    )
