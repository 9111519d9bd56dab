"""What is printed on the closing sheets of a shift and of a unit's day. Vietnamese only; reads only."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.utils import timezone, translation

from dossiers.documents.base import letterhead
from payments.models import CashShift, Provider
from payments.papers import vnd
from payments.querysets import card_taken, cash_taken, shift_receipts
from payments.words import amount_in_words
from portal.lib import clock

if TYPE_CHECKING:
    from payments.querysets import DaySheet


def _base(unit: Any, title: str, number: str) -> dict[str, Any]:
    return {
        "head": letterhead(unit, counter=True),
        "form": "",
        "code": unit.full_name,
        "number": number,
        "title": title,
        "is_demo": False,
        "issued_on": f"ngày {clock.today():%d} tháng {clock.today():%m} năm {clock.today():%Y}",
    }


def _moment(value: Any) -> str:
    return f"{timezone.localtime(value):%H:%M %d/%m/%Y}" if value else ""


def of_shift(shift: CashShift) -> dict[str, Any]:
    """A closed shift: counted cash, receipts in order, who hands over to whom."""
    receipts = list(shift_receipts(shift))
    return {
        **_base(shift.unit, "Bảng kê ca thu", f"CA-{shift.pk}"),
        "cashier": shift.cashier.full_name,
        "opened": _moment(shift.opened_at),
        "closed": _moment(shift.closed_at),
        "opening_float": vnd(shift.opening_float),
        "cash": vnd(cash_taken(shift)),
        "card": vnd(card_taken(shift)),
        "expected": vnd(shift.expected or 0),
        "counted": vnd(shift.counted or 0),
        "counted_words": amount_in_words(shift.counted or 0),
        "difference": vnd(shift.difference),
        "note": shift.note,
        "receiver": shift.handed_to.full_name if shift.handed_to else "",
        "received": _moment(shift.received_at),
        "receipts": [
            {
                "number": row.full_number,
                "kind": _vietnamese(row.get_kind_display),
                "code": row.dossier.code,
                "road": _vietnamese(row.payment.get_provider_display),
                "amount": vnd(row.total),
            }
            for row in receipts
        ],
        "total": vnd(sum(row.total for row in receipts)),
    }


def of_day(sheet: DaySheet) -> dict[str, Any]:
    """A unit's day: what came by which road, every shift, who closed it."""
    closing = sheet.closing
    return {
        **_base(sheet.unit, "Bảng kê thu trong ngày", f"{sheet.day:%d/%m/%Y}"),
        "day": f"{sheet.day:%d/%m/%Y}",
        "roads": [
            {
                "name": _vietnamese(lambda road=road: Provider(road).label),
                "count": count,
                "amount": vnd(total),
            }
            for road, count, total in sheet.by_road
        ],
        "phi": vnd(sheet.by_kind.get("phi", 0)),
        "le_phi": vnd(sheet.by_kind.get("le_phi", 0)),
        "total": vnd(sheet.total),
        "words": amount_in_words(sheet.total),
        "shifts": [
            {
                "cashier": shift.cashier.full_name,
                "opened": _moment(shift.opened_at),
                "closed": _moment(shift.closed_at) or "chưa chốt",
                "counted": vnd(shift.counted or 0),
                "difference": vnd(shift.difference),
                "receiver": shift.handed_to.full_name if shift.handed_to else "",
            }
            for shift in sheet.shifts
        ],
        "closed": _moment(closing.closed_at) if closing else "",
        "closed_by": closing.closed_by.full_name if closing and closing.closed_by else "",
    }


def _vietnamese(text: Any) -> str:
    with translation.override("vi"):
        return str(text())
