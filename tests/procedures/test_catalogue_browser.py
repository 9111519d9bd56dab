"""The catalogue in a real browser: accessible, narrow, light, usable without script."""

import pytest
from axe_playwright_python.sync_playwright import Axe

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PAGES = [
    "/",
    "/thu-tuc/",
    "/thu-tuc/?q=khai+sinh&level=commune",
    "/thu-tuc/?q=zzqqx&ready=1",
    "/thu-tuc/1.001193/",
    "/thu-tuc/2.000815/",
    "/thu-tuc/1.001806/",
    "/thu-tuc/9.123456/",
    "/don-vi/",
    "/don-vi/?q=doi+can",
    "/don-vi/00004/",
    "/don-vi/CN01/",
]


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
    page.wait_for_url("**/don-vi/00004/")
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
