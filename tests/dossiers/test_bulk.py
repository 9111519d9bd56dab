"""Many dossiers at once: the template, the check beside each cell, all or none, once."""

from __future__ import annotations

import io
import os
import uuid
from dataclasses import replace
from pathlib import Path
from typing import Any

import pikepdf
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from python_calamine import CalamineWorkbook

from dossiers import bulk
from dossiers.actions.bundles import Filing, file_bundle
from dossiers.models import Bundle, CounterIntake, Dossier
from dossiers.states import State
from dossiers.workflow import ActionError
from portal.accounts.former import former_units, named
from portal.accounts.models import User
from procedures.form_schema import load
from procedures.models import ProcedureVersion
from tests.cast import Cast, build_cast
from tests.factories import dossiers as make
from tests.two_at_once import at_once


def client_of(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def keep(name: str, data: bytes) -> None:
    """Keep a paper to look at where PORTAL_SHOTS names a folder."""
    if folder := os.environ.get("PORTAL_SHOTS"):
        Path(folder).mkdir(parents=True, exist_ok=True)
        Path(folder, name).write_bytes(data)


def columns_of(version: ProcedureVersion) -> list[bulk.Column]:
    schema = load(version)
    assert schema is not None
    return bulk.columns(version, version.cases.first(), schema)


def line(version: ProcedureVersion, **answers: Any) -> list[str]:
    """One row in the order of the columns, every paper received."""
    given = {**make.example(version.procedure.code), **answers}
    texts = []
    for column in columns_of(version):
        value = given.get(column.spec.name, "") if column.spec else "x"
        texts.append("x" if value is True else "" if value is False else str(value))
    return texts


def pasted(*lines: list[str]) -> str:
    headings = [column.heading for column in columns_of(make.version(make.CERTIFIED))]
    return "\n".join("\t".join(each) for each in (headings, *lines))


def posted(cast: Cast, table: str, **changed: Any) -> dict[str, Any]:
    case = make.version(make.CERTIFIED).cases.first()
    return {
        "client_key": str(uuid.uuid4()),
        "bulk_unit": cast.office.unit.pk,
        "bulk_case": case.pk if case else "",
        "bulk_delivery": "counter",
        "table": table,
        "name": "Trường Tiểu học Thử Nghiệm",
        "acting": "legal",
        "filer_relation": "Hiệu trưởng",
        **changed,
    }


@pytest.mark.django_db
def test_the_template_holds_form_and_papers_as_text(cast: Cast) -> None:
    client = client_of(cast.office.counter)
    answer = client.get(reverse("dossiers:bulk-template", args=[make.CERTIFIED]))
    book = CalamineWorkbook.from_filelike(io.BytesIO(answer.content))
    assert book.sheet_names == ["Hồ sơ", "Hướng dẫn"]
    headings = book.get_sheet_by_index(0).to_python()[0]
    assert headings == [column.heading for column in columns_of(make.version(make.CERTIFIED))]
    assert any(str(each).startswith("Giấy tờ: ") for each in headings)


@pytest.mark.django_db
def test_errors_stand_beside_their_cells_and_nothing_is_filed(cast: Cast) -> None:
    client, version = client_of(cast.office.counter), make.version(make.CERTIFIED)
    good, bad = line(version), line(version, pages="nhiều", document_name="")
    bad[-2] = ""  # the original was not shown
    table = pasted(good, bad)
    answer = client.post(
        reverse("dossiers:bulk-intake", args=[make.CERTIFIED]), posted(cast, table, check="1")
    )
    html = answer.content.decode()
    assert answer.status_code == 200
    assert "1 trên 2 dòng hợp lệ." in html
    assert "Chưa nhận giấy tờ bắt buộc này." in html
    assert html.count("field-error") == 3
    assert "Tiếp nhận 1 hồ sơ hợp lệ" in html
    assert "nhiều" in html
    assert not Dossier.objects.exists()


@pytest.mark.django_db
def test_the_good_rows_go_in_when_confirmed_and_once(cast: Cast) -> None:
    client, version = client_of(cast.office.counter), make.version(make.CERTIFIED)
    table = pasted(line(version), line(version, document_name=""), line(version, document_name="Sổ hộ tịch"))
    data = posted(cast, table, confirm="1")
    first = client.post(reverse("dossiers:bulk-intake", args=[make.CERTIFIED]), data)
    assert first.status_code == 302, first.content.decode()[-3000:]
    second = client.post(reverse("dossiers:bulk-intake", args=[make.CERTIFIED]), data)
    assert second.url == first.url
    bundle = Bundle.objects.get()
    assert bundle.left_out == 1
    assert {dossier.state for dossier in Dossier.objects.all()} == {State.ACCEPTED}
    assert list(bundle.intakes.order_by("bundle_row").values_list("bundle_row", flat=True)) == [2, 4]
    assert not CounterIntake.objects.exclude(started_at=None).exists()
    html = client.get(first.url).content.decode()
    for dossier in Dossier.objects.all():
        assert dossier.code in html
    assert Dossier.objects.count() == 2
    slip = client.get(reverse("dossiers:bundle-slip", args=[bundle.pk]))
    keep("bundle-slip.pdf", slip.content)
    with pikepdf.open(io.BytesIO(slip.content)) as document:
        assert len(document.pages) == 1
    assert client_of(cast.other_office.counter).get(first.url).status_code == 404
    assert client_of(cast.office.leader).get(first.url).status_code == 403


@pytest.mark.django_db
def test_a_workbook_says_the_same_as_what_is_pasted(cast: Cast) -> None:
    import xlsxwriter

    version = make.version(make.CERTIFIED)
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True})
    sheet = book.add_worksheet()
    sheet.write_row(0, 0, [column.heading for column in columns_of(version)])
    sheet.write_row(1, 0, [int(each) if each.isdigit() and len(each) < 4 else each for each in line(version)])
    book.close()
    assert bulk.rows_of(bulk.text_of(out.getvalue()), columns_of(version)) == [(2, line(version))]
    upload = SimpleUploadedFile("ho-so.xlsx", out.getvalue())
    data = posted(cast, "", check="1", workbook=upload)
    html = client_of(cast.office.counter).post(reverse("dossiers:bulk-intake", args=[make.CERTIFIED]), data)
    assert "1 trên 1 dòng hợp lệ." in html.content.decode()


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("table", "said"),
    [
        ("", "dòng tiêu đề"),
        ("Cột lạ\tHọ tên\nA\tB", "không có cột"),
        ("Số bản sao cần chứng thực\n1", "Thiếu cột"),
    ],
)
def test_a_wrong_table_says_what_is_wrong_and_stays(cast: Cast, table: str, said: str) -> None:
    answer = client_of(cast.office.counter).post(
        reverse("dossiers:bulk-intake", args=[make.CERTIFIED]), posted(cast, table, check="1")
    )
    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert table.split("\t")[0].split("\n")[0] in answer.content.decode()


