"""Reports: the same numbers on page, XLSX and PDF; one a schedule and period; stored, signed, verifiable."""

from __future__ import annotations

import datetime
import io
import itertools
import re
import subprocess
import uuid
from typing import Any

import pytest
from django.core import mail
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DatabaseError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import translation
from django.utils.html import strip_tags
from python_calamine import CalamineWorkbook

from dossiers.invariants_files import known_hashes
from dossiers.models import Dossier, Rating
from dossiers.workflow import ActionError
from portal.accounts.models import Unit, User
from portal.lib import clock, files
from portal.outbox.actions import drain_all
from procedures.models import Channel
from reporting import fill
from reporting.actions.reports import (
    ReportWish,
    ScheduleWish,
    add_schedule,
    ask_report,
    count_report,
    end_schedule,
    issue,
    issue_due,
    print_report,
)
from reporting.models import Report, ReportFile, ReportKind, ReportSchedule
from reporting.periods import Period
from reporting.schedules import due, next_issue
from reporting.sheets.base import cell_text, drawn, share
from reporting.sheets.printing import sheet_of
from tests.cast import Cast, build_cast
from tests.reporting.conftest import MONDAY
from tests.reporting.rows import DAY, Rows, at
from tests.two_at_once import at_once

MARCH = Period(datetime.date(2026, 3, 1), datetime.date(2026, 3, 31))


@pytest.fixture
def month(rows: Rows, ward: Unit) -> None:
    """Five dossiers of Ba Đình in March: 3 online (2 finished, 1 late), 2 at the counter; one paid."""
    for number in range(3):
        dossier = rows.dossier(
            ward,
            MONDAY,
            accepted=MONDAY,
            finished=MONDAY + (2 + 5 * number) * DAY if number < 2 else None,
            due=at(MONDAY + 3 * DAY, 17),
        )
        if not number:
            rows.paid(dossier, MONDAY + DAY, 1_250_000)
            Rating.objects.create(
                dossier=dossier, unit=ward, rule="x", overall="yes", place="slip", at=at(MONDAY), on=MONDAY
            )
    for _ in range(2):
        rows.dossier(ward, MONDAY, accepted=MONDAY, channel=Channel.COUNTER, due=MONDAY + 90 * DAY)
    fill.fill_all()


def _ask(user: User, unit: Unit, kind: str = "06a-field", period: Period = MARCH) -> Report:
    return ask_report(by=user, wish=ReportWish(kind, unit, period, uuid.uuid4()))


def _made(user: User, unit: Unit, kind: str) -> Report:
    report = _ask(user, unit, kind)
    drain_all()
    report.refresh_from_db()
    return report


def _client(user: Any) -> Client:
    client = Client()
    client.force_login(user)
    return client


def _bytes(report: Report, form: str) -> bytes:
    file = report.files.get(format=form)
    with files.open_file(file.sha256) as stored:
        return stored.read()


def _text_of_pdf(data: bytes) -> str:
    done = subprocess.run(["pdftotext", "-layout", "-", "-"], input=data, stdout=subprocess.PIPE, check=True)
    return done.stdout.decode()


def _squeezed(text: str) -> str:
    return re.sub(r"\s+", " ", text)


@pytest.mark.parametrize("kind", list(ReportKind))
def test_page_workbook_and_pdf_hold_the_same_numbers(month: None, cast: Cast, ward: Unit, kind: str) -> None:
    report = _made(cast.office.head, ward, kind)
    sheet = sheet_of(report)
    with translation.override("vi"):
        wanted = [
            [label, *(text for text, _column in cells)]
            for table in map(drawn, sheet.tables)
            for label, cells in (*table.rows, *([table.total] if table.total else []))
        ]
    assert len(wanted) >= 2

    page = _client(cast.office.head).get(reverse("reporting:report", args=[report.pk]))
    assert page.status_code == 200
    cells = re.findall(r"<(?:td|th scope=\"row\")[^>]*>(.*?)</t[dh]>", page.content.decode())
    shown = iter([_squeezed(strip_tags(one)).replace("&amp;", "&") for one in cells])
    for text in itertools.chain.from_iterable(wanted):
        assert next(one for one in shown if one == text) == text

    book = CalamineWorkbook.from_filelike(io.BytesIO(_bytes(report, "xlsx")))
    lines = [row for name in book.sheet_names[:-1] for row in book.get_sheet_by_name(name).to_python()]
    for table in sheet.tables:
        for line in (*table.lines, *([table.total] if table.total else [])):
            row = next(row for row in lines if row[0] == line.label and any(row[1:]))
            lines.remove(row)
            for found, value, column in zip(row[1:], line.values, table.columns, strict=False):
                if isinstance(value, int | float):
                    assert found == value
                else:
                    with translation.override("vi"):
                        assert found == cell_text(column.kind, value)

    text = _squeezed(_text_of_pdf(_bytes(report, "pdf")))
    for line in wanted:
        numbers = [one for one in line[1:] if re.fullmatch(r"[\d.,%–]+", one)]
        for number in numbers:
            assert number in text
    assert report.token in text.replace(" ", "")


