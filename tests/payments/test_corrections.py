"""Correcting receipts: what a period allows, two persons, numbers without a gap, what the public sees."""

from __future__ import annotations

import datetime
import io
import uuid
from typing import Any

import pikepdf
import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.http import Http404
from django.test import Client
from django.urls import reverse
from lxml import etree

from dossiers.models import Dossier
from dossiers.workflow import ActionError
from payments import corrections, invariants, receipt_xml
from payments.actions.corrections import ask_cancellation, ask_correction, decide_correction
from payments.actions.desk import collect_cash, open_shift
from payments.actions.receipts import replace_receipt
from payments.models import CorrectionKind, PaymentIncident, Receipt, ReceiptBook, ReceiptCorrection
from portal.lib import clock, files, pdf
from portal.outbox.actions import drain_all
from portal.signing import adapter
from tests.cast import Cast
from tests.dossiers.test_two_at_once import at_once
from tests.payments import make

pytestmark = pytest.mark.django_db


@pytest.fixture
def receipt(cast: Cast, owing: Dossier) -> Receipt:
    """A receipt of 100,000 VND taken in cash."""
    open_shift(by=cast.office.cashier, unit=cast.office.unit, opening_float=0)
    collect_cash(
        by=cast.office.cashier,
        code=owing.code,
        tendered=100_000,
        payer_name="Trần Văn A",
        client_key=uuid.uuid4(),
    )
    return Receipt.objects.get()


def right(receipt: Receipt, **changes: Any) -> dict[str, Any]:
    printed = {
        "payer_name": receipt.payer_name,
        "payer_address": receipt.payer_address,
        "line_names": [line["name"] for line in receipt.lines],
    }
    return {**printed, **changes}


def ask(cast: Cast, receipt: Receipt, **changes: Any) -> ReceiptCorrection:
    return ask_correction(
        by=cast.office.cashier,
        token=receipt.document.token,
        reason="Ghi sai",
        right=right(receipt, **changes),
    )


def decide(cast: Cast, asked: ReceiptCorrection, *, approve: bool = True) -> ReceiptCorrection:
    return decide_correction(
        by=cast.office.head, token=asked.receipt.document.token, correction_id=asked.pk, approve=approve
    )


@pytest.mark.parametrize(
    ("day", "changed", "kind"),
    [
        ("2026-06-30", {"payer_name"}, CorrectionKind.REPLACE),
        ("2026-07-01", {"payer_name"}, CorrectionKind.NOTICE),
        ("2026-07-01", {"payer_name", "payer_address"}, CorrectionKind.NOTICE),
        ("2026-07-01", {"payer_name", "line_names"}, CorrectionKind.REPLACE),
        ("2026-11-25", {"line_names"}, CorrectionKind.REPLACE),
    ],
)
def test_how_an_error_is_mended_follows_the_day(day: str, changed: set[str], kind: CorrectionKind) -> None:
    assert corrections.rule_on(datetime.date.fromisoformat(day)).kind_for(frozenset(changed)) is kind


def test_a_wrong_name_is_notified_and_the_receipt_stays(cast: Cast, receipt: Receipt) -> None:
    asked = ask(cast, receipt, payer_name="Trần Văn Á")
    assert asked.kind == CorrectionKind.NOTICE
    assert asked.changes == [{"field": "payer_name", "wrong": "Trần Văn A", "right": "Trần Văn Á"}]
    done = decide(cast, asked)
    assert done.document is not None
    assert done.document.title == "Thông báo biên lai điện tử có sai sót"
    assert Receipt.objects.in_force().count() == Receipt.objects.count() == 1
    drain_all()
    done.document.refresh_from_db()
    assert done.document.sha256
    assert done.document.context["form"] == "Mẫu 04/SS-CTĐT"
    assert done.document.context["changes"] == [
        {"name": "Tên người nộp", "wrong": "Trần Văn A", "right": "Trần Văn Á"}
    ]


