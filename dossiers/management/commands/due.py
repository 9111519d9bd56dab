"""A door for auditors: the portal's clock over JSON lines, so that an independent program can check it."""

from __future__ import annotations

import datetime
import json
import sys
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from dossiers.calendars import explain
from dossiers.deadlines import Due, Fact, Rule, due
from dossiers.models import Dossier
from dossiers.states import EventKind
from portal.accounts.models import Unit
from procedures.calendar import HANOI, WorkCalendar, calendar_for
from procedures.models import ClockStart, TimeUnit

UNITS = {
    "minute": TimeUnit.WORK_MINUTE,
    "working_minute": TimeUnit.WORK_MINUTE,
    "hour": TimeUnit.HOUR,
    "working_hour": TimeUnit.WORK_HOUR,
    "working_day": TimeUnit.WORK_DAY,
    "day": TimeUnit.DAY,
    "month": TimeUnit.MONTH,
    "same_day": TimeUnit.SAME_DAY,
}


class BadLine(ValueError):
    """A line that cannot be computed; the message says why."""


class Command(BaseCommand):
    """With dossier codes: what the clock says of each. Without: one JSON object a line from standard input.

    Writes one object a line to standard output, in order. Of a dossier: `code`, `due`, `promised`, `paused`, `lines`.

    In: `start` (ISO instant; without an offset it is Hanoi's), `amount` (a number), `unit` (minute,
    working_hour, working_day, day, month, same_day), and if wanted `unit_code` (whose office hours; default the
    city's), `pauses` ([[begin, end], …]), `count_from` (moment or next_day).
    Out: `due` (ISO instant with +07:00) and `lines` ([{day, text}, …]); for a bad line `error` and its number.
    Exit code 1 when any line was bad.
    """

    help = "Explain the clock of dossiers, or compute due instants from JSON lines on standard input."

    def add_arguments(self, parser: CommandParser) -> None:
        """Any number of dossier codes."""
        parser.add_argument("code", nargs="*", help="a dossier's code; none: read JSON lines")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Answer every line, bad ones included."""
        self.calendars: dict[str, WorkCalendar] = {}
        bad = 0
        read = _of_dossier if options["code"] else self._answer
        for number, text in enumerate(options["code"] or sys.stdin, start=1):
            if not text.strip():
                continue
            try:
                answer = read(text)
            except BadLine as error:
                bad += 1
                answer = {"error": str(error), "line": number}
            self.stdout.write(json.dumps(answer, ensure_ascii=False))
        if bad:
            raise CommandError(f"{bad} lines could not be computed")

    def _answer(self, text: str) -> dict[str, Any]:
        asked = _object(text)
        rule = _rule(asked)
        calendar = self._calendar(str(asked.get("unit_code") or ""))
        return _told(due(_facts(asked), rule, calendar))

    def _calendar(self, code: str) -> WorkCalendar:
        if code not in self.calendars:
            unit = Unit.objects.filter(code=code).first() if code else Unit(code="")
            if unit is None:
                raise BadLine(f"unknown unit_code {code!r}")
            self.calendars[code] = calendar_for(unit)
        return self.calendars[code]


def _of_dossier(code: str) -> dict[str, Any]:
    dossier = Dossier.objects.select_related("version", "competent_unit").filter(code=code).first()
    if dossier is None:
        raise BadLine(f"no dossier {code!r}")
    if dossier.accepted_at is None:
        raise BadLine(f"dossier {code} is not accepted yet")
    try:
        result = explain(dossier)
    except ValueError as error:
        raise BadLine(str(error)) from error
    promised = dossier.promised_at.astimezone(HANOI).isoformat() if dossier.promised_at else None
    return {"code": code, "promised": promised, "paused": result.paused, **_told(result)}


def _object(text: str) -> dict[str, Any]:
    try:
        found = json.loads(text)
    except json.JSONDecodeError as error:
        raise BadLine(f"not JSON: {error}") from None
    if not isinstance(found, dict):
        raise BadLine("a line must be a JSON object")
    return found


def _rule(asked: dict[str, Any]) -> Rule:
    unit = UNITS.get(str(asked.get("unit")))
    if unit is None:
        raise BadLine(f"unit must be one of {', '.join(UNITS)}")
    amount = asked.get("amount", 0 if unit == TimeUnit.SAME_DAY else None)
    if not isinstance(amount, int | float) or isinstance(amount, bool) or not 0 <= amount <= 100_000:
        raise BadLine("amount must be a number from 0 to 100000")
    start = str(asked.get("count_from", ClockStart.MOMENT))
    if start not in ClockStart.values:
        raise BadLine("count_from must be moment or next_day")
    return Rule(Decimal(str(amount)), unit, start)


def _facts(asked: dict[str, Any]) -> Iterator[Fact]:
    start = _instant(asked.get("start"))
    yield Fact(EventKind.ACCEPTED, start)
    for begin, end in _merged(asked.get("pauses") or [], start):
        yield Fact(EventKind.SUPPLEMENT_REQUESTED, begin)
        yield Fact(EventKind.SUPPLEMENT_ANSWERED, end)


def _merged(pairs: Any, start: datetime.datetime) -> list[tuple[datetime.datetime, datetime.datetime]]:
    """The pauses after `start` in order, overlapping ones as one: time cannot stand still twice."""
    merged: list[tuple[datetime.datetime, datetime.datetime]] = []
    for begin, end in sorted(_pairs(pairs)):
        begin = max(begin, start)
        if end <= begin:
            continue
        if merged and begin <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((begin, end))
    return merged


def _pairs(pairs: Any) -> Iterator[tuple[datetime.datetime, datetime.datetime]]:
    if not isinstance(pairs, list):
        raise BadLine("pauses must be a list of pairs")
    for pair in pairs:
        if not isinstance(pair, list) or len(pair) != 2:
            raise BadLine("a pause is a pair of instants")
        begin, end = _instant(pair[0]), _instant(pair[1])
        if end < begin:
            raise BadLine("a pause ends before it begins")
        yield begin, end


def _instant(value: Any) -> datetime.datetime:
    try:
        moment = datetime.datetime.fromisoformat(str(value))
    except ValueError:
        raise BadLine(f"not an ISO instant: {value!r}") from None
    return moment if moment.tzinfo else moment.replace(tzinfo=HANOI)


def _told(result: Due) -> dict[str, Any]:
    lines = [{"day": line.day.isoformat(), "text": line.text} for line in result.lines]
    return {"due": result.at.astimezone(HANOI).isoformat() if result.at else None, "lines": lines}
