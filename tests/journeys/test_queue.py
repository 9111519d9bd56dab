"""The queue from kiosk to display in browsers: by touch, by key, and from across the hall."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from axe_playwright_python.sync_playwright import Axe

from dossiers.actions import queue
from dossiers.models import QueueTicket
from tests.cast import Cast
from tests.journeys.conftest import PHONE, Person

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True), pytest.mark.timeout(300)]

HALL = {"width": 1920, "height": 1080}


def clean(person: Person, name: str) -> None:
    """Nothing for axe to find, no page wider than its screen, a picture."""
    found = Axe().run(person.page).response["violations"]
    assert not [(rule["id"], rule["nodes"][0]["html"]) for rule in found], person.page.url
    person.picture(name)


def test_from_kiosk_to_display(crew: Cast, somebody: Callable[..., Person]) -> None:
    point = queue.open_point(by=crew.office.head, unit=crew.office.unit, name="Điểm số 1")
    visitor, hall, officer = somebody(PHONE), somebody(HALL), somebody()
    visitor.go(f"/lay-so/{point.token}/")
    clean(visitor, "60-kiosk")
    for matter in ("Nộp hồ sơ", "Nhận kết quả"):
        visitor.go(f"/lay-so/{point.token}/")
        visitor.page.get_by_role("button", name=matter).click()
        visitor.page.wait_for_url("**/lay-so/phieu/**")
    clean(visitor, "61-ticket")
    hall.go(f"/man-hinh/{point.token}/")
    clean(hall, "62-display-empty")
    officer.sign_in("badinh.motcua")
    officer.go(f"/xu-ly/quay/hang-doi/{point.pk}/")
    clean(officer, "63-line")
    officer.page.fill("[name=window]", "Quầy 3")
    officer.press("Gọi số tiếp")
    assert officer.sees("Mời số 001 đến Quầy 3.")
    clean(officer, "64-start-serving")
    hall.page.wait_for_selector(".queue-latest >> text=001")  # by itself, within its five seconds
    officer.page.keyboard.press("F7")
    officer.page.wait_for_selector("text=Mời lại số 001")
    officer.page.keyboard.press("F6")
    officer.page.wait_for_selector("text=Mời số 002")
    hall.page.wait_for_selector(".queue-latest >> text=002")
    clean(hall, "65-display")
    officer.page.keyboard.press("Shift+F7")
    officer.page.wait_for_selector("text=Số 002 không đến.")
    states = {ticket.number: ticket.state for ticket in QueueTicket.objects.all()}
    assert states == {1: "done", 2: "no_show"}
    head = somebody()
    head.sign_in("badinh.giamdoc")
    head.go("/xu-ly/quay/hang-doi/")
    clean(head, "66-queue-head")
