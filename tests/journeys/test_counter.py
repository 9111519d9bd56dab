"""The counter by keyboard alone: the five most frequent procedures, keystrokes and seconds counted (shown by `-s`)."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Route

from dossiers.bulk import columns as columns_of
from dossiers.models import CounterIntake, Dossier
from dossiers.states import State
from procedures.form_schema import load
from tests.cast import Cast
from tests.factories import dossiers as make
from tests.journeys.conftest import DESKTOP, PHONE, Person

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True), pytest.mark.timeout(300)]

HOME = "Số 12 phố Hàng Bông, phường Hàng Bông, quận Hoàn Kiếm, Hà Nội"  # a ward of before 1 July 2025
AN = f"001090012345||Nguyễn Văn An|01021990|Nam|{HOME}|10052021"
CARD = AN
SECONDS_A_KEY = 0.2  # somebody who types every day (keystroke-level model; 0.28 for an average person)
# What an officer types to find each, and the card of whoever stands there.
FREQUENT = {
    make.CERTIFIED: ("chung thuc", f"001185001122|012345678|Lê Thị Hoa|05061985|Nữ|{HOME}|10052021"),
    make.BIRTH: ("ks", AN),
    make.EXTRACT: ("trich luc", AN),
    make.MARRIAGE: (
        "ket hon",
        f"001095001234||Nguyễn Văn An|12051995|Nam|{HOME}|10082024||Nguyễn Văn Cha|Lê Thị Mẹ",
    ),
    make.HOUSEHOLD: ("ho kinh doanh", AN),
}
FOCUSED = """() => {
  const e = document.activeElement;
  return {name: e.name || "", type: e.type || "", tag: e.tagName, value: e.value || "", checked: Boolean(e.checked),
          paper: Boolean(e.closest("[data-paper]")), id: e.id,
          options: e.tagName === "SELECT" ? [...e.options].map(o => [o.value, o.text]) : [],
          group: e.type === "radio" ? [...document.getElementsByName(e.name)].map(r => [r.value, r.checked]) : []};
}"""


class Hands:
    """A keyboard whose keys are counted."""

    def __init__(self, person: Person) -> None:
        self.person, self.page, self.keys = person, person.page, 0

    def press(self, key: str, *, times: int = 1) -> None:
        for _ in range(times):
            self.page.keyboard.press(key)
            self.keys += 1

    def write(self, text: str) -> None:
        self.page.keyboard.type(text)
        self.keys += len(text)

    def scan(self, text: str) -> None:
        """The scanner types and ends with Enter: no key of the officer's."""
        self.page.keyboard.insert_text(text)
        self.page.keyboard.press("Enter")

    def settle(self) -> None:
        """Wait as a person does: what a changed answer brings has come, and the focus went on."""
        self.page.wait_for_selector("#intake-form[aria-busy=true]", state="detached")

    def focused(self) -> dict[str, Any]:
        found: dict[str, Any] = self.page.evaluate(FOCUSED)
        return found


def answer(hands: Hands, here: dict[str, Any], wanted: Any) -> None:
    """Give one answer by keys and go on."""
    if here["type"] == "radio":
        places = [value for value, _on in here["group"]]
        target, on = places.index(str(wanted)), [chosen for _value, chosen in here["group"]]
        if not any(on):
            hands.press("Space")
        hands.press("ArrowDown", times=(target - (on.index(True) if any(on) else 0)) % len(places))
    elif here["type"] == "checkbox":
        if here["checked"] != bool(wanted):
            hands.press("Space")
    elif here["tag"] == "SELECT":
        places = [value for value, _label in here["options"]]
        if not here["value"]:  # what the card filled in stays
            hands.press("ArrowDown", times=places.index(str(wanted)))
    elif here["value"] != str(wanted):
        hands.press("Control+A")
        hands.write(str(wanted))
    hands.press("Enter")


def take_in(hands: Hands, answers: dict[str, Any]) -> None:
    """Work down the intake screen until the button that accepts has the focus, then press it."""
    for _step in range(120):
        hands.settle()
        here = hands.focused()
        if here["name"] == "file" or here["name"] in {"unit", "channel", "delivery"}:
            hands.press("F9")
            return
        if here["paper"] and here["type"] == "radio":
            hands.press("Space")
        elif here["name"].startswith("q-"):
            hands.press("Space")
            hands.settle()
            hands.press("Enter")
        elif here["name"] in answers and answers[here["name"]] not in (None, ""):
            answer(hands, here, answers[here["name"]])
        else:
            assert here["name"], f"the focus is lost on {here}"
            hands.press("Enter")
    raise AssertionError(f"no end of it: {hands.focused()}")


def arrive(hands: Hands, card: str, words: str, code: str) -> None:
    """The card, the procedure."""
    hands.scan(card)
    hands.page.wait_for_selector(f"text={card.split('|')[2]}")
    assert hands.focused()["id"] == "q"
    hands.write(words)
    hands.page.wait_for_selector(f'#found[data-q="{words}"]')
    for _try in range(12):
        chosen = hands.page.evaluate("document.activeElement.getAttribute('formaction') || ''")
        first = hands.page.evaluate("document.querySelector('.pick')?.getAttribute('formaction') || ''")
        if code in (chosen or first):
            hands.press("Enter")
            hands.page.wait_for_url(f"**/{code}/")
            return
        hands.press("ArrowDown")
    raise AssertionError(f"{code} is not among the first for {words}")


