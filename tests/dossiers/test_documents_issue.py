"""Issuing: numbers without gaps, contexts frozen in the caller's transaction, bytes once."""

from __future__ import annotations

import datetime
import threading
from typing import Any

import pytest
from django.db import connection, transaction

from dossiers import documents
from dossiers.actions import documents as issuing
from dossiers.documents.base import letterhead
from dossiers.models import Document, DocumentKind, Dossier, NumberSeries
from portal.accounts.models import Unit
from portal.lib import clock, files
from portal.outbox.actions import drain_all
from portal.outbox.models import OutboxMessage
from portal.signing import adapter
from procedures.calendar import HANOI
from tests.cast import Cast, build_cast
from tests.factories import dossiers as make

pytestmark = pytest.mark.django_db


def issue(dossier: Dossier, **changes: Any) -> Document:
    parts: dict[str, Any] = {
        "kind": DocumentKind.REFUSAL,
        "template": "print/refusal.html",
        "context": {},
        "title": "Phiếu",
        "by": None,
    }
    return issuing.issue_document(dossier=dossier, **{**parts, **changes})


def test_numbers_count_per_unit_series_and_year(cast: Cast) -> None:
    dossier = make.filed(cast)
    with clock.at(datetime.datetime(2026, 12, 31, 23, 30, tzinfo=HANOI)):
        first, second = issue(dossier), issue(dossier)
        other_series = issue(dossier, kind=DocumentKind.STOP)
        other_unit = issue(dossier, unit=cast.other_office.unit)
    with clock.at(datetime.datetime(2027, 1, 1, 0, 30, tzinfo=HANOI)):
        next_year = issue(dossier)

    assert [first.number, second.number] == ["1/2026/TCHS", "2/2026/TCHS"]
    assert other_series.number == "1/2026/TBD"
    assert other_unit.number == "1/2026/TCHS"
    assert next_year.number == "1/2027/TCHS"


def test_a_rolled_back_document_leaves_no_gap(cast: Cast) -> None:
    dossier = make.filed(cast)
    issue(dossier)
    point = transaction.savepoint()
    assert issue(dossier).number.startswith("2/")
    transaction.savepoint_rollback(point)

    assert issue(dossier).number.startswith("2/")


def test_a_receipt_brings_its_own_number(cast: Cast) -> None:
    receipt = issue(make.filed(cast), kind=DocumentKind.RECEIPT, number="1C26T-0000001")

    assert receipt.number == "1C26T-0000001"
    assert not NumberSeries.objects.exists()


def test_the_document_and_its_rendering_are_one_transaction(cast: Cast) -> None:
    dossier = make.filed(cast)
    document = issue(dossier)

    message = OutboxMessage.objects.get(key=f"render:{document.pk}")
    assert message.topic == "render_document"
    assert message.payload == {"document": document.pk}
    assert document.sha256 == ""


@pytest.mark.django_db(transaction=True)
def test_a_number_needs_a_transaction() -> None:
    unit = Unit.objects.get(code="00004")
    with pytest.raises(RuntimeError, match="transaction"):
        issuing.next_number(unit=unit, series="X")


