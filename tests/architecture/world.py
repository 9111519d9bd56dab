"""One of everything, for the authorisation matrix."""

from __future__ import annotations

import datetime
import uuid
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.models import AnonymousUser

from dossiers.actions import calendar_orders, drafts, filing, intake, processing, storing, verifying
from dossiers.actions.batches import order_batch
from dossiers.actions.duty import hand_over_desk, order_absence
from dossiers.actions.intake import ItemSpec
from dossiers.actions.linked import file_linked
from dossiers.actions.queue import open_point, take_ticket
from dossiers.actions.registers import issue_register
from dossiers.models import (
    Absence,
    Attachment,
    Batch,
    Bundle,
    CalendarOrder,
    Consultation,
    DeskHandover,
    DispatchList,
    Document,
    DocumentKind,
    Dossier,
    Draft,
    LinkedPart,
    Petition,
    QueuePoint,
    QueueTicket,
    StoredPaper,
    Transfer,
    UnitPaper,
)
from dossiers.policies import askable_papers
from payments.actions.checkout import start_payment
from payments.actions.desk import close_shift, collect_cash, open_shift
from payments.actions.groups import start_group
from payments.actions.incidents import open_incident
from payments.actions.links import make_link
from payments.actions.refunds import ask_refund
from payments.actions.tax import make_summary
from payments.models import (
    CashShift,
    CollectionAccount,
    IncidentKind,
    PayLink,
    Payment,
    PaymentGroup,
    PaymentIncident,
    Receipt,
    Refund,
    StatementLine,
    TaxSummary,
    UnitDay,
)
from portal.accounts.models import Membership, User
from portal.accounts.permissions import Role
from portal.lib import clock
from portal.outbox.actions import drain_all
from procedures.actions.imports import compare, receive
from procedures.actions.levels import Setting, Wish, propose
from procedures.actions.templates import add_template
from procedures.form_engine import required_documents
from procedures.models import ImportItem, LevelOrder, PaperTemplate, VersionDraft
from reporting.actions.exports import ExportWish, ask_export, write
from reporting.actions.reports import ScheduleWish, add_schedule, issue_due
from reporting.models import EarlyWarning, Export, Report, WarningRule
from tests.cast import Cast
from tests.factories import dossiers as make
from tests.factories import drafts as make_drafts
from tests.factories import linked as make_linked
from tests.factories import petitions as make_petitions
from tests.factories import transfers as make_transfer
from tests.payments.make import one_line, open_account
from tests.procedures import national

ROLES = ("counter", "specialist", "head", "leader", "clerk", "cashier")
OFFICE = frozenset(ROLES)
FAR = frozenset(f"far_{role}" for role in ROLES)
CITIZENS = frozenset({"owner", "other", "organisation"})
CITY = frozenset({"monitor", "catalogue", "publisher", "system"})
PERSONS = (
    "anonymous",
    "owner",
    "other",
    "organisation",
    *ROLES,
    *sorted(FAR),
    "monitor",
    "catalogue",
    "publisher",
    "system",
)


@dataclass(frozen=True)
class World:
    """Objects of the citizen `owner` in the office; nobody else has any."""

    people: dict[str, User | AnonymousUser]
    draft: Draft
    draft_file: Attachment
    stored: StoredPaper
    filed: Dossier
    file: Attachment
    accepted: Dossier
    processing: Dossier
    supplement: Dossier
    checking: Dossier
    asked: Consultation
    proposed: Dossier
    linked: LinkedPart
    sent: Transfer
    listed: DispatchList
    refused: Dossier
    rateable: str
    signing: Dossier
    signed: Dossier
    finished: Dossier
    slip: Document
    owing: Dossier
    attempt: Payment
    paid: Dossier
    receipt: Receipt
    summary: TaxSummary
    shift: CashShift
    handed: CashShift
    refund: Refund
    link: PayLink
    group: PaymentGroup
    incident: PaymentIncident
    nowhere: PaymentIncident
    account: CollectionAccount
    line: StatementLine
    point: QueuePoint
    bundle: Bundle
    ticket: QueueTicket
    batch: Batch
    absence: Absence
    desk: DeskHandover
    petition: Petition
    unit_code: str
    warning: EarlyWarning
    version_draft: VersionDraft
    order: LevelOrder
    calendar: CalendarOrder
    register: UnitPaper
    imported: ImportItem
    template: PaperTemplate
    reset: tuple[str, str]
    report: Report
    export: Export


def people_of(cast: Cast) -> dict[str, User | AnonymousUser]:
    """Everybody of the matrix by name."""
    found: dict[str, User | AnonymousUser] = {
        "anonymous": AnonymousUser(),
        "owner": cast.citizen,
        "other": cast.other_citizen,
        "organisation": cast.organisation,
        "monitor": cast.monitor,
        "catalogue": cast.catalogue,
        "publisher": cast.publisher,
        "system": cast.system,
    }
    for role in ROLES:
        found[role] = getattr(cast.office, role)
        found[f"far_{role}"] = getattr(cast.other_office, role)
    return found


