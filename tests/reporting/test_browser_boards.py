"""The further boards in a real browser, phone and desk; the wall at 1920 × 1080; the printed board."""

from __future__ import annotations

import datetime
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from portal.accounts.models import Unit
from procedures.calendar import HANOI
from procedures.models import ProcedureVersion
from reporting import fill, walls
from reporting.actions.walls import renew
from reporting.actions.warnings import look_at_everything
from tests.cast import PASSWORD, Cast, build_cast
from tests.reporting.rows import DAY, Rows

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def city(live_server: Any) -> tuple[str, Cast, ProcedureVersion]:
    """Two months of dossiers of several procedures in several wards; the address, the people, one version."""
    cast, rows = build_cast(), Rows(announce=False)
    today = datetime.datetime.now(HANOI).date()
    units = list(Unit.objects.filter(kind="commune").order_by("pk")[:40])
    versions = list(ProcedureVersion.objects.select_related("procedure__field").order_by("pk")[:6])
    for number in range(420):
        rows.version = versions[number % 7 % 6]
        day = today - DAY * (1 + number % 45)
        rows.dossier(
            cast.office.unit if number % 3 == 0 else units[number % len(units)],
            day,
            accepted=day,
            due=day + 3 * DAY,
            finished=day + DAY * (1 + number % 5) if number % 4 and day + 5 * DAY < today else None,
            channel="counter" if number % 5 < 2 else "online",
            assisted=number % 10 == 3,
            assignee=cast.office.specialist if number % 3 == 0 else None,
        )
    fill.fill_all()
    return live_server.url, cast, versions[0]


@pytest.fixture
def pages(browser: Any) -> Iterator[Any]:
    """Opens pages signed in as somebody, and closes them before the server goes."""
    opened: list[Any] = []

    def new(base: str, login: str = "", **size: int) -> Any:
        opened.append(browser.new_context(viewport=size))
        page = opened[-1].new_page()
        if login:
            page.goto(f"{base}/tai-khoan/dang-nhap/")
            page.fill("input[name=login]", login)
            page.fill("input[name=password]", PASSWORD)
            page.locator("main form button[type=submit]").first.click()
            page.wait_for_load_state("networkidle")
        return page

    yield new
    for context in opened:
        context.close()


def _look(page: Any, name: str, *without: str) -> None:
    """No page wider than its screen, nothing axe can see (but rules `without`); a picture for PORTAL_SHOTS."""
    from axe_playwright_python.sync_playwright import Axe

    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), name
    if folder := os.environ.get("PORTAL_SHOTS"):
        page.screenshot(path=str(Path(folder) / f"{name}.png"), full_page=True)
    off = {"rules": {rule: {"enabled": False} for rule in without}}
    found = Axe().run(page, options=off).response["violations"]
    assert [(one["id"], one["nodes"][0]["html"][:200]) for one in found] == [], name


@pytest.mark.parametrize(("width", "height"), [(360, 800), (1440, 900)])
def test_from_the_city_to_one_procedure_and_ones_own_work(
    city: tuple[str, Cast, ProcedureVersion], pages: Any, width: int, height: int
) -> None:
    base, _cast, _version = city
    page = pages(base, "giamsat", width=width, height=height)
    page.goto(f"{base}/so-lieu/")
    assert page.get_by_role("heading", name="Dự báo đến hết ngày").is_visible()
    _look(page, f"city-{width}")
    page.get_by_role("navigation", name="Các trang số liệu").get_by_role("link", name="Lĩnh vực").click()
    page.wait_for_url("**/linh-vuc/**")
    _look(page, f"fields-{width}")
    page.locator(".breakdown tbody th a").first.click()
    page.get_by_role("heading", name="Thủ tục của lĩnh vực").wait_for()
    _look(page, f"field-{width}")
    page.locator("#procedures ~ * tbody th a").first.click()
    page.wait_for_url("**/thu-tuc/**")
    _look(page, f"procedure-{width}")
    link = page.locator(".figure-note a").first
    number = link.inner_text()
    link.click()
    page.get_by_text(f"{number} hồ sơ").first.wait_for()

    own = pages(base, "badinh.chuyenvien", width=width, height=height)
    own.goto(f"{base}/so-lieu/cua-toi/?period=year")
    _look(own, f"own-{width}")
    own.locator(".standing a").last.click()
    own.get_by_role("heading", name="Hồ sơ đang giải quyết").first.wait_for()

    head = pages(base, "badinh.giamdoc", width=width, height=height)
    head.goto(f"{base}/so-lieu/don-vi/00004/")
    _look(head, f"unit-{width}")
    head.get_by_role("link", name="Màn hình treo tường").click()
    head.get_by_role("button", name="Tạo địa chỉ").click()
    head.get_by_role("button", name="Đổi địa chỉ").wait_for()
    _look(head, f"wall-manage-{width}")


