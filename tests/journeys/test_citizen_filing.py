"""A citizen files from the first visit to the dossier's page, in a real browser on a small phone, by keyboard."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.urls import reverse
from PIL import Image

from dossiers.actions import drafts, intake
from dossiers.models import Dossier, Draft
from dossiers.policies import askable_papers
from dossiers.wizard import Wizard
from tests.cast import PASSWORD, Cast, build_cast
from tests.factories.dossiers import BIRTH, CERTIFIED, accepted, drafted, example, filed, pdf, version

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PHONE = {"width": 360, "height": 740}
MOST_TABS = 80
FOCUSED = """() => {
  const e = document.activeElement;
  return {name: e.name || "", type: e.type || "", tag: e.tagName, value: e.value || "", checked: Boolean(e.checked),
          id: e.id, href: e.href || "", text: e.textContent.trim()};
}"""


@pytest.fixture
def people(transactional_db: None) -> Cast:
    return build_cast()


@pytest.fixture
def page(browser: Any, live_server: Any) -> Iterator[Any]:
    """A phone that fails the test on any script error or policy violation."""
    context = browser.new_context(viewport=PHONE, base_url=live_server.url)
    opened = context.new_page()
    problems: list[str] = []
    opened.on("pageerror", lambda error: problems.append(str(error)))
    opened.on("console", lambda note: problems.append(note.text) if "Policy" in note.text else None)
    yield opened
    context.close()
    assert not problems


def sign_in(page: Any, person: Any) -> None:
    page.goto(reverse("account_login"))
    page.fill("#id_login", person.username)
    page.fill("#id_password", PASSWORD)
    page.click("main button[type=submit]")
    page.wait_for_url("**/ho-so/")


def assert_accessible(page: Any) -> None:
    found = Axe().run(page).response["violations"]
    assert not [(rule["id"], rule["nodes"][0]["html"]) for rule in found], page.url
    assert page.evaluate("document.documentElement.scrollWidth") <= page.viewport_size["width"], page.url


def step_url(draft: Draft, section: str) -> str:
    return reverse("dossiers:step", args=[draft.pk, section])


# --- By keyboard alone ---


def tab_to(page: Any, found: Any) -> dict[str, Any]:
    """Press Tab until `found(focused element)`; fails when the keyboard does not get there."""
    for _press in range(MOST_TABS):
        page.keyboard.press("Tab")
        focused: dict[str, Any] = page.evaluate(FOCUSED)
        if found(focused):
            return focused
    raise AssertionError(f"not reached by keyboard on {page.url}")


def press(page: Any, found: Any) -> None:
    """Reach a button or link by keyboard and press it."""
    tab_to(page, found)
    with page.expect_navigation():
        page.keyboard.press("Enter")


def is_next(focused: dict[str, Any]) -> bool:
    return focused["tag"] == "BUTTON" and (focused["name"], focused["value"]) == ("go", "next")


def typed(value: Any) -> str:
    """An answer as a person types it."""
    text = str(value)
    day = re.fullmatch(r"(\d{4})-(\d{2})-(\d{2})", text)
    return f"{day[3]}/{day[2]}/{day[1]}" if day else text


def answer(page: Any, focused: dict[str, Any], value: Any) -> None:
    """Give `value` to the focused control with keys only."""
    if focused["type"] == "checkbox":
        if bool(value) != focused["checked"]:
            page.keyboard.press("Space")
    elif focused["type"] == "radio":
        if not focused["checked"]:
            page.keyboard.press("Space")
        move_to(page, str(value))
        if page.query_selector("#autosave"):
            wait_until_saved(page)  # the answer may open questions below
    elif focused["tag"] == "SELECT":
        move_to(page, str(value))
    else:
        page.keyboard.press("Control+a")
        page.keyboard.type(typed(value))


def move_to(page: Any, value: str) -> None:
    """Arrow through radio buttons or options until the wanted one."""
    if page.evaluate(FOCUSED)["tag"] == "SELECT":
        page.keyboard.press("Home")
    for _press in range(260):
        if page.evaluate(FOCUSED)["value"] == value:
            return
        page.keyboard.press("ArrowDown")
    raise AssertionError(f"{value} is no choice")


def fill_section(page: Any, answers: dict[str, Any]) -> None:
    """Go through one page of the form with Tab and press "save and continue"."""
    for _press in range(MOST_TABS):
        page.keyboard.press("Tab")
        focused = page.evaluate(FOCUSED)
        if is_next(focused):
            with page.expect_navigation():
                page.keyboard.press("Enter")
            return
        if focused["name"] in answers:
            answer(page, focused, answers[focused["name"]])
    raise AssertionError(f"no way on from {page.url}")


def register(page: Any) -> None:
    """Open an account by keyboard."""
    page.goto("/")
    press(page, lambda e: e["tag"] == "A" and e["href"].endswith(reverse("account_signup")))
    given = {
        "full_name": "Nguyễn Văn An",
        "id_number": "001090012399",
        "date_of_birth": "1990-02-01",
        "phone": "0912345678",
        "password1": PASSWORD,
        "password2": PASSWORD,
    }
    for name, value in given.items():
        answer(page, tab_to(page, lambda e, name=name: e["name"] == name), value)
    press(page, lambda e: e["tag"] == "BUTTON" and e["type"] == "submit")


def test_the_whole_way_by_keyboard_on_a_phone(page: Any, people: Cast) -> None:
    register(page)
    page.goto(reverse("procedures:list") + "?q=khai+sinh")
    press(page, lambda e: e["href"].endswith(f"/{BIRTH}/"))
    press(page, lambda e: e["href"].endswith(reverse("dossiers:start", args=[BIRTH])))
    assert_accessible(page)
    press(page, lambda e: e["tag"] == "BUTTON" and e["text"] == "Bắt đầu")
    draft = Draft.objects.get()
    answers = {**example(BIRTH), "birth_evidence": "witness", "witness_name": "Phạm Thị Làm Chứng"}
    for section in ("declarant", "child", "evidence", "mother", "father", "request"):
        page.wait_for_url(f"**{step_url(draft, section)}")
        assert_accessible(page)
        fill_section(page, answers)
    page.wait_for_url("**/giay-to/")
    with page.expect_response("**/giay-to/*/"):
        page.set_input_files(
            "input[type=file]",
            {"name": "cam-doan.pdf", "mimeType": "application/pdf", "buffer": pdf().read()},
        )
    page.wait_for_selector("text=cam-doan.pdf")
    assert_accessible(page)
    press(page, is_next)
    answer(page, tab_to(page, lambda e: e["name"] == "unit"), people.office.unit.pk)
    answer(page, tab_to(page, lambda e: e["name"] == "delivery"), "online")
    press(page, is_next)
    assert_accessible(page)
    assert page.get_by_text("Phạm Thị Làm Chứng").is_visible()
    answer(page, tab_to(page, lambda e: e["name"] == "declared"), True)
    press(page, lambda e: e["text"] == "Nộp hồ sơ")
    dossier = Dossier.objects.get()
    assert page.inner_text(".panel-code") == dossier.code
    assert_accessible(page)
    press(page, lambda e: e["text"] == "Theo dõi hồ sơ")
    assert page.url.endswith(reverse("dossiers:detail", args=[dossier.code]))
    assert_accessible(page)
    assert dossier.attachments.get().name == "cam-doan.pdf"
    assert dossier.receiving_unit == people.office.unit


def test_the_whole_way_without_javascript(browser: Any, live_server: Any, people: Cast) -> None:
    context = browser.new_context(viewport=PHONE, base_url=live_server.url, java_script_enabled=False)
    page = context.new_page()
    sign_in(page, people.citizen)
    page.goto(reverse("dossiers:start", args=[BIRTH]))
    page.click("text=Bắt đầu")
    answers = {**example(BIRTH), "birth_evidence": "witness", "witness_name": "Phạm Thị Làm Chứng"}
    for _page in range(20):
        if page.url.endswith("/giay-to/"):
            break
        for control in page.query_selector_all("#wizard [name]"):
            fill_plainly(control, answers)
        page.click("button.button[value=next]")
    page.set_input_files(
        "input[type=file]", {"name": "cam-doan.pdf", "mimeType": "application/pdf", "buffer": pdf().read()}
    )
    page.click("[data-paper] button[type=submit]")
    assert page.get_by_role("link", name="cam-doan.pdf").is_visible()
    page.click("button.button[value=next]")
    page.select_option("#id_unit", str(people.other_office.unit.pk))
    page.click("button.button[value=next]")
    page.check("#id_declared")
    page.click("text=Nộp hồ sơ >> visible=true")
    dossier = Dossier.objects.get()
    assert page.inner_text(".panel-code") == dossier.code
    assert dossier.receiving_unit == people.other_office.unit
    context.close()


def fill_plainly(control: Any, answers: dict[str, Any]) -> None:
    name, kind = control.get_attribute("name"), control.get_attribute("type")
    if name not in answers or kind == "hidden":
        return
    tag = control.evaluate("e => e.tagName")
    if kind == "radio":
        if control.get_attribute("value") == answers[name]:
            control.check()
    elif kind == "checkbox":
        control.set_checked(bool(answers[name]))
    elif tag == "SELECT":
        control.select_option(str(answers[name]))
    else:
        control.fill(typed(answers[name]))


# --- Saving while typing ---


@pytest.fixture
def writing(page: Any, people: Cast) -> Draft:
    """A draft of the signed-in citizen."""
    draft = drafts.start_draft(by=people.citizen, version=version(BIRTH))
    sign_in(page, people.citizen)
    return draft


def wait_until_saved(page: Any) -> None:
    """The status line says so; no script may be evaluated on these pages, so the selector looks."""
    page.wait_for_selector("#autosave:has-text('Đã lưu lúc')")


def test_what_is_typed_is_saved_and_said(page: Any, writing: Draft) -> None:
    page.goto(step_url(writing, "child"))
    page.type("#id_child_name", "Nguyễn Bé")
    wait_until_saved(page)
    writing.refresh_from_db()
    assert writing.answers["child_name"] == "Nguyễn Bé"
    assert page.get_attribute("#autosave", "role") == "status"
    assert page.input_value("#revision") == str(writing.revision)
    page.type("#id_birth_place", "Hà Nội")
    page.wait_for_selector(f"#revision[value='{writing.revision + 1}']", state="attached")


def test_an_answer_that_asks_more_redraws_the_section_and_keeps_the_focus(page: Any, writing: Draft) -> None:
    page.goto(step_url(writing, "evidence"))
    assert page.query_selector("#id_witness_name") is None
    page.check("[name=birth_evidence][value=witness]")
    page.wait_for_selector("#id_witness_name")
    page.wait_for_selector("[name=birth_evidence][value=witness]:focus")
    assert page.is_checked("[name=birth_evidence][value=witness]")
    assert not page.query_selector(".field-error")
    assert_accessible(page)


def test_typing_on_while_the_section_is_redrawn_loses_nothing(page: Any, writing: Draft) -> None:
    page.goto(step_url(writing, "child"))
    held: list[Any] = []
    page.route(
        "**/child/", lambda route: held.append(route) if route.request.method == "POST" else route.continue_()
    )
    page.fill("#id_child_dob", "01/01/2020")  # more than 60 days ago: a note appears
    page.wait_for_timeout(1200)
    assert held
    page.focus("#id_birth_place")
    page.keyboard.type("Bệnh viện")
    for route in held:
        route.continue_()
    page.unroute("**/child/")
    page.wait_for_selector(".inset")
    assert page.input_value("#id_birth_place") == "Bệnh viện"
    page.wait_for_timeout(1500)
    wait_until_saved(page)
    writing.refresh_from_db()
    assert writing.answers["birth_place"] == "Bệnh viện"


def test_a_second_tab_does_not_overwrite_the_first(page: Any, writing: Draft) -> None:
    other = page.context.new_page()
    for tab in (page, other):
        tab.goto(step_url(writing, "child"))
    other.type("#id_child_name", "Mới")
    wait_until_saved(other)
    page.type("#id_child_name", "Cũ")
    page.wait_for_selector("#autosave a")
    assert "thẻ hoặc thiết bị khác" in page.inner_text("#autosave")
    assert page.input_value("#id_child_name") == "Cũ"
    writing.refresh_from_db()
    assert writing.answers["child_name"] == "Mới"
    page.click("#autosave a")
    assert page.input_value("#id_child_name") == "Mới"


def test_an_expired_session_keeps_what_was_typed(page: Any, people: Cast, writing: Draft) -> None:
    page.goto(step_url(writing, "child"))
    page.context.clear_cookies(name="session")
    page.type("#id_child_name", "Nguyễn Không Mất")
    page.wait_for_selector("#autosave.autosave-failed a")
    assert page.input_value("#id_child_name") == "Nguyễn Không Mất"
    page.click("button.button[value=next]")
    page.wait_for_url("**/dang-nhap/**")
    page.fill("#id_login", people.citizen.username)
    page.fill("#id_password", PASSWORD)
    page.click("main button[type=submit]")
    page.wait_for_url(f"**{step_url(writing, 'child')}")
    assert page.input_value("#id_child_name") == "Nguyễn Không Mất"
    wait_until_saved(page)
    writing.refresh_from_db()
    assert writing.answers["child_name"] == "Nguyễn Không Mất"


def test_signing_in_again_on_top_of_the_page_saves_what_was_typed(
    page: Any, people: Cast, writing: Draft
) -> None:
    page.goto(step_url(writing, "child"))
    page.context.clear_cookies(name="session")
    page.type("#id_child_name", "Nguyễn Tại Chỗ")
    page.click("#autosave a")
    page.fill("#again-login", people.citizen.username)
    page.fill("#again-password", "sai-mat-khau-roi")
    page.click("#sign-in-again button[type=submit]")
    page.wait_for_selector("#sign-in-again .dialog-fault:visible")
    assert "không đúng" in page.inner_text("#sign-in-again .dialog-fault")
    assert_accessible(page)
    page.fill("#again-password", PASSWORD)
    page.click("#sign-in-again button[type=submit]")
    page.wait_for_selector("#sign-in-again", state="hidden")
    wait_until_saved(page)
    writing.refresh_from_db()
    assert writing.answers["child_name"] == "Nguyễn Tại Chỗ"


def test_another_person_signing_in_on_top_saves_nothing(page: Any, people: Cast, writing: Draft) -> None:
    page.goto(step_url(writing, "child"))
    page.context.clear_cookies(name="session")
    page.type("#id_child_name", "Nguyễn Của Tôi")
    page.click("#autosave a")
    page.fill("#again-login", people.other_citizen.username)
    page.fill("#again-password", PASSWORD)
    page.click("#sign-in-again button[type=submit]")
    page.wait_for_selector("#sign-in-again .dialog-fault:visible")
    assert "không phải tài khoản" in page.inner_text("#sign-in-again .dialog-fault")
    writing.refresh_from_db()
    assert "child_name" not in writing.answers


def test_without_a_network_the_save_and_the_pressed_button_wait(page: Any, writing: Draft) -> None:
    page.goto(step_url(writing, "child"))
    page.context.set_offline(True)
    page.type("#id_child_name", "Nguyễn Mất Mạng")
    page.wait_for_selector("#autosave.autosave-failed:has-text('Mất kết nối mạng')")
    page.click("button.button[value=leave]")
    assert page.url.endswith(step_url(writing, "child"))
    assert page.input_value("#id_child_name") == "Nguyễn Mất Mạng"
    page.context.set_offline(False)
    page.wait_for_url("**/ho-so/")
    writing.refresh_from_db()
    assert writing.answers["child_name"] == "Nguyễn Mất Mạng"


def test_signing_out_leaves_nothing_in_the_browser(page: Any, writing: Draft) -> None:
    page.goto(step_url(writing, "child"))
    page.context.clear_cookies(name="session")
    page.type("#id_child_name", "Nguyễn Riêng Tư")
    page.wait_for_selector("#autosave.autosave-failed a")
    kept = "Object.keys(sessionStorage).filter((name) => name.startsWith('draft:')).length"
    assert page.evaluate(kept) == 1
    page.click("header button:has-text('Đăng xuất')")
    page.wait_for_function("() => !document.querySelector('#wizard')")
    assert page.evaluate(kept) == 0


# --- Files ---


@pytest.fixture
def at_papers(page: Any, people: Cast, writing: Draft) -> Draft:
    """The papers page of a draft that needs one."""
    answers = {**example(BIRTH), "birth_evidence": "witness", "witness_name": "Phạm Làm Chứng"}
    drafts.save_answers(draft_id=writing.pk, by=people.citizen, answers=answers)
    writing.refresh_from_db()
    page.goto(Wizard(writing).url("giay-to"))
    return writing


def photo(name: str = "anh.jpg", edge: int = 3600) -> dict[str, Any]:
    """A phone's photo: big, and noisy enough not to shrink to nothing."""
    out = io.BytesIO()
    Image.effect_noise((edge, edge * 3 // 4), 90).convert("RGB").save(out, "JPEG", quality=88)
    return {"name": name, "mimeType": "image/jpeg", "buffer": out.getvalue()}


def test_a_photo_is_made_smaller_before_it_is_sent(page: Any, at_papers: Draft) -> None:
    big = photo()
    page.set_input_files("input[type=file]", big)
    page.wait_for_selector(".files >> text=anh.jpg", timeout=20000)
    stored = at_papers.attachments.get()
    assert stored.size < len(big["buffer"])
    assert "Đã nhận tệp" in page.inner_text("#live")


def test_one_bad_file_of_three_is_refused_at_its_paper(page: Any, at_papers: Draft) -> None:
    good = [{"name": f"trang-{n}.pdf", "mimeType": "application/pdf", "buffer": pdf().read()} for n in (1, 2)]
    bad = {"name": "hong.pdf", "mimeType": "application/pdf", "buffer": b"khong phai pdf"}
    page.set_input_files("input[type=file]", [good[0], bad, good[1]])
    page.wait_for_selector(".files >> text=trang-2.pdf")
    assert "hong.pdf" in page.inner_text("[data-paper] .field-error")
    assert {file.name for file in at_papers.attachments.all()} == {"trang-1.pdf", "trang-2.pdf"}
    assert_accessible(page)
    page.click("text=Bỏ tệp >> nth=0")
    page.wait_for_selector(".files >> text=trang-1.pdf", state="detached")
    assert at_papers.attachments.filter(removed_at=None).count() == 1


def test_a_broken_line_leaves_a_way_to_send_again(page: Any, at_papers: Draft) -> None:
    page.route("**/giay-to/*/", lambda route: route.abort())
    page.set_input_files(
        "input[type=file]", {"name": "mang.pdf", "mimeType": "application/pdf", "buffer": pdf().read()}
    )
    page.wait_for_selector("[data-progress] button")
    assert "mang.pdf" in page.inner_text("[data-progress]")
    page.unroute("**/giay-to/*/")
    page.click("[data-progress] button")
    page.wait_for_selector(".files >> text=mang.pdf")
    assert at_papers.attachments.count() == 1


def test_what_a_broken_line_held_back_goes_by_itself_when_it_is_back(page: Any, at_papers: Draft) -> None:
    page.context.set_offline(True)
    for name in ("mot.pdf", "hai.pdf"):
        page.set_input_files(
            "input[type=file]", {"name": name, "mimeType": "application/pdf", "buffer": pdf().read()}
        )
        page.wait_for_selector(f"[data-progress] .field-error:has-text('{name}')")
    page.context.set_offline(False)
    page.wait_for_selector(".files >> text=mot.pdf")
    page.wait_for_selector(".files >> text=hai.pdf")
    assert at_papers.attachments.count() == 2


def test_a_file_chosen_after_the_session_ended_is_sent_after_signing_in(
    page: Any, people: Cast, at_papers: Draft
) -> None:
    page.context.clear_cookies(name="session")
    page.set_input_files(
        "input[type=file]", {"name": "cho.pdf", "mimeType": "application/pdf", "buffer": pdf().read()}
    )
    page.click("[data-progress] button")
    page.fill("#again-login", people.citizen.username)
    page.fill("#again-password", PASSWORD)
    page.click("#sign-in-again button[type=submit]")
    page.wait_for_selector(".files >> text=cho.pdf")
    assert at_papers.attachments.get().name == "cho.pdf"


def test_photos_are_merged_into_one_file(page: Any, at_papers: Draft) -> None:
    page.set_input_files("input[type=file]", [photo("mot.jpg", 400), photo("hai.jpg", 420)])
    page.click("button[name=merge]")
    page.wait_for_selector(".files >> text=mot.jpg", state="detached")
    assert at_papers.attachments.get(removed_at=None).content_type == "application/pdf"
    assert_accessible(page)


def test_the_list_of_units_can_be_narrowed_without_marks(page: Any, people: Cast, writing: Draft) -> None:
    page.goto(reverse("dossiers:place", args=[writing.pk]))
    page.fill("#id_unit-filter", "hoan kiem")
    assert page.input_value("#id_unit") == str(people.other_office.unit.pk)


# --- Every page ---


@pytest.mark.parametrize("language", ["vi", "en"])
@pytest.mark.parametrize("width", [360, 1440])
def test_no_page_has_a_violation(
    page: Any, live_server: Any, people: Cast, width: int, language: str
) -> None:
    ready = drafted(people.citizen, BIRTH, people.office)
    taken, asked = accepted(people), filed(people)
    paper = askable_papers(asked)[0]
    items = [intake.ItemSpec("Chụp lại.", document=paper), intake.ItemSpec("Sửa lại.", field="child_name")]
    intake.request_supplement(code=asked.code, by=people.office.counter, reason="Mờ.", items=items)
    sign_in(page, people.citizen)
    page.set_viewport_size({"width": width, "height": 800})
    page.context.add_cookies([{"name": "language", "value": language, "url": live_server.url}])
    of_draft = [
        reverse(f"dossiers:{name}", args=[ready.pk])
        for name in ("draft", "papers", "place", "review", "discard")
    ]
    of_dossier = [reverse(f"dossiers:{name}", args=[taken.code]) for name in ("detail", "filed", "withdraw")]
    addresses = [
        reverse("dossiers:mine"),
        reverse("dossiers:track"),
        reverse("dossiers:start", args=[BIRTH]),
        reverse("dossiers:start", args=[CERTIFIED]),
        *of_draft,
        *[step_url(ready, section) for section in Wizard(ready).codes[:-3]],
        *of_dossier,
        reverse("dossiers:detail", args=[asked.code]),
        reverse("dossiers:supplement", args=[asked.code]),
    ]
    for address in addresses:
        page.goto(address)
        assert_accessible(page)
    for address, button in (
        (step_url(ready, "child"), "[value=next].button"),
        (of_draft[3], ".button[type=submit]"),
    ):
        page.goto(address)
        page.evaluate(
            "document.querySelectorAll('main input:not([type=hidden])')"
            ".forEach(e => { e.value = ''; e.checked = false; })"
        )
        page.click(f"main {button}")
        page.wait_for_selector(".error-summary")
        assert_accessible(page)