def build(cast: Cast, merchant: str) -> World:
    """Make one of everything by the real actions."""
    draft = _draft(cast)
    filed = filing.file_online(draft_id=_draft(cast).pk, by=cast.citizen)
    owing = make.accepted(cast, make.HOUSEHOLD)
    attempt = start_payment(by=cast.citizen, code=owing.code, merchant=merchant)
    paid = make.accepted(cast, make.HOUSEHOLD)
    shift = open_shift(by=cast.office.cashier, unit=cast.office.unit, opening_float=0)
    collect_cash(by=cast.office.cashier, code=paid.code, **_cash(paid))
    finished = make.finished(cast, make.HOUSEHOLD)
    refused = intake.refuse(
        code=make.filed(cast).code, by=cast.office.head, reason="Sai nơi.", legal_basis="Điều 1"
    )
    drain_all()
    return World(
        people=people_of(cast),
        draft=draft,
        draft_file=draft.attachments.filter(removed_at=None).earliest("pk"),
        stored=storing.store_paper(by=cast.citizen, title="Giấy khai sinh", upload=make.pdf()),
        filed=filed,
        file=filed.attachments.filter(removed_at=None).earliest("pk"),
        accepted=make.accepted(cast),
        processing=make.processing_(cast),
        supplement=_asked(cast),
        checking=make.checking(cast),
        asked=_question(cast),
        proposed=make.asking_again(cast),
        linked=_linked(cast),
        sent=make_transfer.sent(cast, on_paper=True),
        listed=make_transfer.listed(cast),
        refused=refused,
        rateable=refused.documents.get(kind=DocumentKind.REFUSAL).token,
        signing=make.signing(cast),
        signed=make.signed(cast),
        finished=finished,
        slip=finished.documents.get(kind=DocumentKind.ACKNOWLEDGEMENT),
        owing=owing,
        attempt=attempt,
        paid=paid,
        receipt=Receipt.objects.get(dossier=paid),
        summary=_summary(cast),
        shift=shift,
        handed=_handed(cast),
        refund=_refund(cast, paid),
        link=make_link(by=cast.citizen, code=owing.code),
        group=_group(cast),
        incident=_incident("of-the-office", attempt),
        nowhere=_incident("of-nobody"),
        account=(account := open_account(cast.office)),
        line=one_line(account),
        point=(point := open_point(by=cast.office.head, unit=cast.office.unit, name="Điểm số 1")),
        bundle=make.bundled(cast),
        ticket=take_ticket(by=None, point=point, matter="file", key=uuid.uuid4()),
        **_duty(cast),
        petition=make_petitions.sent(cast),
        unit_code=cast.office.unit.code,
        warning=_warning(cast),
        version_draft=make_drafts.begun(cast, make.BIRTH),
        order=_order(cast),
        calendar=_calendar(cast),
        register=_register(cast),
        imported=_imported(cast),
        template=add_template(by=cast.catalogue, name="Mẫu thử", upload=make.pdf()),
        reset=_reset(cast.citizen),
        report=_report(cast),
        export=_export(cast),
    )


def _warning(cast: Cast) -> EarlyWarning:
    """About the office; the rule stays, whatever the figures say."""
    rule, now = WarningRule.objects.order_by("pk").first(), clock.now()
    assert rule is not None
    return EarlyWarning.objects.create(
        rule=rule,
        code=rule.code,
        unit=cast.office.unit,
        level=rule.first,
        number=1,
        opened_at=now,
        level_since=now,
    )


def _duty(cast: Cast) -> dict[str, Any]:
    """A batch of the head, an absence and a desk handed over, of a specialist who then leaves."""
    office, day = cast.office, clock.today()
    other = User.objects.create_user("badinh.khac", "x", kind="staff", full_name="Người Khác")
    post = Membership.objects.create(user=other, unit=office.unit, role=Role.SPECIALIST)
    days = {"first": day, "last": day, "reason": ""}
    absence = order_absence(
        by=office.specialist, unit=office.unit, officer=office.specialist, substitute=other, **days
    )
    given = processing.assign(code=make.accepted(cast).code, by=office.head, to=other)
    values = {"unit": office.unit, "officer": other, "to": [office.specialist], "reason": "Nghỉ hưu"}
    desk = hand_over_desk(by=office.head, key=uuid.uuid4(), **values)
    post.delete()
    batch = order_batch(by=office.head, key=uuid.uuid4(), move="accept", dossiers=[given])
    return {"batch": batch, "absence": absence, "desk": desk}


def _imported(cast: Cast) -> ImportItem:
    """A difference of a file somebody took in, nobody decided on it yet."""
    source = receive(
        by=cast.catalogue, name="tthc.json", data=national.service(national.extract()), ask=False
    )
    compare(import_id=source.pk)
    return source.items.get()


