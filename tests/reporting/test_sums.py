"""The sums of months and of the city's days: always what the stored days give, whoever fills at once."""

from __future__ import annotations

import datetime
import importlib
import random

import pytest
import time_machine
from django.apps import apps
from django.db import connection
from django.db.models import Sum

from portal.accounts.models import Unit
from reporting import fill, seals, sums
from reporting.checks import figures as check
from reporting.counting import Counts
from reporting.facts import CODES
from reporting.models import CityDayCount, DayCount, DirtyDay, MonthCount
from reporting.periods import Period
from reporting.rollups import _cut, figures, totals
from tests.reporting.conftest import MONDAY
from tests.reporting.rows import DAY, Rows
from tests.two_at_once import at_once

D = datetime.date
MARCH, APRIL = D(2026, 3, 1), D(2026, 4, 1)
MONTHS = [D(2026, number, 1) for number in range(1, 6)]


def faults() -> list[str]:
    return [what for month in MONTHS for what in sums.differing(month)]


def by_hand(period: Period, units: list[int] | None, key: str) -> dict[object, Counts]:
    """What a board must say, from the stored days themselves."""
    rows = DayCount.objects.filter(day__range=(period.first, period.last)).order_by()
    if units is not None:
        rows = rows.filter(unit__in=units)
    found = rows.values(key).annotate(**{f"n_{code}": Sum(code) for code in CODES})
    said = {row[key]: {code: int(row[f"n_{code}"]) for code in CODES if row[f"n_{code}"]} for row in found}
    return {each: counts for each, counts in said.items() if counts}


def told(counts: dict[object, Counts]) -> dict[object, Counts]:
    """Without what stands now, which belongs to no day."""
    stored = {each: {code: n for code, n in row.items() if code in CODES} for each, row in counts.items()}
    return {each: row for each, row in stored.items() if row}


def test_every_range_says_what_its_days_say(rows: Rows, ward: Unit, other_ward: Unit, filled: None) -> None:
    chance = random.Random(7)
    for _number in range(40):
        day = D(2026, 1, 5) + chance.randrange(120) * DAY
        rows.dossier(
            chance.choice([ward, other_ward]), day, accepted=day, finished=day + chance.randrange(9) * DAY
        )
    fill.fill_all()
    assert not faults()
    ranges = [
        Period(first, first + chance.randrange(1, 100) * DAY)
        for first in (D(2026, 1, 1) + chance.randrange(100) * DAY for _number in range(8))
    ]
    ranges += [Period(MARCH, D(2026, 3, 31)), Period(D(2026, 1, 1), D(2026, 4, 30)), Period(MONDAY, MONDAY)]
    for period in ranges:
        for units in (None, [ward.pk]):
            found = figures(period, units)
            assert told(found.by_unit) == by_hand(period, units, "unit_id"), period  # type: ignore[arg-type]
            assert told(found.by_day) == by_hand(period, units, "day"), period  # type: ignore[arg-type]
            assert told(totals(period, units)) == by_hand(period, units, "unit_id"), period  # type: ignore[arg-type]


def test_marked_days_are_taken_out_of_the_sums_and_counted_now(rows: Rows, ward: Unit, filled: None) -> None:
    for number in range(4):
        rows.dossier(ward, MONDAY, accepted=MONDAY + number % 2 * DAY)
    fill.fill_all()
    rows.dossier(ward, MONDAY, accepted=MONDAY)
    assert DirtyDay.objects.exists()
    for units in (None, [ward.pk]):
        found = figures(Period(MARCH, D(2026, 3, 31)), units)
        assert found.of([ward.pk])["received"] == 5
        assert found.by_day[MONDAY]["received"] == 3
        assert totals(Period(MARCH, D(2026, 3, 31)), units)[ward.pk]["received"] == 5
    before = figures(Period(MARCH, D(2026, 3, 31)), None)
    fill.fill_all()
    after = figures(Period(MARCH, D(2026, 3, 31)), None)
    assert (before.by_unit, before.by_day) == (after.by_unit, after.by_day)