@pytest.mark.parametrize("code", FREQUENT)
def test_by_keyboard_alone(crew: Cast, somebody: Callable[..., Person], code: str) -> None:
    officer = somebody()
    officer.sign_in("badinh.motcua")
    officer.go("/xu-ly/quay/")
    hands, (words, card) = Hands(officer), FREQUENT[code]
    assert hands.focused()["name"] == "card"
    began = time.monotonic()
    arrive(hands, card, words, code)
    officer.picture(f"50-counter-{code}")
    take_in(hands, make.example(code))
    end = officer.page.wait_for_selector("[data-error-summary], #slip")
    assert end.get_attribute("id") == "slip", end.inner_text()
    assert hands.focused()["id"] == "slip"
    machine = time.monotonic() - began
    dossier = Dossier.objects.get()
    assert dossier.state == State.ACCEPTED
    intake = CounterIntake.objects.get()
    assert intake.started_at is not None
    by_hand = hands.keys * SECONDS_A_KEY
    print(
        f"{code}: {hands.keys} keys, about {by_hand:.0f} s of typing; "
        f"{machine:.0f} s in this test, of which the server measured "
        f"{(intake.ended_at - intake.started_at).total_seconds():.0f} s"
    )
    assert by_hand < 120
    hands.press("n")
    officer.page.wait_for_url("**/xu-ly/quay/")
    assert hands.focused()["name"] == "card"


def test_typing_while_the_screen_is_drawn_anew(crew: Cast, somebody: Callable[..., Person]) -> None:
    """The answer that opens new questions comes late: what was typed meanwhile stays, the caret too."""
    officer = somebody()
    officer.sign_in("badinh.motcua")
    officer.go(f"/xu-ly/quay/thu-tuc/{make.BIRTH}/")
    page, hands = officer.page, Hands(officer)
    held: list[Route] = []
    page.route("**/xu-ly/quay/thu-tuc/**", lambda route: held.append(route))
    page.locator("[name=birth_evidence][value=witness]").check()
    page.wait_for_selector("#fee.htmx-request")
    assert not page.locator("[name=witness_name]").count()
    page.locator("[name=name]").click()
    hands.write("Nguyễn Văn Án")
    hands.press("ArrowLeft", times=2)
    assert len(held) == 1
    held[0].continue_()
    page.unroute("**/xu-ly/quay/thu-tuc/**")
    page.wait_for_selector("[name=witness_name]")
    hands.write("B")
    hands.settle()
    assert page.locator("[name=name]").input_value() == "Nguyễn Văn BÁn"
    assert page.locator("[name=birth_evidence][value=witness]").is_checked()


@pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["360", "1440"])
def test_nothing_for_axe_to_find(crew: Cast, somebody: Callable[..., Person], size: dict[str, int]) -> None:
    officer = somebody(size)
    officer.sign_in("badinh.motcua")
    make.at_counter(crew)
    dossier = Dossier.objects.get()
    for name, path in {
        "start": "/xu-ly/quay/",
        "intake": f"/xu-ly/quay/thu-tuc/{make.CERTIFIED}/",
        "done": f"/xu-ly/quay/da-nhan/{dossier.code}/",
        "times": "/xu-ly/quay/thoi-gian/",
        "bulk": f"/xu-ly/quay/nhieu-ho-so/{make.CERTIFIED}/",
        "bundle": f"/xu-ly/quay/danh-sach/{make.bundled(crew).pk}/",
    }.items():
        officer.go(path)
        found = Axe().run(officer.page).response["violations"]
        assert not [(rule["id"], rule["nodes"][0]["html"]) for rule in found], path
        officer.picture(f"51-{name}-{size['width']}")
    officer.go("/xu-ly/quay/")
    Hands(officer).scan(CARD[:40])
    officer.page.wait_for_selector("[role=alert]")
    officer.picture(f"52-damaged-{size['width']}")
    assert officer.page.input_value("[name=card]") == CARD[:40]


@pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["360", "1440"])
def test_a_table_with_faults(crew: Cast, somebody: Callable[..., Person], size: dict[str, int]) -> None:
    officer = somebody(size)
    officer.sign_in("badinh.motcua")
    officer.go(f"/xu-ly/quay/nhieu-ho-so/{make.CERTIFIED}/")
    version = make.version(make.CERTIFIED)
    schema = load(version)
    assert schema is not None
    columns = columns_of(version, version.cases.first(), schema)
    given = make.example(make.CERTIFIED)
    good = ["x" if not each.spec else str(given.get(each.spec.name, "")) for each in columns]
    bad = [
        "" if each.spec and each.spec.name == "pages" else text
        for each, text in zip(columns, good, strict=True)
    ]
    lines = [[each.heading for each in columns], good, bad]
    officer.page.fill("[name=table]", "\n".join("\t".join(line) for line in lines))
    officer.page.fill("[name=name]", "Trường Tiểu học Thử Nghiệm")
    officer.page.get_by_role("button", name="Kiểm tra").click()
    officer.page.wait_for_selector("text=1 trên 2 dòng hợp lệ.")
    found = Axe().run(officer.page).response["violations"]
    assert not [(rule["id"], rule["nodes"][0]["html"]) for rule in found]
    officer.picture(f"53-bulk-faults-{size['width']}")


def test_without_javascript(crew: Cast, somebody: Callable[..., Person]) -> None:
    officer = somebody(java_script_enabled=False)
    officer.sign_in("badinh.motcua")
    officer.go("/xu-ly/quay/")
    officer.page.fill("[name=card]", CARD)
    officer.page.fill("#q", "chung thuc")
    officer.page.get_by_role("button", name="Đọc thẻ").click()
    officer.page.locator(f".pick[formaction*='{make.CERTIFIED}']").click()
    assert officer.page.input_value("[name=name]") == "Nguyễn Văn An"
    officer.page.locator("main button[name=file]").click()
    assert officer.sees("Có mục cần xem lại")
