"""Filing at a counter: filed and accepted in one transaction, or filed with the written request for what is missing."""

from __future__ import annotations

import datetime
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from dossiers.actions import reuse, searching
from dossiers.actions.filing import IncompleteDossier, Party, add_party, check_offered, create_dossier
from dossiers.actions.intake import ItemSpec, accept_locked, request_supplement
from dossiers.actions.keeping import kept
from dossiers.actions.transfers import Destination, send_locked
from dossiers.models import (
    Attachment,
    Bundle,
    CounterIntake,
    Dossier,
    IntakeOutcome,
    IntakePlace,
    PartyRole,
    QueueTicket,
    TicketState,
)
from dossiers.states import Delivery
from dossiers.workflow import ActionError
from portal.accounts.access import can
from portal.accounts.models import Unit, User
from portal.accounts.permissions import Permission
from portal.lib import clock
from procedures.form_engine import check_answers, party_from, required_documents
from procedures.form_schema import load
from procedures.models import Channel, ProcedureCase, ProcedureVersion, RequiredDocument

if TYPE_CHECKING:
    from django.core.files.uploadedfile import UploadedFile

    from dossiers.reuse import Offer
    from dossiers.store import Item


@dataclass(frozen=True)
class Paper:
    """A paper taken at the counter, with its scans (may be none: papers the state shows are only noted).

    `again`: what is on file of the person already and serves once more. `counts`: originals, certified copies and
    plain copies taken in; None means as the procedure's list says.
    """

    document: RequiredDocument
    scans: tuple[UploadedFile, ...] = field(default_factory=tuple)
    again: tuple[Item, ...] = field(default_factory=tuple)
    counts: tuple[int, int, int] | None = None

    def handed_in(self) -> dict[str, Any]:
        """The line of the slip; a paper only shown and given back counts nothing."""
        document = self.document
        originals, certified, copies = self.counts or (document.originals, 0, document.copies)
        kept_here = not document.shown_only
        return {
            "name": document.name,
            "originals": originals if kept_here else 0,
            "certified": certified if kept_here else 0,
            "copies": copies if kept_here else 0,
            "shown": document.shown_only,
        }


@dataclass(frozen=True)
class Desk:
    """How the officer met the person: since when (server's clock; None: not known), where, and why there."""

    started_at: datetime.datetime | None = None
    place: str = IntakePlace.DESK
    ground: str = ""
    bundle: Bundle | None = None
    bundle_row: int | None = None


@dataclass(frozen=True)
class WalkIn:
    """One dossier as taken down at a counter. `taken`: the earlier answers the officer took with the person.

    `sent`: the competent unit when it is another one (non-territorial filing): the promise then counts its hours, and
    the dossier goes there at once.

    Channel `online` is filing online with an officer's help: marked *assisted*, counted apart from self-service.
    """

    unit: Unit
    client_key: uuid.UUID
    version: ProcedureVersion
    answers: dict[str, Any]
    filer: Party
    case: ProcedureCase | None = None
    papers: tuple[Paper, ...] = ()
    delivery: str = Delivery.COUNTER
    channel: str = Channel.COUNTER
    sent: Destination | None = None
    taken: tuple[Offer, ...] = ()
    desk: Desk = field(default_factory=Desk)

    @property
    def assisted(self) -> bool:
        """Whether the officer files online for the person."""
        return self.channel == Channel.ONLINE


def file_at_counter(*, by: User, walk_in: WalkIn) -> Dossier:
    """Take a walk-in's dossier: filed and accepted at once by the officer.

    The same `client_key` sent again returns the same dossier. Raises PermissionDenied for another unit's counter,
    IncompleteDossier for missing answers, uploads.BadUpload for a bad scan; nothing is written then. No national
    e-identity is ever asked for here (dispatch 111/CĐ-TTg).
    """

    def finish(dossier: Dossier, lacking: list[RequiredDocument]) -> str:
        if lacking:
            raise IncompleteDossier({}, lacking)
        accept_locked(dossier, by=by)
        if walk_in.sent is not None:
            send_locked(dossier, by=by, to=walk_in.sent)
        return IntakeOutcome.ACCEPTED

    return _once(by, walk_in, finish)


def file_lacking(*, by: User, walk_in: WalkIn, reason: str = "") -> Dossier:
    """Take down a dossier whose papers are not complete, without accepting it.

    With a `reason` the person gets form 02 at once, one line a missing paper; without one the dossier waits for the
    officer's refusal (form 03). Raises ActionError when nothing is missing, else as `file_at_counter`.
    """

    def finish(dossier: Dossier, lacking: list[RequiredDocument]) -> str:
        if not lacking:
            raise ActionError(_("Không thiếu giấy tờ bắt buộc nào: hồ sơ này được tiếp nhận."))
        if reason:
            items = [ItemSpec(_("Nộp giấy tờ còn thiếu này."), document=document) for document in lacking]
            request_supplement(code=dossier.code, by=by, reason=reason, items=items)
            dossier.refresh_from_db()
        return IntakeOutcome.LACKING

    return _once(by, walk_in, finish)


