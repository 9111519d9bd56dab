"""The editor's pages: every part shown and changed, faults beside their cause, two editors, the second person."""

from __future__ import annotations

import copy
import json
import re
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from portal.lib import clock
from procedures import drafting, querysets
from procedures.editor import comparing, tree, trying
from procedures.editor.nodes import BY_KEY, PARTS
from procedures.editor.tree import NodeForm, find, nearest
from procedures.importing import configured_file
from procedures.models import DraftState, VersionDraft
from tests.cast import Cast
from tests.factories import dossiers as file
from tests.factories import drafts as make
from tests.factories.drafts import ANNOUNCED, DAY

BIRTH = file.BIRTH


@pytest.fixture
def draft(cast: Cast) -> VersionDraft:
    """A draft of the birth registration."""
    return make.begun(cast, BIRTH)


@pytest.fixture
def editor(cast: Cast, client: Client) -> Client:
    """The editor's browser."""
    client.force_login(cast.catalogue)
    return client


def at(draft: VersionDraft, where: str) -> str:
    return reverse("procedures:draft-part", args=[draft.pk, where])


def typed(draft: VersionDraft, where: str, **changes: Any) -> dict[str, Any]:
    """What a browser posts of a page nobody changed, with these changes."""
    form = NodeForm(draft.content, find(draft.content, where))
    data: dict[str, Any] = {"revision": draft.revision, "do": "save"}
    for bound in form:
        value = bound.value()
        if _given(value):
            data[bound.name] = value.strftime("%d/%m/%Y") if hasattr(value, "strftime") else value
    return {name: value for name, value in (data | changes).items() if value is not None}


def _content(code: str) -> dict[str, Any]:
    read = configured_file.read(configured_file.FOLDER / f"{code}.json")
    content: dict[str, Any] = read.model_dump(mode="json", exclude_defaults=True)
    return content


@pytest.mark.django_db
@pytest.mark.parametrize("code", [BIRTH, file.MARRIAGE, file.CERTIFIED, "1.013226", "1.001731"])
def test_showing_and_saving_anything_unchanged_changes_nothing(code: str) -> None:
    """The table of columns knows every key of every kind of node: nothing is lost on the way through a form."""
    content = _content(code)
    for node in PARTS:
        places = ["rules"] if node.key == "rules" else ["form"] if node.key == "form" else []
        if node.key not in {"rules", "form"}:
            places = [line.where for line in tree.overview(content, node).lines]
        for where in places:
            spot = find(content, where)
            form = NodeForm(content, spot)
            data = {bound.html_name: _posted(bound.value()) for bound in form if _given(bound.value())}
            again = NodeForm(content, spot, data)
            assert again.is_valid(), (where, again.errors)
            assert tree.replaced(content, spot, again.node) == content, where


def _given(value: Any) -> bool:
    return value is not None and value is not False


def _posted(value: Any) -> Any:
    return value.strftime("%d/%m/%Y") if hasattr(value, "strftime") else value


@pytest.mark.parametrize("code", [BIRTH, "1.001612"])
def test_every_question_of_a_form_survives_its_page(code: str) -> None:
    content = _content(code)
    for section, part in enumerate(content["form"]["sections"]):
        for number in range(len(part["fields"])):
            spot = find(content, f"form.sections.{section}.fields.{number}")
            form = NodeForm(content, spot)
            data = {bound.html_name: _posted(bound.value()) for bound in form if _given(bound.value())}
            again = NodeForm(content, spot, data)
            assert again.is_valid(), (spot.where, again.errors)
            assert again.node == spot.read(content)


def test_every_part_has_its_page(editor: Client, draft: VersionDraft) -> None:
    for node in PARTS:
        answer = editor.get(at(draft, node.key))
        assert answer.status_code == 200, node.key
        assert str(node.title) in answer.content.decode()
    for where in (
        "papers.new",
        "form.sections.new",
        "form.sections.0.fields.new",
        "results.0.layout.rows.1",
        "fees.0",
    ):
        assert editor.get(at(draft, where)).status_code == 200, where
    for where in (
        "nothing",
        "papers.99",
        "papers.x",
        "papers.0.name",
        "form.sections.0.fields",
        "rules.1",
        "papers.new.1",
    ):
        assert editor.get(at(draft, where)).status_code == 404, where