@pytest.mark.django_db(transaction=True)
def test_many_writers_some_rolled_back_leave_no_gap_and_no_double() -> None:
    unit, numbers = Unit.objects.get(code="00004"), []

    def write(writer: int) -> None:
        try:
            for turn in range(5):
                try:
                    with transaction.atomic():
                        number = issuing.next_number(unit=unit, series="T")
                        if (writer + turn) % 3 == 0:
                            raise ArithmeticError
                    numbers.append(int(number.split("/")[0]))
                except ArithmeticError:
                    continue
        finally:
            connection.close()

    threads = [threading.Thread(target=write, args=(writer,)) for writer in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(numbers) == list(range(1, len(numbers) + 1))
    assert NumberSeries.objects.get(unit=unit, series="T").last == len(numbers) > 20


def test_rendering_happens_once(cast: Cast) -> None:
    dossier = make.accepted(cast)
    drain_all()
    document = dossier.documents.get(kind=DocumentKind.ACKNOWLEDGEMENT)
    assert files.verify(document.sha256)
    assert files.path_of(document.sha256).stat().st_size == document.size

    issuing.render_document(document.pk)
    again = Document.objects.get(pk=document.pk)

    assert (again.sha256, again.rendered_at) == (document.sha256, document.rendered_at)
    assert len(list(files.all_hashes())) == len(
        {row.sha256 for row in dossier.attachments.all()} | {again.sha256}
    )


@pytest.mark.django_db(transaction=True)
def test_two_workers_render_one_document_once(settings: Any) -> None:
    cast = build_cast()
    dossier = make.accepted(cast)
    document = dossier.documents.get()

    def render() -> None:
        try:
            issuing.render_document(document.pk)
        finally:
            connection.close()

    threads = [threading.Thread(target=render) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    document.refresh_from_db()
    assert files.verify(document.sha256)
    attached = {row.sha256 for row in dossier.attachments.all()}
    assert set(files.all_hashes()) - attached == {document.sha256}


def test_a_form_carries_the_seal_of_the_unit(cast: Cast) -> None:
    dossier = make.accepted(cast)
    drain_all()
    document = dossier.documents.get()

    with files.open_file(document.sha256) as stored:
        (seal,) = adapter().seals(stored.read())

    assert [seal.name] == document.signed_by == [f"[THỬ NGHIỆM] {cast.office.unit.full_name}"]
    assert seal.intact
    assert seal.covers_all


def test_a_result_carries_the_leader_then_the_unit(cast: Cast) -> None:
    document = make.finished(cast).result.document
    assert document is not None

    with files.open_file(document.sha256) as stored:
        seals = adapter().seals(stored.read())

    expected = [f"[THỬ NGHIỆM] {cast.office.leader.full_name}", f"[THỬ NGHIỆM] {cast.office.unit.full_name}"]
    assert [seal.name for seal in seals] == document.signed_by == expected
    assert all(seal.intact for seal in seals)


def test_an_unsigned_result_is_not_issued(cast: Cast) -> None:
    dossier = make.signing(cast)
    with pytest.raises(ValueError, match="unsigned"):
        issuing.issue_result(result=dossier.result, by=cast.office.clerk)


def test_the_context_stays_as_issued(cast: Cast) -> None:
    dossier = make.accepted(cast)
    document = dossier.documents.get()
    before = dict(document.context)

    cast.office.counter.full_name = "Tên Khác"
    cast.office.counter.save(update_fields=["full_name"])
    document.refresh_from_db()

    assert document.context == before
    assert document.context["officer"]["name"] == "Phạm Một Cửa"


@pytest.mark.parametrize(
    ("day", "heading", "apology"),
    [
        (
            datetime.date(2025, 9, 14),
            "Mẫu số 05 · TT 01/2018/TT-VPCP",
            "Phiếu xin lỗi và hẹn lại ngày trả kết quả",
        ),
        (
            datetime.date(2025, 9, 15),
            "Mẫu số 06 · TT 03/2025/TT-VPCP",
            "Văn bản xin lỗi và đề nghị gia hạn thời gian giải quyết",
        ),
    ],
)
def test_the_set_of_forms_follows_the_day(day: datetime.date, heading: str, apology: str) -> None:
    chosen = documents.form_set(day)

    assert chosen.heading(DocumentKind.CONTROL) == heading
    assert chosen.title(DocumentKind.APOLOGY) == apology
    assert chosen.heading(DocumentKind.RESULT) == ""
    assert bool(chosen.heading(DocumentKind.STOP)) == (day >= documents.forms.NEW_FORMS_FROM)


def test_letterheads(cast: Cast) -> None:
    ward = cast.office.unit
    counter = letterhead(ward, counter=True)
    assert counter["superior"] == f"ỦY BAN NHÂN DÂN {ward.full_name.upper()}"
    assert counter["issuer"] == "TRUNG TÂM PHỤC VỤ HÀNH CHÍNH CÔNG"
    assert letterhead(ward, counter=False)["issuer"] == f"ỦY BAN NHÂN DÂN {ward.full_name.upper()}"

    branch = Unit.objects.filter(kind="branch").select_related("parent").first()
    assert branch is not None
    assert branch.parent is not None
    assert letterhead(branch, counter=True)["superior"] == branch.parent.full_name.upper()
    department = Unit.objects.filter(kind="department").first()
    assert department is not None
    assert letterhead(department, counter=False)["superior"] == "ỦY BAN NHÂN DÂN THÀNH PHỐ HÀ NỘI"
    assert letterhead(cast.city, counter=False)["superior"] == ""