def _once(by: User, walk_in: WalkIn, finish: Callable[[Dossier, list[RequiredDocument]], str]) -> Dossier:
    if not can(by, Permission.RECEIVE, walk_in.unit):
        raise PermissionDenied(Permission.RECEIVE.value)
    try:
        with transaction.atomic():
            return same_of(by, walk_in.client_key) or take_in(by, walk_in, finish)
    except IntegrityError:
        same = same_of(by, walk_in.client_key)
        if same is None:
            raise
        return same


def same_of(by: User, client_key: uuid.UUID) -> Dossier | None:
    """The dossier this key already made."""
    return Dossier.objects.filter(client_key=client_key, submitted_by=by).first()


def take_in(by: User, walk_in: WalkIn, finish: Callable[[Dossier, list[RequiredDocument]], str]) -> Dossier:
    """One dossier in the caller's transaction; `finish` accepts it or asks for what is missing."""
    schema = load(walk_in.version)
    if schema is None:
        raise ActionError(_("Thủ tục này chưa có tờ khai điện tử."))
    check_offered(walk_in.version, walk_in.unit, online=walk_in.assisted)
    checked = check_answers(schema, walk_in.answers)
    lacking = _lacking(walk_in, checked.cleaned)
    if checked.errors:
        raise IncompleteDossier(checked.errors, lacking)
    dossier = create_dossier(
        client_key=walk_in.client_key,
        version=walk_in.version,
        case=walk_in.case,
        channel=walk_in.channel,
        by=by,
        account=_account_of(walk_in.filer),
        receiving=walk_in.unit,
        delivery=walk_in.delivery,
        answers=checked.cleaned,
        owner=party_from(schema, checked.cleaned) or {},
        competent=walk_in.sent.unit if walk_in.sent else None,
        support=walk_in.unit if walk_in.assisted else None,
        papers=[paper.handed_in() for paper in walk_in.papers],
    )
    add_party(dossier, PartyRole.FILER, walk_in.filer)
    searching.index(dossier)
    _scan(dossier, walk_in.papers, by)
    noted = reuse.note_taken(dossier, list(walk_in.taken), checked.cleaned, by)
    reuse.count(dossier, schema, checked.cleaned, noted)
    _note(dossier, walk_in, finish(dossier, lacking), by)
    return dossier


def _lacking(walk_in: WalkIn, answers: dict[str, Any]) -> list[RequiredDocument]:
    given = {paper.document.pk for paper in walk_in.papers}
    needed = required_documents(walk_in.version, walk_in.case, answers)
    return [paper for paper in needed if paper.required and paper.pk not in given]


def _note(dossier: Dossier, walk_in: WalkIn, outcome: str, by: User) -> None:
    """The fact of the intake, with the number the officer is serving.

    A start after its end (a clock set back) is not known rather than wrong.
    """
    ended = dossier.accepted_at or clock.now()
    started = walk_in.desk.started_at
    CounterIntake.objects.create(
        dossier=dossier,
        officer=by,
        unit=walk_in.unit,
        procedure=dossier.procedure,
        outcome=outcome,
        place=walk_in.desk.place,
        ground=walk_in.desk.ground,
        ticket=QueueTicket.objects.filter(
            officer=by, state=TicketState.CALLED, point__unit=walk_in.unit
        ).first(),
        bundle=walk_in.desk.bundle,
        bundle_row=walk_in.desk.bundle_row,
        started_at=started if started and started <= ended else None,
        ended_at=ended,
    )


def _account_of(filer: Party) -> User | None:
    """The filer's own account, when the person has one: the dossier then also shows online."""
    if not filer.id_number:
        return None
    return User.objects.filter(username=filer.id_number, is_active=True).exclude(kind="staff").first()


def _scan(dossier: Dossier, papers: tuple[Paper, ...], by: User) -> None:
    for paper in papers:
        for scan in paper.scans:
            file = kept(scan, by=by)
            Attachment.objects.create(dossier=dossier, document=paper.document, digitised=True, **file)
        for item in paper.again:
            columns = {"uploaded_by": by, "uploaded_at": clock.now(), **item.columns()}
            Attachment.objects.create(dossier=dossier, document=paper.document, **columns)
