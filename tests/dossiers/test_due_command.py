"""`manage.py due`: the clock as a door for auditors."""

from __future__ import annotations

import datetime
import io
import json
import sys
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from tests.cast import Cast
from tests.factories import dossiers as make

pytestmark = pytest.mark.django_db


def ask(monkeypatch: pytest.MonkeyPatch, *lines: Any) -> list[dict[str, Any]]:
    text = "\n".join(line if isinstance(line, str) else json.dumps(line) for line in lines)
    monkeypatch.setattr(sys, "stdin", io.StringIO(text))
    out = io.StringIO()
    try:
        call_command("due", stdout=out)
    except CommandError:
        assert "error" in out.getvalue()
    return [json.loads(line) for line in out.getvalue().splitlines()]


@pytest.mark.parametrize(
    ("start", "amount", "unit", "due"),
    [
        ("2025-07-04T16:30", 3, "working_day", "2025-07-09T16:30:00+07:00"),
        ("2025-04-29T16:00", 1, "working_day", "2025-05-05T16:00:00+07:00"),
        ("2025-04-23T09:00", 5, "working_day", "2025-04-29T09:00:00+07:00"),
        ("2025-07-07T10:00", 4, "working_hour", "2025-07-07T15:00:00+07:00"),
        ("2025-07-07T11:50", 20, "minute", "2025-07-07T13:10:00+07:00"),
        ("2025-07-07T10:00", 0.5, "working_day", "2025-07-07T15:00:00+07:00"),
        ("2025-07-05T09:00", 15, "day", "2025-07-21T17:00:00+07:00"),
        ("2025-01-31T09:00", 1, "month", "2025-02-28T17:00:00+07:00"),
    ],
)
def test_the_case_matrix_by_the_real_calendar(
    monkeypatch: pytest.MonkeyPatch, start: str, amount: float, unit: str, due: str
) -> None:
    (answer,) = ask(monkeypatch, {"start": start, "amount": amount, "unit": unit})
    assert answer["due"] == due
    assert answer["lines"]


def test_pauses_move_the_date_and_overlap_counts_once(monkeypatch: pytest.MonkeyPatch) -> None:
    base = {"start": "2025-07-07T10:00", "amount": 3, "unit": "working_day"}
    pause = ["2025-07-08T09:00", "2025-07-08T11:00"]
    inner = ["2025-07-08T10:00", "2025-07-08T11:00"]
    once, twice = ask(monkeypatch, {**base, "pauses": [pause]}, {**base, "pauses": [inner, pause]})
    assert once["due"] == twice["due"]
    assert once["due"] == "2025-07-10T12:00:00+07:00"


def test_bad_lines_say_why_and_the_rest_is_answered(monkeypatch: pytest.MonkeyPatch) -> None:
    good = {"start": "2025-07-07T10:00", "amount": 1, "unit": "working_hour", "unit_code": "00004"}
    bad: list[Any] = [
        "{",
        [],
        {"start": "yesterday", "amount": 1, "unit": "day"},
        {"start": "2025-07-07", "amount": -1, "unit": "day"},
        {"start": "2025-07-07", "amount": 1, "unit": "year"},
        {**good, "unit_code": "99999"},
        {**good, "pauses": [["2025-07-08", "2025-07-07"]]},
        {**good, "pauses": "none"},
    ]
    answers = ask(monkeypatch, *bad, good)
    assert [("error" in answer) for answer in answers] == [True] * len(bad) + [False]
    assert answers[0]["line"] == 1


def test_the_clock_of_a_dossier_by_its_code(cast: Cast) -> None:
    taken, waiting = make.accepted(cast, make.HOUSEHOLD), make.filed(cast, make.HOUSEHOLD)
    out = io.StringIO()
    call_command("due", taken.code, stdout=out)
    answer = json.loads(out.getvalue())
    assert datetime.datetime.fromisoformat(answer["due"]) == taken.due_at
    assert datetime.datetime.fromisoformat(answer["promised"]) == taken.promised_at
    assert answer["lines"]
    out = io.StringIO()
    with pytest.raises(CommandError, match="2 lines"):
        call_command("due", waiting.code, "H00.1", taken.code, stdout=out)
    assert ["error" in json.loads(line) for line in out.getvalue().splitlines()] == [True, True, False]
