"""Conditions and computed values over answers: two tiny languages as JSON. Pure.

A condition is one of
    {"and": [c, …]}  {"or": [c, …]}  {"not": c}  {"empty": field}
    {"eq": [field, value]}  {"in": [field, [value, …]]}  {"has": [field, value]} (this is among the chosen)
    {"gt" | "ge" | "lt" | "le": [field, number or ISO date]}
and `{}` always holds. An expression is a number or a text standing for itself, or one of
    {"field": name}  {"add" | "mul" | "concat": [e, …]}  {"sub": [e, e]}  {"count": group}
    {"sum": [group, field]}  {"days_since": field}  {"age": field}  {"if": [condition, e, e]}
An expression with a missing part has no value (None), it never fails.
"""

from __future__ import annotations

import datetime
import operator
from collections.abc import Callable, Iterator, Mapping
from typing import Any

Answers = Mapping[str, Any]
COMPARISONS: dict[str, Callable[[Any, Any], bool]] = {
    "gt": operator.gt,
    "ge": operator.ge,
    "lt": operator.lt,
    "le": operator.le,
}
MAX_NUMBER = 10**15


def is_blank(value: Any) -> bool:
    """Whether an answer says nothing. An unticked box says nothing, zero does."""
    return value is None or value is False or value == "" or value == [] or value == {}


# --- Conditions -------------------------------------------------------------------------------------


def holds(condition: Mapping[str, Any], answers: Answers) -> bool:
    """Whether `condition` is true of cleaned `answers`. Raises ValueError for what is no condition."""
    if not condition:
        return True
    name, body = _only(condition, "condition")
    if name in {"and", "or", "not"}:
        return _combined(name, body, answers)
    if name == "empty":
        return is_blank(answers.get(body))
    if name not in {"eq", "in", "has", *COMPARISONS}:
        raise ValueError(f"unknown condition {name!r}")
    return _compared(name, answers.get(body[0]), body[1])


def _combined(name: str, body: Any, answers: Answers) -> bool:
    if name == "not":
        return not holds(body, answers)
    test = all if name == "and" else any
    return test(holds(part, answers) for part in body)


def _compared(name: str, answer: Any, value: Any) -> bool:
    if name == "eq":
        return _same(answer, value)
    if name == "in":
        return any(_same(answer, each) for each in value)
    if name == "has":
        return isinstance(answer, list) and any(_same(each, value) for each in answer)
    comparable = (_is_number(answer) and _is_number(value)) or (
        isinstance(answer, str) and isinstance(value, str)
    )
    return comparable and COMPARISONS[name](answer, value)


def _same(answer: Any, value: Any) -> bool:
    """Equality that keeps 1 and true apart; an unanswered box is false."""
    if isinstance(value, bool):
        return bool(answer is True) is value
    return not isinstance(answer, bool) and bool(answer == value)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def check_condition(condition: Any) -> dict[str, Any]:
    """`condition` when it is well formed. Raises ValueError saying what is wrong."""
    if not isinstance(condition, dict):
        raise ValueError(f"a condition is an object, not {type(condition).__name__}")
    if not condition:
        return condition
    name, body = _only(condition, "condition")
    if name in {"and", "or"}:
        _expect(isinstance(body, list) and bool(body), f"{name!r} takes a list of conditions")
        for part in body:
            check_condition(part)
    elif name == "not":
        check_condition(body)
    elif name == "empty":
        _expect(isinstance(body, str), "'empty' takes a field name")
    else:
        _check_comparison(name, body)
    return condition


def _check_comparison(name: str, body: Any) -> None:
    _expect(name in {"eq", "in", "has", *COMPARISONS}, f"unknown condition {name!r}")
    _expect(
        isinstance(body, list) and len(body) == 2 and isinstance(body[0], str),
        f"{name!r} takes [field, value]",
    )
    values = body[1] if name == "in" else [body[1]]
    _expect(isinstance(values, list), "'in' takes [field, [value, …]]")
    _expect(
        all(isinstance(value, str | int | float) for value in values), f"{name!r} compares with plain values"
    )


def names_in(condition: Mapping[str, Any]) -> Iterator[str]:
    """The field names a condition reads."""
    for name, body in condition.items():
        if name in {"and", "or"}:
            for part in body:
                yield from names_in(part)
        elif name == "not":
            yield from names_in(body)
        else:
            yield body if name == "empty" else body[0]


