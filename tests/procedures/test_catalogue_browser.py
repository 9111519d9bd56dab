"""The catalogue in a real browser: accessible, narrow, light, usable without script."""

import os

import pytest
from axe_playwright_python.sync_playwright import Axe

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PAGES = [
    "/",
    "/thu-tuc/",
    "/thu-tuc/?q=khai+sinh&level=commune",
    "/thu-tuc/?q=zzqqx&ready=1",
    "/thu-tuc/?q=dat&at=doi+can&now=1&channel=online&agency=commune",
    "/thu-tuc/?at=00004&now=1&level=province",
    "/thu-tuc/1.001193/",
    "/thu-tuc/2.000815/",
    "/thu-tuc/1.001806/",
    "/thu-tuc/9.123456/",
    "/tinh-phi/?q=sao+y",
    "/thu-tuc/2.000815/phi/?channel=counter&pages=300&copies=2",
    "/thu-tuc/2.001263/phi/?channel=fax",
    "/thu-tuc/1.004884/phi/?channel=counter&copies=1",
    "/su-kien/",
    "/su-kien/sinh-con/",
    "/don-vi/",
    "/don-vi/?q=doi+can",
    "/don-vi/00004/",
    "/don-vi/CN01/",
]


def shot(page, name):
    """Keep a picture for people to look at, where the environment names a folder."""
    if folder := os.environ.get("PORTAL_SHOTS"):
        page.screenshot(path=f"{folder}/{name}.png", full_page=True)


def open_page(browser, live_server, width, language="vi", **more):
    context = browser.new_context(viewport={"width": width, "height": 800}, base_url=live_server.url, **more)
    context.add_cookies([{"name": "language", "value": language, "url": live_server.url}])
    return context, context.new_page()


@pytest.mark.parametrize(("width", "language"), [(320, "vi"), (1440, "vi"), (360, "en")])
def test_no_page_violates_a_rule_or_scrolls_sideways(browser, live_server, width, language):
    context, page = open_page(browser, live_server, width, language)
    problems = []
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.on("console", lambda note: problems.append(note.text) if "Policy" in note.text else None)
    for address in PAGES:
        page.goto(address)
        found = Axe().run(page).response["violations"]
        assert not [(address, rule["id"], rule["nodes"][0]["html"]) for rule in found]
        assert page.evaluate("document.documentElement.scrollWidth") <= width, address
        shot(page, f"page-{PAGES.index(address)}-{width}-{language}")
    assert not problems
    context.close()


def test_search_and_filters_work_without_script(browser, live_server):
    context, page = open_page(browser, live_server, 360, java_script_enabled=False)
    page.goto("/")
    page.fill("#q", "ket hon")
    page.press("#q", "Enter")
    assert "?q=ket+hon" in page.url
    page.click("summary")
    page.select_option("#level", "commune")
    page.click("text=Lọc >> nth=-1")
    assert "level=commune" in page.url
    page.click("text=Đăng ký kết hôn >> nth=0")
    page.wait_for_url("**/thu-tuc/1.000894/")
    page.click("text=Chọn nơi nộp")
    page.fill("#q", "truc bach")
    page.press("#q", "Enter")
    page.click("text=Phường Ba Đình")
    page.wait_for_url("**/thu-tuc/1.000894/?don-vi=00004")
    context.close()


def test_suggestions_are_chosen_with_the_arrow_keys(browser, live_server):
    context, page = open_page(browser, live_server, 360)
    sent = []
    page.on("request", lambda request: sent.append(request.url) if "goi-y" in request.url else None)
    page.goto("/")
    box = page.get_by_role("combobox")
    box.press_sequentially("dang ky ket hnn", delay=20)
    page.get_by_role("option").first.wait_for()
    assert len(sent) <= 3, sent  # not one for every letter
    assert "Có phải bạn tìm đăng ký kết hôn" in page.get_by_role("option").first.inner_text()
    assert page.get_attribute("#q", "aria-expanded") == "true"
    assert not Axe().run(page).response["violations"]
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    shot(page, "suggestions-360")
    box.press("ArrowDown")
    box.press("ArrowDown")
    chosen = page.get_attribute("#q", "aria-activedescendant")
    assert page.get_attribute(f"[id='{chosen}']", "aria-selected") == "true"
    box.press("Escape")
    assert page.get_attribute("#q", "aria-expanded") == "false"
    assert box.input_value() == "dang ky ket hnn"
    for key in ("ArrowDown", "ArrowDown", "Enter"):
        box.press(key)
    page.wait_for_url("**/thu-tuc/1.000894/")
    page.goto("/thu-tuc/")
    box.press_sequentially("truc bach", delay=5)
    page.get_by_role("option", name="Phường Ba Đình").click()
    page.wait_for_url("**/don-vi/00004/")
    context.close()


@pytest.mark.parametrize("script", [False, True])
def test_from_a_few_mistyped_words_to_the_fee(browser, live_server, script):
    """Find by a slip without marks and by an event, read the page, count the fee; the same road without a script."""
    context, page = open_page(browser, live_server, 360, java_script_enabled=script)
    page.goto("/")
    page.fill("#q", "chung thuc ban soa")
    page.press("#q", "Enter")
    page.wait_for_url("**/thu-tuc/?q=*")
    assert "Có phải bạn tìm" in page.inner_text("main")
    page.click("text=Chứng thực bản sao từ bản chính >> nth=0")
    page.wait_for_url("**/thu-tuc/2.000815/")
    page.fill("#id_pages", "10")
    page.fill("#id_copies", "3")
    page.click("text=Tính phí, lệ phí >> nth=-1")
    page.locator("#fee .panel-code").wait_for()
    assert page.inner_text("#fee .panel-code").replace("\xa0", " ") == "36.000 đ"
    assert ("/phi/" in page.url) is not script
    assert page.evaluate("document.documentElement.scrollWidth") <= 360 if script else True
    shot(page, f"fee-{'script' if script else 'plain'}-360")
    page.fill("#id_pages", "0")
    page.click("text=Tính phí, lệ phí >> nth=-1")
    page.locator("#fee .error-summary").wait_for()
    assert page.input_value("#id_pages") == "0"
    page.goto("/")
    page.click("text=Sinh con")
    page.wait_for_url("**/su-kien/sinh-con/")
    page.get_by_role("link", name="Đăng ký khai sinh", exact=True).click()
    page.wait_for_url("**/thu-tuc/1.001193/")
    context.close()


@pytest.mark.parametrize("address", ["/", "/thu-tuc/", "/thu-tuc/1.001193/", "/don-vi/"])
def test_a_first_visit_takes_at_most_five_requests(browser, live_server, address):
    context, page = open_page(browser, live_server, 360)
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(address, wait_until="networkidle")
    assert len(asked) <= 5, asked
    assert all(url.startswith((live_server.url, "data:")) for url in asked)
    context.close()