@pytest.mark.django_db
def test_too_many_rows_and_no_workbook_are_refused(cast: Cast) -> None:
    version = make.version(make.CERTIFIED)
    with pytest.raises(bulk.BulkError, match="tối đa"):
        bulk.rows_of(pasted(*[line(version)] * (bulk.MOST_ROWS + 1)), columns_of(version))
    with pytest.raises(bulk.BulkError, match="Không đọc được"):
        bulk.text_of(b"PK\x03\x04 nothing")


@pytest.mark.django_db
def test_one_bad_row_takes_all_back(cast: Cast) -> None:
    shared = make.walk_in(cast)
    rows = [make.bulk_row(shared.version, 2), make.bulk_row(shared.version, 3, pages="")]
    documents = list(shared.version.requireddocuments.all())
    with pytest.raises(ActionError, match="Dòng 3"):
        file_bundle(by=cast.office.counter, filing=Filing(shared, rows, documents))
    assert not Dossier.objects.exists()
    assert not Bundle.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_sent_four_times_at_once_is_one_bundle() -> None:
    cast = build_cast()
    shared = make.walk_in(cast)
    documents = list(shared.version.requireddocuments.all())
    filing = Filing(shared, [make.bulk_row(shared.version, number) for number in (2, 3)], documents)
    outcomes = at_once(4, lambda _n: file_bundle(by=cast.office.counter, filing=replace(filing)))
    assert {each.pk for each in outcomes} == {shared.client_key}, outcomes
    assert Dossier.objects.count() == 2


def test_an_old_ward_is_the_new_one_and_a_split_one_asks(cast: Cast) -> None:
    version = make.version(make.BIRTH)
    schema = load(version)
    assert schema is not None
    cells = bulk.columns(version, None, schema)
    checker = bulk.Checker(version, None, schema, cells, {})
    place = next(at for at, cell in enumerate(cells) if cell.spec and cell.spec.name == "declarant_commune")
    home = next(at for at, cell in enumerate(cells) if cell.spec and cell.spec.name == "declarant_address")
    whole = next(
        unit for unit in former_units() if not unit.is_split and named(unit.name + ", " + unit.district)
    )
    split = next(
        unit
        for unit in former_units()
        if unit.is_split and (found := named(f"{unit.name}, {unit.district}")) and not found.code
    )

    def check(commune: str, address: str = "") -> tuple[bulk.CheckedRow, bulk.Cell]:
        texts = [""] * len(cells)
        texts[place], texts[home] = commune, address
        row = checker.check(2, texts)
        return row, row.cells[place]

    row, cell = check(f"{whole.name}, {whole.district}", f"Số 1, {whole.name}, {whole.district}")
    assert row.answers["declarant_commune"] == whole.successors[0][0]
    assert (cell.errors, whole.name in cell.note) == ([], True)
    assert "Không phải xin giấy xác nhận" in row.cells[home].note
    row, cell = check(f"{split.name}, {split.district}")
    assert len(cell.errors) == 1
    assert "Hãy ghi rõ" in cell.errors[0]
    for today in ("Phường Ba Đình", "ba dinh", "00004"):
        row, cell = check(today)
        assert (row.answers["declarant_commune"], cell.errors, cell.note) == ("00004", [], "")
    row, cell = check("Xã Không Có")
    assert cell.errors
    assert "Hãy ghi rõ" not in cell.errors[0]
