"""The counting: marks, fills, rebuilds, comparison, healing, two at once."""

from __future__ import annotations

import datetime
import threading
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection, connections, transaction

from dossiers.states import State
from portal.accounts.models import Unit
from procedures.models import Channel
from reporting import counting, fill
from reporting.facts import CODES
from reporting.models import DayCount, DirtyDay, FillState
from reporting.periods import Period, months
from reporting.rollups import figures
from tests.reporting.conftest import MONDAY
from tests.reporting.rows import DAY, Rows, at

MARCH = Period(datetime.date(2026, 3, 1), datetime.date(2026, 3, 31))


def stored() -> dict[tuple[datetime.date, int], dict[str, int]]:
    """Every stored row that counts something."""
    rows = DayCount.objects.order_by("day", "unit").values("day", "unit", *CODES)
    found = {(row.pop("day"), row.pop("unit")): {k: v for k, v in row.items() if v} for row in rows}
    return {pair: counts for pair, counts in found.items() if counts}


def _some(rows: Rows, ward: Unit, other: Unit) -> None:
    for number in range(7):
        rows.dossier(ward, MONDAY, accepted=MONDAY + number % 3 * DAY, finished=MONDAY + 4 * DAY)
    rows.dossier(other, MONDAY, accepted=MONDAY, channel=Channel.COUNTER)
    rows.dossier(other, MONDAY, closed=MONDAY + DAY, state=State.REFUSED)
    rows.paid(rows.dossier(other, MONDAY - 40 * DAY, accepted=MONDAY - 40 * DAY), MONDAY)


def test_filling_twice_changes_nothing(rows: Rows, ward: Unit, other_ward: Unit, filled: None) -> None:
    _some(rows, ward, other_ward)
    assert fill.fill_all() > 0
    once = stored()
    assert not DirtyDay.objects.exists()
    assert fill.fill_all() == 0
    for day, unit in once:
        DirtyDay.objects.create(day=day, unit_id=unit)
    fill.fill_all()
    assert stored() == once


def test_rebuilding_gives_what_marks_gave(rows: Rows, ward: Unit, other_ward: Unit, filled: None) -> None:
    _some(rows, ward, other_ward)
    fill.fill_all()
    by_marks = stored()
    assert by_marks
    DayCount.objects.update(received=99)
    call_command("rebuild_figures", stdout=_Nowhere())
    assert stored() == by_marks
    state = FillState.objects.get()
    assert state.contract == counting.contract()
    assert state.rebuilt_at is not None


class _Nowhere:
    def write(self, text: str) -> int:
        return len(text)

    def flush(self) -> None:
        pass

    def isatty(self) -> bool:
        return False


def test_other_definitions_count_everything_again(rows: Rows, ward: Unit, filled: None) -> None:
    """A program with a changed definition does not mix its counts with old ones."""
    rows.announce = False
    rows.dossier(ward, MONDAY, accepted=MONDAY)
    fill.fill_all()
    assert not stored()  # nothing was marked
    FillState.objects.update(contract="of yesterday")
    assert figures(MARCH, None).rebuilding
    fill.fill_all()
    assert not figures(MARCH, None).rebuilding
    assert stored()[MONDAY, ward.pk]["received"] == 1


@pytest.mark.django_db(transaction=True)
def test_everything_is_counted_again_by_one_process_only(monkeypatch: pytest.MonkeyPatch) -> None:
    """The beat rings every few seconds; a long rebuild must not be begun again each time."""
    asked: list[bool] = []

    def elsewhere() -> None:
        try:
            with fill._alone() as mine:
                asked.append(mine)
        finally:
            connections.close_all()

    with fill._alone() as mine:
        assert mine
        thread = threading.Thread(target=elsewhere)
        thread.start()
        thread.join(20)
    assert asked == [False]
    with fill._alone() as again:
        assert again


def test_a_lost_mark_is_found_and_mended_at_night(
    rows: Rows, ward: Unit, filled: None, caplog: pytest.LogCaptureFixture
) -> None:
    rows.announce = False
    rows.dossier(ward, MONDAY, accepted=MONDAY)
    DayCount.objects.create(day=MONDAY + DAY, unit=ward, received=3)  # and one made up by hand
    found = fill.compare()
    assert {(one.day, one.fact, one.stored, one.counted) for one in found} >= {
        (MONDAY.isoformat(), "received", 0, 1),
        ((MONDAY + DAY).isoformat(), "received", 3, 0),
    }
    assert "counts differ" in caplog.text
    state = FillState.objects.get()
    assert state.difference_count == len(found) == len(state.differences)
    assert fill.compare() == []
    assert FillState.objects.get().difference_count == 0
    assert stored()[MONDAY, ward.pk]["received"] == 1


def test_days_of_drift_heal(rows: Rows, ward: Unit, filled: None) -> None:
    """Five days without a fill: the board counts the marked days itself, then one fill settles all."""
    for number in range(5):
        rows.dossier(ward, MONDAY + number * DAY, accepted=MONDAY + number * DAY)
    assert not stored()
    before = figures(MARCH, None)
    assert before.of([ward.pk])["received"] == 5
    assert before.live_pairs == 5
    fill.fill_all()
    after = figures(MARCH, None)
    assert after.of([ward.pk])["received"] == 5
    assert after.live_pairs == 0
    assert before.by_day == after.by_day


