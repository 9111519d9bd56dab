"""Files of lists: at once when short, from the worker when long; never half, never anybody else's, never a formula."""

from __future__ import annotations

import csv
import io
import logging
import tracemalloc
import uuid
from typing import Any

import pytest
from django.db import DatabaseError, transaction
from django.test import Client
from django.urls import reverse
from python_calamine import CalamineWorkbook

from dossiers.invariants_files import known_hashes
from dossiers.workflow import ActionError
from payments.models import Account, EntryKind, LedgerEntry
from portal.accounts.models import Unit, User
from portal.lib import clock, files
from reporting.actions import exports
from reporting.actions.exports import ExportWish, StoppedError, ask_export
from reporting.downloads import sources, writing
from reporting.downloads.sources import Source
from reporting.models import Export, ExportState
from reporting.views import tray
from tests.cast import Cast, build_cast
from tests.killed import die, in_a_killed_process
from tests.reporting.conftest import MONDAY
from tests.reporting.rows import DAY, Rows
from tests.two_at_once import at_once

LIST = {"address": "measure=online&from=2026-03-01&to=2026-03-31", "names": ""}
MARCH = {"from": "2026-03-01", "to": "2026-03-31", "unit": "", "names": ""}
OWNER = "=Nguyễn Thị Ngọc Ánh"  # as in `rows`: a name that a spreadsheet would run


@pytest.fixture
def month(rows: Rows, ward: Unit, other_ward: Unit) -> None:
    """Three dossiers of Ba Đình in March, one of Hoàn Kiếm."""
    for unit in (ward, ward, ward, other_ward):
        rows.dossier(unit, MONDAY, accepted=MONDAY)


def _client(user: Any) -> Client:
    client = Client()
    client.force_login(user)
    return client


def _ask(user: User, kind: str = "list", query: dict[str, str] | None = None, form: str = "csv") -> Export:
    return ask_export(by=user, wish=ExportWish(kind, query or LIST, form, uuid.uuid4()))


def _bytes(response: Any) -> bytes:
    return b"".join(response.streaming_content)


def _lines(data: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"))))


def _many(number: int) -> Source:
    return Source(
        "Nhiều dòng",
        "many",
        ["a", "b"],
        False,
        lambda: number,
        lambda: ([i, f"=1+{i}"] for i in range(number)),
    )


# --- What is in a file ---


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_a_short_list_comes_at_once_with_every_line(month: None, cast: Cast, form: str) -> None:
    data = {"address": LIST["address"], "format": form, "key": str(uuid.uuid4()), "names": "1"}
    response = _client(cast.office.head).post(reverse("reporting:list-file"), data)
    assert response.status_code == 200
    assert f".{form}" in response["Content-Disposition"]
    content = _bytes(response)
    if form == "csv":
        lines = _lines(content)
        assert {line["chu_ho_so"] for line in lines} == {f"'{OWNER}"}
        assert len(lines) == 3
    else:
        rows = CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(0).to_python()
        assert len(rows) == 4
        assert {row[-1] for row in rows[1:]} == {OWNER}  # text, not a formula
    assert not Export.objects.exists()


def test_the_file_holds_the_very_list_of_the_page(month: None, cast: Cast) -> None:
    client = _client(cast.monitor)
    page = client.get(f"{reverse('reporting:list')}?{LIST['address']}").content.decode()
    assert "4 hồ sơ" in page
    data = {"address": LIST["address"], "format": "csv", "key": str(uuid.uuid4()), "names": "1"}
    lines = _lines(_bytes(client.post(reverse("reporting:list-file"), data)))
    assert len(lines) == 4
    assert "chu_ho_so" not in lines[0]  # the monitor may not see people's data, whatever the form says


def test_dossiers_and_ledger_within_ones_scope(month: None, cast: Cast, ward: Unit, other_ward: Unit) -> None:
    key = uuid.uuid4()
    for unit in (ward, other_ward):
        for amount in (8000, -8000):
            LedgerEntry.objects.create(
                transaction=key,
                kind=EntryKind.SETTLED,
                account=Account.BANK,
                amount=amount,
                unit=unit,
                at=clock.now(),
            )
    head, today = cast.office.head, clock.today().isoformat()
    found = sources.source(head, "dossiers", MARCH)
    assert found.count() == len(list(found.rows())) == 3
    ledger = sources.source(cast.office.cashier, "ledger", {**MARCH, "from": today, "to": today})
    assert [row[4] for row in ledger.rows()] == [8000, -8000]
    assert {row[5] for row in ledger.rows()} == {ward.full_name}
    client = _client(cast.office.counter)
    data = {
        "kind": "ledger",
        "from": "01/03/2026",
        "to": "31/03/2026",
        "format": "csv",
        "key": str(uuid.uuid4()),
    }
    assert client.post(reverse("reporting:tray"), data).status_code == 422  # not his to ask for
    assert _client(cast.citizen).get(reverse("reporting:tray")).status_code == 403
    foreign = {**data, "kind": "dossiers", "unit": other_ward.code}
    assert client.post(reverse("reporting:tray"), foreign).status_code == 422


@pytest.mark.parametrize("value", ["=1+1", "+84", "-1", "@x", "\t=1", "\r=1"])
def test_nothing_becomes_a_formula(value: str) -> None:
    source = Source("x", "x", ["a"], False, lambda: 1, lambda: iter([[value]]))
    data = b"".join(writing.chunks(source, "csv")).decode("utf-8-sig")
    assert list(csv.reader(io.StringIO(data, newline="")))[1] == [f"'{value}"]
    book = CalamineWorkbook.from_filelike(io.BytesIO(b"".join(writing.chunks(source, "xlsx"))))
    found = str(book.get_sheet_by_index(0).to_python()[1][0])
    assert found.strip() == value.strip()  # stored as text


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"from": "31/03/2026", "to": "01/03/2026"}, "Ngày cuối phải từ ngày đầu trở đi."),
        ({"from": "hôm qua"}, "Ghi ngày theo dạng ngày/tháng/năm"),
        ({"format": "pdf"}, "không"),
    ],
)
def test_bad_input_is_said_and_kept(cast: Cast, wrong: dict[str, str], message: str) -> None:
    data = {
        "kind": "dossiers",
        "from": "01/03/2026",
        "to": "31/03/2026",
        "format": "csv",
        "key": str(uuid.uuid4()),
    }
    response = _client(cast.office.head).post(reverse("reporting:tray"), {**data, **wrong})
    assert response.status_code == 422
    assert message in response.content.decode()
    for value in (value for key, value in wrong.items() if key == "from"):
        assert f'value="{value}"' in response.content.decode()
    assert not Export.objects.exists()


