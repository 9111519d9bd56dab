"""The main job, in real browsers: a citizen files, officers work, money moves, the city counts.

Nothing is done behind the pages' backs but the worker's part: the outbox is drained as the worker would.
"""

from __future__ import annotations

import functools
import io
import operator
from collections.abc import Callable
from typing import Any

import pikepdf
import pytest
from playwright.sync_api import expect

from dossiers.models import Dossier
from dossiers.states import State
from payments.models import Receipt
from tests.cast import PASSWORD, Cast
from tests.factories import dossiers as make
from tests.journeys.conftest import PHONE, Person, fill
from tests.payments.conftest import Simulator

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True), pytest.mark.timeout(300)]

NUMBER = "001090012345"
NAME = "Nguyễn Văn An"


def register(person: Person) -> None:
    person.go("/")
    person.picture("01-home")
    person.go("/tai-khoan/dang-ky/")
    fill(
        person,
        {
            "full_name": NAME,
            "id_number": NUMBER,
            "date_of_birth": "01/02/1990",
            "gender": "male",
            "phone": "0912345678",
            "password1": PASSWORD,
            "password2": PASSWORD,
        },
    )
    person.picture("02-register")
    person.press("Đăng ký")


def find_and_start(person: Person) -> None:
    person.go("/")
    person.page.locator("main input[name=q]").fill("ho kinh doanh")
    person.page.keyboard.press("Enter")
    person.page.wait_for_url("**/thu-tuc/?*q=*")
    person.picture("03-search")
    person.page.locator("main a[href$='/thu-tuc/1.001612/']").first.click()
    person.page.wait_for_load_state()
    person.picture("04-procedure")
    person.page.locator("main a[href*='/ho-so/nop/1.001612/']").first.click()
    person.page.wait_for_load_state()
    person.picture("05-start")
    person.page.locator("main form button[type=submit]").first.click()
    person.page.wait_for_load_state()


def answer_every_page(person: Person, cast: Cast) -> None:
    """Section by section until the read-back page."""
    answers = make.example(make.HOUSEHOLD)
    answers |= {"unit": str(cast.office.unit.pk), "delivery": "online"}
    for number in range(12):
        if "/kiem-tra/" in person.page.url:
            return
        before = person.page.url
        fill(person, answers)
        person.page.wait_for_load_state("networkidle")
        fill(person, answers)  # what a condition has just opened
        if "/giay-to/" in person.page.url:
            upload_all(person)
        person.picture(f"06-step-{number}")
        person.page.locator("main .button-row button[name=go][value=next]").first.click()
        person.page.wait_for_url(functools.partial(operator.ne, before))
    raise AssertionError(f"still at {person.page.url}")


def upload_all(person: Person) -> None:
    for index in range(person.page.locator("main input[type=file]").count()):
        control = person.page.locator("main input[type=file]").nth(index)
        data = make.pdf().read()
        control.set_input_files({"name": "giay-to.pdf", "mimeType": "application/pdf", "buffer": data})
        person.page.wait_for_load_state("networkidle")
        person.page.wait_for_timeout(500)


def file(person: Person) -> Dossier:
    person.picture("07-read-back")
    person.page.locator("main [name=declared]").check()
    person.press("Nộp hồ sơ")
    person.picture("08-filed")
    dossier = Dossier.objects.get()
    assert person.sees(dossier.code)
    return dossier


def download(person: Person, selector: str) -> bytes:
    """Download through the page, as a person would."""
    with person.page.expect_download() as waiting:
        person.page.locator(selector).first.click()
    return waiting.value.path().read_bytes()


def check_pdf(data: bytes) -> None:
    assert data.startswith(b"%PDF")
    with pikepdf.open(io.BytesIO(data)) as document:
        assert len(document.pages) >= 1


def open_desk(person: Person, login: str, dossier: Dossier) -> None:
    person.sign_in(login)
    person.go(f"/xu-ly/ho-so/{dossier.code}/")


def test_the_main_job(
    crew: Cast,
    simulator: Simulator,
    somebody: Callable[..., Person],
) -> None:
    citizen = somebody(PHONE)
    register(citizen)
    find_and_start(citizen)
    answer_every_page(citizen, crew)
    dossier = file(citizen)

    counter = somebody()
    counter.sign_in("badinh.motcua")
    assert counter.sees(dossier.code)
    counter.picture("10-inbox")
    counter.go(f"/xu-ly/ho-so/{dossier.code}/")
    counter.picture("11-desk-filed")
    ask_for_supplement(counter, dossier)
    answer_supplement(citizen, dossier)
    counter.go(f"/xu-ly/ho-so/{dossier.code}/")
    counter.press("Tiếp nhận")
    counter.picture("14-desk-accepted")

    citizen.go(f"/ho-so/{dossier.code}/")
    citizen.picture("15-detail-accepted")
    check_pdf(download(citizen, "main a[href*='/van-ban/']"))
    pay(citizen, dossier, simulator)

    work_off(counter, somebody, dossier)
    see_result(citizen, dossier)
    see_figures(somebody(), dossier)


def ask_for_supplement(counter: Person, dossier: Dossier) -> None:
    counter.follow("Yêu cầu bổ sung")
    counter.page.fill("textarea[name=reason]", "Ảnh chụp giấy tờ bị mờ.")
    counter.page.locator("input[name^='paper-']").first.fill("Chụp lại rõ bốn góc")
    counter.picture("12-supplement-form")
    counter.press("Yêu cầu bổ sung")
    dossier.refresh_from_db()
    assert dossier.state == State.SUPPLEMENT


