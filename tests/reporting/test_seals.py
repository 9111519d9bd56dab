"""Closed months: sealed, corrected by dated lines only, and any change behind their back is found."""

from __future__ import annotations

import datetime
import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, connections, transaction
from django.test import Client
from django.urls import reverse
from django.utils.html import strip_tags

from dossiers.models import Document, Dossier
from dossiers.states import EventKind
from portal.accounts.models import Unit
from procedures.models import Channel
from reporting import fill, seals, sums, tasks
from reporting.facts import CODES
from reporting.models import Adjustment, Cause, DayCount, FillState, Seal, SealedCount
from reporting.periods import Period
from reporting.rollups import figures
from tests.cast import Cast
from tests.reporting.conftest import MONDAY
from tests.reporting.rows import DAY, Rows

MARCH = datetime.date(2026, 3, 1)
APRIL_3 = datetime.date(2026, 4, 3)


@pytest.fixture
def sealed(rows: Rows, ward: Unit, other_ward: Unit) -> Seal:
    """March with five dossiers, sealed on 3 April."""
    for number in range(3):
        rows.dossier(ward, MONDAY + number * DAY, accepted=MONDAY + number * DAY, finished=MONDAY + 9 * DAY)
    rows.dossier(other_ward, MONDAY, accepted=MONDAY, channel=Channel.COUNTER)
    rows.paid(rows.dossier(other_ward, MONDAY, accepted=MONDAY), MONDAY)
    fill.fill_all()
    (seal,) = seals.close(APRIL_3)
    return seal


