"""Checking answers, building forms, reading back."""

from __future__ import annotations

import time
from typing import Any

import pytest
from django.http import QueryDict
from django.template.loader import render_to_string
from django.utils import translation

from procedures.form_engine import (
    apply_row_buttons,
    check_answers,
    form_data,
    section_form,
    typed,
    whole_form,
)
from procedures.form_schema import FormSchema
from tests.procedures.form_samples import (
    COLOURS,
    GOOD,
    LISTS,
    TODAY,
    everything,
    question,
    schema,
    words,
)


def check(form_schema: FormSchema, answers: Any) -> Any:
    return check_answers(form_schema, answers, today=TODAY, lists=LISTS)


def errors_of(form_schema: FormSchema, **answers: Any) -> dict[str, list[str]]:
    return check(form_schema, answers).errors.get("one", {})


def test_answers_are_cleaned_to_json() -> None:
    cleaned = check(everything(), GOOD).cleaned
    assert cleaned["full_name"] == "Nguyễn Văn An"
    assert cleaned["born"] == "1990-02-01"
    assert cleaned["number"] == "001090012345"
    assert cleaned["phone"] == "0912345678"
    assert cleaned["money"] == 200_000_000
    assert cleaned["count"] == 3
    assert cleaned["agreed"] is True
    assert cleaned["colours"] == ["red"]
    assert cleaned["days"] == 13441
    assert "note" not in cleaned


@pytest.mark.parametrize(
    ("kind", "bad"),
    [
        ("name", "An 2"),
        ("name", "-An"),
        ("id_number", "12345678901"),
        ("id_number", "000090012345"),
        ("id_number", "001090O12345"),
        ("tax_code", "0100109107"),
        ("date", "31/02/2026"),
        ("date", "20.11"),
        ("date", "01/01/1850"),
        ("year", "2027"),
        ("year", "90"),
        ("phone", "12345"),
        ("email", "an@"),
        ("integer", "3,5"),
        ("integer", "-1"),
        ("integer", "9" * 5000),
        ("money", "mười đồng"),
        ("commune", "99999"),
        ("country", "ZZ"),
        ("ethnicity", "56"),
        ("text", "a\x00b"),
        ("text", "x" * 251),
    ],
)
def test_each_type_refuses_what_it_is_not(kind: str, bad: str) -> None:
    found = errors_of(schema(question("ab", kind)), ab=bad)
    assert list(found) == ["ab"]
    assert all(found["ab"])


def test_decomposed_letters_are_composed() -> None:
    assert check(schema(question("ab", "name")), {"ab": "Nguye\u0302\u0303n"}).cleaned == {"ab": "Nguyễn"}


def test_a_passport_where_the_form_allows_it() -> None:
    strict, open_form = (
        schema(question("ab", "id_number")),
        schema(question("ab", "id_number", accepts=["personal", "old", "passport"])),
    )
    assert errors_of(strict, ab="C1234567")
    assert not errors_of(open_form, ab="C1234567")
    assert not errors_of(open_form, ab="012345678")


def test_required_messages_name_the_question() -> None:
    choice = question("colour", "choice", options=COLOURS, required=True)
    found = errors_of(
        schema(question("ab", "text", required=True), choice, question("ok", "checkbox", required=True))
    )
    assert found["ab"] == ["Cần điền: Ab."]
    assert found["colour"] == ["Cần chọn: Colour."]
    assert found["ok"] == ["Cần đánh dấu: Ok."]
    with translation.override("en"):
        english = errors_of(schema(question("ab", "text", required=True)))
    assert english["ab"] == ["Please fill in: Ab (en)."]


def test_hidden_fields_are_not_required_and_not_kept() -> None:
    form_schema = everything()
    hidden = check(form_schema, {**GOOD, "why": "typed before"})
    assert hidden.ok
    assert "why" not in hidden.cleaned
    shown = check(form_schema, {**GOOD, "colour": "red"})
    assert list(shown.errors["one"]) == ["why"]


def test_a_hidden_answer_hides_what_depends_on_it() -> None:
    chain = schema(
        question("aa", "checkbox"),
        question("bb", "checkbox", visible_when={"eq": ["aa", True]}),
        question("cc", "text", visible_when={"eq": ["bb", True]}),
    )
    assert check(chain, {"aa": False, "bb": True, "cc": "x"}).cleaned == {"aa": False}
    assert check(chain, {"aa": True, "bb": True, "cc": "x"}).cleaned["cc"] == "x"


