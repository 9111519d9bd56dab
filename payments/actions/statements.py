"""Bank statements: importing a file once, finding whose money each line is, a person's word where that is not sure."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _

from dossiers.models import Dossier
from dossiers.workflow import ActionError
from payments import bookkeeping, matching, papers, statements
from payments.access import get_line
from payments.actions.checkout import new_reference
from payments.actions.incidents import close_incident, open_incident
from payments.actions.ledger import post, post_all
from payments.actions.settling import settle
from payments.gateways import GatewayFacts, Outcome
from payments.matching import Part
from payments.models import (
    CollectionAccount,
    EntryKind,
    IncidentKind,
    LineState,
    Payment,
    PaymentCode,
    Provider,
    Statement,
    StatementLine,
)
from payments.querysets import current_assessment
from portal.accounts.access import can, check
from portal.accounts.permissions import Permission
from portal.lib import clock

if TYPE_CHECKING:
    from portal.accounts.models import User

AT_ONCE = 500


def import_statement(*, by: User | None, account: CollectionAccount, name: str, data: bytes) -> Statement:
    """Take in a statement of an account and assign what is sure. `by` None: the operator's command.

    Importing the same file again returns the first import; a line that came with another file is left alone.
    Raises StatementError when the file is none, or one of another account.
    """
    if by is not None:
        check(by, Permission.COLLECT, account.unit_id)
    parsed = statements.read(data)
    if parsed.account and account.number not in parsed.account and parsed.account not in account.number:
        raise statements.StatementError("other_account")
    statement = _take_in(by=by, account=account, name=name, data=data, parsed=parsed)
    for line_id in statement.lines.filter(state=LineState.OPEN, tried_at=None).values_list("pk", flat=True):
        match_line(line_id=line_id)
    return statement


@transaction.atomic
def _take_in(
    *, by: User | None, account: CollectionAccount, name: str, data: bytes, parsed: statements.Parsed
) -> Statement:
    """Rows and their ledger lines in one transaction; two imports for one account come one after the other."""
    CollectionAccount.objects.select_for_update(of=("self",), no_key=True).get(pk=account.pk)
    digest = hashlib.sha256(data).hexdigest()
    known = Statement.objects.filter(account=account, sha256=digest).first()
    if known is not None:
        return known
    keyed = statements.row_keys(account.number, parsed.rows)
    keys = [key for _row, key, _doubtful in keyed]
    old = set(StatementLine.objects.filter(account=account, key__in=keys).values_list("key", flat=True))
    fresh = {key: (row, doubtful) for row, key, doubtful in keyed if key not in old}
    statement = Statement.objects.create(
        account=account,
        sha256=digest,
        name=name[:200],
        kind=parsed.kind,
        rows_new=len(fresh),
        rows_known=len(keyed) - len(fresh),
        bad_rows=[[row.line, row.reason] for row in parsed.bad],
        imported_by=by,
        imported_at=clock.now(),
    )
    lines = [_line(statement, key, row, doubtful) for key, (row, doubtful) in fresh.items()]
    StatementLine.objects.bulk_create(lines, batch_size=1000)
    _book(lines)
    return statement


def _line(statement: Statement, key: str, row: statements.Row, doubtful: bool) -> StatementLine:
    return StatementLine(
        account=statement.account,
        statement=statement,
        line=row.line,
        key=key,
        booked_at=row.booked_at,
        amount=row.amount,
        currency=row.currency,
        reference=row.reference,
        text=row.text,
        payer=row.payer,
        payer_account=row.payer_account,
        doubtful=doubtful,
        state=LineState.OPEN if row.amount > 0 else LineState.OUT,
    )


def _book(lines: Sequence[StatementLine]) -> None:
    """What came in lies at the bank and waits to be assigned; foreign money is not in these books."""
    post_all(
        EntryKind.BANKED,
        (
            (bookkeeping.banked(line.amount), {"unit_id": line.account.unit_id, "line": line})
            for line in lines
            if line.amount > 0 and line.currency == "VND"
        ),
    )


@transaction.atomic
def match_line(*, line_id: int) -> StatementLine:
    """Assign a line that is surely somebody's; else it becomes a work item. Safe any number of times."""
    line = _locked(line_id)
    if line.state != LineState.OPEN:
        return line
    parts = matching.automatic(line)
    line.tried_at = clock.now()
    line.save(update_fields=["tried_at"])
    if parts:
        _assign(line, parts, by=None)
    else:
        facts = {"amount": line.amount, "currency": line.currency, "line": line.pk}
        kind = IncidentKind.TRANSFER if line.currency == "VND" else IncidentKind.CURRENCY
        open_incident(kind, key=f"line:{line.pk}", unit=line.account.unit, facts=facts)
    return line


def _locked(line_id: int) -> StatementLine:
    return (
        StatementLine.objects.select_for_update(of=("self",), no_key=True)
        .select_related("account__unit", "account__bank")
        .get(pk=line_id)
    )


def match_untried(*, limit: int = AT_ONCE) -> int:
    """Look at lines whose import was cut off before it came to them; returns how many."""
    waiting = StatementLine.objects.filter(state=LineState.OPEN, tried_at=None).order_by("pk")
    keys = list(waiting.values_list("pk", flat=True)[:limit])
    for line_id in keys:
        match_line(line_id=line_id)
    return len(keys)