def _by_hand(table: str, statement: str, *params: Any) -> None:
    """Somebody with the keys of the database, who switches the triggers of a table off."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        cursor.execute(statement, params)
        cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")


def _whats() -> str:
    return "; ".join(str(fault) for fault in seals.check()[1])


# --- Sealing ---


def test_a_month_is_sealed_when_it_has_ended_and_everything_is_counted(rows: Rows, ward: Unit) -> None:
    rows.dossier(ward, MONDAY, accepted=MONDAY)
    assert seals.close(APRIL_3) == []  # never filled: counted with no definition yet
    fill.fill_all()
    assert seals.close(datetime.date(2026, 4, 1)) == []  # the night after its end is too early
    rows.dossier(ward, MONDAY, accepted=MONDAY)
    assert seals.close(APRIL_3) == []  # a marked day waits for the fill
    fill.fill_all()
    (seal,) = seals.close(APRIL_3)
    assert (seal.month, seal.previous, seal.rows) == (MARCH, "", 1)
    assert seals.close(APRIL_3) == []
    assert seals.check() == (1, [])
    assert SealedCount.objects.get().counts["received"] == 2


def test_months_are_sealed_in_order_and_chained(rows: Rows, ward: Unit) -> None:
    rows.dossier(ward, datetime.date(2026, 1, 5), accepted=datetime.date(2026, 1, 5))
    rows.dossier(ward, MONDAY, accepted=MONDAY)
    fill.fill_all()
    made = seals.close(APRIL_3)
    assert [seal.month.month for seal in made] == [1, 2, 3]  # February too, though it counts nothing
    assert [seal.previous for seal in made] == ["", made[0].digest, made[1].digest]
    assert seals.check() == (3, [])


def test_the_night_seals_what_has_ended(rows: Rows, ward: Unit, monkeypatch: pytest.MonkeyPatch) -> None:
    rows.dossier(ward, MONDAY, accepted=MONDAY)
    fill.fill_all()
    monkeypatch.setattr("portal.lib.clock.today", lambda: APRIL_3)
    assert tasks.compare_with_events() == 0
    assert Seal.objects.get().month == MARCH
    assert FillState.objects.get().seals_checked_at is not None


def test_the_database_refuses_to_change_a_seal(sealed: Seal) -> None:
    for model in (Seal, SealedCount):
        with pytest.raises(DatabaseError), transaction.atomic():
            model.objects.order_by("pk").delete()
        with pytest.raises(DatabaseError), transaction.atomic():
            model.objects.update(id=1)


# --- Corrections ---


def test_a_later_event_becomes_a_dated_correction(sealed: Seal, rows: Rows, ward: Unit) -> None:
    """A result signed in April for a dossier finished in March: the board changes, the sealed number does not."""
    _late_result(rows, ward)
    fill.fill_all()
    lines = set(Adjustment.objects.values_list("fact", "change", "cause"))
    assert lines == {
        ("finished_e_result", 1, Cause.EVENT),
        ("received_online_result", 1, Cause.EVENT),
        ("finished_all_online", 1, Cause.EVENT),
    }
    counts = figures(Period(MARCH, datetime.date(2026, 3, 31)), None).of([ward.pk])
    assert counts["finished_e_result"] == 1
    assert not any("finished_e_result" in row.counts for row in SealedCount.objects.order_by("pk"))
    assert seals.check() == (1, [])
    fill.rebuild()
    assert Adjustment.objects.count() == 3  # counted again: nothing new
    assert seals.check() == (1, [])


def _late_result(rows: Rows, ward: Unit) -> Document:
    dossier = Dossier.objects.filter(receiving_unit=ward).order_by("pk").first()
    assert dossier is not None
    return rows.result(dossier, "Văn thư")


def test_a_correction_can_be_taken_back_by_another(sealed: Seal, rows: Rows, ward: Unit) -> None:
    document = _late_result(rows, ward)
    fill.fill_all()
    document.signed_by = []
    document.save(update_fields=["signed_by"])
    fill.fill_all()
    changes = Adjustment.objects.filter(fact="finished_e_result").order_by("pk")
    assert list(changes.values_list("change", flat=True)) == [1, -1]
    assert seals.check() == (1, [])


def test_the_next_seal_closes_over_the_corrections(sealed: Seal, rows: Rows, ward: Unit) -> None:
    _late_result(rows, ward)
    fill.fill_all()
    (april,) = seals.close(datetime.date(2026, 5, 3))
    assert april.adjustments["number"] == Adjustment.objects.count() > 0
    assert seals.check() == (2, [])
    _by_hand("reporting_adjustment", "DELETE FROM reporting_adjustment")
    assert "corrections known when it was sealed were changed" in _whats()


# --- What somebody changed by hand ---


def _count(ward: Unit) -> None:
    DayCount.objects.filter(day=MONDAY, unit=ward).update(received_online=99)


def _sealed_count(ward: Unit) -> None:
    _by_hand(
        "reporting_sealedcount",
        "UPDATE reporting_sealedcount SET counts = jsonb_set(counts, '{received}', '7') WHERE unit_id = %s",
        ward.pk,
    )


def _both(ward: Unit) -> None:
    """The clever way: the count and its sealed copy together."""
    DayCount.objects.filter(day=MONDAY, unit=ward).update(received=7)
    _sealed_count(ward)


def _event(ward: Unit) -> None:
    _by_hand(
        "dossiers_dossierevent",
        "UPDATE dossiers_dossierevent SET at = at + interval '1 hour' WHERE id = (SELECT max(id) FROM"
        " dossiers_dossierevent WHERE kind = 'issued')",
    )


def _event_gone(ward: Unit) -> None:
    _by_hand("dossiers_dossierevent", "DELETE FROM dossiers_dossierevent WHERE kind = 'issued'")


def _event_added(ward: Unit) -> None:
    """An event of April dated back into March."""
    dossier = Dossier.objects.filter(receiving_unit=ward).order_by("pk").first()
    assert dossier is not None
    Rows()._event(dossier, EventKind.EXTENDED, dossier.filed_at, "processing", "processing")


def _seal(ward: Unit) -> None:
    _by_hand("reporting_seal", "UPDATE reporting_seal SET days = jsonb_set(days, '{2026-03-02,counts}', '5')")


def _correction(ward: Unit) -> None:
    Adjustment.objects.create(day=MONDAY, unit=ward, fact="received", change=5, cause=Cause.EVENT)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (_count, "2026-03-02 00004 received_online is 99, sealed with corrections 1"),
        (_sealed_count, "2026-03-02 the sealed counts were changed"),
        (_both, "2026-03-02 the sealed counts were changed"),
        (_event, "2026-03-11 the events of the day were changed (3 sealed, 3 now)"),
        (_event_gone, "2026-03-11 the events of the day were changed (3 sealed, 0 now)"),
        (_event_added, "2026-03-02 the events of the day were changed"),
        (_seal, "2026-03 the seal itself or the chain before it was changed"),
        (_correction, "2026-03-02 00004 received is 1, sealed with corrections 6"),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_a_row_changed_by_hand_is_found(
    sealed: Seal, ward: Unit, change: Callable[[Unit], None], said: str
) -> None:
    assert seals.check() == (1, [])
    change(ward)
    assert said in _whats()
    with pytest.raises(CommandError):
        call_command("verify", only=["I9"], stdout=_Nowhere())


class _Nowhere:
    def write(self, text: str) -> int:
        return len(text)

    def flush(self) -> None:
        pass

    def isatty(self) -> bool:
        return False


def test_a_month_taken_out_of_the_chain_is_found(rows: Rows, ward: Unit) -> None:
    rows.dossier(ward, datetime.date(2026, 1, 5), accepted=datetime.date(2026, 1, 5))
    fill.fill_all()
    seals.close(APRIL_3)
    _by_hand("reporting_seal", "DELETE FROM reporting_seal WHERE month = '2026-02-01'")
    assert "2026-03 the seal itself or the chain before it was changed" in _whats()


def test_the_board_says_so_and_the_night_puts_the_true_number_back(
    sealed: Seal, ward: Unit, cast: Cast, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Found first, mended afterwards, without a correction: the seal knows what the number was."""
    _count(ward)
    monkeypatch.setattr("portal.lib.clock.today", lambda: APRIL_3)
    assert tasks.compare_with_events() == 1
    assert "sealed month changed: 2026-03-02 00004 received_online is 99" in caplog.text
    client = Client()
    client.force_login(cast.monitor)
    board = strip_tags(client.get(reverse("reporting:city")).content.decode())
    assert "Số liệu của tháng đã chốt không còn khớp với mã chốt" in board
    page = strip_tags(Client().get(reverse("reporting:sealed")).content.decode())
    assert "received_online is 99" in page
    assert sealed.digest in page
    assert not Adjustment.objects.exists()
    assert DayCount.objects.get(day=MONDAY, unit=ward).received_online == 1
    tasks.compare_with_events()
    assert "Kiểm tra gần nhất" in strip_tags(Client().get(reverse("reporting:sealed")).content.decode())