def _only(node: Mapping[str, Any], what: str) -> tuple[str, Any]:
    if len(node) != 1:
        raise ValueError(f"a {what} has exactly one key, this one has {sorted(node)}")
    return next(iter(node.items()))


def _expect(true: bool, message: str) -> None:
    if not true:
        raise ValueError(message)


# --- Expressions ------------------------------------------------------------------------------------


def evaluate(expression: Any, answers: Answers, today: datetime.date) -> int | str | None:
    """The value of `expression`: a whole number, a text, or None when a part is missing."""
    if not isinstance(expression, dict):
        return expression
    name, body = _only(expression, "expression")
    if name == "if":
        chosen = body[1] if holds(body[0], answers) else body[2]
        return evaluate(chosen, answers, today)
    if name in {"field", "count", "sum", "days_since", "age"}:
        return _read(name, body, answers, today)
    return _arithmetic(name, [evaluate(part, answers, today) for part in body])


def _read(name: str, body: Any, answers: Answers, today: datetime.date) -> int | str | None:
    if name == "field":
        return _scalar(answers.get(body))
    if name == "count":
        return len(_rows(answers.get(body)))
    if name == "sum":
        return sum(row[body[1]] for row in _rows(answers.get(body[0])) if _is_number(row.get(body[1])))
    day = as_day(answers.get(body))
    if day is None:
        return None
    return (today - day).days if name == "days_since" else age_on(day, today)


def _arithmetic(name: str, parts: list[int | str | None]) -> int | str | None:
    if name == "concat":
        return "".join(str(part) for part in parts if part is not None) or None
    numbers = [part for part in parts if isinstance(part, int)]
    if len(numbers) < len(parts):
        return None
    if name == "add":
        return _bounded(sum(numbers))
    if name == "sub":
        return _bounded(numbers[0] - numbers[1])
    product = 1
    for number in numbers:
        product = _bounded(product * number) or 0
    return product


def _bounded(number: int) -> int | None:
    return number if abs(number) <= MAX_NUMBER else None


def _rows(value: Any) -> list[dict[str, Any]]:
    return [row for row in value if isinstance(row, dict)] if isinstance(value, list) else []


def _scalar(value: Any) -> int | str | None:
    return value if isinstance(value, int | str) and not isinstance(value, bool) else None


def as_day(value: Any) -> datetime.date | None:
    """The date of an ISO text, None for anything else."""
    try:
        return datetime.date.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None


def age_on(born: datetime.date, day: datetime.date) -> int:
    """Full years lived on `day`."""
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day))


def check_expression(expression: Any) -> Any:
    """`expression` when it is well formed. Raises ValueError saying what is wrong."""
    if not isinstance(expression, dict):
        plain = isinstance(expression, int | str) and not isinstance(expression, bool)
        _expect(plain, "an expression is a number, a text or an object")
        return expression
    name, body = _only(expression, "expression")
    if name in {"field", "count", "days_since", "age"}:
        _expect(isinstance(body, str), f"{name!r} takes a field name")
    elif name == "sum":
        _expect(_is_pair_of_names(body), "'sum' takes [group, field]")
    elif name == "if":
        _expect(isinstance(body, list) and len(body) == 3, "'if' takes [condition, then, else]")
        check_condition(body[0])
        check_expression(body[1])
        check_expression(body[2])
    else:
        _check_arithmetic(name, body)
    return expression


def _check_arithmetic(name: str, body: Any) -> None:
    _expect(name in {"add", "mul", "concat", "sub"}, f"unknown expression {name!r}")
    _expect(isinstance(body, list) and bool(body), f"{name!r} takes a list of expressions")
    _expect(name != "sub" or len(body) == 2, "'sub' takes two expressions")
    for part in body:
        check_expression(part)


def _is_pair_of_names(body: Any) -> bool:
    return isinstance(body, list) and len(body) == 2 and all(isinstance(part, str) for part in body)


def names_read(expression: Any) -> Iterator[str]:
    """The field and group names an expression reads."""
    if not isinstance(expression, dict):
        return
    for name, body in expression.items():
        if name in {"field", "count", "days_since", "age"}:
            yield body
        elif name == "sum":
            yield body[0]
        elif name == "if":
            yield from names_in(body[0])
            yield from names_read(body[1])
            yield from names_read(body[2])
        else:
            for part in body:
                yield from names_read(part)
