"""An officer's day at the inbox, in a browser at both sizes: keys, filters, search, pages."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from portal.lib.text import fold
from tests.cast import Cast
from tests.dossiers.test_inbox import copies
from tests.factories import dossiers as make
from tests.journeys.conftest import DESKTOP, PHONE, Person

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True), pytest.mark.timeout(300)]


def test_the_inbox_by_keyboard_and_by_phone(crew: Cast, somebody: Callable[..., Person]) -> None:
    dossier = make.processing_(crew)
    filed = make.filed(crew, make.EXTRACT)
    copies(filed, 60)
    counter = somebody(DESKTOP)
    counter.sign_in("badinh.motcua")
    page, keys = counter.page, counter.page.keyboard
    counter.picture("desk-01-inbox")
    keys.press("n")
    page.wait_for_url("**after=*")
    counter.picture("desk-02-second-page")
    keys.press("p")
    page.wait_for_url("**before=*")
    keys.press("j")
    keys.press("j")
    second = page.locator("[data-rows] th a").nth(1)
    expect(second).to_be_focused()
    code = second.inner_text()
    keys.press("Enter")
    page.wait_for_url(f"**/ho-so/{code}/")
    counter.go("/xu-ly/")
    keys.press("/")
    keys.type(fold(filed.owner_name), delay=10)
    expect(page.locator("#list [role=status]").last).to_contain_text("Tìm thấy 62 hồ sơ.")
    counter.picture("desk-03-search")
    counter.go("/xu-ly/?tab=all&q=khong+co+ai")
    counter.picture("desk-04-nothing-found")
    filters(counter, dossier.code)

    phone = somebody(PHONE)
    phone.sign_in("badinh.giamdoc")
    phone.go("/xu-ly/?tab=all")
    phone.picture("desk-10-phone-all")
    phone.go("/xu-ly/?tab=soon&filter=1")
    phone.picture("desk-11-phone-filter")


def filters(counter: Person, code: str) -> None:
    counter.go("/xu-ly/?tab=all")
    counter.follow("Lọc, bộ lọc đã lưu")
    counter.page.locator("select[name=state]").select_option("processing")
    counter.page.fill("input[name=filed_from]", "40/40/2026")
    counter.press("Lọc")
    counter.picture("desk-05-filter-error")
    counter.page.fill("input[name=filed_from]", "")
    counter.press("Lọc")
    assert counter.page.locator("[data-rows] th a").all_inner_texts() == [code]
    counter.page.fill("input[name=name]", "Đang thụ lý cả đơn vị")
    counter.press("Lưu bộ lọc này")
    counter.picture("desk-06-saved-filter")
    counter.follow("Đang thụ lý cả đơn vị")
    assert counter.page.locator("[data-rows] th a").all_inner_texts() == [code]
