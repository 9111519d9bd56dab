"""Answers for people to read, whose dossier it is, and what the account already says."""

from __future__ import annotations

import pytest
from django.utils import translation

from portal.accounts.models import Unit, User
from procedures.form_engine import (
    check_answers,
    party_from,
    prefill,
    read_back,
    value_text,
    visible_sections,
)
from procedures.form_schema import parse
from tests.procedures.form_samples import COLOURS, GOOD, TODAY, everything, form, question, schema, words


@pytest.mark.django_db
def test_read_back_speaks_words_and_leaves_hidden_out() -> None:
    answers = {**GOOD, "why": "hidden", "rows": [{"row_name": "Bình"}]}
    (section,) = read_back(everything(), answers, today=TODAY)
    shown = {row.field: row.value for row in section.rows}
    assert shown["born"] == "01/02/1990"
    assert shown["colour"] == "Xanh"
    assert shown["colours"] == "Đỏ"
    assert shown["money"] == "200.000.000 đ"
    assert shown["commune"] == "Phường Ba Đình"
    assert shown["agreed"] == "Có"
    assert shown["rows-0-row_name"] == "Bình"
    assert "why" not in shown
    assert section.rows[-1].label == "Dòng 1 – Row_Name"


@pytest.mark.django_db
def test_read_back_shows_a_wrong_answer_as_typed() -> None:
    (section,) = read_back(everything(), {"born": "31/02/2000"})
    assert {row.field: row.value for row in section.rows}["born"] == "31/02/2000"


def test_value_text_in_english() -> None:
    spec = everything().by_name["colour"]
    with translation.override("en"):
        assert value_text(spec, "red") == "Red"
        assert value_text(everything().by_name["agreed"], None) == "No"


@pytest.mark.django_db
def test_party_from_the_owner_mapping() -> None:
    party = party_from(everything(), {**GOOD, "address": "Số 12 phố Hàng Bông"})
    assert party == {
        "name": "Nguyễn Văn An",
        "id_number": "001090012345",
        "phone": "0912345678",
        "email": "",
        "address": "Số 12 phố Hàng Bông, Phường Ba Đình",
        "is_organisation": False,
    }


def test_visible_sections() -> None:
    raw = form(question("aa", "checkbox"))
    raw["sections"].append(
        {
            "code": "two",
            "title": words("Hai"),
            "visible_when": {"eq": ["aa", True]},
            "fields": [question("bb", "text", required=True)],
        }
    )
    two = parse(raw)
    assert [section.code for section in visible_sections(two, {})] == ["one"]
    assert check_answers(two, {}).ok
    assert check_answers(two, {"aa": True}).faulty_sections() == ["two"]


@pytest.mark.django_db
def test_prefill_from_the_profile() -> None:
    fields = [
        question("full_name", "name", prefill="profile.full_name"),
        question("born", "date", prefill="profile.date_of_birth"),
        question("home", "commune", prefill="profile.commune"),
        question("bride", "name", prefill="profile.full_name", prefill_for="female"),
        question("groom", "name", prefill="profile.full_name", prefill_for="male"),
        question("colour", "choice", options=COLOURS, default="red"),
        question("phone", "phone", prefill="profile.phone"),
    ]
    commune = Unit.objects.get(code="00004")
    user = User(full_name="Nguyễn Văn An", date_of_birth=TODAY, gender="male", commune=commune)
    assert prefill(schema(*fields), user) == {
        "full_name": "Nguyễn Văn An",
        "born": "2026-11-20",
        "home": "00004",
        "groom": "Nguyễn Văn An",
        "colour": "red",
    }
    assert prefill(schema(*fields), User(kind="staff", full_name="Cán bộ")) == {"colour": "red"}
