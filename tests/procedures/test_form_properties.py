"""Whatever comes in: nothing crashes, cleaning is final, the hidden stays out."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from procedures.form_engine import check_answers, form_data, typed
from procedures.form_schema import FormSchema
from procedures.importing.configured_file import read_all
from procedures.importing.examples import lists
from tests.procedures.form_samples import LISTS, TODAY, everything

SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=30)
JSON = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=8,
)
PLAUSIBLE_TEXT = (
    "on red blue male female 01 VN 00004 1 3 200.000 01/02/1990 2026-11-20 001090012345 0912345678"
)
PLAUSIBLE_CHOICES = "married mother_only family person divorce certificate organisation birth marriage"
PLAUSIBLE = st.sampled_from(
    [*PLAUSIBLE_TEXT.split(), *PLAUSIBLE_CHOICES.split(), "Nguyễn Văn An", "", True, 2]
)
RELAXED = settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
# One engine reads all forms: each of them adds its own fields and conditions, not another engine.
A_FEW = settings(RELAXED, max_examples=15)
FORMS = [("everything", everything(), LISTS), *((file.code, file.form, lists()) for file in read_all())]


def answers_for(schema: FormSchema) -> st.SearchStrategy[dict[str, Any]]:
    values = JSON | PLAUSIBLE
    shapes: dict[str, st.SearchStrategy[Any]] = {}
    for name, spec in schema.by_name.items():
        row = st.fixed_dictionaries({}, optional={part.name: values for part in spec.fields})
        shapes[name] = (st.lists(row, max_size=4) | JSON) if spec.fields else values
    return st.fixed_dictionaries({}, optional=shapes)


@pytest.mark.once
@pytest.mark.parametrize(
    ("schema", "communes"), [each[1:] for each in FORMS], ids=[each[0] for each in FORMS]
)
@given(data=st.data())
@A_FEW
def test_any_answers(schema: FormSchema, communes: Any, data: st.DataObject) -> None:
    answers = data.draw(answers_for(schema))
    once = check_answers(schema, answers, today=TODAY, lists=communes)
    again = check_answers(schema, once.cleaned, today=TODAY, lists=communes)
    assert again.cleaned == once.cleaned
    asked = {name for names in once.visible.values() for name in names}
    assert set(once.cleaned) <= asked
    assert all(name.split("-")[0] in asked for said in once.errors.values() for name in said)
    assert not ({name for said in once.errors.values() for name in said} & set(once.cleaned))


@given(JSON)
@RELAXED
def test_any_json_as_answers(answers: Any) -> None:
    assert not check_answers(everything(), answers, today=TODAY, lists=LISTS).ok


@given(st.dictionaries(st.text(max_size=20) | st.sampled_from(list(everything().by_name)), JSON, max_size=12))
@RELAXED
def test_any_post(data: dict[str, Any]) -> None:
    found = typed(everything(), data)
    assert set(found) <= set(everything().by_name)


@given(answers_for(everything()))
@RELAXED
def test_answers_survive_the_way_through_a_form(answers: dict[str, Any]) -> None:
    """What was cleaned, shown in a page and posted again unchanged, is the same answer."""
    schema = everything()
    cleaned = check_answers(schema, answers, today=TODAY, lists=LISTS).cleaned
    posted = form_data(schema, cleaned)
    for name, value in list(posted.items()):
        if value is False:
            del posted[name]
    back = check_answers(schema, typed(schema, posted), today=TODAY, lists=LISTS).cleaned
    assert back == cleaned | {"agreed": cleaned.get("agreed", False)}
