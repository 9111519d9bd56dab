"""Filing: a draft becomes a dossier once; at the counter it is filed and accepted in one transaction."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from dossiers.access import get_draft
from dossiers.actions import reuse
from dossiers.actions.base import notify, record, set_times
from dossiers.actions.intake import accept_locked
from dossiers.actions.keeping import kept
from dossiers.actions.numbers import next_code
from dossiers.deadlines import accept_by
from dossiers.models import Attachment, Dossier, DossierForm, DossierParty, Draft, LinkedPart, PartyRole
from dossiers.states import Delivery, EventKind, Money
from dossiers.workflow import ActionError
from portal.accounts.access import can
from portal.accounts.models import Unit, UnitKind, User
from portal.accounts.permissions import Permission
from portal.lib import clock
from procedures.calendar import calendar_for
from procedures.form_engine import check_answers, party_from, required_documents
from procedures.form_schema import FormSchema, load
from procedures.models import Channel, OnlineLevel, ProcedureCase, ProcedureVersion, RequiredDocument

if TYPE_CHECKING:
    from django.core.files.uploadedfile import UploadedFile

    from dossiers.reuse import Offer
    from dossiers.store import Item


class IncompleteDossier(ActionError):
    """Filing refused: `errors` maps section codes to field errors, `papers` lists what is missing."""

    def __init__(self, errors: dict[str, dict[str, list[str]]], papers: list[RequiredDocument]) -> None:
        self.errors = errors
        self.papers = papers
        super().__init__(_("Hồ sơ chưa đầy đủ. Xin xem các mục được đánh dấu."))


@dataclass(frozen=True)
class Party:
    """A person or organisation as given at the counter."""

    name: str
    id_number: str = ""
    phone: str = ""
    email: str = ""
    address: str = ""
    is_organisation: bool = False
    relation: str = ""


@dataclass(frozen=True)
class Paper:
    """A paper taken at the counter, with its scans (may be none: papers the state shows are only noted).

    `again`: what is on file of the person already and serves once more.
    """

    document: RequiredDocument
    scans: tuple[UploadedFile, ...] = field(default_factory=tuple)
    again: tuple[Item, ...] = field(default_factory=tuple)


def file_online(*, draft_id: uuid.UUID | str, by: User, linked: bool = False) -> Dossier:
    """File a draft. A second call, from another tab or a re-sent request, returns the same dossier.

    Raises IncompleteDossier naming every missing answer and paper; nothing is written then. A draft of a
    linked service is filed with the others only (`actions.linked.file_linked`, which says `linked`).
    """
    with transaction.atomic():
        draft = get_draft(by, draft_id, lock=True)
        if draft.dossier is not None:
            return draft.dossier
        if not linked and LinkedPart.objects.filter(draft=draft).exists():
            raise ActionError(_("Hồ sơ này thuộc một hồ sơ liên thông và được nộp cùng các phần khác."))
        schema, cleaned = _check(draft)
        dossier = _create(
            client_key=draft.pk,
            version=draft.version,
            case=draft.case,
            channel=Channel.ONLINE,
            by=by,
            account=by,
            receiving=_receiving_unit(draft),
            delivery=draft.delivery,
            answers=cleaned,
            owner=party_from(schema, cleaned),
        )
        _party(dossier, PartyRole.FILER, _profile(by))
        _move_files(draft, dossier)
        reuse.count(dossier, schema, cleaned, reuse.carry_over(draft, dossier, cleaned, by))
        draft.dossier = dossier
        draft.save(update_fields=["dossier", "updated_at"])
    return dossier


def _check(draft: Draft) -> tuple[FormSchema, dict[str, Any]]:
    if draft.version.online_level == OnlineLevel.COUNTER:
        raise ActionError(_("Thủ tục này chỉ nộp trực tiếp tại quầy."))
    schema = load(draft.version)
    if schema is None:
        raise ActionError(_("Thủ tục này chưa có tờ khai điện tử."))
    checked = check_answers(schema, draft.answers)
    have = set(draft.attachments.filter(removed_at=None).values_list("document_id", flat=True))
    needed = required_documents(draft.version, draft.case, checked.cleaned)
    lacking = [paper for paper in needed if paper.required and not paper.shown_only and paper.pk not in have]
    if checked.errors or lacking:
        raise IncompleteDossier(checked.errors, lacking)
    return schema, checked.cleaned


def _receiving_unit(draft: Draft) -> Unit:
    if draft.unit is None:
        raise ActionError(_("Xin chọn nơi nộp hồ sơ."), field="unit")
    return draft.unit


def _profile(user: User) -> Party:
    return Party(
        name=user.display_name,
        id_number=user.tax_code or user.id_number,
        phone=user.phone,
        email=user.email,
        address=", ".join(filter(None, [user.address_line, str(user.commune or "")])),
        is_organisation=bool(user.organisation_name),
    )


def _move_files(draft: Draft, dossier: Dossier) -> None:
    for attachment in draft.attachments.filter(removed_at=None):
        attachment.dossier = dossier
        attachment.save(update_fields=["dossier"])


def file_at_counter(
    *,
    by: User,
    unit: Unit,
    client_key: uuid.UUID,
    version: ProcedureVersion,
    case: ProcedureCase | None,
    answers: dict[str, Any],
    filer: Party,
    papers: Iterable[Paper],
    delivery: str = Delivery.COUNTER,
    channel: str = Channel.COUNTER,
    competent: Unit | None = None,
    taken: Iterable[Offer] = (),
) -> Dossier:
    """Take a walk-in's dossier: filed and accepted at once by the officer.

    `taken` are the earlier answers the officer took with the person. The same `client_key` sent again returns the
    same dossier. Raises PermissionDenied for another unit's counter, IncompleteDossier for missing answers,
    uploads.BadUpload for a bad scan; nothing is written then. No national e-identity is ever asked for here
    (dispatch 111/CĐ-TTg).
    """
    if not can(by, Permission.RECEIVE, unit):
        raise PermissionDenied(Permission.RECEIVE.value)
    try:
        with transaction.atomic():
            return _take_in(
                by,
                unit,
                client_key,
                version,
                case,
                answers,
                filer,
                list(papers),
                delivery,
                channel,
                competent,
                list(taken),
            )
    except IntegrityError:
        same = Dossier.objects.filter(client_key=client_key, submitted_by=by).first()
        if same is None:
            raise
        return same


def _take_in(
    by: User,
    unit: Unit,
    client_key: uuid.UUID,
    version: ProcedureVersion,
    case: ProcedureCase | None,
    answers: dict[str, Any],
    filer: Party,
    papers: list[Paper],
    delivery: str,
    channel: str,
    competent: Unit | None,
    taken: list[Offer],
) -> Dossier:
    same = Dossier.objects.filter(client_key=client_key, submitted_by=by).first()
    if same:
        return same
    schema = load(version)
    if schema is None:
        raise ActionError(_("Thủ tục này chưa có tờ khai điện tử."))
    checked = check_answers(schema, answers)
    given = {paper.document.pk for paper in papers}
    needed = required_documents(version, case, checked.cleaned)
    lacking = [paper for paper in needed if paper.required and paper.pk not in given]
    if checked.errors or lacking:
        raise IncompleteDossier(checked.errors, lacking)
    dossier = _create(
        client_key=client_key,
        version=version,
        case=case,
        channel=channel,
        by=by,
        account=_account_of(filer),
        receiving=unit,
        delivery=delivery,
        answers=checked.cleaned,
        owner=party_from(schema, checked.cleaned) or {},
        competent=competent,
        assisted=False,
        papers=papers,
    )
    _party(dossier, PartyRole.FILER, filer)
    _scan(dossier, papers, by)
    reuse.count(dossier, schema, checked.cleaned, reuse.note_taken(dossier, taken, checked.cleaned, by))
    accept_locked(dossier, by=by)
    return dossier


def _account_of(filer: Party) -> User | None:
    """The filer's own account, when the person has one: the dossier then also shows online."""
    if not filer.id_number:
        return None
    return User.objects.filter(username=filer.id_number, is_active=True).exclude(kind="staff").first()


