"""What the journeys share: people at real browsers, and the gateway as a program of its own."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from portal.outbox.actions import drain_all
from tests.cast import PASSWORD, Cast, build_cast
from tests.payments.conftest import Simulator, merchant, simulator  # noqa: F401 - fixtures

PHONE = {"width": 360, "height": 740}
DESKTOP = {"width": 1440, "height": 900}


@pytest.fixture
def crew(transactional_db: None) -> Cast:
    """The cast, committed, so that the live server sees it."""
    return build_cast()


class Person:
    """Somebody at a browser of their own. Keeps what the console complained about."""

    def __init__(self, page: Any, base: str) -> None:
        self.page, self.base = page, base
        self.complaints: list[str] = []
        page.on("console", self._listen)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))

    def _listen(self, message: Any) -> None:
        expected = any(code in message.text for code in ("409", "422"))
        ours = message.location.get("url", "").startswith(self.base) or not message.location.get("url")
        if message.type == "error" and ours and not expected:
            self.complaints.append(f"{message.text} at {message.location} on {self.page.url}")

    def go(self, path: str) -> Any:
        """Open an address of the portal."""
        return self.page.goto(self.base + path)

    def sign_in(self, login: str) -> None:
        """Sign in by the page."""
        self.go("/tai-khoan/dang-nhap/")
        self.page.fill("input[name=login]", login)
        self.page.fill("input[name=password]", PASSWORD)
        self.press("Đăng nhập")

    def press(self, name: str) -> None:
        """Press the button of this name in the page's main part, and let the outbox work."""
        self.page.locator("main").get_by_role("button", name=name, exact=True).first.click()
        self.page.wait_for_load_state("networkidle")
        drain_all()

    def follow(self, name: str) -> None:
        """Follow the link of this name."""
        self.page.locator("main").get_by_role("link", name=name).first.click()
        self.page.wait_for_load_state()

    def sees(self, text: str) -> bool:
        """Whether the page shows `text`."""
        return text in self.page.locator("body").inner_text()

    def picture(self, name: str) -> None:
        """Keep a screenshot where PORTAL_PICTURES names a folder; a page wider than its window fails."""
        width = self.page.evaluate("document.documentElement.scrollWidth")
        assert width <= self.page.viewport_size["width"], f"{name} is {width} px wide"
        if folder := os.environ.get("PORTAL_PICTURES"):
            Path(folder).mkdir(parents=True, exist_ok=True)
            self.page.screenshot(path=f"{folder}/{name}.png", full_page=True)


@pytest.fixture
def somebody(browser: Any, live_server: Any) -> Iterator[Callable[..., Person]]:
    """Make people with browsers; at the end nobody's console may have complained."""
    people: list[Person] = []

    def make(size: dict[str, int] = DESKTOP, **options: Any) -> Person:
        context = browser.new_context(viewport=size, locale="vi-VN", accept_downloads=True, **options)
        context.set_default_timeout(20_000)
        people.append(Person(context.new_page(), live_server.url))
        return people[-1]

    yield make
    for person in people:
        person.page.context.close()
    assert [text for person in people for text in person.complaints] == []


def choose(person: Person, radio: str) -> None:
    """Choose a radio button; the section may be drawn anew under the click, so look at the page afterwards."""
    for _try in range(3):
        person.page.locator(radio).click()
        person.page.wait_for_load_state("networkidle")
        if person.page.locator(f"{radio}:checked").count():
            return
    raise AssertionError(f"{radio} did not stay chosen")


def fill(person: Person, answers: dict[str, Any]) -> None:
    """Fill the questions of the shown page that `answers` knows, by the kind of control."""
    for name, value in answers.items():
        controls = person.page.locator(f"main [name='{name}']:not([type=hidden])")
        if not controls.count() or (
            not controls.first.is_visible()
            and controls.first.get_attribute("type")
            not in {
                "radio",
                "checkbox",
            }
        ):
            continue
        kind = controls.first.get_attribute("type") or ""
        if kind == "radio":
            choose(person, f"main [name='{name}'][value='{value}']")
        elif kind == "checkbox":
            if controls.first.is_checked() != bool(value):
                controls.first.focus()
                person.page.keyboard.press("Space")
        elif controls.first.evaluate("each => each.tagName") == "SELECT":
            controls.first.select_option(str(value))
        else:
            controls.first.fill(str(value))