def test_report_06_is_as_counted_by_hand(month: None, cast: Cast, ward: Unit) -> None:
    (table,) = sheet_of(_made(cast.office.head, ward, "06a-field")).tables
    assert table.total is not None
    assert dict(zip([c.title for c in table.columns[:5]], table.total.values[:5], strict=True)) == {
        "Tổng số": 5, "Kỳ trước": 0, "Trực tuyến": 3, "Trực tiếp": 2, "Bưu chính": 0,
    }  # fmt: skip
    assert table.total.values[5:9] == (2, 1, 0, 1)


def test_the_other_reports_are_as_counted_by_hand(month: None, cast: Cast, ward: Unit) -> None:
    money = sheet_of(_made(cast.office.head, ward, "money")).tables[0]
    assert money.total is not None
    assert money.total.values == (1, 1, 1.0, 1_250_000, 1_250_000, 1.0)
    rates, halves = sheet_of(_made(cast.office.head, ward, "targets")).tables
    assert rates.total is not None
    assert halves.total is not None
    assert rates.total.values[:3] == (0.6, "≥ 60%", "Có")
    assert halves.total.values[:2] == (3, 5)
    (answers,) = sheet_of(_made(cast.office.head, ward, "satisfied")).tables
    assert answers.total is not None
    assert answers.total.values == (1, 0, 1, 0, 1.0)


def test_definitions_versions_and_fingerprint_are_printed(month: None, cast: Cast, ward: Unit) -> None:
    report = _made(cast.office.head, ward, "targets")
    text = _squeezed(_text_of_pdf(_bytes(report, "pdf")))
    assert "(online, phiên bản 1)" in text
    assert report.content is not None
    assert report.content["contract"] in text.replace(" ", "")
    assert "Trang 1/" in text
    notes = CalamineWorkbook.from_filelike(io.BytesIO(_bytes(report, "xlsx"))).get_sheet_by_name("Định nghĩa")
    assert any("phiên bản 1" in str(row[0]) for row in notes.to_python() if row)


def test_nothing_is_no_data_and_no_target_is_met(cast: Cast, ward: Unit) -> None:
    report = _ask(
        cast.office.head, ward, "targets", Period(datetime.date(2025, 8, 1), datetime.date(2025, 8, 2))
    )
    drain_all()
    page = _client(cast.office.head).get(reverse("reporting:report", args=[report.pk])).content.decode()
    assert "Chưa có dữ liệu trong kỳ này." in page
    assert "100,0%" not in strip_tags(page)
    assert share(0, 0) is None
    assert (share(9_999, 10_000), share(1, 10_000)) == (0.999, 0.001)


