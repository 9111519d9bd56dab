"""What the forms say: every field the rules ask for, from real dossiers."""

from __future__ import annotations

import datetime
import json

import pytest
from django.template.loader import render_to_string

from dossiers import documents
from dossiers.actions import documents as issuing
from dossiers.actions import drafts, filing, intake, processing
from dossiers.actions.intake import ItemSpec
from dossiers.documents.rendering import print_context
from dossiers.documents.results import fill
from dossiers.models import Document, DocumentKind, Dossier
from dossiers.policies import askable_papers
from tests.cast import Cast
from tests.factories import dossiers as make

pytestmark = pytest.mark.django_db


def printed(document: Document) -> str:
    """The HTML the bytes are made from."""
    json.dumps(document.context)
    context = print_context(document, ["[THỬ NGHIỆM] Đơn vị"])
    return render_to_string(document.template, {**context, "pdf_title": document.title})


def last(dossier: Dossier, kind: str) -> Document:
    return dossier.documents.filter(kind=kind).latest("pk")


def test_form_01_says_what_was_taken_when_it_is_ready_and_from_whom(cast: Cast) -> None:
    draft = make.drafted(cast.citizen, office=cast.office)
    paper = draft.version.requireddocuments.order_by("order").first()
    for document in (paper, paper, None):
        drafts.attach(draft_id=draft.pk, by=cast.citizen, document=document, upload=make.pdf())
    dossier = filing.file_online(draft_id=draft.pk, by=cast.citizen)
    dossier = intake.accept(code=dossier.code, by=cast.office.counter)
    document = last(dossier, DocumentKind.ACKNOWLEDGEMENT)
    context, text = document.context, printed(document)

    assert document.title == "Giấy tiếp nhận hồ sơ và hẹn trả kết quả"
    assert context["filer"]["name"] == cast.citizen.full_name
    assert context["filer"]["id_number"] == "0011******45"
    assert [(row["name"], row["files"]) for row in context["papers"]] == [
        (paper.name, 2),
        ("Giấy tờ khác", 1),
    ]
    assert context["channel"] == "Trực tuyến"
    for part in (
        dossier.code,
        "Mẫu số 01",
        "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM",
        "Độc lập - Tự do - Hạnh phúc",
    ):
        assert part in text
    for part in (
        context["promised_at"],
        context["received_at"],
        context["time_limit"],
        dossier.procedure.title,
    ):
        assert part in text
    assert f"/xac-minh/{document.token}/" in text
    assert 'class="barcode"' in text
    assert "Người nộp hồ sơ" not in text  # signs at the counter only


def test_form_01_at_the_counter_counts_paper_and_asks_for_a_signature(cast: Cast) -> None:
    dossier = make.at_counter(cast)
    document = last(dossier, DocumentKind.ACKNOWLEDGEMENT)
    text = printed(document)

    wanted = dossier.version.requireddocuments.filter(required=True).values_list("name", flat=True)
    assert {paper["name"] for paper in document.context["papers"]} >= set(wanted) != set()
    assert all(name in text for name in wanted)
    assert "Trực tiếp tại quầy" in text
    assert "Người nộp hồ sơ" in text


def test_demo_data_is_marked_on_paper(cast: Cast) -> None:
    dossier = make.filed(cast)
    plain = printed(issuing.issue_refusal(dossier=dossier, reason="r", legal_basis="", by=cast.office.head))
    dossier.is_demo = True
    marked = printed(issuing.issue_refusal(dossier=dossier, reason="r", legal_basis="", by=cast.office.head))

    assert "KHÔNG CÓ GIÁ TRỊ PHÁP LÝ" not in plain
    assert "KHÔNG CÓ GIÁ TRỊ PHÁP LÝ" in marked


def test_form_02_lists_every_line(cast: Cast) -> None:
    dossier = make.filed(cast)
    paper = askable_papers(dossier)[0]
    field = next(iter(make.example(make.BIRTH)))
    items = [
        ItemSpec(document=paper, instruction="Nộp lại bản rõ nét"),
        ItemSpec(field=field, instruction="Sửa"),
    ]
    intake.request_supplement(
        code=dossier.code,
        by=cast.office.counter,
        reason="Thiếu giấy tờ",
        items=items,
        legal_basis="Điều 16",
        days=5,
    )
    document = last(dossier, DocumentKind.SUPPLEMENT)

    assert document.context["items"][0]["subject"] == paper.name
    assert document.context["items"][1]["subject"] != field  # the label, not the name
    assert document.context["stage"] == "Tiếp nhận hồ sơ"
    text = printed(document)
    for part in (
        "Nộp lại bản rõ nét",
        "Thiếu giấy tờ",
        "Điều 16",
        document.context["answer_by"],
        "Mẫu số 02",
    ):
        assert part in text