def _order(cast: Cast) -> LevelOrder:
    settings = [Setting(cast.office.unit.pk, make.version(make.BIRTH).procedure_id, "partial")]
    return propose(by=cast.catalogue, wish=Wish("QĐ thử", clock.today(), None, settings))


def _register(cast: Cast) -> UnitPaper:
    today = clock.today()
    return issue_register(by=cast.office.counter, unit=cast.office.unit, first=today, last=today)


def _calendar(cast: Cast) -> CalendarOrder:
    """A change of a day far ahead, so that no dossier here moves."""
    friday = clock.today() + datetime.timedelta(days=200 - clock.today().weekday() + 4 - 200 % 7)
    wish = calendar_orders.Wish("TB thử", "Nghỉ thử", "", {friday: "off"})
    return calendar_orders.propose(by=cast.catalogue, key=uuid.uuid4(), wish=wish)


def _refund(cast: Cast, paid: Dossier) -> Refund:
    receipt = Receipt.objects.get(dossier=paid)
    values = {"amount": 1, "way": "cash", "reason": "Thử", "client_key": uuid.uuid4(), "receipt": receipt}
    return ask_refund(by=cast.office.cashier, reference=receipt.payment.reference, **values)


def _group(cast: Cast) -> PaymentGroup:
    codes = [make.accepted(cast, make.HOUSEHOLD).code for _number in range(2)]
    return start_group(by=cast.citizen, codes=codes, provider="vnpay")


def _handed(cast: Cast) -> CashShift:
    """A shift of the head, closed and handed over to the cashier."""
    day = UnitDay.objects.get(unit=cast.office.unit)
    values = {"unit": cast.office.unit, "day": day, "opened_at": clock.now()}
    shift = CashShift.objects.create(cashier=cast.office.head, **values)
    return close_shift(by=cast.office.head, shift_id=shift.pk, counted=0, handed_to=cast.office.cashier)


def _summary(cast: Cast) -> TaxSummary:
    made = make_summary(unit_id=cast.office.unit.pk, day=clock.today())
    assert made is not None
    return made


def _cash(dossier: Dossier) -> dict[str, Any]:
    payable = dossier.assessments.get(superseded_by=None).payable
    return {"payer_name": "Người Nộp", "tendered": payable, "client_key": uuid.uuid4()}


def _draft(cast: Cast) -> Draft:
    """A complete draft with one file."""
    draft = make.drafted(cast.citizen, office=cast.office)
    paper = required_documents(draft.version, None, draft.answers)[0]
    drafts.attach(draft_id=draft.pk, by=cast.citizen, document=paper, upload=make.pdf())
    return draft


def _asked(cast: Cast) -> Dossier:
    dossier = make.filed(cast)
    items = [ItemSpec(document=askable_papers(dossier)[0], instruction="Xin chụp lại cho rõ.")]
    intake.request_supplement(
        code=dossier.code, by=cast.office.counter, reason="Ảnh mờ.", items=items, legal_basis="Điều 5", days=5
    )
    dossier.refresh_from_db()
    return dossier


def _question(cast: Cast) -> Consultation:
    dossier = make.processing_(cast)
    question = verifying.Question(unit=cast.other_office.unit, text="Người này có đăng ký thường trú không?")
    return verifying.ask(code=dossier.code, by=cast.office.specialist, question=question)


def _linked(cast: Cast) -> LinkedPart:
    """A part of a filed linked service, waiting for another system."""
    filing_ = make_linked.complete(make_linked.started(cast), cast)
    file_linked(linked_id=filing_.pk, by=cast.citizen)
    return make_linked.part(filing_, "residence")


def _incident(key: str, payment: Payment | None = None) -> PaymentIncident:
    open_incident(IncidentKind.SILENT, key=key, payment=payment)
    return PaymentIncident.objects.get(key__endswith=key)


def _export(cast: Cast) -> Export:
    """A finished file of the head's."""
    query = {"address": "measure=online", "names": ""}
    export = ask_export(by=cast.office.head, wish=ExportWish("list", query, "csv", uuid.uuid4()))
    write(export_id=export.pk)
    return export


def _report(cast: Cast) -> Report:
    """A scheduled report of the office, printed; its period is this month's, its day of issue next month's."""
    schedule = add_schedule(
        by=cast.office.head, wish=ScheduleWish("06a-field", cast.office.unit, "month", 1, ("head",))
    )
    with clock.at(clock.now() + datetime.timedelta(days=32)):
        issue_due()
        drain_all()
    return schedule.reports.get()


def _reset(user: User) -> tuple[str, str]:
    from allauth.account.forms import default_token_generator
    from allauth.account.utils import user_pk_to_url_str

    return user_pk_to_url_str(user), default_token_generator.make_token(user)
