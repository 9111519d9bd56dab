"""Loading the small tables: fields and the calendar."""

from __future__ import annotations

import datetime

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
    """Create or update the days of the file; days that two persons set stay. Returns how many changed."""
    known = {day.day: day for day in CalendarDay.objects.all()}
    fresh, changed = [], 0
    for number, row in enumerate(read_json(CALENDAR)["days"], start=2):
        try:
            date = datetime.date.fromisoformat(row["day"])
            values = {key: row[key] for key in ("kind", "name", "name_en", "source", "confirmed")}
        except (KeyError, ValueError) as error:
            raise BadData(f"{CALENDAR.name}:{number}: {error}") from error
        if values["kind"] not in DayKind.values:
            raise BadData(f"{CALENDAR.name}:{number}: kind {values['kind']!r} is neither off nor work")
        day = known.get(date)
        if day is None:
            fresh.append(CalendarDay(day=date, **values))
        elif not day.ordered and any(getattr(day, key) != value for key, value in values.items()):
            for key, value in values.items():
                setattr(day, key, value)
            day.save()
            changed += 1
    bulk_create_with_history(fresh, CalendarDay)
    return changed + len(fresh)
