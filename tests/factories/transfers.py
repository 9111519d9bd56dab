"""Dossiers received in one ward and decided in another, made by the real actions."""

from __future__ import annotations

import dataclasses
from typing import Any

from dossiers.actions import counter, dispatching, processing, transfers
from dossiers.actions.dispatching import Load
from dossiers.actions.transfers import Destination
from dossiers.models import Cargo, DispatchList, Dossier, Transfer
from portal.outbox.actions import drain_all
from tests.cast import Cast
from tests.factories import dossiers as make


def sent(cast: Cast, code: str = make.CERTIFIED, **options: Any) -> Transfer:
    """A walk-in's dossier received in the office for the other ward, sent there at once."""
    walk_in = make.walk_in(cast, code)
    where = Destination(cast.other_office.unit, **options)
    dossier = counter.file_at_counter(
        by=cast.office.counter, walk_in=dataclasses.replace(walk_in, sent=where)
    )
    return dossier.transfers.get()


def taken(cast: Cast, code: str = make.CERTIFIED, **options: Any) -> Transfer:
    """… and taken over by the other ward."""
    return transfers.accept(transfer_id=sent(cast, code, **options).pk, by=cast.other_office.counter)


def decided(cast: Cast, code: str = make.CERTIFIED, **options: Any) -> Transfer:
    """… handled there, signed and issued; the result is still there."""
    transfer, there = taken(cast, code, **options), cast.other_office
    name = transfer.dossier.code
    dossier = processing.assign(code=name, by=there.counter, to=there.specialist)
    kind = dossier.version.resultkinds.first()
    assert kind is not None
    processing.submit(code=name, by=there.specialist, kind=kind, granted=True, content={})
    dossier.refresh_from_db()
    if dossier.state == "checking":
        processing.pass_check(code=name, by=there.head)
    processing.sign(code=name, by=there.leader)
    processing.issue(code=name, by=there.clerk)
    drain_all()
    transfer.refresh_from_db()
    transfer.dossier = Dossier.objects.get(pk=transfer.dossier_id)
    return transfer


def listed(cast: Cast, *, transfer: Transfer | None = None) -> DispatchList:
    """The papers of a transfer on a list on its way to the other ward."""
    transfer = transfer or sent(cast, on_paper=True)
    made = dispatching.send_list(
        by=cast.office.counter,
        sender=cast.office.unit,
        receiver=cast.other_office.unit,
        loads=[Load(transfer.pk, Cargo.PAPERS, 12)],
    )
    drain_all()
    made.paper.refresh_from_db()
    return made