def test_anything_else_is_replaced(cast: Cast, receipt: Receipt) -> None:
    done = decide(cast, ask(cast, receipt, line_names=["Lệ phí đăng ký hộ kinh doanh (đúng)"]))
    new = done.replacement
    assert new is not None
    assert (new.replaces, new.total, new.number) == (receipt, receipt.total, receipt.number + 1)
    assert new.lines[0]["name"] == "Lệ phí đăng ký hộ kinh doanh (đúng)"
    assert list(Receipt.objects.in_force()) == [new]
    assert not [one for checked in invariants.check_all() for one in checked.findings]
    text = Client().get(reverse("dossiers:verify", args=[receipt.document.token])).content.decode()
    assert f"thay thế bằng biên lai số {new.full_number}" in text
    with pytest.raises(ActionError):
        ask(cast, receipt, line_names=["Lần nữa"])


def test_a_cancelled_receipt_leaves_its_money_to_a_person(cast: Cast, receipt: Receipt) -> None:
    asked = ask_cancellation(by=cast.office.cashier, token=receipt.document.token, reason="Thu nhầm")
    assert ask_cancellation(by=cast.office.cashier, token=receipt.document.token, reason="x") == asked
    decide(cast, asked)
    assert not Receipt.objects.in_force().exists()
    assert PaymentIncident.objects.get(kind="refund").payment == receipt.payment
    text = Client().get(reverse("dossiers:verify", args=[receipt.document.token])).content.decode()
    assert "Biên lai đã bị hủy." in text


def test_what_is_refused(cast: Cast, receipt: Receipt) -> None:
    with pytest.raises(ActionError) as none:
        ask(cast, receipt)
    assert none.value.field == "payer_name"
    with pytest.raises(ActionError) as names:
        ask(cast, receipt, line_names=["a", "b"])
    assert names.value.field == "line_names"
    with pytest.raises(ActionError) as reason:
        ask_cancellation(by=cast.office.cashier, token=receipt.document.token, reason=" ")
    assert reason.value.field == "reason"
    with pytest.raises(PermissionDenied):
        ask_cancellation(by=cast.office.head, token=receipt.document.token, reason="x")
    with pytest.raises(Http404):
        ask_cancellation(by=cast.other_office.cashier, token=receipt.document.token, reason="x")
    asked = ask(cast, receipt, payer_name="B")
    with pytest.raises(PermissionDenied):
        decide_correction(
            by=cast.office.cashier, token=receipt.document.token, correction_id=asked.pk, approve=True
        )
    declined = decide(cast, asked, approve=False)
    assert decide(cast, asked).decided_at == declined.decided_at
    assert Receipt.objects.count() == 1


def test_the_database_demands_two_persons_and_changes_nothing_twice(cast: Cast, receipt: Receipt) -> None:
    asked = ask(cast, receipt, payer_name="B")
    with pytest.raises(IntegrityError, match="two_persons"), transaction.atomic():
        ReceiptCorrection.objects.filter(pk=asked.pk).update(
            decided_by=asked.asked_by, decided_at=clock.now(), approved=True
        )
    decide(cast, asked)
    with pytest.raises(IntegrityError, match="written once"), transaction.atomic():
        ReceiptCorrection.objects.filter(pk=asked.pk).update(approved=False)


@pytest.mark.django_db(transaction=True)
def test_eight_decisions_at_once_replace_once(cast: Cast, receipt: Receipt) -> None:
    asked = ask(cast, receipt, line_names=["Tên đúng"])
    outcomes = at_once(8, lambda _n: decide(cast, asked))
    assert {one.replacement_id for one in outcomes} == {Receipt.objects.get(replaces=receipt).pk}
    assert ReceiptBook.objects.get().next_number == 3