def _scan(dossier: Dossier, papers: Iterable[Paper], by: User) -> None:
    for paper in papers:
        for scan in paper.scans:
            file = kept(scan, by=by)
            Attachment.objects.create(dossier=dossier, document=paper.document, digitised=True, **file)
        for item in paper.again:
            columns = {"uploaded_by": by, "uploaded_at": clock.now(), **item.columns()}
            Attachment.objects.create(dossier=dossier, document=paper.document, **columns)


def _create(
    *,
    client_key: uuid.UUID,
    version: ProcedureVersion,
    case: ProcedureCase | None,
    channel: str,
    by: User,
    account: User | None,
    receiving: Unit,
    delivery: str,
    answers: dict[str, Any],
    owner: dict[str, Any],
    competent: Unit | None = None,
    assisted: bool = False,
    papers: Iterable[Paper] = (),
) -> Dossier:
    """The dossier row with its first form revision, its owner and the filing event."""
    procedure = version.procedure
    now = clock.now()
    case = case or version.cases.first()
    dossier = Dossier.objects.create(
        code=next_code(receiving),
        client_key=client_key,
        procedure=procedure,
        version=version,
        case=case,
        channel=channel,
        online_level=version.online_level,
        assisted=assisted,
        account=account,
        submitted_by=by,
        owner_name=owner.get("name") or (account.display_name if account else ""),
        receiving_unit=receiving,
        competent_unit=competent or competent_unit(version, receiving),
        delivery=delivery,
        money=Money.UNKNOWN if channel in version.fee_unknown else Money.NONE,
        filed_at=now,
        accept_by=accept_by(now, calendar_for(receiving)),
        is_demo=by.is_demo,
    )
    DossierForm.objects.create(dossier=dossier, answers=answers, at=now, by=by)
    _party(dossier, PartyRole.OWNER, _owner(owner, dossier.owner_name))
    data = {"channel": channel, "papers": [_handed_in(paper.document) for paper in papers]}
    event = record(dossier, EventKind.FILED, by=by, unit_id=receiving.pk, before="", data=data)
    dossier.save(update_fields=sorted(set_times(dossier, {EventKind.FILED})))
    notify(dossier, event)
    return dossier