def test_a_paper_is_changed_added_moved_and_removed(editor: Client, draft: VersionDraft) -> None:
    answer = editor.post(at(draft, "papers.0"), typed(draft, "papers.0", originals="2"))
    assert answer.status_code == 302
    draft.refresh_from_db()
    assert (draft.content["papers"][0]["originals"], draft.revision) == (2, 2)
    new = {"do": "save", "revision": 2, "code": "ban-ve", "name": "Bản vẽ", "copies": "1", "required": "on"}
    assert editor.post(at(draft, "papers.new"), new).status_code == 302
    draft.refresh_from_db()
    assert draft.content["papers"][-1] == {"code": "ban-ve", "name": "Bản vẽ", "copies": 1}
    last = f"papers.{len(draft.content['papers']) - 1}"
    editor.post(at(draft, last), {"do": "up", "revision": 3})
    draft.refresh_from_db()
    assert draft.content["papers"][-2]["code"] == "ban-ve"
    editor.post(at(draft, f"papers.{len(draft.content['papers']) - 2}"), {"do": "delete", "revision": 4})
    draft.refresh_from_db()
    assert "ban-ve" not in [paper["code"] for paper in draft.content["papers"]]


def test_bad_input_stands_beside_its_cause_with_what_was_typed(editor: Client, draft: VersionDraft) -> None:
    answer = editor.post(at(draft, "papers.0"), typed(draft, "papers.0", code="Sai Mã", condition="{"))
    shown = answer.content.decode()
    assert answer.status_code == 422
    assert "Không phải JSON: dòng 1" in shown
    assert "Sai Mã" in shown
    answer = editor.post(at(draft, "times.0"), typed(draft, "times.0", value="0"))
    assert answer.status_code == 422
    assert "Số nằm ngoài giới hạn" in answer.content.decode()
    answer = editor.post(at(draft, "fees.0"), typed(draft, "fees.0", tiers="* | tám nghìn"))
    assert "“tám nghìn” không phải là số" in answer.content.decode()
    draft.refresh_from_db()
    assert draft.revision == 1


def test_a_question_comes_from_the_dictionary_with_its_concept(editor: Client, draft: VersionDraft) -> None:
    data = {"do": "save", "revision": 1, "concept": "person.full_name"}
    assert editor.post(at(draft, "form.sections.0.fields.new"), data).status_code == 302
    draft.refresh_from_db()
    added = draft.content["form"]["sections"][0]["fields"][-1]
    assert (added["concept"], added["name"], added["type"]) == (
        "person.full_name",
        "person_full_name",
        "name",
    )
    section = {"do": "save", "revision": 2, "concept": "person.full_name", "title__vi": "Người làm chứng"}
    section |= {"title__en": "Witness", "code": "witness"}
    assert editor.post(at(draft, "form.sections.new"), section).status_code == 302
    draft.refresh_from_db()
    assert draft.content["form"]["sections"][-1]["fields"][0]["name"] == "person_full_name_2"


def test_a_form_that_cannot_work_is_refused_with_the_place(editor: Client, draft: VersionDraft) -> None:
    """A condition on a later question, one on itself, and a question others ask about taken away."""
    for condition in ({"eq": ["copies", 1]}, {"eq": ["declarant_name", "x"]}):
        data = typed(draft, "form.sections.0.fields.0", visible_when=json.dumps(condition))
        answer = editor.post(at(draft, "form.sections.0.fields.0"), data)
        assert answer.status_code == 422
        assert "không có câu nào đứng trước mang tên đó" in answer.content.decode()
    place = _place_of(draft, "birth_evidence")
    answer = editor.post(at(draft, place), {"do": "delete", "revision": 1})
    assert answer.status_code == 422
    assert "birth_evidence" in answer.content.decode()
    draft.refresh_from_db()
    assert draft.revision == 1


def _place_of(draft: VersionDraft, name: str) -> str:
    for section, part in enumerate(draft.content["form"]["sections"]):
        for number, spec in enumerate(part["fields"]):
            if spec["name"] == name:
                return f"form.sections.{section}.fields.{number}"
    raise AssertionError(name)


def test_an_empty_list_is_an_empty_box(editor: Client, draft: VersionDraft) -> None:
    shown = editor.get(at(draft, "form.sections.0.fields.0")).content.decode()
    box = re.search(r'<textarea[^>]*name="options"[^>]*>(.*?)</textarea>', shown, re.DOTALL)
    assert box is not None
    assert box[1].strip() == ""


