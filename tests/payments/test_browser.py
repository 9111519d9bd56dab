"""Paying in a real browser, on a phone and on a desk; also without JavaScript."""

from __future__ import annotations

import os
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe

from dossiers.models import Dossier
from payments.actions.desk import collect_cash, open_shift
from payments.models import Payment, PaymentIncident, Receipt
from portal.accounts.models import User
from portal.outbox.actions import drain_all
from tests.cast import Cast
from tests.payments import make
from tests.payments.conftest import Simulator, pay

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
PHONE, DESK = {"width": 360, "height": 740}, {"width": 1440, "height": 900}
Open = Callable[..., Any]


@pytest.fixture
def page_of(browser: Any, live_server: Any, client: Any, settings: Any) -> Any:
    """Opens a page signed in as somebody; closes every context afterwards."""
    contexts = []

    def signed_in(user: User, size: dict[str, int], *, javascript: bool = True) -> Any:
        client.force_login(user)
        context = browser.new_context(viewport=size, java_script_enabled=javascript, base_url=live_server.url)
        cookie = client.cookies[settings.SESSION_COOKIE_NAME].value
        context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": cookie, "url": live_server.url}])
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: pytest.fail(str(error)))
        return page

    yield signed_in
    for context in contexts:
        context.close()


def shot(page: Any, name: str) -> None:
    """No barrier axe can see, no page wider than its screen; a picture when PORTAL_SHOTS names a folder."""
    faults = Axe().run(page).response["violations"]
    assert not faults, [(fault["id"], [node["html"] for node in fault["nodes"]]) for fault in faults]
    wide = page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth")
    assert not wide, f"{name} scrolls sideways"
    if folder := os.environ.get("PORTAL_SHOTS"):
        page.screenshot(path=str(Path(folder) / f"{name}.png"), full_page=True)


@pytest.mark.parametrize(
    ("size", "javascript"), [(PHONE, True), (DESK, True), (PHONE, False)], ids=["phone", "desk", "plain"]
)
def test_a_citizen_pays_and_gets_a_receipt(
    page_of: Open,
    cast: Cast,
    owing: Dossier,
    simulator: Simulator,
    size: dict[str, int],
    javascript: bool,
    request: pytest.FixtureRequest,
) -> None:
    name = request.node.callspec.id
    page = page_of(cast.citizen, size, javascript=javascript)
    page.goto(f"/thanh-toan/{owing.code}/")
    keep = shot if javascript else lambda *_args: None
    keep(page, f"checkout-{name}")
    page.get_by_role("button", name="Thanh toán qua VNPAY").click()
    page.get_by_role("button", name="Thanh toán", exact=True).wait_for()
    keep(page, f"gateway-{name}")
    page.get_by_role("button", name="Thanh toán", exact=True).click()
    page.get_by_text("26TAB 00000001").wait_for()
    assert Payment.objects.get().state == "settled"
    keep(page, f"paid-{name}")
    drain_all()
    page.goto("/thanh-toan/bien-lai/")
    keep(page, f"receipts-{name}")
    with page.expect_download() as download:
        page.get_by_role("link", name="26TAB 00000001").click()
    content = Path(download.value.path()).read_bytes()
    assert content.startswith(b"%PDF-")
    if folder := os.environ.get("PORTAL_SHOTS"):
        (Path(folder) / "receipt.pdf").write_bytes(content)


def test_the_page_learns_of_the_notice_by_itself(
    page_of: Open, cast: Cast, attempt: Payment, simulator: Simulator
) -> None:
    page = page_of(cast.citizen, PHONE)
    page.goto(f"/thanh-toan/lan/{attempt.reference}/")
    shot(page, "waiting-phone")
    pay(attempt)
    # The gateway knows nothing of this attempt, hence nothing of its simulator is compared here.
    page.get_by_text("26TAB 00000001").wait_for(timeout=10_000)


@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
def test_a_cashier_takes_cash_and_closes_the_shift(
    page_of: Open, cast: Cast, size: dict[str, int], request: pytest.FixtureRequest
) -> None:
    name = request.node.callspec.id
    dossier = make.both_kinds(cast)
    page = page_of(cast.office.cashier, size)
    page.goto("/thanh-toan/thu-ngan/")
    shot(page, f"desk-{name}")
    page.get_by_label("Tiền lẻ có sẵn trong két").fill("200.000")
    page.get_by_role("button", name="Mở ca thu").click()
    page.get_by_role("link", name=dossier.code).click()
    page.get_by_label("Số tiền khách đưa").fill("")
    page.get_by_label("Số tiền khách đưa").type("200.000")
    page.get_by_text("92.000").wait_for()
    shot(page, f"collect-{name}")
    page.get_by_role("button", name="Thu tiền và cấp biên lai").dblclick()
    page.get_by_text("26TAA 00000001").wait_for()
    assert Receipt.objects.count() == 2
    shot(page, f"collected-{name}")
    page.goto("/thanh-toan/thu-ngan/")
    page.get_by_role("link", name="Xem và chốt ca").click()
    page.get_by_label("Tiền mặt đã kiểm đếm trong két").fill("300.000")
    page.get_by_role("button", name="Chốt ca thu").click()
    page.get_by_text("Có chênh lệch: hãy ghi lý do.").first.wait_for()
    shot(page, f"difference-{name}")
    page.get_by_label("Lý do chênh lệch").fill("Trả nhầm 8.000 đồng tiền thừa")
    page.get_by_role("button", name="Chốt ca thu").click()
    page.get_by_role("link", name="Bảng kê ca thu (PDF)").wait_for()
    shot(page, f"sheet-{name}")
    page.goto("/thanh-toan/viec/")
    page.get_by_role("link", name="Chênh lệch tiền mặt khi chốt ca").click()
    shot(page, f"incident-{name}")


@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
def test_a_surplus_is_given_back_by_two_persons(
    page_of: Open,
    cast: Cast,
    attempt: Payment,
    size: dict[str, int],
    request: pytest.FixtureRequest,
    settings: Any,
) -> None:
    settings.PAYMENTS_TWO_PERSONS_ABOVE = 0
    name = request.node.callspec.id
    open_shift(by=cast.office.cashier, unit=cast.office.unit, opening_float=0)
    code = attempt.dossier.code
    collect_cash(by=cast.office.cashier, code=code, tendered=100_000, client_key=uuid.uuid4())
    pay(attempt)
    page = page_of(cast.office.cashier, size)
    page.goto("/thanh-toan/viec/")
    shot(page, f"work-{name}")
    page.get_by_role("link", name="Nộp thừa").click()
    page.get_by_role("link", name="Hoàn tiền, dùng cho hồ sơ khác").click()
    page.get_by_label("Số tiền hoàn").fill("100.000")
    page.get_by_label("Lý do hoàn tiền").fill("Nộp hai lần: tại quầy và trực tuyến")
    page.get_by_role("button", name="Đề nghị hoàn tiền").click()
    page.get_by_text("Chờ duyệt").first.wait_for()
    page = page_of(cast.office.head, size)
    page.goto(f"/thanh-toan/viec/{PaymentIncident.objects.get().pk}/")
    page.get_by_role("link", name="Hoàn tiền, dùng cho hồ sơ khác").click()
    page.get_by_role("button", name="Duyệt hoàn tiền").wait_for()
    shot(page, f"refund-{name}")
    page.get_by_role("button", name="Duyệt hoàn tiền").click()
    page.get_by_text("Đang hoàn qua cổng thanh toán").first.wait_for()
