"""The face in a real browser: accessibility, reflow, keyboard, no script, the small script's comforts."""

from collections.abc import Iterator
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe

from tests.cast import PASSWORD, Cast, build_cast

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.urls("tests.portal.face_urls"),
]

PUBLIC = ["/thiet-ke/", "/tai-khoan/dang-nhap/", "/tai-khoan/dang-ky/", "/", "/khong-co/"]


@pytest.fixture
def people(transactional_db: None) -> Cast:
    return build_cast()


@pytest.fixture
def page(browser: Any, live_server: Any) -> Iterator[Any]:
    """A phone-sized page that fails the test on any script error or policy violation."""
    context = browser.new_context(viewport={"width": 360, "height": 740}, base_url=live_server.url)
    opened = context.new_page()
    problems: list[str] = []
    opened.on("pageerror", lambda error: problems.append(str(error)))
    opened.on("console", lambda note: problems.append(note.text) if "Policy" in note.text else None)
    yield opened
    context.close()
    assert not problems


def sign_in(page: Any, person: Any) -> None:
    page.goto("/tai-khoan/dang-nhap/?next=/thiet-ke/")
    page.fill("#id_login", person.username)
    page.fill("#id_password", PASSWORD)
    page.click("main button[type=submit]")
    page.wait_for_url("**/thiet-ke/")


def assert_accessible(page: Any) -> None:
    found = Axe().run(page).response["violations"]
    assert not [(rule["id"], rule["nodes"][0]["html"]) for rule in found]


def assert_reflows(page: Any) -> None:
    wide = page.evaluate("document.documentElement.scrollWidth")
    assert wide <= page.viewport_size["width"]


@pytest.mark.parametrize("language", ["vi", "en"])
@pytest.mark.parametrize("width", [320, 360, 1440])
def test_public_pages_have_no_violation(
    page: Any, live_server: Any, people: Cast, width: int, language: str
) -> None:
    page.set_viewport_size({"width": width, "height": 800})
    page.context.add_cookies([{"name": "language", "value": language, "url": live_server.url}])
    for address in PUBLIC:
        page.goto(address)
        assert page.get_attribute("html", "lang") == language
        assert_accessible(page)
        assert_reflows(page)


@pytest.mark.parametrize("width", [360, 1440])
def test_signed_in_pages_have_no_violation(page: Any, people: Cast, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 800})
    sign_in(page, people.citizen)
    for address in ("/tai-khoan/", "/tai-khoan/mat-khau/doi/", "/tai-khoan/dang-xuat/"):
        page.goto(address)
        assert_accessible(page)
        assert_reflows(page)


def test_the_desk_has_no_violation(page: Any, people: Cast) -> None:
    sign_in(page, people.office.counter)
    for width in (360, 1440):
        page.set_viewport_size({"width": width, "height": 800})
        page.goto("/t/desk/")
        # The bare frame has no heading; everything else must hold.
        found = Axe().run(page, options={"rules": {"page-has-heading-one": {"enabled": False}}})
        assert not [rule["id"] for rule in found.response["violations"]]
        assert_reflows(page)


def test_a_form_with_errors_has_no_violation_and_focuses_the_summary(page: Any, people: Cast) -> None:
    page.goto("/tai-khoan/dang-ky/")
    page.fill("#id_full_name", "Nguyễn Văn Thử")
    page.click("main button[type=submit]")
    page.wait_for_selector(".error-summary:focus")
    assert page.input_value("#id_full_name") == "Nguyễn Văn Thử"
    assert_accessible(page)
    page.click('.error-summary a[href="#id_id_number"]')
    page.wait_for_selector("#id_id_number:focus")


def test_twice_the_text_still_fits(browser: Any, live_server: Any, people: Cast) -> None:
    context = browser.new_context(
        viewport={"width": 640, "height": 900}, base_url=live_server.url, bypass_csp=True
    )
    page = context.new_page()
    for address in PUBLIC:
        page.goto(address)
        page.add_style_tag(content="html { font-size: 200% }")
        assert_reflows(page)
    context.close()


def test_forced_colours_keep_everything_named(page: Any, people: Cast) -> None:
    page.emulate_media(forced_colors="active", reduced_motion="reduce")
    page.goto("/thiet-ke/")
    assert_accessible(page)


