"""The menus: folded on a phone, and every page the officers' leads to fits one."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.cast import Cast
from tests.factories import dossiers as make
from tests.journeys.conftest import PHONE, Person

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True), pytest.mark.timeout(300)]
OFFICERS = ["head", "counter", "specialist", "leader", "clerk", "cashier"]  # who sees most comes first
CITY = ["monitor", "catalogue", "publisher", "system"]


def test_every_page_of_every_menu_fits_a_phone(crew: Cast, somebody: Callable[..., Person]) -> None:
    make.filed(crew)
    make.processing_(crew)
    make.finished(crew)
    seen: set[str] = set()
    for role in [*OFFICERS, *CITY]:
        who = getattr(crew.office, role, None) or getattr(crew, role)
        person = somebody(PHONE)
        person.sign_in(who.username)
        person.go("/xu-ly/" if role in OFFICERS else "/so-lieu/" if role == "monitor" else "/thu-tuc/muc-do/")
        links = person.page.locator(".desk-nav li a")
        addresses = links.evaluate_all("links => links.map(link => link.getAttribute('href'))")
        assert addresses, role
        for address in sorted(set(addresses) - seen):
            person.go(address)
            person.picture(f"menu-{role}-{address.strip('/').replace('/', '-')}")
        seen |= set(addresses)
        person.page.context.close()


def test_the_menu_is_folded_on_a_phone_and_opens_without_a_script(
    crew: Cast, somebody: Callable[..., Person]
) -> None:
    officer = somebody(PHONE, java_script_enabled=False)
    officer.sign_in(crew.office.counter.username)
    officer.go("/xu-ly/")
    inside = officer.page.locator(".desk-nav").get_by_role("link", name="Số liệu của tôi")
    assert not inside.is_visible()
    officer.page.get_by_role("link", name="Công việc: Hộp việc").click()
    officer.picture("menu-01-open")
    assert inside.is_visible()
    officer.page.get_by_role("link", name="Thu gọn").click()
    assert not inside.is_visible()
    officer.page.get_by_role("link", name="Công việc: Hộp việc").click()
    inside.click()
    assert officer.page.url.endswith("/so-lieu/cua-toi/")
    assert officer.page.get_by_role("link", name="Công việc: Số liệu của tôi").is_visible()
    wide = somebody()
    wide.sign_in(crew.office.counter.username)
    wide.go("/xu-ly/")
    assert wide.page.locator(".desk-nav").get_by_role("link", name="Số liệu của tôi").is_visible()
    assert not wide.page.locator(".desk-nav .fold").is_visible()


def test_a_citizen_s_menu_takes_one_line_of_a_phone(crew: Cast, somebody: Callable[..., Person]) -> None:
    person = somebody(PHONE, java_script_enabled=False)
    person.go("/")
    notices = person.page.locator(".site-nav").get_by_role("link", name="Thông báo")
    assert person.page.get_by_role("link", name="Menu").is_visible()
    person.sign_in(crew.citizen.username)
    person.go("/ho-so/")
    assert not notices.is_visible()
    top = person.page.get_by_role("heading", level=1).bounding_box()
    assert top
    assert top["y"] < 300  # of 740: the work begins on the first screen
    person.page.get_by_role("link", name="Menu: Hồ sơ của tôi").click()
    person.picture("menu-02-citizen")
    notices.click()
    assert person.page.get_by_role("link", name="Menu: Thông báo").is_visible()
    wide = somebody()
    wide.go("/")
    assert not wide.page.locator(".site-nav .fold").is_visible()
    assert wide.page.locator(".site-nav").get_by_role("link", name="Đơn vị").is_visible()
