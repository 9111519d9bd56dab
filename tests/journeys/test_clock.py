"""What moves a promised day, in a browser: an apology, once; and a changed calendar, by two persons."""

from __future__ import annotations

import datetime
from collections.abc import Callable

import pytest

from dossiers.models import DocumentKind, Dossier
from portal.lib import clock
from procedures.calendar import HANOI, ONE_DAY, city_calendar
from tests.cast import Cast
from tests.factories import dossiers as make
from tests.journeys.conftest import PHONE, Person

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True), pytest.mark.timeout(300)]


def said(at: datetime.datetime | None) -> str:
    assert at is not None
    return f"{at.astimezone(HANOI):%d/%m/%Y}"


def test_late_with_an_apology(crew: Cast, somebody: Callable[..., Person]) -> None:
    with clock.at(clock.now() - 21 * ONE_DAY):
        dossier = make.processing_(crew, make.HOUSEHOLD)
    days = city_calendar()
    day = clock.today() + 3 * ONE_DAY
    while not days.is_working(day):
        day += ONE_DAY
    leader = somebody()
    leader.sign_in(crew.office.leader.username)
    leader.go(f"/xu-ly/ho-so/{dossier.code}/")
    leader.follow("Xin lỗi và hẹn lại")
    leader.page.fill("[name=day]", f"{day:%d/%m/%Y}")
    leader.picture("clock-01-apology")
    leader.press("Xin lỗi và hẹn lại")
    assert leader.page.locator("[data-error-summary]").count()  # without a reason
    assert leader.page.locator("[name=day]").input_value() == f"{day:%d/%m/%Y}"
    leader.page.fill("[name=reason]", "Chờ kết quả xác minh của cơ quan thuế.")
    leader.press("Xin lỗi và hẹn lại")
    leader.picture("clock-02-apologised")
    assert not leader.page.get_by_role("link", name="Xin lỗi và hẹn lại").count()
    leader.go(f"/xu-ly/ho-so/{dossier.code}/quyet-dinh/extend/")
    leader.page.fill("[name=reason]", "Lần nữa.")
    leader.page.fill("[name=day]", f"{day + 28 * ONE_DAY:%d/%m/%Y}")
    leader.press("Xin lỗi và hẹn lại")
    leader.picture("clock-04-once-only")
    assert leader.page.locator("[data-error-summary]").count()
    assert Dossier.objects.get().documents.filter(kind=DocumentKind.APOLOGY).count() == 1
    citizen = somebody(PHONE)
    citizen.sign_in(crew.citizen.username)
    citizen.go(f"/ho-so/{dossier.code}/")
    citizen.picture("clock-03-citizen")
    assert citizen.sees(f"{day:%d/%m/%Y}")
    assert citizen.sees(said(dossier.promised_at))
    assert Dossier.objects.get().promised_at == dossier.promised_at


def test_a_changed_calendar(crew: Cast, somebody: Callable[..., Person]) -> None:
    dossier = make.accepted(crew, make.HOUSEHOLD)
    days, day = city_calendar(), clock.today() + ONE_DAY
    while not days.is_working(day):
        day += ONE_DAY
    maker = somebody()
    maker.sign_in(crew.catalogue.username)
    maker.go("/lich-lam-viec/")
    maker.picture("clock-10-calendar")
    maker.follow("Đề nghị đổi ngày")
    maker.page.fill("[name=document]", "Thông báo 12/TB-UBND")
    maker.page.fill("[name=name]", "Nghỉ phòng chống bão số 12")
    maker.page.fill("[name=days-0-first]", f"{day:%d/%m/%Y}")
    maker.press("Ghi đề nghị và xem trước")
    maker.picture("clock-11-faulty")
    maker.page.locator("[name=days-0-kind]").select_option("off")
    maker.press("Ghi đề nghị và xem trước")
    maker.page.wait_for_selector(f"#progress >> text={dossier.code}")
    maker.picture("clock-12-preview")
    checker = somebody(PHONE)
    checker.sign_in(crew.publisher.username)
    checker.go("/lich-lam-viec/")
    checker.picture("clock-13-phone-calendar")
    checker.follow("Thông báo 12/TB-UBND")
    assert checker.sees("1 hồ sơ sẽ đổi hạn")
    checker.picture("clock-14-phone-decide")
    checker.press("Duyệt, áp dụng ngay")
    checker.page.get_by_text("Đã xem 1 / 1 hồ sơ, 1 hồ sơ đổi hạn.").wait_for()
    checker.picture("clock-15-phone-moved")
    before, moved = dossier.due_at, Dossier.objects.get()
    assert before is not None
    assert moved.due_at is not None
    assert moved.due_at > before
    assert moved.promised_at == before
    citizen = somebody(PHONE)
    citizen.sign_in(crew.citizen.username)
    citizen.go(f"/ho-so/{dossier.code}/")
    assert citizen.sees(said(moved.due_at))
    citizen.picture("clock-16-citizen")


def test_other_office_hours_of_one_ward(crew: Cast, somebody: Callable[..., Person]) -> None:
    dossier = make.accepted(crew, make.HOUSEHOLD)
    day, ward = clock.today() + ONE_DAY, crew.office.unit
    maker = somebody()
    maker.sign_in(crew.catalogue.username)
    maker.go("/lich-lam-viec/")
    maker.follow("Đề nghị đổi giờ")
    maker.page.fill("[name=document]", "Quyết định 5/QĐ-UBND")
    maker.page.fill("[name=name]", "Giờ mùa đông")
    maker.page.locator("[name=units]").select_option(f"unit:{ward.code}")
    maker.page.fill("[name=first]", f"{day:%d/%m/%Y}")
    for name, time in (
        ("opens", "7h30"),
        ("closes", "11h30"),
        ("opens_again", "13h30"),
        ("closes_again", "12h"),
    ):
        maker.page.fill(f"[name={name}]", time)
    maker.press("Ghi đề nghị và xem trước")
    assert maker.sees("Giờ này phải sau giờ ở ô trước")
    maker.picture("clock-20-hours-faulty")
    maker.page.fill("[name=closes_again]", "16h30")
    maker.press("Ghi đề nghị và xem trước")
    maker.page.wait_for_selector(f"#progress >> text={dossier.code}")
    maker.picture("clock-21-hours-preview")
    checker = somebody(PHONE)
    checker.sign_in(crew.publisher.username)
    checker.go("/lich-lam-viec/")
    checker.follow("Quyết định 5/QĐ-UBND")
    checker.press("Duyệt, áp dụng ngay")
    checker.page.get_by_text("Đã xem 1 / 1 hồ sơ, 1 hồ sơ đổi hạn.").wait_for()
    checker.picture("clock-23-phone-moved")
    checker.go("/lich-lam-viec/")
    checker.picture("clock-24-phone-calendar")
    moved = Dossier.objects.get()
    assert moved.due_at != dossier.due_at
    assert moved.promised_at == dossier.due_at
    citizen = somebody(PHONE)
    citizen.go(f"/don-vi/{ward.code}/")
    assert citizen.sees("07:30–11:30, 13:30–16:30")
    citizen.picture("clock-25-phone-ward")
    citizen.sign_in(crew.citizen.username)
    citizen.go(f"/ho-so/{dossier.code}/")
    citizen.page.locator("summary", has_text="Vì sao hẹn ngày này?").click()
    assert citizen.sees("giờ làm việc mới 07:30–11:30, 13:30–16:30")
    citizen.picture("clock-26-phone-citizen")