def test_the_keyboard_reaches_the_content_first(page: Any, people: Cast) -> None:
    page.goto("/thiet-ke/")
    page.keyboard.press("Tab")
    page.wait_for_selector(".skip-link:focus")
    box = page.locator(".skip-link").bounding_box()
    assert box["y"] >= 0
    page.keyboard.press("Enter")
    page.wait_for_selector("#content:focus")


def test_everything_works_without_script(browser: Any, live_server: Any, people: Cast) -> None:
    context = browser.new_context(
        java_script_enabled=False, viewport={"width": 360, "height": 740}, base_url=live_server.url
    )
    page = context.new_page()
    page.goto("/tai-khoan/dang-nhap/?next=/tai-khoan/")
    page.fill("#id_login", people.citizen.username)
    page.fill("#id_password", "sai")
    page.click("main button[type=submit]")
    assert page.inner_text("#id_password-error").endswith("không đúng.")
    page.fill("#id_password", PASSWORD)
    page.click("main button[type=submit]")
    page.wait_for_url("**/tai-khoan/")
    page.fill("#id_address_line", "Số 9 ngõ Mới")
    page.click("main form button[type=submit]")
    assert "Đã lưu thông tin liên hệ." in page.inner_text("main")
    page.click("header button:has-text('English')")
    assert page.get_attribute("html", "lang") == "en"
    page.click("header button:has-text('Sign out')")
    page.goto("/tai-khoan/")
    assert "/tai-khoan/dang-nhap/" in page.url
    context.close()


def test_after_signing_out_the_back_button_shows_nothing(page: Any, people: Cast) -> None:
    sign_in(page, people.citizen)
    page.goto("/tai-khoan/")
    page.click("header button:has-text('Đăng xuất')")
    page.wait_for_url("**/")
    page.evaluate("history.back()")
    page.wait_for_url("**/tai-khoan/dang-nhap/**")
    assert people.citizen.full_name not in page.content()


def test_a_second_click_sends_nothing_more(page: Any, people: Cast) -> None:
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.url) if request.method == "POST" else None)
    page.goto("/tai-khoan/dang-nhap/")
    page.evaluate(
        "() => { const it = document.querySelector('main button[type=submit]'); it.click(); it.click(); }"
    )
    page.wait_for_selector(".error-summary")
    assert len(sent) == 1


def test_autosave_tells_how_it_went(page: Any, people: Cast) -> None:
    page.goto("/t/autosave/")
    line = page.locator("#autosave")

    def note(text: str) -> None:
        page.fill("#note", text)
        page.dispatch_event("#note", "change")

    note("bình thường")
    line.get_by_text("Đã lưu 14:02").wait_for()
    note("lỗi")
    line.get_by_text("Chưa lưu được").wait_for()
    note("xung đột")
    line.get_by_text("Sửa ở thẻ khác").wait_for()
    note("hết phiên")
    link = line.get_by_role("link", name="Đăng nhập lại")
    link.wait_for()
    assert link.get_attribute("href") == "/tai-khoan/dang-nhap/"
    assert page.input_value("#note") == "hết phiên"


def test_autosave_survives_a_new_sign_in_elsewhere(page: Any, people: Cast) -> None:
    sign_in(page, people.citizen)
    page.goto("/t/autosave/")
    other = page.context.new_page()
    other.goto("/tai-khoan/dang-nhap/")
    other.click("header button:has-text('Đăng xuất')")
    other.wait_for_load_state()
    sign_in(other, people.citizen)  # a new token: the one in the first tab is old now
    page.fill("#note", "còn nguyên")
    page.dispatch_event("#note", "change")
    page.locator("#autosave").get_by_text("Đã lưu 14:02").wait_for()
    assert page.input_value("#note") == "còn nguyên"


def test_chosen_files_are_listed(page: Any, people: Cast) -> None:
    page.goto("/thiet-ke/")
    page.set_input_files(
        "#id_scan",
        [{"name": "to-khai.pdf", "mimeType": "application/pdf", "buffer": b"x" * (11 * 1024 * 1024)}],
    )
    shown = page.inner_text(".files li")
    assert "to-khai.pdf · 11.0 MB" in shown
    assert "Tệp quá lớn" in shown