def test_the_live_preview_writes_nothing(editor: Client, draft: VersionDraft) -> None:
    where = "form.sections.0.fields.0"
    data = typed(draft, where, label__vi="Nhãn vừa gõ", do="preview")
    part = editor.post(at(draft, where), data, headers={"HX-Request": "true"})
    assert part.content.decode().lstrip().startswith('<div id="preview"')
    assert "Nhãn vừa gõ" in part.content.decode()
    page = editor.post(at(draft, where), data)
    assert page.status_code == 200
    assert page.content.decode().count("Nhãn vừa gõ") >= 2
    draft.refresh_from_db()
    assert draft.revision == 1


def test_the_second_editor_sees_who_and_when_and_keeps_what_was_typed(
    editor: Client, draft: VersionDraft, cast: Cast
) -> None:
    mine = typed(draft, "papers.0", hint="Của tôi")
    make.changed(draft, cast, notes=["x"])
    answer = editor.post(at(draft, "papers.0"), mine)
    shown = answer.content.decode()
    assert answer.status_code == 409
    assert cast.catalogue.display_name in shown
    assert "Của tôi" in shown
    again = re.search(r'name="revision" value="(\d+)"', shown)
    assert again is not None
    assert editor.post(at(draft, "papers.0"), mine | {"revision": again[1]}).status_code == 302
    draft.refresh_from_db()
    assert (draft.content["papers"][0]["hint"], draft.content["notes"]) == ("Của tôi", ["x"])


# --- Trying ---


def test_answers_are_tried_and_kept_as_a_scripted_check(editor: Client, draft: VersionDraft) -> None:
    url = reverse("procedures:draft-try", args=[draft.pk])
    assert editor.get(url).status_code == 200
    answers = {"try-channel": "online", "try-on": "20/11/2026", "revision": 1}
    tried = editor.post(url, answers | {"do": "check"}).content.decode()
    assert "Câu báo lỗi:" in tried
    nameless = editor.post(url, answers | {"do": "keep"})
    assert nameless.status_code == 422
    assert editor.post(url, answers | {"do": "keep", "try-name": "để trống"}).status_code == 302
    draft.refresh_from_db()
    kept = draft.content["examples"][-1]
    assert kept["name"] == "để trống"
    assert "child_name" in kept["expect"]["errors"]
    assert [each.faults for each in trying.run_all(draft.content)] == [()] * len(draft.content["examples"])
    part = editor.post(url, answers | {"do": "show"}, headers={"HX-Request": "true"}).content.decode()
    assert part.lstrip().startswith('<div id="trial"')
    assert "field-error" not in part


def test_the_list_of_examples_tells_how_each_went(editor: Client, draft: VersionDraft, cast: Cast) -> None:
    examples = copy.deepcopy(draft.content["examples"])
    examples[0]["expect"]["payable"] = 7
    make.changed(draft, cast, examples=examples)
    shown = editor.get(at(draft, "examples")).content.decode()
    assert "payable: phải là 7, thực tế 0." in shown
    assert shown.count("không đạt") == 1


# --- The road to publishing ---


def test_the_road_by_the_pages(editor: Client, draft: VersionDraft, cast: Cast) -> None:
    overview = reverse("procedures:draft", args=[draft.pk])
    assert "Còn 1 điều phải sửa" in editor.get(overview).content.decode()
    refused = editor.post(reverse("procedures:draft-check", args=[draft.pk]), {"revision": 1})
    assert refused.status_code == 422
    data = typed(draft, "rules", decision="12/QĐ-UBND", decision_date="02/11/2026")
    assert editor.post(at(draft, "rules"), data).status_code == 302
    editor.post(reverse("procedures:draft-check", args=[draft.pk]), {"revision": 2})
    draft.refresh_from_db()
    assert draft.state == DraftState.CHECKED
    publish = reverse("procedures:draft-publish", args=[draft.pk])
    assert editor.get(publish).status_code == 403
    second = Client()
    second.force_login(cast.publisher)
    page = second.get(publish).content.decode()
    assert "12/QĐ-UBND" in page
    assert "Ngày ký quyết định" in page
    late = second.post(publish, {"revision": 2, "valid_from": "01/01/2020"})
    assert late.status_code == 422
    assert "không được ở quá khứ" in late.content.decode()
    day = clock.today() + DAY
    assert second.post(publish, {"revision": 2, "valid_from": f"{day:%d/%m/%Y}"}).status_code == 302
    history = second.get(reverse("procedures:versions", args=[BIRTH])).content.decode()
    assert "chờ đến ngày" in history
    assert f"{day:%d/%m/%Y}" in history


