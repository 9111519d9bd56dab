"""Reports in a real browser: asked for, made, read, scheduled, verified; phone and desk; nothing for axe to find."""

from __future__ import annotations

import datetime
import os
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from python_calamine import CalamineWorkbook

from portal.accounts.models import Unit
from portal.lib import files
from portal.outbox.actions import drain_all
from procedures.models import Channel
from reporting import fill
from reporting.actions import exports
from reporting.models import Export, Report
from reporting.views import tray
from tests.cast import PASSWORD, build_cast
from tests.reporting.rows import DAY, Rows

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
MONDAY = datetime.date(2026, 3, 2)


@pytest.fixture
def city(live_server: Any) -> str:
    """A March with dossiers in every commune, some of them late; the address of the reports."""
    build_cast()
    rows = Rows(announce=False)
    for number, unit in enumerate(Unit.objects.filter(kind="commune").order_by("pk")):
        online = number % 3 > 0
        dossier = rows.dossier(
            unit,
            MONDAY,
            accepted=MONDAY,
            finished=MONDAY + (2 + number % 5) * DAY,
            channel=Channel.ONLINE if online else Channel.COUNTER,
        )
        if online:
            rows.paid(dossier, MONDAY + DAY, 150_000 * (number + 1))
    fill.fill_all()
    return f"{live_server.url}/so-lieu/bao-cao/"


@pytest.fixture
def contexts(browser: Any, city: str) -> Iterator[Any]:
    """Opens browser contexts and closes them before the server goes."""
    opened: list[Any] = []

    def new(**options: Any) -> Any:
        opened.append(browser.new_context(**options))
        return opened[-1]

    yield new
    for context in opened:
        context.close()


def sign_in(contexts: Any, url: str, width: int, login: str = "giamsat") -> Any:
    """A page of somebody signed in."""
    page = contexts(viewport={"width": width, "height": 900 if width > 500 else 800}).new_page()
    page.goto(url)
    page.fill("input[name=login]", login)
    page.fill("input[name=password]", PASSWORD)
    page.locator("main form button[type=submit]").first.click()
    page.wait_for_url(f"{url}**")
    return page


def looked_at(page: Any, name: str, width: int) -> None:
    """No barrier axe can see, no page wider than its screen; a picture when PORTAL_SHOTS names a folder."""
    found = Axe().run(page).response["violations"]
    assert [(one["id"], one["nodes"][0]["html"][:200]) for one in found] == [], name
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), name
    if folder := os.environ.get("PORTAL_SHOTS"):
        page.screenshot(path=f"{folder}/{name}-{width}.png", full_page=True)


def _keep_files() -> None:
    """The printed files, to be looked at."""
    if folder := os.environ.get("PORTAL_SHOTS"):
        for report in Report.objects.order_by("pk"):
            for file in report.files.all():
                with files.open_file(file.sha256) as stored:
                    Path(folder, f"{report.kind}.{file.format}").write_bytes(stored.read())


@pytest.mark.parametrize("width", [360, 1440])
def test_a_report_from_the_form_to_the_check(contexts: Any, city: str, width: int) -> None:
    page = sign_in(contexts, city, width)
    looked_at(page, "reports-empty", width)
    kinds = (
        ["06a-unit"] if width == 360 else ["06a-unit", "06a-field", "766", "targets", "money", "satisfied"]
    )
    for kind in kinds:
        page.goto(city)
        page.select_option("select[name=kind]", kind)
        page.fill("input[name=from]", "01/03/2026")
        page.fill("input[name=to]", "31/03/2026")
        page.get_by_role("button", name="Lập báo cáo").click()
        page.get_by_text("Báo cáo đang được lập.").wait_for()
        if kind == kinds[0]:
            looked_at(page, "report-waits", width)
        drain_all()
        page.reload()
        page.get_by_role("link", name="PDF").wait_for()
        looked_at(page, f"report-{kind}", width)
    _keep_files()
    with page.expect_download() as download:
        page.get_by_role("link", name="XLSX").click()
    page.get_by_role("link", name="Trang kiểm tra tệp").click()
    page.set_input_files("input[type=file]", download.value.path())
    page.get_by_role("button", name="Đối chiếu", exact=True).click()
    page.get_by_text("Tệp trùng khớp với bản đã lập.").wait_for()
    looked_at(page, "report-verified", width)

    page.goto(city)
    page.fill("input[name=from]", "01/04/2026")
    page.fill("input[name=to]", "31/03/2026")
    page.get_by_role("button", name="Lập báo cáo").click()
    page.get_by_text("Ngày cuối phải từ ngày đầu trở đi.").first.wait_for()
    looked_at(page, "reports-wrong", width)

    page.goto(f"{city}lich/")
    page.get_by_label("Giám sát của Trung tâm").check()
    page.get_by_role("button", name="Đặt lịch").click()
    page.get_by_text("Đã đặt lịch báo cáo.").wait_for()
    looked_at(page, "schedules", width)


