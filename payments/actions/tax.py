"""The daily summary for the tax authority: made once a unit and day, sent until it is answered, three days at most.

NĐ 254/2026/NĐ-CP art. 27: sent the same day; after a technical failure within three working days.
"""

from __future__ import annotations

import datetime
import hashlib
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import Exists, Max, OuterRef, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from dossiers.workflow import ActionError
from payments import receipt_xml
from payments.access import get_summary
from payments.actions.incidents import open_incident
from payments.models import (
    CorrectionKind,
    IncidentKind,
    Receipt,
    ReceiptCorrection,
    TaxLine,
    TaxState,
    TaxSummary,
)
from payments.tax import TaxAnswer, TaxError, authority
from portal.accounts.access import check
from portal.accounts.models import Unit
from portal.accounts.permissions import Permission
from portal.lib import clock
from portal.signing import adapter, unit_signer
from procedures.calendar import calendar_for

if TYPE_CHECKING:
    from portal.accounts.models import User

PAUSE = datetime.timedelta(minutes=10)
DAYS_AFTER_FAILURE = 3
REACH = datetime.timedelta(days=60)
STATUS = {
    CorrectionKind.NOTICE: "thông báo sai sót",
    CorrectionKind.REPLACE: "bị thay thế",
    CorrectionKind.CANCEL: "hủy",
}
Row = tuple[Receipt, ReceiptCorrection | None]


def waiting_units(day: datetime.date) -> list[int]:
    """Keys of principals with receipts or corrections up to `day` that no summary holds yet."""
    receipts = _receipts(day).values_list("book__delegated_from__unit", "book__unit")
    corrections = _corrections(day).values_list("receipt__book__delegated_from__unit", "receipt__book__unit")
    pairs = {*receipts.distinct(), *corrections.distinct()}
    return sorted({principal or unit for principal, unit in pairs})


def _receipts(day: datetime.date) -> QuerySet[Receipt]:
    told = TaxLine.objects.filter(receipt=OuterRef("pk"), correction=None)
    return Receipt.objects.filter(~Exists(told), issued_at__range=_reach(day)).order_by()


def _corrections(day: datetime.date) -> QuerySet[ReceiptCorrection]:
    return ReceiptCorrection.objects.filter(
        approved=True, tax_line=None, decided_at__range=_reach(day)
    ).order_by()


def _reach(day: datetime.date) -> tuple[datetime.datetime, datetime.datetime]:
    """From so long ago that no stop of the scheduler loses anything, to the end of `day` (local)."""
    last = datetime.datetime.combine(day, datetime.time.max)
    end = timezone.make_aware(last)
    return end - REACH, end


@transaction.atomic
def make_summary(*, unit_id: int, day: datetime.date) -> TaxSummary | None:
    """The summary of what `unit` issued and corrected up to `day` and did not tell yet; None when nothing.

    The unit's row is locked, so two makers at once make one.
    """
    unit = Unit.objects.select_for_update(of=("self",), no_key=True).get(pk=unit_id)
    rows = list(_untold(day, unit_id))
    if not rows:
        return None
    last = TaxSummary.objects.filter(unit=unit, day=day).aggregate(last=Max("part"))["last"] or 0
    data = _signed(unit, day, last + 1, rows)
    summary = TaxSummary.objects.create(
        unit=unit,
        day=day,
        part=last + 1,
        count=len(rows),
        total=sum(_counted(row) for row in rows),
        xml=data.decode(),
        sha256=hashlib.sha256(data).hexdigest(),
        made_at=clock.now(),
        next_try_at=clock.now(),
    )
    TaxLine.objects.bulk_create(
        [TaxLine(summary=summary, receipt=receipt, correction=correction) for receipt, correction in rows]
    )
    return summary


def _untold(day: datetime.date, unit_id: int) -> Iterator[Row]:
    """Receipts, then corrections, in the name of one unit up to `day`, in the order they were made."""
    books = ("book__delegated_from__unit", "book__unit", "replaces__book")
    receipts = _receipts(day).filter(_in_the_name_of(unit_id, "book__")).select_related(*books)
    for receipt in receipts.order_by("issued_at", "id"):
        yield receipt, None
    corrections = _corrections(day).filter(_in_the_name_of(unit_id, "receipt__book__"))
    related = [f"receipt__{name}" for name in books]
    for correction in corrections.select_related(*related).order_by("decided_at", "id"):
        yield correction.receipt, correction


def _in_the_name_of(unit_id: int, book: str) -> Q:
    own = Q(**{f"{book}delegated_from": None, f"{book}unit": unit_id})
    return own | Q(**{f"{book}delegated_from__unit": unit_id})


def _counted(row: Row) -> int:
    receipt, correction = row
    if correction is None:
        return receipt.total
    return 0 if correction.kind == CorrectionKind.NOTICE else -receipt.total


