"""A bad schema is refused with the path of each fault."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from django.utils import translation

from procedures import dictionary
from procedures.form_schema import BadSchemaError, load, parse
from procedures.models import ProcedureVersion
from tests.procedures.form_samples import COLOURS, everything, form, question, words


def fault_of(*fields: dict[str, Any], **more: Any) -> str:
    with pytest.raises(BadSchemaError) as caught:
        parse(form(*fields, **more))
    return str(caught.value)


@pytest.mark.parametrize(
    ("field", "path"),
    [
        (question("ab", "nope"), "sections.0.fields.0.type"),
        (question("ab", "text", colour="red"), "sections.0.fields.0.colour"),
        (question("ab", "text", required="yes"), "sections.0.fields.0.required"),
        ({**question("ab", "text"), "label": {"vi": "Tên"}}, "sections.0.fields.0.label.en"),
        (question("Ab", "text"), "sections.0.fields.0.name"),
        (question("ab", "choice"), "a choice needs either options or options_from"),
        (question("ab", "choice", options_from="planets"), "no list 'planets'"),
        (question("ab", "choice", options=[*COLOURS, COLOURS[0]]), "two options have the same code"),
        (question("ab", "text", options=COLOURS), "takes no options"),
        (question("ab", "computed"), "a computed field needs one"),
        (question("ab", "text", value=3), "value belongs to a computed field"),
        (question("ab", "computed", value={"pow": [1]}), "unknown expression 'pow'"),
        (question("ab", "text", check={"regex": "("}), "sections.0.fields.0.check"),
        (question("ab", "text", check={"regex": "a"}), "regex_message"),
        (question("ab", "text", check={"not_future": True}), "belong to a date"),
        (question("ab", "info", required=True), "cannot be required"),
        (question("ab", "group"), "a group needs some"),
        (question("ab", "text", visible_when={"like": ["x", 1]}), "sections.0.fields.0.visible_when"),
        (
            question("ab", "text", visible_when={"eq": ["later", 1]}),
            "looks at 'later', which is no earlier field",
        ),
        (question("ab", "text", use="person.unknown"), "no field 'person.unknown'"),
    ],
)
def test_the_message_names_the_fault(field: dict[str, Any], path: str) -> None:
    assert path in fault_of(field)


def test_a_condition_looks_back_only() -> None:
    first = question("ab", "text", visible_when={"eq": ["cd", "x"]})
    said = fault_of(first, question("cd", "text"))
    assert "sections.0.fields.0: looks at 'cd', which is no earlier field" in said


def test_a_compared_value_must_be_a_choice() -> None:
    said = fault_of(
        question("colour", "choice", options=COLOURS),
        question("why", "text", visible_when={"or": [{"eq": ["colour", "green"]}]}),
    )
    assert "sections.0.fields.1.visible_when: 'green' is no choice of 'colour'" in said


def test_names_are_used_once_and_the_owner_exists() -> None:
    assert "'ab' is already used" in fault_of(question("ab", "text"), question("ab", "text"))
    assert "owner: 'nobody' is no field" in fault_of(question("ab", "text"), owner={"name": "nobody"})


def test_groups_hold_questions_only() -> None:
    inner = question("inner", "info")
    group = question("gg", "group", row_title=words("Dòng"), fields=[inner])
    assert "questions only" in fault_of(group)
    assert "row_title" in fault_of(question("gg", "group", fields=[question("inner", "text")]))


def test_two_sections_with_one_code() -> None:
    raw = form(question("ab", "text"))
    raw["sections"].append(copy.deepcopy(raw["sections"][0]))
    with pytest.raises(BadSchemaError, match=r"sections\.1\.code: two sections"):
        parse(raw)


@pytest.mark.parametrize("raw", [None, [], "x", {}, {"sections": 3}, {"schema_version": 2}])
def test_other_json_is_refused(raw: Any) -> None:
    with pytest.raises(BadSchemaError):
        parse(raw)


def test_depended_on_sees_through_computed_values() -> None:
    schema = everything()
    assert {"colour", "born", "days"} <= schema.depended_on
    assert "note" not in schema.depended_on


def test_words_follow_the_language() -> None:
    title = everything().sections[0].title
    with translation.override("en"):
        assert str(title) == "One"
    with translation.override("vi"):
        assert str(title) == "Một"


def test_the_dictionary_is_copied_in_and_own_keys_win() -> None:
    raw = form({"use": "person.id_number", "name": "child_id", "label": words("Số của trẻ")})
    field = parse(raw).by_name["child_id"]
    assert (field.type, field.concept, field.label.vi) == ("id_number", "person.id_number", "Số của trẻ")
    assert field.sensitivity == "sensitive"


def test_every_dictionary_entry_makes_a_field() -> None:
    entries = dictionary.load()["fields"]
    names = [code.replace(".", "_") for code in entries]
    schema = parse(form(*({"use": code, "name": name} for code, name in zip(entries, names, strict=True))))
    assert list(schema.by_name) == names


@pytest.mark.parametrize("name", ["gender", "ethnicity", "country", "relation"])
def test_lists_have_a_source_and_no_double(name: str) -> None:
    items = dictionary.options(name)
    assert dictionary.load()["lists"][name]["source"]
    assert len({code for code, _vi, _en in items}) == len(items) == len({vi for _code, vi, _en in items})
    assert all(en for _code, _vi, en in items)


def test_the_54_ethnic_groups_and_foreigners() -> None:
    assert len(dictionary.options("ethnicity")) == 55


def test_load_reads_a_version_and_none_where_there_is_no_form() -> None:
    assert load(ProcedureVersion(form={})) is None
    loaded = load(ProcedureVersion(form=form(question("ab", "text"))))
    assert loaded is not None
    assert list(loaded.by_name) == ["ab"]
    with pytest.raises(BadSchemaError):
        load(ProcedureVersion(form={"sections": []}))


def test_what_is_stored_reads_back_the_same() -> None:
    schema = everything()
    assert parse(schema.model_dump(mode="json", exclude_defaults=True)) == schema