def _handed_in(document: RequiredDocument) -> dict[str, Any]:
    """A paper taken over the counter, for the slip; one only shown and given back counts nothing."""
    kept = not document.shown_only
    return {
        "name": document.name,
        "originals": document.originals if kept else 0,
        "copies": document.copies if kept else 0,
        "shown": document.shown_only,
    }


def competent_unit(version: ProcedureVersion, receiving: Unit) -> Unit:
    """Who decides: the commune that received it, or the department of a provincial procedure."""
    procedure = version.procedure
    if receiving.kind == UnitKind.COMMUNE and procedure.at_commune:
        return receiving
    return procedure.department or receiving


def _owner(found: dict[str, Any], name: str) -> Party:
    return Party(
        name=found.get("name") or name,
        id_number=found.get("id_number") or "",
        phone=found.get("phone") or "",
        email=found.get("email") or "",
        address=found.get("address") or "",
        is_organisation=bool(found.get("is_organisation")),
    )


def _party(dossier: Dossier, role: PartyRole, party: Party) -> None:
    DossierParty.objects.create(
        dossier=dossier,
        role=role,
        is_organisation=party.is_organisation,
        name=party.name,
        id_number=party.id_number,
        phone=party.phone,
        email=party.email,
        address=party.address,
        relation=party.relation,
    )