def test_the_wall_turns_its_slides_without_script(
    city: tuple[str, Cast, ProcedureVersion], pages: Any
) -> None:
    base, cast, _version = city
    for unit in (cast.office.unit, cast.city):
        wall = renew(by=cast.monitor, unit=unit, seen=0)
        page = pages(base, width=1920, height=1080)
        names = [name for name in walls.TITLES if unit == cast.city or name != "map"]
        for name in names:
            page.goto(f"{base}/so-lieu/man-hinh/{unit.code}/{walls.key_of(wall)}/?trang={name}")
            _look(page, f"wall-{unit.code}-{name}", "meta-refresh")  # turning by itself is what it is for
            assert page.evaluate("document.documentElement.scrollHeight <= window.innerHeight"), name


@pytest.mark.parametrize(("width", "height"), [(360, 800), (1440, 900)])
def test_a_warning_is_opened_answered_and_settled(
    city: tuple[str, Cast, ProcedureVersion], pages: Any, width: int, height: int
) -> None:
    base, _cast, _version = city
    look_at_everything()
    page = pages(base, "badinh.giamdoc", width=width, height=height)
    page.goto(f"{base}/so-lieu/canh-bao/")
    _look(page, f"warnings-{width}")
    page.get_by_role("link", name="Đang quá hạn").click()
    number = page.locator(".summary a strong").inner_text()
    page.get_by_role("button", name="Ghi việc sẽ làm").click()
    page.get_by_text("Hãy ghi nội dung.").first.wait_for()
    page.get_by_label("Việc sẽ làm, hoặc lý do khép").fill("Giao thêm một chuyên viên")
    page.get_by_role("button", name="Ghi việc sẽ làm").click()
    page.get_by_text("Đang xử lý").first.wait_for()
    _look(page, f"warning-{width}")
    page.locator(".summary a strong").click()
    page.get_by_text(f"{number} hồ sơ").first.wait_for()
    page.go_back()
    page.get_by_label("Việc sẽ làm, hoặc lý do khép").fill("Chờ kết luận của tòa án")
    page.get_by_role("button", name="Khép với lý do này").click()
    page.get_by_text("Đã khép").first.wait_for()

    monitor = pages(base, "giamsat", width=width, height=height)
    monitor.goto(f"{base}/so-lieu/canh-bao/")
    monitor.get_by_text("Chờ kết luận của tòa án").first.wait_for()
    _look(monitor, f"warnings-city-{width}")


def test_a_board_is_printed(city: tuple[str, Cast, ProcedureVersion], pages: Any, tmp_path: Path) -> None:
    base, _cast, _version = city
    page = pages(base, "badinh.giamdoc", width=1440, height=900)
    page.goto(f"{base}/so-lieu/don-vi/00004/")
    folder = Path(os.environ.get("PORTAL_SHOTS") or tmp_path)
    page.pdf(path=str(folder / "board.pdf"), format="A4", print_background=True)
    assert (folder / "board.pdf").stat().st_size > 10_000
