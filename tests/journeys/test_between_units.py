"""Received in one ward, decided in another: every leg by the pages of the two units, on a desk and on a phone."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from dossiers.actions import processing
from dossiers.models import Dossier, Transfer
from dossiers.states import State
from portal.outbox.actions import drain_all
from tests.cast import Cast
from tests.factories import dossiers as make
from tests.journeys.conftest import PHONE, Person

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True), pytest.mark.timeout(300)]


def handle(crew: Cast, code: str) -> None:
    """The other ward's own work, walked by test_main_job.py."""
    there = crew.other_office
    dossier = processing.assign(code=code, by=there.counter, to=there.specialist)
    kind = dossier.version.resultkinds.first()
    assert kind is not None
    processing.submit(code=code, by=there.specialist, kind=kind, granted=True, content={})
    dossier.refresh_from_db()
    if dossier.state == State.CHECKING:
        processing.pass_check(code=code, by=there.head)
    processing.sign(code=code, by=there.leader)
    processing.issue(code=code, by=there.clerk)
    drain_all()


def free_of_charge(crew: Cast) -> Dossier:
    dossier = make.at_counter(crew, make.BIRTH)
    assert dossier.money != "due"
    return dossier


def test_from_the_counter_to_the_hand_over(
    crew: Cast, somebody: Callable[..., Person], tmp_path: Path
) -> None:
    dossier = free_of_charge(crew)
    here, there = somebody(), somebody(PHONE)
    here.sign_in(crew.office.counter.username)
    there.sign_in(crew.other_office.counter.username)

    here.go(f"/xu-ly/ho-so/{dossier.code}/")
    here.picture("50-desk-before")
    here.follow("Chuyển đơn vị có thẩm quyền")
    here.page.locator("select[name=unit]").select_option(str(crew.other_office.unit.pk))
    here.page.fill("textarea[name=note]", "Chủ hồ sơ cư trú ở phường này.")
    here.page.locator("input[name=on_paper]").check()
    here.picture("51-send")
    here.press("Chuyển hồ sơ")
    assert here.sees("Chờ nơi giải quyết nhận")
    here.picture("52-sent")
    here.go("/xu-ly/giao-nhan/")
    here.picture("53-waiting-to-leave")
    here.page.locator("main .link-list a").first.click()
    here.page.locator("input[name$=sheets]").fill("7")
    here.picture("54-pack")
    here.press("Lập danh sách, in và giao")
    here.page.reload()
    with here.page.expect_download() as download:
        here.page.get_by_role("link", name="Tải bản in").click()
    download.value.save_as(tmp_path / "list.pdf")
    assert (tmp_path / "list.pdf").read_bytes().startswith(b"%PDF")
    here.picture("55-list")

    there.go("/xu-ly/chuyen-ho-so/")
    there.picture("60-incoming-phone")
    there.follow(dossier.code)
    there.picture("61-transfer-phone")
    there.press("Nhận giải quyết")
    there.go("/xu-ly/giao-nhan/")
    there.page.locator("main .data-table a").first.click()
    there.page.locator("main summary", has_text="Báo thiếu").click()
    there.page.locator("main input[name=note]").fill("Thiếu bản chính giấy chứng sinh")
    there.press("Ghi nhận thiếu")
    there.picture("62-missing-phone")
    here.go("/xu-ly/chuyen-ho-so/")
    assert here.sees("Thiếu bản chính giấy chứng sinh")
    here.picture("63-alarm")
    there.press("Đã nhận")
    assert there.sees("Đã nhận đủ")

    handle(crew, dossier.code)
    there.go("/xu-ly/giao-nhan/")
    there.page.locator("main .link-list a").first.click()
    there.press("Lập danh sách, in và giao")
    here.go(f"/xu-ly/chuyen-ho-so/{Transfer.objects.get().pk}/")
    here.picture("64-result-coming")
    here.go("/xu-ly/giao-nhan/")
    here.page.locator("main .data-table a").first.click()
    here.press("Đã nhận")
    here.go(f"/xu-ly/ho-so/{dossier.code}/")
    here.picture("65-desk-after")
    assert not here.page.locator("#answers").count()
    here.press("Trả kết quả")
    dossier.refresh_from_db()
    assert dossier.state == State.RETURNED
    here.go("/xu-ly/chuyen-ho-so/?phan=xong")
    assert here.sees(dossier.code)
    here.picture("66-over")
