"""Counts by procedure: stored by day for the city, live while a day waits, the same after a rebuild, healing."""

from __future__ import annotations

import datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from portal.accounts.models import Unit
from procedures.models import Channel, ProcedureVersion
from reporting import by_procedure, fill, procedure_fill
from reporting.checks.figures import check
from reporting.counting import Counts
from reporting.models import ProcedureCount, StaleDay
from reporting.periods import Period
from tests.reporting.conftest import MONDAY
from tests.reporting.rows import DAY, Rows
from tests.two_at_once import at_once

MARCH = Period(datetime.date(2026, 3, 1), datetime.date(2026, 3, 31))


@pytest.fixture
def two(rows: Rows, ward: Unit, other_ward: Unit, filled: None) -> tuple[int, int]:
    """Procedure A: three accepted in two wards, two online, one finished. B: one at the counter."""
    assert rows.version is not None
    first = rows.version
    rows.dossier(ward, MONDAY, accepted=MONDAY, finished=MONDAY + DAY)
    rows.dossier(ward, MONDAY, accepted=MONDAY + DAY)
    rows.dossier(other_ward, MONDAY, accepted=MONDAY, channel=Channel.COUNTER)
    second = ProcedureVersion.objects.exclude(procedure=first.procedure_id).order_by("pk").first()
    assert second is not None
    rows.version = second
    rows.dossier(other_ward, MONDAY, accepted=MONDAY, channel=Channel.COUNTER)
    return first.procedure_id, second.procedure_id


def _expected(two: tuple[int, int]) -> dict[int, Counts]:
    a = {
        "received": 3,
        "received_online": 2,
        "received_full": 2,
        "finished": 1,
        "finished_on_time": 1,
    }
    return {two[0]: a, two[1]: {"received": 1}}


@pytest.mark.parametrize("filling", ["live", "stored"])
def test_hand_count(filling: str, two: tuple[int, int], ward: Unit) -> None:
    if filling == "stored":
        fill.fill_all()
        assert ProcedureCount.objects.exists()
        assert not StaleDay.objects.exists()
    found = by_procedure.read(MARCH, None)
    assert found.by_procedure == _expected(two)
    assert found.by_day[MONDAY]["received"] == 3
    assert found.behind == []
    own = by_procedure.read(MARCH, [ward.pk])
    assert own.by_procedure[two[0]]["received"] == 2
    assert two[1] not in own.by_procedure


def test_a_rebuild_gives_what_the_fills_gave(two: tuple[int, int]) -> None:
    fill.fill_all()
    ProcedureCount.objects.update(received=99)
    fill.rebuild()
    assert by_procedure.read(MARCH, None).by_procedure == _expected(two)


def test_a_lost_count_is_found_and_mended_at_night(two: tuple[int, int]) -> None:
    fill.fill_all()
    ProcedureCount.objects.filter(day=MONDAY).delete()
    assert procedure_fill.differing(MARCH.first, MARCH.last) == [MONDAY]
    assert check().findings == [f"{MONDAY}: counts by procedure are not those by unit"]
    fill.compare()
    assert check().findings == []
    assert procedure_fill.differing(MARCH.first, MARCH.last) == []
    assert by_procedure.read(MARCH, None).by_procedure == _expected(two)


def test_a_late_change_marks_its_day_again(two: tuple[int, int], rows: Rows, ward: Unit) -> None:
    fill.fill_all()
    rows.dossier(ward, MONDAY - DAY, accepted=MONDAY)
    assert sum(c["received"] for c in by_procedure.read(MARCH, None).by_procedure.values()) == 5
    fill.fill_all()
    assert sum(ProcedureCount.objects.values_list("received", flat=True)) == 5


def test_too_many_waiting_days_are_named(rows: Rows, ward: Unit, filled: None) -> None:
    for number in range(by_procedure.LIVE_DAYS + 2):
        rows.dossier(ward, MONDAY, accepted=MONDAY + number * DAY)
    assert by_procedure.read(MARCH, None).behind == [MONDAY, MONDAY + DAY]


def test_reading_costs_the_same_for_one_procedure_and_many(
    two: tuple[int, int], rows: Rows, ward: Unit
) -> None:
    fill.fill_all()
    with CaptureQueriesContext(connection) as few:
        by_procedure.read(MARCH, None)
    for version in ProcedureVersion.objects.order_by("pk")[:20]:
        rows.version = version
        rows.dossier(ward, MONDAY, accepted=MONDAY)
    fill.fill_all()
    with CaptureQueriesContext(connection) as many:
        by_procedure.read(MARCH, None)
    assert len(few) == len(many) == 3


@pytest.mark.django_db(transaction=True)
def test_two_fills_at_once_count_once() -> None:
    rows, ward = Rows(), Unit.objects.get(code="00004")
    fill.fill_all()
    for _ in range(4):
        rows.dossier(ward, MONDAY, accepted=MONDAY)
    outcomes = at_once(2, lambda _number: fill.fill_all())
    assert sum(outcomes) > 0
    assert list(ProcedureCount.objects.values_list("day", "received")) == [(MONDAY, 4)]