def test_what_was_counted_is_never_changed(month: None, cast: Cast, ward: Unit, rows: Rows) -> None:
    report = _made(cast.office.head, ward, "06a-field")
    before, hashes = report.content, list(report.files.values_list("sha256", flat=True))
    rows.dossier(ward, MONDAY, accepted=MONDAY)
    count_report(report_id=report.pk)
    print_report(report_id=report.pk)
    report.refresh_from_db()
    assert report.content == before
    assert list(report.files.values_list("sha256", flat=True)) == hashes
    assert known_hashes(hashes) == set(hashes)  # the sweep of files leaves them alone
    for statement in (
        lambda: Report.objects.filter(pk=report.pk).update(content={}),
        lambda: Report.objects.filter(pk=report.pk).update(last=MONDAY),
        lambda: ReportFile.objects.filter(report=report).update(size=1),
        lambda: ReportFile.objects.filter(report=report).delete(),
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            statement()


def test_a_second_click_is_the_same_report(cast: Cast, ward: Unit) -> None:
    client = _client(cast.office.head)
    data = {
        "kind": "06a-field",
        "unit": ward.code,
        "from": "01/03/2026",
        "to": "31/03/2026",
        "key": str(uuid.uuid4()),
    }
    first = client.post(reverse("reporting:reports"), data)
    second = client.post(reverse("reporting:reports"), data)
    assert first.status_code == second.status_code == 302
    assert first["Location"] == second["Location"]
    assert Report.objects.count() == 1


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"from": "31/03/2026", "to": "01/03/2026"}, "Ngày cuối phải từ ngày đầu trở đi."),
        ({"from": "01/01/2999", "to": "31/01/2999"}, "Khoảng thời gian này chưa đến nên chưa có dữ liệu."),
        (
            {"from": "01/05/2025", "to": "31/05/2025"},
            "Đơn vị này không tồn tại trong khoảng thời gian đã chọn.",
        ),
        ({"kind": "07"}, "không"),
        ({"unit": "00070"}, "không"),
    ],
)
def test_bad_input_is_said_and_kept(cast: Cast, ward: Unit, wrong: dict[str, str], message: str) -> None:
    data = {
        "kind": "06a-field",
        "unit": ward.code,
        "from": "01/03/2026",
        "to": "31/03/2026",
        "key": str(uuid.uuid4()),
    }
    response = _client(cast.office.head).post(reverse("reporting:reports"), {**data, **wrong})
    assert response.status_code == 422
    assert message in response.content.decode()
    if "from" in wrong:
        assert f'value="{wrong["from"]}"' in response.content.decode()
    assert not Report.objects.exists()


def test_a_report_reaches_who_sees_all_its_units(cast: Cast, ward: Unit, other_ward: Unit) -> None:
    own, other = _ask(cast.office.head, ward), _ask(cast.monitor, other_ward)
    city = _ask(cast.monitor, cast.city)
    head = _client(cast.office.head)
    assert head.get(reverse("reporting:report", args=[own.pk])).status_code == 202
    assert head.get(reverse("reporting:report", args=[other.pk])).status_code == 404
    assert head.get(reverse("reporting:report", args=[city.pk])).status_code == 404
    assert _client(cast.monitor).get(reverse("reporting:report", args=[own.pk])).status_code == 202
    assert _client(cast.citizen).get(reverse("reporting:reports")).status_code == 403
    with pytest.raises(ActionError):
        _ask(cast.office.head, other_ward)


def test_whoever_sees_a_unit_alone_reports_it_alone(cast: Cast) -> None:
    """The head of the Centre does not see its branches: his report says and counts the Centre by itself."""
    centre = Unit.objects.get(kind="centre")
    cast.office.head.memberships.all().update(unit=centre)
    head = User.objects.get(pk=cast.office.head.pk)
    alone, whole = _ask(head, centre), _ask(cast.monitor, centre)
    assert (alone.alone, whole.alone) == (True, False)
    drain_all()
    client = _client(head)
    assert client.get(reverse("reporting:report", args=[alone.pk])).status_code == 200
    assert client.get(reverse("reporting:report", args=[whole.pk])).status_code == 404
    whole.refresh_from_db()
    assert whole.content is not None
    assert whole.content["scope"] == "cùng các đơn vị trực thuộc"


def test_anybody_verifies_a_file_by_token_and_by_itself(
    month: None, cast: Cast, ward: Unit, client: Client
) -> None:
    report = _made(cast.office.head, ward, "06a-field")
    by_qr = client.get(reverse("dossiers:verify", args=[report.token]), follow=True)
    assert report.files.get(format="pdf").sha256[:32] in by_qr.content.decode()
    for form in ("pdf", "xlsx"):
        upload = SimpleUploadedFile(f"a.{form}", _bytes(report, form))
        found = client.post(reverse("dossiers:find-document"), {"file": upload})
        assert found["Location"] == reverse("reporting:report-verify", args=[report.token])
    changed = SimpleUploadedFile("a.pdf", _bytes(report, "pdf") + b" ")
    page = client.post(reverse("reporting:report-verify", args=[report.token]), {"file": changed})
    assert "Tệp không phải bản đã lập." in page.content.decode()
    same = SimpleUploadedFile("a.xlsx", _bytes(report, "xlsx"))
    page = client.post(reverse("reporting:report-verify", args=[report.token]), {"file": same})
    assert "Tệp trùng khớp với bản đã lập." in page.content.decode()
    assert client.get(reverse("reporting:report-verify", args=["nothing"])).status_code == 404


def test_the_list_asks_the_same_however_long(
    month: None, cast: Cast, ward: Unit, django_assert_max_num_queries: Any
) -> None:
    client = _client(cast.office.head)
    client.get(reverse("reporting:reports"))
    for _ in range(12):
        _ask(cast.office.head, ward)
    with django_assert_max_num_queries(14):
        client.get(reverse("reporting:reports"))


