"""The national catalogue read in: repaired, told line by line, compared, taken over as drafts only."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from portal.accounts.models import Membership, User
from portal.accounts.permissions import Role
from portal.lib import files
from portal.lib.errors import ActionError
from portal.lib.uploads import BadUpload
from portal.outbox.actions import drain_all
from procedures import exporting
from procedures.actions.drafts import new_draft
from procedures.actions.imports import compare, receive
from procedures.actions.taking import ask_take_all, confirm_identity, set_aside, take_over
from procedures.importing.national import reading
from procedures.importing.national.comparing import Part
from procedures.importing.national.kinds import FaultKind, Reason
from procedures.models import (
    CatalogueImport,
    Decision,
    IdentityState,
    ImportItem,
    ImportState,
    ItemKind,
    Procedure,
    ProcedureVersion,
    VersionDraft,
)
from procedures.querysets import forget
from tests.cast import Cast
from tests.factories import dossiers as make
from tests.procedures import national
from tests.procedures.test_levels import workbook
from tests.two_at_once import at_once

pytestmark = pytest.mark.django_db

GENERIC = "1.013040"


@pytest.fixture(autouse=True)
def _fresh() -> None:
    forget()


# --- Reading ---


def reasons(data: bytes) -> dict[tuple[int, str], FaultKind]:
    return {(fault.line, fault.reason.value): fault.kind for fault in reading.read(data).faults}


def test_the_service_answer_is_read() -> None:
    (record,) = reading.read(national.service(national.extract())).records
    assert record.code == make.EXTRACT
    assert record.facts["channels"] == {
        "online": {"time": [1, "work_day"], "fee": [8000]},
        "counter": {"time": [3, ""]},
    }
    assert record.facts["papers"] == [
        ["Tờ khai cấp bản sao trích lục hộ tịch", 1, 0],
        ["Văn bản ủy quyền", 0, 1],
    ]
    assert record.facts["results"] == [["Bản sao trích lục hộ tịch", "KQ.G15.000342"]]
    assert record.facts["basis"] == ["60/2014/QH13", "123/2015/NĐ-CP"]
    assert record.facts["for"] == ["citizen"]


def test_the_portals_own_answer_is_read() -> None:
    (record,) = reading.read(json.dumps({"code": "OK", "data": national.portal()}).encode()).records
    assert record.code == "1.001193"
    assert record.facts["channels"] == {
        "online": {"time": [5, "work_day"]},
        "post": {"time": [24, "hour"], "fee": [30000]},
    }
    assert record.facts["at"] == ["commune"]
    assert record.facts["decision"] == "163/QĐ-BTP"
    assert record.facts["papers"] == [["Giấy chứng sinh", 1, 0]]


def test_what_is_known_to_be_damaged_is_mended_and_told() -> None:
    rows = [
        national.extract() | {"MATTHC": 2.000720},
        national.extract() | {"MATTHC": "1.001193.000.00.00.H26"},
        national.extract() | {"MATTHC": "1.000894", "CANCUPHAPLY": [{"SOVANBAN": "123/2015/NĐ-CPQUY"}]},
        national.extract()
        | {"MATTHC": "2.000815", "KETQUATHUCHIEN": [{"TENKETQUA": "Bản sao", "MAKETQUA": "dsfas"}]},
        national.extract() | {"MATTHC": "xyz"},
        national.extract() | {"MATTHC": "1.000894"},
        national.extract() | {"MATTHC": "1.000656", "TENTTHC": " "},
        "no record at all",
    ]
    data = national.service(*rows)
    found = reading.read(data)
    assert [record.code for record in found.records] == ["2.000720", "1.001193", "1.000894", "2.000815"]
    assert found.records[2].facts["basis"] == ["123/2015/NĐ-CP"]
    assert found.records[3].facts["results"] == [["Bản sao", ""]]
    told = reasons(data)
    assert told[1, Reason.CODE_EATEN] == told[2, Reason.CODE_SUFFIX] == FaultKind.REPAIRED
    assert told[3, Reason.ACT] == told[4, Reason.RESULT_CODE] == FaultKind.REPAIRED
    assert told[5, Reason.BAD_CODE] == told[6, Reason.TWICE] == FaultKind.LEFT_OUT
    assert told[7, Reason.NO_TITLE] == told[8, Reason.NO_RECORD] == FaultKind.LEFT_OUT
    assert told[1, Reason.NO_UNIT] == FaultKind.NOTED
    assert (
        next(fault.raw for fault in found.faults if fault.line == 1 and fault.reason == Reason.CODE_EATEN)
        == "2.00072"
    )


def test_a_time_without_unit_stays_without_unit() -> None:
    (record,) = reading.read(national.service(national.extract())).records
    assert record.facts["channels"]["counter"] == {"time": [3, ""]}


SHEET = [
    ["Danh mục thủ tục hành chính", "", "", "", ""],
    ["Mã TTHC", "Tên TTHC", "Lĩnh vực", "Thời hạn trực tuyến", "Phí trực tuyến"],
    [2.000635, "Cấp bản sao trích lục hộ tịch", "Hộ tịch", "5 Ngày làm việc", "70,000 VNĐ"],
    ["1.001193", "Thủ tục đăng ký khai sinh", "Hộ tịch", "1", "Miễn phí"],
    ["", "Không có mã", "Hộ tịch", "", ""],
    ["1.000894", "Thủ tục đăng ký kết hôn", "Hộ tịch", "lâu lắm", "20 VNĐ"],
]


def test_the_spreadsheet_is_read(tmp_path: Any) -> None:
    for data in (workbook(SHEET), national.csv_of(SHEET)):
        found = reading.read(data)
        assert [(record.line, record.code) for record in found.records] == [
            (3, "2.000635"),
            (4, "1.001193"),
            (6, "1.000894"),
        ]
        assert found.records[0].facts["channels"] == {"online": {"time": [5, "work_day"], "fee": [70000]}}
        assert found.records[1].facts["channels"] == {"online": {"time": [1, ""]}}
        assert reasons(data) == {
            (4, "no_unit"): FaultKind.NOTED,
            (5, "no_code"): FaultKind.LEFT_OUT,
            (6, "time"): FaultKind.NOTED,
            (6, "fee"): FaultKind.NOTED,
        }


def bomb() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", b"0" * 30_000_000)
    return out.getvalue()


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "rỗng"),
        (b"%PDF-1.7", "JSON, CSV hoặc XLSX"),
        (b'{"a": ', "dòng 1, cột 7"),
        (b"[1, 2]", "không có thủ tục nào theo dạng đã biết"),
        (b"{}", "không có thủ tục nào theo dạng đã biết"),
        (b"a,b\n1,2\n", "ma thu tuc, ten thu tuc"),
        (b"Ma TTHC,Ten TTHC\nxyz,abc\n", "mã không đọc được"),
        (bomb(), "phình ra quá lớn"),
        (b"PK\x03\x04....", "tệp hỏng"),
        (b"[" * 100_000, "lồng quá sâu"),
    ],
    ids=["empty", "pdf", "cut", "numbers", "nothing", "no heading", "no code", "bomb", "no archive", "deep"],
)
def test_what_is_no_catalogue_is_refused(cast: Cast, data: bytes, said: str) -> None:
    with pytest.raises(BadUpload, match=said):
        receive(by=cast.catalogue, name="x", data=data)
    assert not CatalogueImport.objects.exists()
    assert not list(files.all_hashes())


# --- Comparing ---


def whole(source: CatalogueImport) -> CatalogueImport:
    while source.state == ImportState.RUNNING:
        source = compare(import_id=source.pk)
    return source


def imported(cast: Cast, *rows: Any) -> CatalogueImport:
    return whole(receive(by=cast.catalogue, name="tthc.json", data=national.service(*rows), ask=False))


def item(source: CatalogueImport, code: str) -> ImportItem:
    return ImportItem.objects.get(source=source, code=code)


NEW = {"MATTHC": "3.999999", "TENTTHC": "Thủ tục hoàn toàn mới"}


def test_each_procedure_is_new_changed_or_the_same(cast: Cast) -> None:
    source = imported(cast, national.extract(), national.same(make.BIRTH), national.extract() | NEW)
    assert item(source, "3.999999").kind == ItemKind.NEW
    assert item(source, make.BIRTH).kind == ItemKind.SAME
    changed = item(source, make.EXTRACT)
    assert changed.kind == ItemKind.CHANGED
    assert {Part.PAPERS.value} <= set(changed.parts)
    assert (source.done, source.total) == (3, 3)


def test_the_same_file_again_finds_nothing(cast: Cast) -> None:
    rows = (national.extract(), national.extract() | NEW)
    first = imported(cast, *rows)
    second = imported(cast, *rows)
    assert set(second.items.values_list("kind", flat=True)) == {ItemKind.SEEN}
    assert item(second, make.EXTRACT).earlier == item(first, make.EXTRACT)
    changed = national.extract() | {"SOQUYETDINH": "9/QĐ-BTP"}
    assert item(imported(cast, changed), make.EXTRACT).kind == ItemKind.CHANGED


def test_our_own_export_says_nothing_new(cast: Cast) -> None:
    """The whole catalogue out and in again, as JSON and as a workbook: nothing is lost, nothing differs."""
    for name, data in (("json", "".join(exporting.as_json()).encode()), ("xlsx", exporting.as_workbook())):
        source = whole(receive(by=cast.catalogue, name=f"tthc.{name}", data=data, ask=False))
        assert source.total == 2089
        kinds = set(source.items.values_list("kind", flat=True))
        different = source.items.exclude(kind=ItemKind.SAME).values_list("code", "parts")
        assert kinds == {ItemKind.SAME}, list(different[:20])
        assert not source.faults.filter(kind=FaultKind.LEFT_OUT).exists()


def test_comparing_publishes_nothing(cast: Cast) -> None:
    before = ProcedureVersion.objects.count(), Procedure.objects.count(), VersionDraft.objects.count()
    imported(cast, national.extract(), national.extract() | NEW)
    assert (
        ProcedureVersion.objects.count(),
        Procedure.objects.count(),
        VersionDraft.objects.count(),
    ) == before


def test_the_worker_compares_in_portions(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("procedures.actions.imports.PORTION", 2)
    codes = ("1.001193", "1.000894", "2.000635", "2.000815", "1.001612")
    rows = [national.extract() | {"MATTHC": code} for code in codes]
    source = receive(by=cast.catalogue, name="tthc.json", data=national.service(*rows))
    assert compare(import_id=source.pk).done == 2
    drain_all()
    source.refresh_from_db()
    assert (source.state, source.done) == (ImportState.DONE, 5)
    assert compare(import_id=source.pk).done == 5  # a message that comes late


# --- Taking over ---


def test_a_change_becomes_a_draft(cast: Cast) -> None:
    source = imported(cast, national.extract())
    published = make.version(make.EXTRACT)
    taken = take_over(by=cast.catalogue, item_id=item(source, make.EXTRACT).pk)
    assert taken.draft is not None
    assert taken.decision == Decision.TAKEN
    content = taken.draft.content
    papers = [paper["name"] for paper in content["papers"]]
    assert papers == ["Tờ khai cấp bản sao trích lục hộ tịch", "Văn bản ủy quyền"]
    assert content["form"]
    assert "tthc.json" in content["notes"][-2] + content["notes"][-1]
    assert make.version(make.EXTRACT) == published
    assert take_over(by=cast.catalogue, item_id=taken.pk).draft == taken.draft
    with pytest.raises(ActionError, match="đã được lấy"):
        set_aside(by=cast.catalogue, item_id=taken.pk)


def test_only_the_marked_parts_are_taken(cast: Cast) -> None:
    source = imported(cast, national.extract() | {"SOQUYETDINH": "9/QĐ-BTP"})
    taken = take_over(by=cast.catalogue, item_id=item(source, make.EXTRACT).pk, parts=[Part.DECISION.value])
    assert taken.draft is not None
    assert taken.draft.content["decision"] == "9/QĐ-BTP"
    own = {paper.name for paper in make.version(make.EXTRACT).requireddocuments.all()}
    assert {paper["name"] for paper in taken.draft.content["papers"]} == own
    with pytest.raises(ActionError):
        take_over(
            by=cast.catalogue,
            item_id=item(imported(cast, national.extract() | NEW), "3.999999").pk,
            parts=["nothing"],
        )


def test_a_new_procedure_is_shown_nowhere_until_it_is_published(cast: Cast, client: Client) -> None:
    taken = take_over(
        by=cast.catalogue, item_id=item(imported(cast, national.extract() | NEW), "3.999999").pk
    )
    assert taken.draft is not None
    assert taken.procedure is not None
    assert not taken.procedure.is_active
    assert taken.procedure.field.name == "Hộ tịch"
    assert {time["channel"] for time in taken.draft.content["times"]} == {"online", "counter"}
    assert "unit" not in next(time for time in taken.draft.content["times"] if time["channel"] == "counter")
    forget()
    assert client.get("/thu-tuc/3.999999/").status_code in {404, 410}


def test_title_and_field_wait_for_a_second_person(cast: Cast) -> None:
    source = imported(cast, national.same(make.BIRTH) | {"TENTTHC": "Thủ tục đăng ký khai sinh (mới)"})
    taken = take_over(by=cast.catalogue, item_id=item(source, make.BIRTH).pk)
    assert (taken.draft, taken.identity) == (None, IdentityState.WAITING)
    assert Procedure.objects.get(code=make.BIRTH).title != "Thủ tục đăng ký khai sinh (mới)"
    with pytest.raises(PermissionDenied):
        confirm_identity(by=cast.catalogue, item_id=taken.pk)
    confirm_identity(by=cast.publisher, item_id=taken.pk)
    confirm_identity(by=cast.publisher, item_id=taken.pk)
    assert Procedure.objects.get(code=make.BIRTH).title == "Thủ tục đăng ký khai sinh (mới)"


def test_one_person_with_both_rights_does_not_confirm_alone(cast: Cast) -> None:
    Membership.objects.create(user=cast.catalogue, unit=cast.city, role=Role.PUBLISHER)
    person = User.objects.get(pk=cast.catalogue.pk)
    source = imported(cast, national.same(make.BIRTH) | {"TENTTHC": "Tên khác"})
    taken = take_over(by=person, item_id=item(source, make.BIRTH).pk)
    with pytest.raises(PermissionDenied, match="two persons"):
        confirm_identity(by=person, item_id=taken.pk)
    alone = {"identity": "applied", "identity_by": person, "identity_at": taken.decided_at}
    with pytest.raises(DatabaseError, match="import_item_two_persons"), transaction.atomic():
        ImportItem.objects.filter(pk=taken.pk).update(**alone)


def test_everything_at_once_and_what_cannot_be_is_told(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("procedures.actions.taking.PORTION", 1)
    other = Procedure.objects.get(code=make.MARRIAGE)
    new_draft(by=cast.catalogue, procedure=other)
    rows = [national.extract() | {"MATTHC": code} for code in (make.EXTRACT, make.MARRIAGE)]
    source = imported(cast, *rows, national.extract() | NEW)
    ask_take_all(by=cast.catalogue, import_id=source.pk)
    drain_all()
    source.refresh_from_db()
    assert source.take_ended_at is not None
    assert item(source, make.EXTRACT).decision == item(source, "3.999999").decision == Decision.TAKEN
    left = item(source, make.MARRIAGE)
    assert left.decision == Decision.OPEN
    assert "đang có một dự thảo" in left.trouble


def test_who_may_not(cast: Cast) -> None:
    source = imported(cast, national.extract())
    key = item(source, make.EXTRACT).pk
    for person in (cast.office.head, cast.publisher, cast.citizen):
        for act in (
            lambda person=person: receive(by=person, name="x", data=national.service(national.extract())),
            lambda person=person: take_over(by=person, item_id=key),
            lambda person=person: set_aside(by=person, item_id=key),
            lambda person=person: ask_take_all(by=person, import_id=source.pk),
        ):
            with pytest.raises(PermissionDenied):
                act()


@pytest.mark.django_db(transaction=True)
def test_two_who_take_at_once_make_one_draft() -> None:
    from tests.cast import build_cast

    cast = build_cast()
    key = item(imported(cast, national.extract()), make.EXTRACT).pk
    outcomes = at_once(2, lambda _n: take_over(by=cast.catalogue, item_id=key).draft_id)
    assert len(set(outcomes)) == 1
    assert VersionDraft.objects.count() == 1


# --- Command and pages ---


def test_the_command(cast: Cast, tmp_path: Any, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "tthc.json"
    path.write_bytes(national.service(national.extract(), national.extract() | {"MATTHC": "xyz"}))
    call_command("import_catalogue", str(path), "--dry-run")
    assert "1 changed" in capsys.readouterr().out
    assert not CatalogueImport.objects.exists()
    call_command("import_catalogue", str(path))
    out = capsys.readouterr().out
    assert "0 new, 1 changed, 0 seen, 0 same" in out
    assert "line 2: mã không đọc được" in out
    call_command("import_catalogue", str(path))
    assert "0 new, 0 changed, 1 seen" in capsys.readouterr().out
    path.write_bytes(b"nothing")
    with pytest.raises(CommandError):
        call_command("import_catalogue", str(path))


@pytest.fixture
def page(cast: Cast) -> Callable[..., Any]:
    """Ask a page as somebody."""

    def ask(name: str, *args: Any, who: Any = None, data: Any = None, **more: Any) -> Any:
        client = Client()
        client.force_login(who or cast.catalogue)
        url = reverse(f"procedures:{name}", args=args) + more.pop("query", "")
        return client.get(url, **more) if data is None else client.post(url, data, **more)

    return ask


def test_from_the_file_to_the_draft_by_pages(cast: Cast, page: Callable[..., Any]) -> None:
    file = SimpleUploadedFile(
        "tthc.json", national.service(national.extract(), national.extract() | {"MATTHC": "xyz"})
    )
    assert page("imports", data={"file": file}).status_code == 302
    source = CatalogueImport.objects.get()
    assert source.by == cast.catalogue
    busy = page("import", source.pk).content.decode()
    assert 'hx-trigger="every 2s"' in busy
    drain_all()
    assert page("import", source.pk, headers={"HX-Request": "true"})["HX-Refresh"] == "true"
    shown = page("import", source.pk).content.decode()
    assert "Tờ khai cấp bản sao trích lục hộ tịch" in shown
    assert make.EXTRACT in page("import", source.pk, query="?part=papers&q=trich luc").content.decode()
    assert "mã không đọc được" in page("import-faults", source.pk, query="?loai=left_out").content.decode()
    assert "xyz" in page("import-faults", source.pk).content.decode()
    assert "2088" in page("import-absent", source.pk).content.decode().replace(".", "")
    raw = page("import-file", source.pk)
    assert b"".join(raw.streaming_content) == file.file.getvalue()
    key = item(source, make.EXTRACT).pk
    answer = page("import-decide", source.pk, key, data={"decision": "take", "part": ["papers"]})
    assert answer.status_code == 302
    assert item(source, make.EXTRACT).draft is not None


def test_a_bad_file_is_told_beside_the_control(page: Callable[..., Any]) -> None:
    answer = page("imports", data={"file": SimpleUploadedFile("x.pdf", b"%PDF-1.4")})
    assert answer.status_code == 422
    assert "Chỉ nhận tệp JSON, CSV hoặc XLSX" in answer.content.decode()
    assert page("imports", data={}).status_code == 422
    assert not CatalogueImport.objects.exists()


def test_who_sees_the_pages(cast: Cast, page: Callable[..., Any]) -> None:
    source = imported(cast, national.extract())
    assert page("import", source.pk, who=cast.publisher).status_code == 200
    assert page("import", source.pk, who=cast.office.head).status_code == 403
    assert page("imports", who=cast.monitor).status_code == 403
    assert page("import", 999_999).status_code == 404
    answer = page("imports", who=cast.publisher, data={"file": SimpleUploadedFile("x", b"{}")})
    assert answer.status_code == 403


def test_the_page_of_differences_costs_the_same_however_many(
    cast: Cast, page: Callable[..., Any], django_assert_num_queries: Any
) -> None:
    codes = list(Procedure.objects.filter(configured=True).values_list("code", flat=True)[:19])
    few = imported(cast, *(national.extract() | {"MATTHC": code} for code in codes[:2]))
    many = imported(cast, *(national.extract() | {"MATTHC": code, "SOQUYETDINH": "9/QĐ-X"} for code in codes))
    page("import", few.pk)
    with CaptureQueriesContext(connection) as found:
        page("import", few.pk)
    assert len(found) <= 34
    with django_assert_num_queries(len(found)):
        page("import", many.pk)