def test_what_differs_is_told_by_part_in_words(draft: VersionDraft, editor: Client, cast: Cast) -> None:
    content = copy.deepcopy(draft.content)
    content["papers"][0]["originals"] = 2
    content["papers"].pop(1)
    content["form"]["sections"][0]["fields"][0]["label"]["vi"] = "Nhãn mới"
    parts = comparing.compare(draft.content, content)
    assert [part.title for part in parts] == ["Giấy tờ", "Tờ khai điện tử"]
    kinds = [(change.kind, change.rows) for change in parts[0].changes]
    assert ("changed", (("Số bản chính", "1", "2"),)) in kinds
    assert "removed" in {kind for kind, _rows in kinds}
    assert comparing.compare(content, content) == []
    make.changed(draft, cast, papers=content["papers"])
    shown = editor.get(reverse("procedures:versions-compare", args=[BIRTH])).content.decode()
    assert "Số bản chính" in shown
    assert editor.get(reverse("procedures:versions-compare", args=[BIRTH]), {"tu": "77"}).status_code == 404


def test_a_fault_leads_to_the_page_that_mends_it(draft: VersionDraft) -> None:
    content = draft.content
    assert nearest(content, "papers.0.name") == "papers.0"
    assert nearest(content, "form.sections.1.fields.2.visible_when") == "form.sections.1.fields.2"
    assert nearest(content, "papers.giay-chung-sinh") == "papers"
    assert nearest(content, "decision") == "rules"


def test_the_board_leads_editors_to_the_draft(editor: Client, cast: Cast) -> None:
    querysets.forget()
    listing = reverse("procedures:board-list", args=["loi-known"])
    shown = editor.get(listing).content.decode()
    found = re.search(r'href="(/danh-muc/([\d.]+)/soan/\?muc=papers)"', shown)
    assert found is not None
    assert "/soan/" not in Client().get(listing).content.decode()
    assert editor.get(found[1]).status_code == 200
    begun = editor.post(reverse("procedures:draft-begin", args=[found[2]]), {"muc": "papers"})
    draft = VersionDraft.objects.get(procedure__code=found[2])
    assert begun["Location"] == at(draft, "papers")
    assert editor.get(found[1])["Location"] == at(draft, "papers")


def test_a_procedure_without_a_form_begins_with_the_generic_one(editor: Client, cast: Cast) -> None:
    code = querysets.Procedure.objects.filter(setup="incomplete", is_active=True).earliest("code").code
    draft = make.begun(cast, code)
    assert "chưa có tờ khai" in editor.get(at(draft, "form")).content.decode()
    editor.post(at(draft, "form"), {"do": "start", "revision": 1})
    draft.refresh_from_db()
    assert drafting.schema_of(draft.content) is not None
    assert editor.get(reverse("procedures:draft", args=[draft.pk])).status_code == 200


def test_withdrawing_and_recalling_by_the_pages(cast: Cast) -> None:
    second = Client()
    second.force_login(cast.publisher)
    version = make.published(cast, BIRTH, clock.today() + DAY)
    recall = reverse("procedures:version-recall", args=[version.pk])
    assert second.post(recall, {"reason": ""}).status_code == 422
    assert second.post(recall, {"reason": "Sai"}).status_code == 302
    withdraw = reverse("procedures:withdraw", args=[BIRTH])
    data = {
        "decision": "9/QĐ",
        "day": f"{clock.today() + DAY:%d/%m/%Y}",
        "reason": "gộp",
        "successor": "9.999999",
    }
    assert "Không có thủ tục mang mã này" in second.post(withdraw, data).content.decode()
    assert second.post(withdraw, data | {"successor": file.MARRIAGE}).status_code == 302
    assert "Bãi bỏ từ ngày" in second.get(reverse("procedures:versions", args=[BIRTH])).content.decode()


@pytest.mark.parametrize("path", ["papers", "form", "rules"])
def test_pages_of_a_draft_ask_the_database_little(
    editor: Client, draft: VersionDraft, path: str, django_assert_max_num_queries: Any
) -> None:
    editor.get(at(draft, path))
    with django_assert_max_num_queries(10):
        editor.get(at(draft, path))


def test_announced_is_what_the_form_of_the_version_fills() -> None:
    """The keys publishing asks for stand on the first page of the editor."""
    columns = {column.path for column in BY_KEY["rules"].columns}
    assert set(ANNOUNCED) | {"basis"} <= columns


def test_days_are_told_as_people_write_them(draft: VersionDraft) -> None:
    content = {**draft.content, "decision_date": "2026-03-02"}
    (part,) = comparing.compare(draft.content, content)
    rows = {row[0]: row[2] for change in part.changes for row in change.rows}
    assert rows == {"Ngày ký quyết định": "02/03/2026"}
