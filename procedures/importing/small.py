"""Loading the small tables: fields and the calendar."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from typing import Any

from django.db import transaction
from simple_history.utils import bulk_create_with_history

from portal.lib.text import sort_key
from procedures.importing.files import CALENDAR, FIELDS, BadData, read_json
from procedures.models import CalendarDay, DayKind, Field


@transaction.atomic
def load_fields() -> int:
    """Create or update the fields; returns how many changed. A field that has left the file stays."""
    document = read_json(FIELDS)
    headings, english = set(document["headings"]), document.get("english", {})
    known = {field.code: field for field in Field.objects.all()}
    fresh, changed = [], 0
    for code, name in document["fields"].items():
        values = {
            "name": name,
            "name_en": english.get(code, ""),
            "sort_key": sort_key(name)[:200],
            "is_official": code not in headings,
        }
        field = known.get(code)
        if field is None:
            fresh.append(Field(code=code, **values))
        elif any(getattr(field, key) != value for key, value in values.items()):
            for key, value in values.items():
                setattr(field, key, value)
            field.save()
            changed += 1
    Field.objects.bulk_create(fresh)
    return changed + len(fresh)


@transaction.atomic
def load_calendar() -> int:
    """Fill an empty calendar from the file, or continue it beyond its last day; returns how many changed.

    A day people were promised dates by changes through an order of two persons only (`/lich-lam-viec/`), so of days
    within the calendar only names and sources are brought up to date: `days_to_order` lists what the file would have
    otherwise.
    """
    known = {day.day: day for day in CalendarDay.objects.all()}
    last = max(known, default=datetime.date.min)
    fresh, changed = [], 0
    for date, values in _days_of_file():
        day = known.get(date)
        if day is None:
            if date > last:
                fresh.append(CalendarDay(day=date, **values))
        elif not day.ordered and day.kind == values["kind"] and _differs(day, values):
            for key, value in values.items():
                setattr(day, key, value)
            day.save()
            changed += 1
    bulk_create_with_history(fresh, CalendarDay)
    return changed + len(fresh)


def days_to_order(today: datetime.date) -> list[tuple[datetime.date, str, str]]:
    """Days after `today` that the file has as another kind than the calendar, with that kind and name; one query.

    Days that two persons set stand as they are: they know better than the file.
    """
    known = {day.day: day for day in CalendarDay.objects.filter(day__gt=today)}
    found = []
    for date, values in _days_of_file():
        day = known.get(date)
        if date > today and (day is None or not (day.ordered or day.kind == values["kind"])):
            found.append((date, values["kind"], values["name"]))
    return found


def _differs(day: CalendarDay, values: dict[str, Any]) -> bool:
    return any(getattr(day, key) != value for key, value in values.items())


def _days_of_file() -> Iterator[tuple[datetime.date, dict[str, Any]]]:
    for number, row in enumerate(read_json(CALENDAR)["days"], start=2):
        try:
            date = datetime.date.fromisoformat(row["day"])
            values = {key: row[key] for key in ("kind", "name", "name_en", "source", "confirmed")}
        except (KeyError, ValueError) as error:
            raise BadData(f"{CALENDAR.name}:{number}: {error}") from error
        if values["kind"] not in {DayKind.OFF, DayKind.WORK}:
            raise BadData(f"{CALENDAR.name}:{number}: kind {values['kind']!r} is neither off nor work")
        yield date, values