def answer_supplement(citizen: Person, dossier: Dossier) -> None:
    citizen.go("/ho-so/")
    citizen.picture("12-mine")
    citizen.go(f"/ho-so/{dossier.code}/bo-sung/")
    upload_all(citizen)
    citizen.picture("13-supplement-answer")
    citizen.press("Gửi phần bổ sung")
    dossier.refresh_from_db()
    assert dossier.state == State.FILED


def pay(citizen: Person, dossier: Dossier, gateway: Simulator) -> None:
    citizen.go(f"/thanh-toan/{dossier.code}/")
    citizen.picture("16-checkout")
    citizen.page.locator("main form[action$='/nop/'] button").first.click()
    citizen.page.wait_for_url(lambda url: url.startswith(gateway.url))
    citizen.page.locator("button[value=success]").click()
    citizen.page.wait_for_url(lambda url: url.startswith(citizen.base))
    citizen.page.wait_for_load_state("networkidle")
    from portal.outbox.actions import drain_all

    drain_all()
    citizen.picture("17-paid")
    dossier.refresh_from_db()
    assert dossier.money == "paid"
    receipt = Receipt.objects.get()
    assert receipt.number == 1
    citizen.go(f"/thanh-toan/{dossier.code}/")
    check_pdf(download(citizen, "main a[href*='/bien-lai/']"))


def work_off(counter: Person, somebody: Callable[..., Person], dossier: Dossier) -> None:
    counter.go(f"/xu-ly/ho-so/{dossier.code}/")
    counter.press("Chuyển chuyên viên")
    specialist = somebody()
    open_desk(specialist, "badinh.chuyenvien", dossier)
    specialist.follow("Dự thảo kết quả, trình kiểm tra")
    specialist.page.fill("textarea[name=note]", "Hồ sơ đủ điều kiện.")
    specialist.picture("20-draft-result")
    specialist.press("Trình kiểm tra")
    head = somebody()
    open_desk(head, "badinh.giamdoc", dossier)
    head.press("Kiểm tra đạt, trình ký")
    leader = somebody()
    open_desk(leader, "badinh.lanhdao", dossier)
    leader.picture("21-sign")
    leader.press("Ký duyệt")
    clerk = somebody()
    open_desk(clerk, "badinh.vanthu", dossier)
    clerk.press("Cấp số, phát hành")
    clerk.picture("22-issued")


def see_result(citizen: Person, dossier: Dossier) -> None:
    dossier.refresh_from_db()
    assert dossier.state == State.RETURNED  # online delivery: paid and signed, it comes back by itself
    citizen.go(f"/ho-so/{dossier.code}/")
    citizen.picture("23-result")
    assert citizen.sees(dossier.result.number)
    document = dossier.result.document
    assert document is not None
    assert len(document.signed_by) == 2
    check_pdf(download(citizen, f"main a[href$='/van-ban/{document.pk}/']"))


def see_figures(monitor: Person, dossier: Dossier) -> None:
    from reporting.tasks import fill_dirty

    fill_dirty()
    monitor.sign_in("giamsat")
    monitor.go("/so-lieu/")
    monitor.picture("30-dashboard")
    assert monitor.sees("Phường Ba Đình")
    behind = monitor.page.locator("main a[href*='danh-sach']").first.get_attribute("href")
    assert behind is not None
    monitor.go(behind)
    monitor.page.wait_for_load_state()
    monitor.picture("31-list-behind")
    assert monitor.sees(dossier.code)
    assert not monitor.sees(NAME)


def test_the_walk_in(crew: Cast, somebody: Callable[..., Person]) -> None:
    """Somebody at the counter: card scanned, pages counted, cash taken, result handed over."""
    counter = somebody()
    counter.sign_in("badinh.motcua")
    counter.go("/xu-ly/quay/")
    counter.page.fill("#q", "chung thuc ban sao")
    counter.page.locator("#found .pick[formaction*='2.000815']").first.click()
    counter.page.wait_for_url("**/2.000815/")
    card = "001175000111|012345678|Lý Thị Khách|02031975|Nữ|Số 5 phố Đội Cấn, Ba Đình, Hà Nội|10052021"
    counter.page.locator("[name=card]").fill(card)
    counter.page.keyboard.press("Enter")
    expect(counter.page.locator("main [name=name]")).to_have_value("Lý Thị Khách")
    fill(counter, make.example(make.CERTIFIED) | {"declarant_id": "001175000111"})
    for choice in counter.page.locator("main [data-paper-key=' ']").all():
        choice.check()
    counter.picture("40-counter")
    counter.press("Tiếp nhận và in giấy hẹn F9")
    counter.picture("41-taken-in")
    dossier = Dossier.objects.get()
    assert dossier.state == State.ACCEPTED
    check_pdf(download(counter, "main a[href*='/van-ban/']"))
    take_cash(somebody(), dossier)
    dossier.refresh_from_db()
    assert dossier.money == "paid"


def take_cash(cashier: Person, dossier: Dossier) -> None:
    cashier.sign_in("badinh.thuquy")
    cashier.go("/thanh-toan/thu-ngan/")
    cashier.picture("42-cash-desk-closed")
    controls: dict[str, Any] = {"opening_float": "500000"}
    fill(cashier, controls)
    cashier.page.locator("main form[action*='/ca/mo/'] button[type=submit]").first.click()
    cashier.page.wait_for_load_state()
    cashier.go(f"/thanh-toan/thu-ngan/ho-so/{dossier.code}/")
    fill(cashier, {"tendered": "500000"})
    cashier.picture("43-take-cash")
    cashier.page.locator("main form button[type=submit]").last.click()
    cashier.page.wait_for_load_state()
    cashier.picture("44-cash-taken")