def test_an_invalid_answer_decides_nothing() -> None:
    chain = schema(question("nn", "integer"), question("more", "text", visible_when={"gt": ["nn", 1]}))
    assert check(chain, {"nn": "five", "more": "x"}).visible == {"one": ["nn"]}


def test_required_when() -> None:
    conditional = schema(
        question("aa", "checkbox"), question("bb", "text", required_when={"eq": ["aa", True]})
    )
    assert not errors_of(conditional)
    assert list(errors_of(conditional, aa="on")) == ["bb"]


def test_dates_are_compared() -> None:
    dates = schema(
        question("start", "date", check={"not_future": True}),
        question("end", "date", check={"not_before": "start"}),
        question("before", "date", check={"before": "start"}),
        question("adult", "date", check={"min_age": 18}),
    )
    assert list(errors_of(dates, start="21/11/2026")) == ["start"]
    assert not errors_of(dates, start="20/11/2026", end="20/11/2026", before="19/11/2026")
    assert list(errors_of(dates, start="10/11/2026", end="09/11/2026", before="10/11/2026")) == [
        "end",
        "before",
    ]
    assert list(errors_of(dates, adult="21/11/2008")) == ["adult"]
    assert not errors_of(dates, adult="20/11/2008")


def test_regex_length_and_difference() -> None:
    texts = schema(
        question("code", "text", check={"regex": r"\d{4}", "regex_message": words("Bốn chữ số.")}),
        question("other", "text", check={"other_than": "code", "min_length": 2}),
    )
    assert errors_of(texts, code="12345")["code"] == ["Bốn chữ số."]
    assert list(errors_of(texts, code="1234", other="1234")) == ["other"]
    assert list(errors_of(texts, other="x")) == ["other"]


def test_a_number_of_another_year_and_sex_is_only_a_warning() -> None:
    result = check(everything(), {**GOOD, "number": "001199012345"})
    assert result.ok
    assert len(result.warnings["one"]["number"]) == 2
    assert not check(everything(), GOOD).warnings


# --- Groups ----------------------------------------------------------------------------------------------------


def test_rows_are_cleaned_and_empty_ones_dropped() -> None:
    rows = [
        {"row_name": "An"},
        {"row_name": "", "row_done": False},
        {"row_name": "Bình", "row_why": "hidden"},
    ]
    assert check(everything(), {**GOOD, "rows": rows}).cleaned["rows"] == [
        {"row_name": "An", "row_done": False},
        {"row_name": "Bình", "row_done": False},
    ]


def test_row_errors_name_the_row() -> None:
    found = errors_of(everything(), **{**GOOD, "rows": [{"row_name": "An"}, {"row_done": True}]})
    assert list(found) == ["rows-1-row_name", "rows-1-row_why"]
    assert found["rows-1-row_name"] == ["Cần điền: Row_Name (Dòng 2)."]


def test_too_many_rows() -> None:
    found = errors_of(everything(), **{**GOOD, "rows": [{"row_name": "An"}] * 4})
    assert found == {"rows": ["Tối đa 3 dòng."]}


def test_a_group_can_be_obligatory() -> None:
    inner = [question("row_name", "name", required=True)]
    obligatory = schema(
        question("aa", "text"),
        question("first", "group", row_title=words("Dòng"), min_rows=1, fields=inner),
        question("second", "group", row_title=words("Dòng"), required=True, fields=inner),
    )
    assert errors_of(obligatory) == {
        "first-0-row_name": ["Cần điền: Row_Name (Dòng 1)."],
        "second": ["Cần thêm: Second."],
    }


def post(**values: Any) -> QueryDict:
    data = QueryDict(mutable=True)
    for name, value in values.items():
        data.setlist(name, value if isinstance(value, list) else [value])
    return data


def test_row_buttons_add_and_remove() -> None:
    data = post(**{"rows-rows": "2", "rows-0-row_name": "An", "rows-1-row_name": "Bình", "add:rows": "1"})
    added = apply_row_buttons(data)
    assert added is not None
    assert (added["rows-rows"], "add:rows" in added) == ("3", False)
    removed = apply_row_buttons(post(**{**added.dict(), "remove:rows:0": "1"}))
    assert removed is not None
    assert typed(everything(), removed)["rows"] == [
        {"row_name": "Bình", "row_done": False, "row_why": ""},
        {"row_name": "", "row_done": False, "row_why": ""},
    ]


