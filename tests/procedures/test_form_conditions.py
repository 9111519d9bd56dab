"""The two tiny languages: conditions and computed values."""

from __future__ import annotations

import datetime
from typing import Any

import pytest

from procedures.forms_engine.conditions import (
    check_condition,
    check_expression,
    evaluate,
    holds,
    names_in,
    names_read,
)

ANSWERS: dict[str, Any] = {
    "colour": "red",
    "count": 3,
    "zero": 0,
    "ticked": True,
    "unticked": False,
    "many": ["a", "b"],
    "born": "2000-02-29",
    "rows": [{"n": 2}, {"n": 5}],
}


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ({}, True),
        ({"eq": ["colour", "red"]}, True),
        ({"eq": ["colour", "blue"]}, False),
        ({"eq": ["missing", "red"]}, False),
        ({"eq": ["ticked", True]}, True),
        ({"eq": ["missing", False]}, True),
        ({"eq": ["ticked", 1]}, False),
        ({"eq": ["count", True]}, False),
        ({"in": ["colour", ["blue", "red"]]}, True),
        ({"has": ["many", "b"]}, True),
        ({"has": ["colour", "red"]}, False),
        ({"gt": ["count", 2]}, True),
        ({"gt": ["count", 3]}, False),
        ({"ge": ["count", 3]}, True),
        ({"lt": ["zero", 1]}, True),
        ({"gt": ["colour", 2]}, False),
        ({"gt": ["ticked", 0]}, False),
        ({"lt": ["born", "2000-03-01"]}, True),
        ({"empty": "missing"}, True),
        ({"empty": "unticked"}, True),
        ({"empty": "zero"}, False),
        ({"not": {"empty": "colour"}}, True),
        ({"and": [{"eq": ["colour", "red"]}, {"gt": ["count", 9]}]}, False),
        ({"or": [{"eq": ["colour", "red"]}, {"gt": ["count", 9]}]}, True),
    ],
)
def test_holds(condition: dict[str, Any], expected: bool) -> None:
    assert check_condition(condition) == condition
    assert holds(condition, ANSWERS) is expected


@pytest.mark.parametrize(
    "condition",
    [
        [],
        "eq",
        {"eq": ["a"]},
        {"eq": ["a", [1]]},
        {"in": ["a", "b"]},
        {"and": []},
        {"and": {"eq": ["a", 1]}},
        {"like": ["a", 1]},
        {"empty": ["a"]},
        {"eq": ["a", 1], "gt": ["a", 1]},
        {"not": {"what": 1}},
        {"gt": [1, 2]},
    ],
)
def test_what_is_no_condition_is_refused(condition: Any) -> None:
    with pytest.raises(ValueError):
        check_condition(condition)


def test_names_in_finds_every_field() -> None:
    condition = {"and": [{"not": {"empty": "a"}}, {"or": [{"eq": ["b", 1]}, {"in": ["c", [1]]}]}]}
    assert list(names_in(condition)) == ["a", "b", "c"]


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        (7, 7),
        ("x", "x"),
        ({"field": "count"}, 3),
        ({"field": "missing"}, None),
        ({"field": "ticked"}, None),
        ({"add": [{"field": "count"}, 4]}, 7),
        ({"add": [{"field": "missing"}, 4]}, None),
        ({"sub": [{"field": "count"}, 5]}, -2),
        ({"mul": [{"field": "count"}, 8000]}, 24000),
        ({"mul": [10**10, 10**10]}, 0),
        ({"concat": [{"field": "colour"}, " – ", {"field": "missing"}]}, "red – "),
        ({"concat": [{"field": "missing"}]}, None),
        ({"count": "rows"}, 2),
        ({"count": "missing"}, 0),
        ({"sum": ["rows", "n"]}, 7),
        ({"age": "born"}, 26),
        ({"days_since": "born"}, 9761),
        ({"days_since": "colour"}, None),
        ({"if": [{"gt": ["count", 2]}, {"field": "colour"}, "none"]}, "red"),
    ],
)
def test_evaluate(expression: Any, expected: Any) -> None:
    assert check_expression(expression) == expression
    assert evaluate(expression, ANSWERS, datetime.date(2026, 11, 20)) == expected


@pytest.mark.parametrize(
    "expression",
    [
        True,
        None,
        [],
        {"pow": [1, 2]},
        {"sub": [1]},
        {"sum": "rows"},
        {"if": [{}, 1]},
        {"add": []},
        {"field": 3},
    ],
)
def test_what_is_no_expression_is_refused(expression: Any) -> None:
    with pytest.raises(ValueError):
        check_expression(expression)


def test_names_read_looks_into_every_part() -> None:
    expression = {"if": [{"eq": ["a", 1]}, {"sum": ["rows", "n"]}, {"add": [{"field": "b"}, {"age": "c"}]}]}
    assert list(names_read(expression)) == ["a", "rows", "b", "c"]
