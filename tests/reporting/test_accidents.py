"""Bad input and accidents, each with a truthful display on page, report, API and open data."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from portal.accounts.models import Unit
from portal.lib import clock
from procedures.models import OnlineLevel
from reporting import counting, fill, marks, openness, report06
from reporting.models import DayCount, DirtyDay, FillState
from reporting.periods import Period
from reporting.rollups import figures
from reporting.sheets import Asked, build
from reporting.suppression import Pair
from tests.cast import Cast, build_cast
from tests.killed import die, in_a_killed_process
from tests.reporting.conftest import MONDAY
from tests.reporting.rows import DAY, Rows, at

MARCH = Period(datetime.date(2026, 3, 1), datetime.date(2026, 3, 31))
APRIL = Period(datetime.date(2026, 4, 1), datetime.date(2026, 4, 30))
PAGES = ("compare", "report06", "index766")


def _client(user: Any) -> Client:
    client = Client()
    client.force_login(user)
    return client


def _text(response: Any) -> str:
    return " ".join(response.content.decode().split())


def _value(code: str, unit: Unit, period: Period) -> dict[str, Any]:
    query = {"unit": unit.code, "from": period.first.isoformat(), "to": period.last.isoformat()}
    found: dict[str, Any] = Client().get(f"/api/v1/indicators/{code}", query).json()
    return found


def _report_total(unit: Unit, period: Period, column: str) -> int:
    sheet = build("06a-unit", Asked(period, unit, frozenset([unit.pk]), (unit,)))
    (table,) = sheet.tables
    assert table.total is not None
    return int(str(table.total.values[report06.COLUMNS.index(column)]))


# --- A unit that did not exist then ---


@pytest.mark.parametrize("page", PAGES)
def test_a_unit_that_did_not_exist_then_is_said_on_every_reading(cast: Cast, ward: Unit, page: str) -> None:
    Unit.objects.filter(pk=ward.pk).update(valid_to=datetime.date(2026, 3, 1))
    query = {"unit": ward.code, "from": "2026-03-01", "to": "2026-03-31"}
    text = _text(_client(cast.monitor).get(reverse(f"reporting:{page}"), query))
    assert "Đơn vị này không tồn tại trong khoảng thời gian đã chọn." in text
    there = _text(_client(cast.monitor).get(reverse(f"reporting:{page}"), {**query, "from": "2026-02-28"}))
    assert "Đơn vị này không tồn tại" not in there
    assert Client().get("/api/v1/indicators/online", query).status_code == 422


# --- The edge of a day in Hanoi ---


def test_midnight_of_hanoi_parts_two_months_everywhere(rows: Rows, ward: Unit, filled: None) -> None:
    """23:59:59 on 31 March is March; 00:00 on 1 April is April, though both are 31 March in Greenwich."""
    for moment, number in (
        (at(MARCH.last, 23, 59) + datetime.timedelta(seconds=59), 6),
        (at(APRIL.first, 0), 7),
    ):
        for _ in range(number):
            rows.dossier(ward, moment, accepted=moment, due=APRIL.last)
    fill.fill_all()
    for period, number in ((MARCH, 6), (APRIL, 7)):
        assert _value("online", ward, period)["denominator"] == number
        assert figures(period, [ward.pk]).of([ward.pk])["received"] == number
        assert _report_total(ward, period, "r06_online") == number
    with clock.at(at(APRIL.last)):
        published = openness.year_of(2026)
    assert published.pair("online", ward.pk, MARCH.first) == Pair(6, 6)
    assert published.pair("online", ward.pk, APRIL.first) == Pair(7, 7)


# --- A level changed in the middle of a month, a dossier moved between units ---


def test_a_level_changed_in_mid_month_shows_what_held_when_filed(
    rows: Rows, ward: Unit, filled: None
) -> None:
    for level, day in ((OnlineLevel.FULL, MONDAY), (OnlineLevel.PARTIAL, MONDAY + 15 * DAY)):
        for _ in range(6):
            rows.dossier(ward, day, accepted=day, level=level)
    fill.fill_all()
    before = _value("full-of-all", ward, MARCH)
    assert (before["numerator"], before["denominator"]) == (6, 12)
    assert rows.version is not None
    rows.version.online_level = OnlineLevel.COUNTER
    rows.version.save(update_fields=["online_level"])
    assert fill.compare() == []
    after = _value("full-of-all", ward, MARCH)
    assert {**after, "as_of": ""} == {**before, "as_of": ""}


def test_a_moved_dossier_counts_once_and_at_the_new_unit_everywhere(
    rows: Rows, ward: Unit, other_ward: Unit, filled: None
) -> None:
    moved = [rows.dossier(ward, MONDAY, accepted=MONDAY, finished=MONDAY + DAY) for _ in range(6)]
    fill.fill_all()
    assert _value("on-time", ward, MARCH)["denominator"] == 6
    for dossier in moved:
        dossier.competent_unit = other_ward
        dossier.save(update_fields=["competent_unit"])
        event = dossier.events.latest("seq")
        marks.event_seen(type(event), event=event, dossier=dossier)
    for _twice in ("live", "filled"):
        assert _value("on-time", other_ward, MARCH)["denominator"] == 6
        assert _value("online", ward, MARCH)["denominator"] == 6  # where it was received
        assert _report_total(other_ward, MARCH, "finished") == 6
        assert _report_total(ward, MARCH, "finished") == 0
        fill.compare()
        fill.fill_all()
    assert _value("on-time", ward, MARCH)["no_data"]


# --- A fill that is killed ---


def _dies_in(name: str, calls: int) -> Callable[[], None]:
    """In the child: `counting.<name>` kills the process when called for the `calls`-th time, having done its work."""

    def broken() -> None:
        real, seen = getattr(counting, name), []

        def counted(*args: Any, **kwargs: Any) -> Any:
            found = real(*args, **kwargs)
            seen.append(1)
            if len(seen) == calls:
                die()
            return found

        setattr(counting, name, counted)

    return broken


@pytest.mark.django_db(transaction=True)
def test_a_killed_fill_leaves_true_boards_and_the_next_one_ends_it() -> None:
    cast, rows = build_cast(), Rows()
    ward = cast.office.unit
    fill.fill_all()
    for number in range(6):
        rows.dossier(ward, MONDAY + number * DAY, accepted=MONDAY + number * DAY)
    marked = DirtyDay.objects.count()
    assert marked > 6

    def doomed() -> None:
        _dies_in("of_pairs", 1)()
        fill.fill_all()

    in_a_killed_process(doomed)
    assert DirtyDay.objects.count() == marked  # nothing was settled
    assert not DayCount.objects.filter(received__gt=0).exists()
    found = figures(MARCH, [ward.pk])
    assert found.of([ward.pk])["received"] == 6  # counted live meanwhile
    assert _value("online", ward, MARCH)["denominator"] == 6
    fill.fill_all()
    assert not DirtyDay.objects.exists()
    assert figures(MARCH, [ward.pk]).of([ward.pk])["received"] == 6
    assert fill.compare() == []


@pytest.mark.django_db(transaction=True)
def test_a_killed_rebuild_says_so_and_the_next_fill_ends_it() -> None:
    cast, rows = build_cast(), Rows()
    ward = cast.office.unit
    for day in (MONDAY, MONDAY + 40 * DAY):
        rows.dossier(ward, day, accepted=day)
    fill.fill_all()
    FillState.objects.update(contract="other")

    def doomed() -> None:
        _dies_in("statement", 2)()
        fill.fill_all()

    in_a_killed_process(doomed)
    page = _text(_client(cast.monitor).get(reverse("reporting:city"), {"period": "year"}))
    assert "con số dưới đây chưa đầy đủ" in page
    assert not _value("online", ward, MARCH)["complete"]
    fill.fill_all()
    assert FillState.objects.get().contract == counting.contract()
    assert fill.compare() == []
