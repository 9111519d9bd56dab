"""The boards in a real browser: switching the period, following a number, phone and desk, accessibility."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from typing import Any

import pytest

from portal.accounts.models import Unit
from procedures.calendar import HANOI
from reporting import fill
from tests.cast import PASSWORD, build_cast
from tests.reporting.rows import DAY, Rows

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def board(live_server: Any) -> str:
    """A city with three dossiers today and one eight days ago; the address of its board."""
    build_cast()
    rows, ward = Rows(), Unit.objects.get(code="00004")
    today = datetime.datetime.now(HANOI).date()
    for number in range(3):
        rows.dossier(ward, today - 8 * DAY, accepted=today, channel="online" if number else "counter")
    rows.dossier(ward, today - 8 * DAY, accepted=today - 8 * DAY)
    fill.fill_all()
    return f"{live_server.url}/so-lieu/"


@pytest.fixture
def contexts(browser: Any, board: str) -> Iterator[Any]:
    """Opens browser contexts and closes them before the server goes."""
    opened: list[Any] = []

    def new(**options: Any) -> Any:
        opened.append(browser.new_context(**options))
        return opened[-1]

    yield new
    for context in opened:
        context.close()


def _open(contexts: Any, url: str, width: int, **options: Any) -> Any:
    page = contexts(viewport={"width": width, "height": 900}, **options).new_page()
    page.goto(url)
    page.fill("input[name=login]", "giamsat")
    page.fill("input[name=password]", PASSWORD)
    page.locator("main form button[type=submit]").first.click()
    page.wait_for_url("**/so-lieu/**")
    return page


@pytest.mark.parametrize("width", [360, 1440])
def test_period_switch_and_the_list_behind(contexts: Any, board: str, width: int) -> None:
    page = _open(contexts, board, width)
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.goto(f"{board}?period=week")
    first = page.locator(".figure").first
    assert "66,7%" in first.inner_text()
    page.get_by_role("link", name="Năm nay").click()
    page.locator(".figure-number", has_text="75,0%").first.wait_for()
    assert "period=year" in page.url
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")

    page.locator(".figure").first.locator(".figure-note a").first.click()
    page.wait_for_selector("text=3 hồ sơ")
    assert page.locator("tbody tr").count() == 3
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    assert not errors


def test_without_javascript_the_same_links_work(contexts: Any, board: str) -> None:
    page = _open(contexts, board, 360, java_script_enabled=False)
    page.goto(f"{board}?period=week")
    page.get_by_role("link", name="Năm nay").click()
    assert "75,0%" in page.locator(".figure").first.inner_text()


def test_nothing_for_axe_to_find(contexts: Any, board: str) -> None:
    from axe_playwright_python.sync_playwright import Axe

    page = _open(contexts, board, 1440)
    for path in ("", "don-vi/00004/", "danh-sach/?measure=online&unit=00004", "dinh-nghia/", "?from=x&to=y"):
        page.goto(board + path)
        page.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
        found = Axe().run(page).response["violations"]
        assert [(one["id"], one["nodes"][0]["html"][:200]) for one in found] == [], path