def test_marked_days_beyond_the_limit_are_said_to_be_behind(
    rows: Rows, ward: Unit, filled: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("reporting.rollups.LIVE_PAIRS", 1)
    for number in range(3):
        rows.dossier(ward, MONDAY + number * DAY, accepted=MONDAY + number * DAY)
    found = figures(MARCH, None)
    assert found.behind == [MONDAY, MONDAY + DAY]
    assert found.of([ward.pk])["received"] == 1


def test_a_fill_that_dies_half_way_leaves_its_marks(
    rows: Rows, ward: Unit, filled: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows.dossier(ward, MONDAY, accepted=MONDAY)
    marks = DirtyDay.objects.count()

    def dies(pairs: Any) -> Any:
        raise RuntimeError("power cut")

    with monkeypatch.context() as broken:
        broken.setattr(fill, "_fresh", dies)
        with pytest.raises(RuntimeError):
            fill.fill_some()
    assert DirtyDay.objects.count() == marks
    assert not stored()
    fill.fill_all()
    assert stored()[MONDAY, ward.pk]["received"] == 1


def test_a_rolled_back_action_leaves_no_mark(rows: Rows, ward: Unit, filled: None) -> None:
    with transaction.atomic():
        rows.dossier(ward, MONDAY, accepted=MONDAY)
        transaction.set_rollback(True)
    assert not DirtyDay.objects.exists()


def test_a_dossier_moved_between_units_is_counted_at_the_new_one(
    rows: Rows, ward: Unit, other_ward: Unit, filled: None
) -> None:
    dossier = rows.dossier(ward, MONDAY, accepted=MONDAY, finished=MONDAY + DAY)
    fill.fill_all()
    dossier.competent_unit = other_ward
    dossier.save(update_fields=["competent_unit"])
    fill.compare()
    counts = stored()
    assert "finished" not in counts.get((MONDAY + DAY, ward.pk), {})
    assert counts[MONDAY + DAY, other_ward.pk]["finished"] == 1


def test_months_are_cut_at_their_ends() -> None:
    day = datetime.date
    assert months(day(2025, 12, 30), day(2026, 2, 2)) == [
        (day(2025, 12, 30), day(2025, 12, 31)),
        (day(2026, 1, 1), day(2026, 1, 31)),
        (day(2026, 2, 1), day(2026, 2, 2)),
    ]
    assert months(day(2026, 2, 1), day(2026, 2, 1)) == [(day(2026, 2, 1), day(2026, 2, 1))]


def test_pairs_are_asked_in_runs() -> None:
    """Thirty days of the same units are one range in the statement, not thirty."""
    pairs = [(MONDAY + number * DAY, unit) for number in range(30) for unit in (1, 2)]
    assert list(counting._runs(pairs)) == [(MONDAY, MONDAY + 29 * DAY, frozenset({1, 2}))]
    assert len(list(counting._runs([*pairs, (MONDAY, 3)]))) == 2


@pytest.mark.django_db(transaction=True)
def test_two_fills_at_once_count_each_mark_once() -> None:
    """Both work, neither waits for ever, the counts are right, no mark is left."""
    ward = Unit.objects.get(code="00004")
    rows = Rows()
    fill.fill_all()
    for number in range(20):
        rows.dossier(ward, MONDAY, accepted=MONDAY + number % 4 * DAY)
    start = threading.Barrier(2)
    errors: list[BaseException] = []

    def work() -> None:
        try:
            start.wait()
            fill.fill_all()
        except BaseException as error:
            errors.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert not errors
    assert not DirtyDay.objects.exists()
    assert sum(counts.get("received", 0) for counts in stored().values()) == 20
    assert fill.compare() == []


@pytest.mark.django_db(transaction=True)
def test_a_change_during_a_fill_is_not_lost() -> None:
    """A dossier that commits while its day is being counted keeps its own mark."""
    ward = Unit.objects.get(code="00004")
    rows = Rows()
    fill.fill_all()
    rows.dossier(ward, MONDAY, accepted=MONDAY)
    original = fill._fresh

    def interrupted(pairs: Any) -> Any:
        counted = original(pairs)
        thread = threading.Thread(target=_another, args=(rows, ward))
        thread.start()
        thread.join(20)
        return counted

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(fill, "_fresh", interrupted)
        fill.fill_some()
    assert DirtyDay.objects.exists()
    assert figures(MARCH, None).of([ward.pk])["received"] == 2
    fill.fill_all()
    assert stored()[MONDAY, ward.pk]["received"] == 2


def _another(rows: Rows, ward: Unit) -> None:
    try:
        rows.dossier(ward, MONDAY, accepted=at(MONDAY, 15))
    finally:
        connection.close()


def test_targets_of_the_city_are_loaded_with_the_tables(db: None) -> None:
    from reporting.targets import Targets

    targets = Targets.on(datetime.date(2025, 7, 30))
    assert float(targets.of("online", None, "commune").value) == 0.6  # type: ignore[union-attr]
    assert float(targets.of("online", None, "branch").value) == 0.8  # type: ignore[union-attr]
    assert float(targets.of("full-of-online", None, "commune").value) == 0.2  # type: ignore[union-attr]
    assert float(targets.of("on-time", None, "department").value) == 1  # type: ignore[union-attr]
    assert targets.of("online", None, "department") is None
    assert Targets.on(datetime.date(2025, 7, 20)).of("online", None, "commune") is None


def test_a_target_of_one_unit_comes_before_that_of_its_kind(ward: Unit) -> None:
    from reporting.models import Target
    from reporting.targets import Targets, load

    Target.objects.create(
        code="own", measure="online", unit=ward, value="0.7", valid_from=MONDAY, document="Quyết định thử"
    )
    load()
    targets = Targets.on(MONDAY)
    assert float(targets.of("online", ward.pk, ward.kind).value) == 0.7  # type: ignore[union-attr]
    assert float(targets.of("online", -1, ward.kind).value) == 0.6  # type: ignore[union-attr]