# --- Schedules ---


@pytest.mark.parametrize(
    ("rhythm", "day", "since", "today", "firsts"),
    [
        ("month", 3, "2026-03-10", "2026-04-02", []),
        ("month", 3, "2026-03-10", "2026-04-03", ["2026-03-01"]),
        ("month", 3, "2026-03-10", "2026-06-30", ["2026-05-01", "2026-04-01", "2026-03-01"]),
        ("week", 1, "2026-03-04", "2026-03-09", ["2026-03-02"]),
        ("quarter", 15, "2026-01-20", "2026-04-15", ["2026-01-01"]),
        ("year", 28, "2025-12-31", "2026-01-28", ["2025-01-01"]),
        ("month", 1, "2025-12-31", "2026-01-01", ["2025-12-01"]),
    ],
)  # fmt: skip
def test_which_periods_are_due(rhythm: str, day: int, since: str, today: str, firsts: list[str]) -> None:
    day_of = datetime.date.fromisoformat
    found = due(rhythm, day, day_of(since), day_of(today))
    assert [period.first.isoformat() for period in found] == firsts
    assert next_issue(rhythm, day, day_of(today)) > day_of(today)


def _schedule(cast: Cast, ward: Unit) -> ReportSchedule:
    with clock.at(at(datetime.date(2026, 3, 10))):
        return add_schedule(
            by=cast.office.head, wish=ScheduleWish("06a-field", ward, "month", 3, ("head", "leader"))
        )


def test_one_report_a_period_and_missed_ones_are_made_up_for(month: None, cast: Cast, ward: Unit) -> None:
    cast.office.head.email = "giamdoc@example.org"
    cast.office.head.save(update_fields=["email"])
    schedule = _schedule(cast, ward)
    with clock.at(at(datetime.date(2026, 4, 2))):
        assert issue_due() == 0
    with clock.at(at(datetime.date(2026, 5, 3))):
        assert issue_due() == 2  # April's third day passed without a worker
        assert issue_due() == 0
        drain_all()
    assert [one.first.month for one in schedule.reports.order_by("first")] == [3, 4]
    assert [message.to for message in mail.outbox] == [["giamdoc@example.org"]] * 2
    assert "/so-lieu/bao-cao/" in mail.outbox[0].body
    end_schedule(by=cast.office.head, schedule_id=schedule.pk)
    with clock.at(at(datetime.date(2026, 7, 3))):
        assert issue(schedule_id=schedule.pk) == 0


def test_a_second_schedule_of_the_same_report_is_refused(cast: Cast, ward: Unit) -> None:
    _schedule(cast, ward)
    client = _client(cast.office.head)
    data = {"kind": "06a-field", "unit": ward.code, "rhythm": "month", "issue_day": "5", "roles": ["head"]}
    again = client.post(reverse("reporting:schedules"), data)
    assert again.status_code == 422
    assert "Báo cáo này của đơn vị đã có lịch như vậy." in again.content.decode()
    wrong = client.post(reverse("reporting:schedules"), {**data, "issue_day": "40", "roles": ["clerk"]})
    assert wrong.status_code == 422
    page = client.get(reverse("reporting:schedules")).content.decode()
    assert "Hằng tháng" in page
    assert "Trưởng đơn vị, Lãnh đạo ký duyệt" in page


@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_make_one_report() -> None:
    cast = build_cast()
    ward = cast.office.unit
    schedule = _schedule(cast, ward)

    def work(_index: int) -> int:
        with clock.at(at(datetime.date(2026, 4, 3))):
            return issue(schedule_id=schedule.pk)

    assert sorted(at_once(4, work)) == [0, 0, 0, 1]
    assert Report.objects.count() == 1
    assert Dossier.objects.count() == 0
    key = uuid.uuid4()
    asked = at_once(
        4, lambda _index: ask_report(by=cast.office.head, wish=ReportWish("766", ward, MARCH, key)).pk
    )
    assert len(set(asked)) == 1
    report = asked[0]

    def produce(_index: int) -> None:
        count_report(report_id=report)
        print_report(report_id=report)

    outcomes = at_once(3, produce)
    # Whoever waited longer than the database lets anybody wait comes again, as its message would.
    assert all(one is None or "lock timeout" in str(one) for one in outcomes), outcomes
    produce(0)
    assert ReportFile.objects.filter(report=report).count() == 2
