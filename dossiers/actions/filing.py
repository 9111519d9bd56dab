"""Filing online: a draft becomes a dossier once. What a counter files is in `actions/counter.py`."""

from __future__ import annotations

import datetime
import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from dossiers.access import get_draft
from dossiers.actions import reuse, searching
from dossiers.actions.base import notify, record, set_times
from dossiers.actions.numbers import next_code
from dossiers.deadlines import accept_by
from dossiers.models import Dossier, DossierForm, DossierParty, Draft, LinkedPart, PartyRole
from dossiers.renewing import is_outdated
from dossiers.states import EventKind, Money
from dossiers.workflow import ActionError
from portal.accounts.models import Unit, UnitKind, User
from portal.lib import clock
from procedures import levels
from procedures.calendar import calendar_for
from procedures.form_engine import check_answers, party_from, required_documents
from procedures.form_schema import FormSchema, load
from procedures.models import Channel, OnlineLevel, ProcedureCase, ProcedureVersion, RequiredDocument

if TYPE_CHECKING:
    pass


class IncompleteDossier(ActionError):
    """Filing refused: `errors` maps section codes to field errors, `papers` lists what is missing."""

    def __init__(self, errors: dict[str, dict[str, list[str]]], papers: list[RequiredDocument]) -> None:
        self.errors = errors
        self.papers = papers
        super().__init__(_("Hồ sơ chưa đầy đủ. Xin xem các mục được đánh dấu."))


class OutdatedDraft(ActionError):
    """Filing refused: the version the draft was begun with is over, see `actions.renewing`."""

    def __init__(self) -> None:
        super().__init__(
            _("Thủ tục đã có thay đổi kể từ khi bạn bắt đầu soạn. Mở lại bản soạn để xem thay đổi rồi nộp.")
        )


@dataclass(frozen=True)
class Party:
    """A person or organisation as given on filing; `acting` and its basis say by what right somebody files."""

    name: str
    id_number: str = ""
    phone: str = ""
    email: str = ""
    address: str = ""
    is_organisation: bool = False
    relation: str = ""
    acting: str = ""
    basis_number: str = ""
    basis_date: datetime.date | None = None


def file_online(*, draft_id: uuid.UUID | str, by: User, linked: bool = False) -> Dossier:
    """File a draft. A second call, from another tab or a re-sent request, returns the same dossier.

    Raises IncompleteDossier naming every missing answer and paper, OutdatedDraft when its version is over; nothing is
    written then. A draft of a linked service is filed with the others only (`actions.linked.file_linked`, which says
    `linked`).
    """
    with transaction.atomic():
        draft = get_draft(by, draft_id, lock=True)
        if draft.dossier is not None:
            return draft.dossier
        if not linked and LinkedPart.objects.filter(draft=draft).exists():
            raise ActionError(_("Hồ sơ này thuộc một hồ sơ liên thông và được nộp cùng các phần khác."))
        schema, cleaned = _check(draft)
        dossier = create_dossier(
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
        add_party(dossier, PartyRole.FILER, _profile(by))
        searching.index(dossier)
        _move_files(draft, dossier)
        reuse.count(dossier, schema, cleaned, reuse.carry_over(draft, dossier, cleaned, by))
        draft.dossier = dossier
        draft.save(update_fields=["dossier", "updated_at"])
    return dossier


def _check(draft: Draft) -> tuple[FormSchema, dict[str, Any]]:
    if is_outdated(draft):
        raise OutdatedDraft
    if draft.version.online_level == OnlineLevel.COUNTER:
        raise ActionError(_("Thủ tục này chỉ nộp trực tiếp tại quầy."))
    if draft.unit is not None:
        check_offered(draft.version, draft.unit, online=True)
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


def check_offered(version: ProcedureVersion, unit: Unit, *, online: bool) -> None:
    """Raise ActionError with the reason when the unit does not take the procedure (online, or at all) today."""
    if refused := levels.refusal(version, unit, clock.today(), online=online):
        raise ActionError(refused, field="unit")


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


def create_dossier(
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
    support: Unit | None = None,
    papers: Iterable[dict[str, Any]] = (),
) -> Dossier:
    """The dossier row with its first form revision, its owner and the filing event, in the caller's transaction.

    `support`: the unit whose officer typed it for the person, which marks it as assisted. `papers`: the lines of what
    was handed over a counter.
    """
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
        online_level=levels.offer_of(version, receiving, timezone.localdate(now)).level,
        assisted=support is not None,
        support_unit=support,
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
    add_party(dossier, PartyRole.OWNER, _owner(owner, dossier.owner_name))
    data = {"channel": channel, "papers": list(papers)}
    event = record(dossier, EventKind.FILED, by=by, unit_id=receiving.pk, before="", data=data)
    dossier.save(update_fields=sorted(set_times(dossier, {EventKind.FILED})))
    notify(dossier, event)
    return dossier


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


def add_party(dossier: Dossier, role: PartyRole, party: Party) -> None:
    """A person of the dossier as given now."""
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
        acting=party.acting,
        basis_number=party.basis_number,
        basis_date=party.basis_date,
    )
