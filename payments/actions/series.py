"""Registering series of receipt numbers and allotting ranges of them: proposed by one person, approved by another."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from dossiers.workflow import ActionError
from payments import symbols
from payments.access import get_book
from payments.models import ReceiptBook
from portal.accounts.access import check
from portal.accounts.models import Unit
from portal.accounts.permissions import Permission
from portal.lib import clock

if TYPE_CHECKING:
    from portal.accounts.models import User
    from procedures.models import FeeKind


MOST_TRIES = 5


@transaction.atomic
def propose_series(
    *, by: User, unit: Unit, kind: FeeKind, symbol: str, year: int, registration: str, last: int | None = None
) -> ReceiptBook:
    """Declare a series the tax authority registered for `unit`; it counts when another person approved it.

    `registration` names the authority's notice. `last` limits the unit's own numbers, which leaves the rest for
    allotted ranges. Raises ActionError naming the field: a symbol not of the form in force, declared before, a
    year that is neither this nor the next.
    """
    check(by, Permission.COLLECT, unit)
    today = clock.today()
    if year not in {today.year, today.year + 1}:
        raise ActionError(_("Chỉ khai ký hiệu cho năm nay hoặc năm sau."), field="year")
    rule = symbols.rule_on(today if year == today.year else today.replace(year=year, month=1, day=1))
    if not rule.fits(symbol) or f"{year % 100:02d}" not in symbol:
        example = symbols.example(rule, year)
        raise ActionError(
            _("Ký hiệu không đúng dạng đang áp dụng; ví dụ %(example)s.") % {"example": example},
            field="symbol",
        )
    _check_end(last, rule.digits)
    book = ReceiptBook(
        unit=unit,
        kind=kind,
        template_symbol=rule.template_symbol,
        symbol=symbol,
        year=year,
        digits=rule.digits,
        last_number=last,
        registration=_said(registration),
        proposed_by=by,
        proposed_at=clock.now(),
    )
    return _stored(book)


def _said(registration: str) -> str:
    if not registration.strip():
        raise ActionError(_("Hãy ghi số và ngày thông báo của cơ quan thuế."), field="registration")
    return registration.strip()


def _check_end(last: int | None, digits: int) -> None:
    if last is not None and not 1 <= last <= int("9" * digits):
        raise ActionError(_("Số cuối phải từ 1 đến %(most)s.") % {"most": "9" * digits}, field="last_number")


def _stored(book: ReceiptBook) -> ReceiptBook:
    try:
        with transaction.atomic():
            book.save(force_insert=True)
    except IntegrityError as error:
        raise ActionError(_("Ký hiệu này đã được khai cho đơn vị trong năm."), field="symbol") from error
    return book


@transaction.atomic
def allot_range(*, by: User, book_id: int, unit: Unit, count: int, registration: str) -> ReceiptBook:
    """Allot the next `count` numbers of a registered series to a unit that collects in its name.

    Ranges go from small to large (NĐ 254/2026/NĐ-CP art. 25); the principal's own range must end somewhere.
    Raises ActionError naming the field.
    """
    series = get_book(by, book_id, lock=True)
    check(by, Permission.COLLECT, series.unit)
    if series.is_sample or series.approved_at is None or series.delegated_from_id is not None:
        raise ActionError(_("Chỉ chia được dải số của ký hiệu đã đăng ký và đã duyệt."))
    if series.last_number is None:
        raise ActionError(_("Dải số của đơn vị đứng tên chưa có số cuối nên chưa chia được."))
    if unit.pk == series.unit_id or not Unit.objects.valid_on(clock.today()).filter(pk=unit.pk).exists():
        raise ActionError(_("Hãy chọn một đơn vị khác đang hoạt động."), field="unit")
    before = series.ranges.aggregate(last=Max("last_number"))["last"] or series.last_number
    if not 1 <= count <= int("9" * series.digits) - before:
        raise ActionError(_("Ký hiệu không còn đủ số để chia."), field="count")
    return _stored(
        ReceiptBook(
            unit=unit,
            kind=series.kind,
            template_symbol=series.template_symbol,
            symbol=series.symbol,
            year=series.year,
            digits=series.digits,
            first_number=before + 1,
            next_number=before + 1,
            last_number=before + count,
            delegated_from=series,
            registration=_said(registration),
            proposed_by=by,
            proposed_at=clock.now(),
        )
    )


@transaction.atomic
def decide_series(*, by: User, book_id: int, approve: bool) -> ReceiptBook:
    """Approve or decline what another person declared; deciding again returns it as it was decided.

    Approved, it opens at once when nothing registered is in use (a sample series is closed for it); otherwise
    it waits until the one before is full.
    """
    book = get_book(by, book_id, lock=True)
    check(by, Permission.APPROVE_MONEY, book.principal)
    if book.approved_at is not None or book.closed_at is not None:
        return book
    if book.proposed_by_id == by.pk:
        raise PermissionDenied("two persons")
    now = clock.now()
    if not approve:
        book.closed_at = now
        book.save(update_fields=["closed_at"])
        return book
    book.approved_by, book.approved_at = by, now
    book.save(update_fields=["approved_by", "approved_at"])
    for _try in range(MOST_TRIES):
        if _opened(book):
            break
    return book


def _opened(book: ReceiptBook) -> bool:
    """Open an approved book when its turn has come; False when another book was opened at the same moment."""
    before = _in_use(book)
    if before is not None and not before.is_sample:
        return True  # its turn comes when that one is full
    now = clock.now()
    try:
        with transaction.atomic():
            if before is not None:
                before.closed_at = now
                before.save(update_fields=["closed_at"])
            book.opened_at = now
            book.save(update_fields=["opened_at"])
    except IntegrityError:
        book.opened_at = None
        return False
    return True


def _in_use(book: ReceiptBook) -> ReceiptBook | None:
    return (
        ReceiptBook.objects.select_for_update(of=("self",), no_key=True)
        .in_use()
        .filter(unit=book.unit_id, kind=book.kind, template_symbol=book.template_symbol, year=book.year)
        .first()
    )
