"""The e-form on paper: asks what the e-form asks, says its conditions in words, ends with the closed list."""

from __future__ import annotations

import io
from typing import Any

import pikepdf
import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from procedures import blank
from procedures.form_schema import Kind, parse
from procedures.importing.configured_file import read_all
from tests.factories import dossiers as make


def schema(*fields: dict[str, Any]) -> Any:
    told = [{"name": name, "type": "text", "label": {"vi": name, "en": name}} for name in ("owner_name",)]
    return parse(
        {
            "schema_version": 1,
            "owner": {"name": "owner_name"},
            "sections": [{"code": "all", "title": {"vi": "Phần", "en": "Part"}, "fields": [*told, *fields]}],
        }
    )


def asked(name: str, kind: str = "text", **more: Any) -> dict[str, Any]:
    return {"name": name, "type": kind, "label": {"vi": f"Câu {name}", "en": name}, **more}


COLOURS = [{"code": "r", "vi": "Đỏ", "en": "Red"}, {"code": "b", "vi": "Xanh", "en": "Blue"}]


@pytest.mark.parametrize(
    ("condition", "said"),
    [
        ({}, ""),
        ({"eq": ["colour", "r"]}, "“Câu colour” là “Đỏ”"),
        ({"in": ["colour", ["r", "b"]]}, "“Câu colour” là “Đỏ” hoặc “Xanh”"),
        ({"has": ["several", "b"]}, "“Câu several” có “Xanh”"),
        ({"eq": ["agreed", True]}, "“Câu agreed” được chọn"),
        ({"empty": "colour"}, "không khai “Câu colour”"),
        ({"ge": ["number", 3]}, "“Câu number” từ 3"),
        ({"not": {"eq": ["colour", "r"]}}, "không phải: “Câu colour” là “Đỏ”"),
        (
            {"and": [{"eq": ["colour", "r"]}, {"gt": ["number", 1]}]},
            "“Câu colour” là “Đỏ” và “Câu number” lớn hơn 1",
        ),
        ({"or": [{"eq": ["colour", "r"]}, {"gt": ["total", 1]}]}, blank.DEPENDS),
    ],
)
def test_conditions_in_words(condition: dict[str, Any], said: str) -> None:
    form = schema(
        asked("colour", "choice", options=COLOURS),
        asked("several", "multi", options=COLOURS),
        asked("agreed", "checkbox"),
        asked("number", "integer"),
        asked("total", "computed", value={"add": [{"field": "number"}, 1]}),
        asked("last", visible_when=condition),
    )
    assert blank.words(form.by_name["last"].visible_when, form) == said


def test_what_depends_on_a_computed_value_is_asked_but_not_remarked() -> None:
    form = schema(
        asked("number", "integer"),
        asked("total", "computed", value={"add": [{"field": "number"}, 1]}),
        asked("warning", "info", visible_when={"gt": ["total", 5]}),
        asked("why", visible_when={"gt": ["total", 5]}),
    )
    (part,) = blank.parts(form)
    labels = [(when, [line.label for line in lines]) for when, lines in part.groups]
    assert labels == [("", ["owner_name", "Câu number"]), (blank.DEPENDS, ["Câu why"])]


def test_every_configured_form_is_whole_on_paper() -> None:
    """Every question of every form has its line, and hardly a condition stays unsaid."""
    for file in read_all():
        if not file.form:
            continue
        form = parse(file.form)
        wanted = [
            spec.label.vi
            for section in form.sections
            for spec in section.fields
            if spec.type not in {Kind.COMPUTED, Kind.INFO}
        ]
        lines = [line for part in blank.parts(form) for _when, group in part.groups for line in group]
        assert [line.label for line in lines if line.kind != "note"] == wanted, file.code


@pytest.mark.django_db
def test_the_page_links_to_a_sheet_with_questions_papers_and_the_way_online(client: Client) -> None:
    cache.clear()
    url = reverse("procedures:blank-form", args=[make.BIRTH])
    assert url in client.get(reverse("procedures:detail", args=[make.BIRTH])).content.decode()
    answer = client.get(url)
    assert answer["Content-Type"] == "application/pdf"
    assert f"to-khai-{make.BIRTH}.pdf" in answer["Content-Disposition"]
    with pikepdf.open(io.BytesIO(answer.content)) as document:
        assert 1 <= len(document.pages) <= 6
        assert "Đăng ký khai sinh" in str(document.docinfo["/Title"])
    assert client.get(url).content == answer.content  # kept, not made again


@pytest.mark.django_db
def test_no_form_no_sheet(client: Client) -> None:
    from procedures.models import Procedure

    without = Procedure.objects.filter(setup="incomplete").first()
    assert without is not None
    for code in (without.code, "9.999999", "\x00"):
        assert client.get(reverse("procedures:blank-form", args=[code])).status_code == 404
    page = client.get(reverse("procedures:detail", args=[without.code])).content.decode()
    assert "to-khai.pdf" not in page