def test_a_dossier_changed_by_hand_leaves_a_correction_nobody_can_explain(sealed: Seal, ward: Unit) -> None:
    """The base row itself, without an event: the nightly comparison writes down that the sealed month moved."""
    _by_hand("dossiers_dossier", "UPDATE dossiers_dossier SET channel = 'online' WHERE channel = 'counter'")
    assert fill.compare()
    assert set(Adjustment.objects.values_list("cause", flat=True)) == {Cause.COMPARISON}
    assert Adjustment.objects.get(fact="received_online").change == 1


def test_a_fact_added_later_does_not_break_a_seal(sealed: Seal, ward: Unit) -> None:
    """Sealed with fewer facts than the program has now."""
    assert set(sealed.codes) == set(CODES)
    old = [code for code in sealed.codes if code != "received_agent"]
    _by_hand("reporting_seal", "UPDATE reporting_seal SET codes = %s::jsonb", seals._canonical(old))
    seal = Seal.objects.get()
    _by_hand("reporting_seal", "UPDATE reporting_seal SET digest = %s", seals._digest_of(seal))
    DayCount.objects.filter(day=MONDAY, unit=ward).update(received_agent=1)
    sums.keep([(MONDAY, ward.pk)])
    assert seals.check() == (1, [])


@pytest.mark.django_db(transaction=True)
def test_a_fill_during_the_sealing_becomes_a_correction() -> None:
    """Two at once: the fill waits for the seal and its change is then a dated line, never a broken seal."""
    ward = Unit.objects.get(code="00004")
    rows = Rows()
    dossier = rows.dossier(ward, MONDAY, accepted=MONDAY, finished=MONDAY)
    fill.fill_all()
    original = seals._adjustments_since
    threads: list[threading.Thread] = []

    def late() -> None:
        try:
            rows.result(dossier, "Văn thư")
            fill.fill_all()
        finally:
            connections.close_all()

    def meanwhile(last: int) -> dict[str, Any]:
        threads.append(threading.Thread(target=late))
        threads[0].start()
        return original(last)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(seals, "_adjustments_since", meanwhile)
        assert seals.close(APRIL_3)
    threads[0].join(60)
    assert set(Adjustment.objects.values_list("fact", flat=True)) >= {"finished_e_result"}
    assert seals.check() == (1, [])


@pytest.mark.django_db(transaction=True)
def test_two_at_once_seal_a_month_once() -> None:
    ward = Unit.objects.get(code="00004")
    Rows().dossier(ward, MONDAY, accepted=MONDAY)
    fill.fill_all()
    errors: list[BaseException] = []

    def work() -> None:
        try:
            seals.close(APRIL_3)
        except BaseException as error:
            errors.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert Seal.objects.count() == 1
    assert not errors
    assert seals.check() == (1, [])