def test_form_03_gives_reason_and_provision(cast: Cast) -> None:
    document = issuing.issue_refusal(
        dossier=make.filed(cast),
        reason="Không thuộc thẩm quyền",
        legal_basis="Điều 13 Luật Hộ tịch",
        by=cast.office.head,
    )
    text = printed(document)

    assert "Không thuộc thẩm quyền" in text
    assert "Điều 13 Luật Hộ tịch" in text
    assert document.context["officer"]["title"] == "Giám đốc Trung tâm"


def test_form_04_keeps_the_first_promise_beside_the_new_one(cast: Cast) -> None:
    dossier = make.accepted(cast)
    assert dossier.due_at is not None
    until = dossier.due_at + datetime.timedelta(days=9)
    processing.extend(code=dossier.code, by=cast.office.leader, reason="Chờ xác minh", until=until)
    document = last(dossier, DocumentKind.APOLOGY)
    text = printed(document)

    assert document.context["promised_at"] in text
    assert document.context["new_due"] in text
    assert document.context["promised_at"] != document.context["new_due"]
    assert "xin lỗi" in text
    assert "Chủ tịch" in text
    assert "Ủy ban nhân dân" in text


def test_form_05_says_stage_and_money(cast: Cast) -> None:
    dossier = make.processing_(cast)
    intake.stop(code=dossier.code, by=cast.office.leader, reason="Người nộp đề nghị", legal_basis="Điều 1")
    document = last(dossier, DocumentKind.STOP)

    assert document.context["stage"] == "Đang thụ lý"
    assert "Hồ sơ không phát sinh phí, lệ phí." in printed(document)


def test_form_06_has_a_row_for_every_handover(cast: Cast) -> None:
    dossier = make.finished(cast)
    document = issuing.issue_control_sheet(dossier=dossier, by=cast.office.counter)
    rows = document.context["rows"]

    steps = [row["step"] for row in rows]
    assert steps[:3] == ["Nộp hồ sơ", "Tiếp nhận", "Phân công thụ lý"]
    assert len(rows) == 7
    unit = cast.office.unit.full_name
    assert (rows[0]["giver"], rows[0]["taker"]) == (
        "Người nộp hồ sơ",
        f"Bộ phận tiếp nhận và trả kết quả – {unit}",
    )
    assert (rows[2]["giver"], rows[2]["taker"]) == (f"Phạm Một Cửa – {unit}", f"Vũ Chuyên Viên – {unit}")
    assert (rows[4]["giver"], rows[4]["taker"]) == (f"Hoàng Lãnh Đạo – {unit}", f"Văn thư – {unit}")
    assert (rows[6]["giver"], rows[6]["taker"]) == (f"Hệ thống – {unit}", "Người nộp hồ sơ")
    assert {row["in_time"] for row in rows[2:]} <= {"Trước hạn", "Đúng hạn"}
    assert "không ai sửa được" in printed(document)


@pytest.mark.parametrize("code", [make.BIRTH, make.EXTRACT, make.MARRIAGE, make.HOUSEHOLD])
def test_every_configured_result_prints_the_answers(cast: Cast, code: str) -> None:
    dossier = make.signed(cast, code)
    document = issuing.issue_result(result=dossier.result, by=cast.office.clerk)
    text = printed(document)

    assert document.context["rows"]
    assert document.number.endswith(dossier.result.kind.number_suffix)
    assert "{" not in text.replace("{}", "")
    for row in document.context["rows"]:
        assert row["value"]
    assert "Chủ tịch" in text


def test_a_group_prints_its_rows_and_an_empty_optional_row_is_left_out(cast: Cast) -> None:
    """Choices by their label, not by their code; a person has no organisation to print."""
    dossier = make.signed(cast, "1.012836")
    document = issuing.issue_result(result=dossier.result, by=cast.office.clerk)
    rows = {row["label"]: row["value"] for row in document.context["rows"]}

    assert rows["Gia súc"] == "Bò cái, 4, 12/10/2026"
    assert "Tổ chức" not in rows
    assert rows["Mức hỗ trợ"] == "……"


def test_a_refusal_on_the_merits_says_why(cast: Cast) -> None:
    dossier = make.signed(cast)
    result = dossier.result
    result.granted, result.note = False, "Trẻ đã được đăng ký khai sinh tại nơi khác"
    document = issuing.issue_result(result=result, by=cast.office.clerk)

    assert document.title.startswith("Thông báo không giải quyết")
    assert result.note in printed(document)
    assert document.number.endswith("/TB")


def test_what_people_type_stays_text(cast: Cast) -> None:
    evil = '<img src="file:///etc/passwd"><script>x</script>'
    text = printed(issuing.issue_refusal(dossier=make.filed(cast), reason=evil, legal_basis=evil, by=None))

    assert "<script>" not in text
    assert "&lt;script&gt;" in text


def test_blanks_in_a_layout_are_filled_or_dotted() -> None:
    assert fill("Ông {name}, sinh {born}", {"name": "A", "born": ""}) == "Ông A, sinh ……"


def test_time_limits_in_words(cast: Cast) -> None:
    words = documents.intake.time_limit(make.filed(cast, make.HOUSEHOLD))

    assert words == "3 ngày làm việc"