def test_whole_months_and_what_is_left_beside_them() -> None:
    with time_machine.travel(datetime.datetime(2026, 5, 20, 12, tzinfo=datetime.UTC)):
        assert _cut(Period(D(2026, 2, 10), D(2026, 5, 20))) == (
            [MARCH, APRIL, D(2026, 5, 1)],
            [(D(2026, 2, 10), D(2026, 2, 28))],
        )
        assert _cut(Period(MARCH, D(2026, 3, 30))) == ([], [(MARCH, D(2026, 3, 30))])
        assert _cut(Period(D(2026, 5, 1), D(2026, 5, 19))) == ([], [(D(2026, 5, 1), D(2026, 5, 19))])
        assert _cut(Period(D(2026, 6, 1), D(2026, 6, 3))) == ([], [(D(2026, 6, 1), D(2026, 6, 3))])
        assert _cut(Period(D(2026, 5, 1), D(2026, 5, 31))) == ([D(2026, 5, 1)], [])


def test_a_sum_changed_by_hand_is_found_by_seal_and_check_and_mended_at_night(
    rows: Rows, ward: Unit, filled: None, caplog: pytest.LogCaptureFixture
) -> None:
    rows.dossier(ward, MONDAY, accepted=MONDAY)
    fill.fill_all()
    assert seals.seal_month(MARCH) is not None
    assert seals.check() == (1, [])
    MonthCount.objects.filter(month=MARCH, unit=ward).update(received=99)
    CityDayCount.objects.filter(day=MONDAY).delete()
    assert [(fault.kind, fault.what) for fault in seals.check()[1]] == [
        ("sums", f"reporting_monthcount: 2026-03-01 unit {ward.pk}"),
        ("sums", "reporting_citydaycount: 2026-03-02"),
    ]
    assert "is not the sum of its days" in str(check.check().findings)
    fill.compare()
    assert "sums differ from their days" in caplog.text
    assert not faults()
    assert seals.check() == (1, [])


def test_rebuilding_and_the_step_from_an_earlier_release_give_the_same_sums(
    rows: Rows, ward: Unit, other_ward: Unit, filled: None
) -> None:
    for number in range(6):
        rows.dossier((ward, other_ward)[number % 2], MONDAY, accepted=MONDAY + 9 * number * DAY)
    fill.fill_all()
    kept = list(MonthCount.objects.order_by("month", "unit").values_list("month", "unit", "received"))
    fill.rebuild()
    assert not faults()
    busy = MonthCount.objects.filter(received__gt=0).order_by("month", "unit")
    assert list(busy.values_list("month", "unit", "received")) == [row for row in kept if row[2]]
    MonthCount.objects.all().delete()
    CityDayCount.objects.all().delete()
    step = importlib.import_module("reporting.migrations.0007_sums_of_months_and_days")
    with connection.schema_editor(atomic=False) as editor:
        step.sum_up(apps, editor)
    assert not faults()
    assert sum(MonthCount.objects.values_list("received", flat=True)) == 6


@pytest.mark.django_db(transaction=True)
def test_many_fills_of_one_month_at_once_lose_nothing() -> None:
    """Each counts other days of the same units; the last to store has seen what all others stored."""
    rows = Rows()
    wards = [Unit.objects.get(code=code) for code in ("00004", "00070")]
    fill.fill_all()
    for number in range(48):
        rows.dossier(wards[number % 2], MONDAY, accepted=MONDAY + number % 24 * DAY)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(fill, "BATCH", 6)
        assert not [
            error for error in at_once(6, lambda _number: fill.fill_all()) if isinstance(error, Exception)
        ]
    assert not DirtyDay.objects.exists()
    assert not faults()
    assert sum(MonthCount.objects.filter(month=MARCH).values_list("received", flat=True)) == 48