def test_an_empty_list_is_an_empty_file(cast: Cast) -> None:
    query = {"address": "measure=online&from=2025-08-01&to=2025-08-02", "names": ""}
    for form in ("csv", "xlsx"):
        export = _ask(cast.office.head, query=query, form=form)
        assert exports.write(export_id=export.pk)
        export.refresh_from_db()
        assert (export.state, export.total, export.written) == (ExportState.DONE, 0, 0)
        assert export.size > 0


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_memory_does_not_grow_with_the_list(form: str) -> None:
    peaks = []
    for number in (10_000, 60_000):
        tracemalloc.start()
        size = sum(len(data) for data in writing.chunks(_many(number), form))
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
        assert size > number
    assert peaks[1] < peaks[0] * 1.5, peaks


# --- The tray ---


@pytest.fixture
def long_list(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every list with more than two lines is long."""
    monkeypatch.setattr(tray, "AT_ONCE", 2)


def test_a_long_list_waits_in_the_tray_of_its_owner(
    month: None, cast: Cast, long_list: None, caplog: Any
) -> None:
    caplog.set_level(logging.INFO, logger="access")
    client = _client(cast.office.head)
    data = {"address": LIST["address"], "format": "csv", "key": str(uuid.uuid4()), "names": "1"}
    for _twice in range(2):
        assert client.post(reverse("reporting:list-file"), data)["Location"] == reverse("reporting:tray")
    export = Export.objects.get()
    assert "Chờ lập" in client.get(reverse("reporting:tray")).content.decode()
    address = reverse("reporting:export-file", args=[export.pk])
    assert client.get(address).status_code == 404
    assert exports.write(export_id=export.pk)
    export.refresh_from_db()
    assert (export.state, export.written, export.total) == (ExportState.DONE, 3, 3)
    assert known_hashes([export.sha256]) == {export.sha256}
    page = client.get(reverse("reporting:tray")).content.decode()
    assert "Sẵn sàng" in page
    assert "Có tên người" in page
    assert len(_lines(_bytes(client.get(address)))) == 3
    for other in (cast.office.leader, cast.monitor):
        assert _client(other).get(address).status_code == 404
        assert _client(other).post(reverse("reporting:export-cancel", args=[export.pk])).status_code == 404
    logged = [record.getMessage() for record in caplog.records if record.name == "access"]
    assert [line.split("=")[0] for line in logged] == ["export asked", "export read"]
    assert all("names=True" in line for line in logged)


def test_rights_lost_since_close_the_file(month: None, cast: Cast) -> None:
    export = _ask(cast.office.head, query={**LIST, "names": "1"})
    waiting = _ask(cast.office.head)
    exports.write(export_id=export.pk)
    cast.office.head.memberships.all().update(role="counter")
    client = _client(User.objects.get(pk=cast.office.head.pk))
    assert client.get(reverse("reporting:export-file", args=[export.pk])).status_code == 403
    assert not exports.write(export_id=waiting.pk)
    waiting.refresh_from_db()
    assert (waiting.state, waiting.sha256) == (ExportState.FAILED, "")


def test_a_cancelled_one_stops_and_offers_nothing(
    month: None, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    export = _ask(cast.office.head)
    client = _client(cast.office.head)

    def cancelled_meanwhile(source: Source, form: str, beat: Any) -> Any:
        client.post(reverse("reporting:export-cancel", args=[export.pk]))
        yield b"half"
        beat(1)
        yield b"whole"

    monkeypatch.setattr(exports, "chunks", cancelled_meanwhile)
    assert not exports.write(export_id=export.pk)
    export.refresh_from_db()
    assert (export.state, export.sha256) == (ExportState.CANCELLED, "")
    assert list(files.all_hashes()) == []
    assert "Đã hủy" in client.get(reverse("reporting:tray")).content.decode()


def test_after_its_days_a_file_is_let_go(month: None, cast: Cast) -> None:
    export = _ask(cast.office.head)
    exports.write(export_id=export.pk)
    export.refresh_from_db()
    sha256 = export.sha256
    with clock.at(clock.now() + exports.KEPT + DAY):
        exports.sweep()
    export.refresh_from_db()
    assert (export.state, export.sha256) == (ExportState.EXPIRED, "")
    assert known_hashes([sha256]) == set()  # the nightly sweep of the store removes the bytes
    assert (
        _client(cast.office.head).get(reverse("reporting:export-file", args=[export.pk])).status_code == 404
    )


def test_five_at_once_are_enough(month: None, cast: Cast) -> None:
    for _ in range(exports.MOST_OPEN):
        _ask(cast.office.head)
    with pytest.raises(ActionError):
        _ask(cast.office.head)


def test_no_row_offers_half_a_file(month: None, cast: Cast) -> None:
    export = _ask(cast.office.head)
    with pytest.raises(DatabaseError), transaction.atomic():
        Export.objects.filter(pk=export.pk).update(sha256="1" * 64)
    with pytest.raises(DatabaseError), transaction.atomic():
        Export.objects.filter(pk=export.pk).update(state=ExportState.DONE)


def test_a_worker_thought_dead_can_no_longer_finish(month: None, cast: Cast) -> None:
    export = _ask(cast.office.head)
    first = exports.claim(export_id=export.pk)
    assert first is not None
    assert exports.claim(export_id=export.pk) is None
    later = clock.now() + 2 * exports.LEASE
    with clock.at(later):
        second = exports.claim(export_id=export.pk)
    assert second is not None
    with pytest.raises(StoppedError):
        exports.beat(export_id=export.pk, attempt=first.attempt, written=1)
    with pytest.raises(StoppedError):
        exports.finish(export_id=export.pk, attempt=first.attempt, stored=files.put(b"x"), written=1)
    for number in range(3, exports.MOST_ATTEMPTS + 2):
        with clock.at(later + number * 2 * exports.LEASE):
            exports.claim(export_id=export.pk)
    export.refresh_from_db()
    assert export.state == ExportState.FAILED


@pytest.mark.django_db(transaction=True)
def test_a_killed_worker_leaves_nothing_and_another_writes_the_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    cast, rows = build_cast(), Rows()
    for _ in range(3):
        rows.dossier(cast.office.unit, MONDAY, accepted=MONDAY)
    export = _ask(cast.office.head)
    monkeypatch.setattr(writing, "PORTION", 1)

    def doomed() -> None:
        real, heard = exports.beat, []

        def beat(**values: Any) -> None:
            real(**values)
            heard.append(values)
            if len(heard) == 2:
                die()

        exports.beat = beat  # in the child only
        exports.write(export_id=export.pk)

    in_a_killed_process(doomed)
    export.refresh_from_db()
    assert (export.state, export.written, export.sha256) == (ExportState.RUNNING, 2, "")
    assert list(files.all_hashes()) == []
    rung: list[int] = []
    monkeypatch.setattr(exports, "_ring", rung.append)
    assert exports.sweep() == 0  # it may still live
    with clock.at(clock.now() + 2 * exports.LEASE):
        assert exports.sweep() == 1
        assert rung == [export.pk]
        assert exports.write(export_id=export.pk)
    export.refresh_from_db()
    assert (export.state, export.attempt, export.written) == (ExportState.DONE, 2, 3)
    with files.open_file(export.sha256) as stored:
        assert len(_lines(stored.read())) == 3


@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_write_it_once() -> None:
    cast, rows = build_cast(), Rows()
    rows.dossier(cast.office.unit, MONDAY, accepted=MONDAY)
    key = uuid.uuid4()
    wish = ExportWish("list", LIST, "csv", key)
    asked = at_once(4, lambda _index: ask_export(by=cast.office.head, wish=wish).pk)
    assert len(set(asked)) == 1
    assert sorted(at_once(4, lambda _index: exports.write(export_id=asked[0]))) == [False, False, False, True]
    assert Export.objects.get().attempt == 1