@pytest.mark.parametrize("width", [360, 1440])
def test_a_long_list_by_way_of_the_tray(
    contexts: Any, city: str, width: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tray, "AT_ONCE", 50)
    board = city.removesuffix("bao-cao/")
    page = sign_in(contexts, f"{board}tai-xuong/", width)
    looked_at(page, "tray-empty", width)
    page.goto(f"{board}danh-sach/?measure=online&from=2026-03-01&to=2026-03-31&part=denominator")
    looked_at(page, "list-behind", width)
    page.get_by_role("button", name="Tải XLSX").click()
    page.get_by_text("Danh sách dài nên đang được lập").wait_for()
    page.get_by_role("table").get_by_text("Chờ lập").wait_for()
    looked_at(page, "tray-waits", width)
    export = Export.objects.get()
    assert exports.write(export_id=export.pk)
    page.get_by_text("Sẵn sàng").wait_for()  # by htmx, nobody loads the page again
    looked_at(page, "tray-ready", width)
    with page.expect_download() as download:
        page.get_by_role("link", name="XLSX").click()
    rows = CalamineWorkbook.from_path(download.value.path()).get_sheet_by_index(0).to_python()
    assert len(rows) == 127
    page.get_by_role("button", name="Bỏ tệp").click()
    page.get_by_role("table").get_by_text("Đã hủy").wait_for()
    page.fill("input[name=from]", "31/13/2026")
    page.get_by_role("button", name="Lấy danh sách").click()
    page.get_by_text("Ghi ngày theo dạng").first.wait_for()
    looked_at(page, "tray-wrong", width)


@pytest.fixture
def other_site() -> Iterator[Any]:
    """Serves one page from another origin."""
    servers: list[HTTPServer] = []

    def serve(body: str) -> str:
        class Page(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self.send_response(200)
                self.send_header("Content-Type", "text/html")
                self.end_headers()
                self.wfile.write(body.encode())

            def log_message(self, *_args: Any) -> None:
                """Say nothing."""

        servers.append(HTTPServer(("127.0.0.1", 0), Page))
        threading.Thread(target=servers[-1].serve_forever, daemon=True).start()
        return f"http://127.0.0.1:{servers[-1].server_port}/"

    yield serve
    for server in servers:
        server.shutdown()
        server.server_close()


@pytest.mark.parametrize("width", [360, 1440])
def test_what_everybody_sees_and_what_other_sites_frame(
    contexts: Any, city: str, other_site: Any, width: int
) -> None:
    board = city.removesuffix("bao-cao/")
    page = contexts(viewport={"width": width, "height": 900}).new_page()
    errors: list[str] = []
    page.on("console", lambda said: errors.append(said.text) if said.type == "error" else None)
    page.goto(f"{board}cong-khai/")
    looked_at(page, "open", width)
    page.get_by_text("Từng tháng").first.click()
    page.get_by_role("link", name="03/2026").click()
    page.wait_for_url("**thang=2026-03**")
    assert page.get_by_role("rowheader", name="Phường Ba Đình").count() == 1
    looked_at(page, "open-march", width)
    with page.expect_download() as download:
        page.get_by_role("link", name="CSV").first.click()
    assert "suppressed" in Path(download.value.path()).read_text("utf-8")

    framing = contexts(viewport={"width": width, "height": 700}).new_page()
    framing.goto(
        other_site(f'<iframe src="{board}nhung/?lang=en" width="320" height="480" title="x"></iframe>')
    )
    frame = framing.frame_locator("iframe")
    frame.get_by_text("Figures as of").wait_for()
    inner = framing.frames[1]
    assert inner.evaluate("document.documentElement.scrollWidth <= 320")
    assert inner.evaluate("document.documentElement.scrollHeight <= 480")
    if folder := os.environ.get("PORTAL_SHOTS"):
        framing.screenshot(path=f"{folder}/widget-{width}.png")
    page.goto(f"{board}nhung/?unit=00004")
    looked_at(page, "widget-alone", width)
    assert not errors