def test_a_number_needs_a_transaction_and_one_replacement_is_enough(cast: Cast, receipt: Receipt) -> None:
    replace_receipt(receipt, changes={"payer_name": "B"}, by=None)
    with pytest.raises(IntegrityError, match="replaces"), transaction.atomic():
        replace_receipt(receipt, changes={"payer_name": "C"}, by=None)
    assert ReceiptBook.objects.get().next_number == 3


def test_the_pdf_carries_the_signed_data(cast: Cast, receipt: Receipt, client: Client) -> None:
    drain_all()
    receipt.document.refresh_from_db()
    with files.open_file(receipt.document.sha256) as file:
        data = file.read()
    carried = pdf.enclosed(data, receipt_xml.NAME)
    assert carried is not None
    assert pdf.enclosed(data, "khac.xml") is None
    seal = adapter().xml_seal(carried)
    assert seal is not None
    assert (seal.intact, seal.trusted) == (True, True)
    changed = carried.replace(b"<TgTien>100000<", b"<TgTien>900000<")
    assert changed != carried
    assert adapter().xml_seal(changed).intact is False  # type: ignore[union-attr]
    root = etree.fromstring(carried)
    assert root.findtext(".//SBLai") == receipt.padded
    assert root.findtext(".//NNop/Ten") == "Trần Văn A"
    with pikepdf.open(io.BytesIO(data)) as document:
        metadata = document.open_metadata()
        assert metadata.get("pdfaid:part") == "3"
        files_of = document.Root.AF
        assert str(files_of[0].AFRelationship) == "/Data"
    client.force_login(cast.citizen)
    answer = client.get(reverse("payments:receipt-data", args=[receipt.document.token]))
    assert answer.content == carried
    assert "attachment" in answer["Content-Disposition"]


def test_a_copy_says_that_it_is_one(cast: Cast, receipt: Receipt, client: Client) -> None:
    client.force_login(cast.office.cashier)
    text = client.get(reverse("payments:receipt-copy", args=[receipt.document.token])).content.decode()
    assert "BẢN SAO" in text
    assert cast.office.cashier.full_name in text


def test_the_screens(cast: Cast, receipt: Receipt, client: Client) -> None:
    client.force_login(cast.office.cashier)
    listing = client.get(reverse("payments:issued"), {"q": receipt.full_number}).content.decode()
    assert receipt.dossier.code in listing
    assert client.get(reverse("payments:issued"), {"on": "32/13/2026"}).status_code == 422
    assert "Không có biên lai" in client.get(reverse("payments:issued"), {"q": "99999999"}).content.decode()
    address = reverse("payments:correct-receipt", args=[receipt.document.token])
    form = {"payer_name": "", "payer_address": "", "line_names": "Tên", "reason": "Sai tên"}
    bad = client.post(address, form)
    assert bad.status_code == 422
    assert 'value="Sai tên"' in bad.content.decode()
    assert client.post(address, {**form, "payer_name": "Người đúng"}).status_code == 302
    asked = ReceiptCorrection.objects.get()
    client.force_login(cast.office.head)
    assert receipt.full_number in client.get(reverse("payments:issued")).content.decode()
    decided = reverse("payments:decide-correction", args=[receipt.document.token, asked.pk])
    assert client.post(decided, {"decision": "approve"}).status_code == 302
    page = client.get(reverse("payments:issued-receipt", args=[receipt.document.token])).content.decode()
    assert "Biên lai này đã được thay thế." in page


def test_both_kinds_are_told_apart(cast: Cast) -> None:
    dossier = make.both_kinds(cast)
    open_shift(by=cast.office.cashier, unit=cast.office.unit, opening_float=0)
    collect_cash(by=cast.office.cashier, code=dossier.code, tendered=108_000, client_key=uuid.uuid4())
    drain_all()
    for receipt in Receipt.objects.select_related("document"):
        with files.open_file(receipt.document.sha256) as file:
            carried = pdf.enclosed(file.read(), receipt_xml.NAME)
        assert carried is not None
        assert etree.fromstring(carried).findtext(".//TgTien") == str(receipt.total)