def _signed(unit: Unit, day: datetime.date, part: int, rows: list[Row]) -> bytes:
    head = {
        "key": key_of(unit, day, part),
        "form": receipt_xml.SUMMARY_FORM,
        "day": day.isoformat(),
        "part": str(part),
        "name": unit.full_name,
        "tax_code": unit.tax_code,
    }
    data = receipt_xml.summary(head, (_told(row) for row in rows))
    return adapter().sign_xml(data, unit_signer(unit.code, unit.full_name))


def key_of(unit: Unit, day: datetime.date, part: int) -> str:
    """What a summary is called outside: the same one sent again has the same name."""
    return f"{unit.code}-{day:%Y%m%d}-{part}"


def _told(row: Row) -> dict[str, Any]:
    receipt, correction = row
    told = {
        "template_symbol": receipt.book.template_symbol,
        "symbol": receipt.book.symbol,
        "number": receipt.padded,
        "date": receipt.collected_on.isoformat(),
        "total": receipt.total,
        "status": "mới",
    }
    if correction is not None:
        return told | {"status": STATUS[CorrectionKind(correction.kind)], "reason": correction.reason}
    if receipt.replaces is not None:
        told |= {
            "status": "thay thế",
            "related_symbol": receipt.replaces.book.symbol,
            "related_number": receipt.replaces.padded,
        }
    return told


@transaction.atomic
def claim_summaries(*, now: datetime.datetime, limit: int) -> list[int]:
    """Keys of summaries to send now; each gets its next time before the network is touched."""
    due = list(
        TaxSummary.objects.select_for_update(of=("self",), skip_locked=True, no_key=True)
        .filter(state=TaxState.WAITING, next_try_at__lte=now)
        .order_by("next_try_at", "id")[:limit]
    )
    for summary in due:
        summary.tries, summary.next_try_at = summary.tries + 1, now + PAUSE
        summary.save(update_fields=["tries", "next_try_at"])
    return [summary.pk for summary in due]


def send_summary(*, summary_id: int) -> TaxSummary:
    """Hand one summary in, outside any transaction, and write down the answer. Without a service it waits."""
    summary = TaxSummary.objects.select_related("unit").get(pk=summary_id)
    service = authority()
    if service is None or summary.state != TaxState.WAITING:
        return summary
    try:
        answer = service.send(key_of(summary.unit, summary.day, summary.part), summary.xml.encode())
    except TaxError:
        return _record(summary_id, None)
    return _record(summary_id, answer)


@transaction.atomic
def _record(summary_id: int, answer: TaxAnswer | None) -> TaxSummary:
    summary = (
        TaxSummary.objects.select_for_update(of=("self",), no_key=True)
        .select_related("unit")
        .get(pk=summary_id)
    )
    if summary.state != TaxState.WAITING:
        return summary
    if answer is None:
        _failed(summary)
    elif answer.taken:
        summary.state, summary.code, summary.ended_at = TaxState.SENT, answer.code, clock.now()
    else:
        summary.state, summary.code = TaxState.REFUSED, answer.code
        _tell(summary, "refused", code=answer.code)
    summary.save(update_fields=["state", "code", "ended_at", "failed_since", "late_at"])
    return summary


def _failed(summary: TaxSummary) -> None:
    """The first failure starts the three working days and tells a person; their end tells one again."""
    now = clock.now()
    if summary.failed_since is None:
        calendar = calendar_for(summary.unit)
        summary.failed_since = now
        summary.late_at = calendar.add_days(now, DAYS_AFTER_FAILURE)
        _tell(summary, "failed")
    elif summary.late_at is not None and now > summary.late_at:
        _tell(summary, "late")


def _tell(summary: TaxSummary, what: str, **facts: str) -> None:
    key = f"{key_of(summary.unit, summary.day, summary.part)}:{what}:{summary.tries if what == 'refused' else 0}"
    open_incident(IncidentKind.TAX, key=key, unit=summary.unit, facts={"note": what, **facts})


@transaction.atomic
def send_again(*, by: User, summary_id: int) -> TaxSummary:
    """Put a refused or waiting summary at the head of the queue; one that ended stays as it is."""
    summary = get_summary(by, summary_id, lock=True)
    check(by, Permission.COLLECT, summary.unit)
    if summary.state in {TaxState.SENT, TaxState.BY_HAND}:
        return summary
    summary.state, summary.next_try_at, summary.code = TaxState.WAITING, clock.now(), ""
    summary.save(update_fields=["state", "next_try_at", "code"])
    return summary


@transaction.atomic
def hand_in(*, by: User, summary_id: int, code: str) -> TaxSummary:
    """A person handed the file in by the authority's own page, under `code`; one that ended stays as it is."""
    summary = get_summary(by, summary_id, lock=True)
    check(by, Permission.COLLECT, summary.unit)
    if summary.state in {TaxState.SENT, TaxState.BY_HAND}:
        return summary
    if not code.strip():
        raise ActionError(_("Hãy ghi mã tiếp nhận của cơ quan thuế."), field="code")
    summary.state, summary.code = TaxState.BY_HAND, code.strip()[:80]
    summary.ended_at, summary.handed_by = clock.now(), by
    summary.save(update_fields=["state", "code", "ended_at", "handed_by"])
    return summary