@pytest.mark.parametrize(
    "name", ["add:", "add:Rows", "remove:rows", "remove:rows:x", "remove:rows:-1", "other"]
)
def test_no_button_no_change(name: str) -> None:
    assert apply_row_buttons(post(**{"rows-rows": "1", name: "1"})) is None


def test_removing_a_row_that_is_not_there_changes_nothing() -> None:
    changed = apply_row_buttons(post(**{"rows-rows": "1", "rows-0-row_name": "An", "remove:rows:7": "1"}))
    assert changed is not None
    assert (changed["rows-rows"], changed["rows-0-row_name"]) == ("1", "An")


@pytest.mark.parametrize("count", ["9999", "-1", "x", "²", ""])
def test_a_forged_row_count_is_bounded(count: str) -> None:
    assert len(typed(everything(), post(**{"rows-rows": count}))["rows"]) <= 4


# --- Forms -----------------------------------------------------------------------------------------------------


def test_typed_keeps_what_was_typed_and_leaves_hidden_answers_alone() -> None:
    found = typed(everything(), post(_asked="full_name agreed colours", full_name="An 2"))
    assert found == {"full_name": "An 2", "agreed": False, "colours": []}


@pytest.mark.django_db
def test_a_bound_form_shows_typed_text_with_its_errors() -> None:
    bound = section_form(everything(), "one", data=post(full_name="An 2", born="31/02/2000", colour="red"))
    assert not bound.is_valid()
    assert {"full_name", "born", "why"} <= set(bound.errors)
    assert bound["born"].value() == "31/02/2000"
    assert bound.typed_answers["full_name"] == "An 2"


@pytest.mark.django_db
def test_an_unbound_form_shows_dates_and_money_as_people_write_them() -> None:
    unbound = section_form(everything(), "one", initial={"born": "1990-02-01", "money": 200000000})
    assert 'value="01/02/1990"' in str(unbound["born"])
    assert 'value="200.000.000"' in str(unbound["money"])
    assert not unbound.errors


@pytest.mark.django_db
def test_fields_that_others_depend_on_are_marked() -> None:
    unbound = section_form(everything(), "one")
    assert "data-depends" in str(unbound["colour"])
    assert "data-depends" not in str(unbound["note"])
    assert "why" not in unbound.fields


@pytest.mark.django_db
def test_the_template_draws_every_block() -> None:
    built = section_form(
        everything(), "one", data=post(**{"rows-rows": "2", "rows-1-row_done": "on", "born": "01/01/2020"})
    )
    html = render_to_string("components/form_section.html", {"form": built, "section": built.sections[0]})
    for part in ('name="_asked"', 'name="rows-rows" value="2"', 'name="add:rows"', 'name="remove:rows:1"'):
        assert part in html
    assert 'name="rows-1-row_why"' in html
    assert 'name="rows-0-row_why"' not in html
    assert "<output>" in html
    assert 'id="id_full_name-error"' in html


@pytest.mark.django_db
def test_group_errors_stand_at_the_group() -> None:
    group = question(
        "gg", "group", row_title=words("Dòng"), required=True, fields=[question("row_name", "name")]
    )
    built = section_form(schema(question("aa", "text"), group), "one", data=post(aa="x"))
    assert built.sections[0].blocks[1].errors == ("Cần thêm: Gg.",)


@pytest.mark.django_db
def test_wizard_and_counter_judge_alike() -> None:
    form_schema = everything()
    answers = {**GOOD, "colour": "red", "rows": [{"row_done": True}]}
    whole = whole_form(form_schema, data=form_data(form_schema, answers))
    part = section_form(form_schema, "one", data=form_data(form_schema, answers))
    checked = check_answers(form_schema, answers)
    assert set(whole.errors) == set(part.errors) == set(checked.errors["one"])


@pytest.mark.django_db
def test_the_communes_cost_one_query(django_assert_num_queries: Any) -> None:
    form_schema = schema(question("aa", "commune"), question("bb", "commune"))
    with django_assert_num_queries(1):
        built = section_form(form_schema, "one", data=post(aa="00004", bb="00070"))
        assert built.is_valid()
        str(built["aa"])


def test_thirty_fields_build_in_less_than_ten_milliseconds() -> None:
    form_schema = schema(*(question(f"field_{number}", "text", required=True) for number in range(30)))
    data = post(**{f"field_{number}": "x" for number in range(30)})
    section_form(form_schema, "one", data=data).is_valid()
    times = []
    for _round in range(5):
        start = time.perf_counter()
        section_form(form_schema, "one", data=data).is_valid()
        times.append(time.perf_counter() - start)
    assert min(times) < 0.010