@transaction.atomic
def assign_line(*, by: User, line_id: int, parts: Sequence[tuple[str, int]]) -> StatementLine:
    """A person says whose money a line is: (dossier or payment code, VND) for each dossier.

    The parts add up to the line. A part that is not exactly what its dossier owes, and what comes on top, waits
    as a surplus of that dossier for a refund or another use. Doing it again returns the line as it is.
    Raises ActionError.
    """
    line = get_line(by, line_id, lock=True)
    check(by, Permission.COLLECT, line.account.unit_id)
    if line.state != LineState.OPEN:
        return line
    if line.currency != "VND":
        raise ActionError(_("Khoản ngoại tệ không ghi cho hồ sơ ở đây."))
    if not parts or any(amount <= 0 for _code, amount in parts):
        raise ActionError(_("Hãy ghi ít nhất một hồ sơ và số tiền của hồ sơ đó."))
    if sum(amount for _code, amount in parts) != line.amount:
        raise ActionError(_("Tổng các khoản phải bằng số tiền của dòng sao kê."))
    found = [Part(_target(by, line, code), amount) for code, amount in parts]
    _assign(line, sorted(found, key=lambda part: part.dossier.pk), by=by)
    close_incident(key=f"{IncidentKind.TRANSFER}:line:{line.pk}", by=by, words=_("Đã ghi cho hồ sơ."))
    return line


def _target(by: User, line: StatementLine, code: str) -> Dossier:
    """The dossier of a typed code; one of another unit only when this account collects for it."""
    plain = code.strip().replace("\x00", "")
    by_code = PaymentCode.objects.filter(code=plain.upper().replace(" ", "")).values("dossier")
    rows = Dossier.objects.filter(code=plain) | Dossier.objects.filter(pk__in=by_code)
    dossier = rows.select_related("receiving_unit").first()
    if dossier is None or not (
        matching.collects_for(line.account, dossier.receiving_unit_id)
        or can(by, Permission.COLLECT, dossier.receiving_unit_id)
    ):
        text = _("Không tìm thấy hồ sơ %(code)s trong phạm vi thu của tài khoản này.")
        raise ActionError(text % {"code": plain})
    return dossier


def _assign(line: StatementLine, parts: Sequence[Part], *, by: User | None) -> None:
    """One payment a part, each through `settle`; dossiers are locked in the order of their keys."""
    keys = [part.dossier.pk for part in parts]
    locked = Dossier.objects.select_for_update(of=("self",), no_key=True).select_related("receiving_unit")
    dossiers = {row.pk: row for row in locked.filter(pk__in=keys).order_by("pk")}
    for number, part in enumerate(parts, 1):
        _settle_part(line, dossiers[part.dossier.pk], part.amount, number, by)
    line.state, line.done_by, line.done_at = LineState.ASSIGNED, by, clock.now()
    line.save(update_fields=["state", "done_by", "done_at"])


def _settle_part(line: StatementLine, dossier: Dossier, amount: int, number: int, by: User | None) -> None:
    assessment = current_assessment(dossier)
    if assessment is None:
        raise ActionError(_("Hồ sơ %(code)s chưa được xác định phí, lệ phí.") % {"code": dossier.code})
    payment = Payment.objects.create(
        dossier=dossier,
        assessment=assessment,
        unit_id=dossier.receiving_unit_id,
        provider=Provider.TRANSFER,
        merchant=line.account.number,
        reference=new_reference(dossier, clock.now()),
        amount=amount,
        payer_name=papers.payer_name(dossier),
        started_by=by,
        line=line,
        created_at=line.booked_at,
    )
    facts = GatewayFacts(
        provider=Provider.TRANSFER,
        reference=payment.reference,
        outcome=Outcome.PAID,
        amount=amount,
        currency=line.currency,
        merchant=payment.merchant,
        provider_reference=f"{line.pk}.{number}",
        paid_at=line.booked_at,
        bank=line.account.bank.short_name,
        code=line.reference,
    )
    settle(facts=facts, source="bank", by=by)


@transaction.atomic
def set_line_aside(*, by: User, line_id: int, note: str) -> StatementLine:
    """A person says that a line is no fee; doing it again leaves the first words."""
    line = get_line(by, line_id, lock=True)
    check(by, Permission.COLLECT, line.account.unit_id)
    if line.state != LineState.OPEN:
        return line
    if not note.strip():
        raise ActionError(_("Hãy ghi đây là khoản tiền gì."), field="note")
    line.state, line.note, line.done_by, line.done_at = LineState.SET_ASIDE, note.strip(), by, clock.now()
    line.save(update_fields=["state", "note", "done_by", "done_at"])
    if line.currency == "VND":
        post(EntryKind.SET_ASIDE, bookkeeping.set_aside(line.amount), unit=line.account.unit, line=line)
    for kind in (IncidentKind.TRANSFER, IncidentKind.CURRENCY):
        close_incident(key=f"{kind}:line:{line.pk}", by=by, words=line.note)
    return line
