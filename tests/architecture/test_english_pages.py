"""In English no page shows a Vietnamese text of the interface; what comes from the database stays Vietnamese."""

from __future__ import annotations

from html.parser import HTMLParser
from typing import Any

import polib
import pytest
from django.urls import reverse

from tests.architecture.matrix import OK, ROWS, expected
from tests.architecture.tree import ROOT, listed
from tests.architecture.visitors import Visitors
from tests.architecture.world import World

READERS = (
    "owner",
    "counter",
    "specialist",
    "leader",
    "clerk",
    "cashier",
    "head",
    "monitor",
    "system",
    "anonymous",
)
_SPOKEN = {"aria-label", "title", "placeholder", "alt", "data-label", "data-confirm", "value"}
_VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "wbr"}


class Texts(HTMLParser):
    """The texts of a page that are not marked as Vietnamese."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[tuple[str, bool]] = [("", False)]
        self.found: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        language = given.get("lang")
        vietnamese = self.open[-1][1] if language is None else language == "vi"
        if not vietnamese:
            self.found |= {(given[name] or "").strip() for name in _SPOKEN & set(given)}
        if tag not in _VOID:
            self.open.append((tag, vietnamese))

    def handle_endtag(self, tag: str) -> None:
        while len(self.open) > 1 and self.open.pop()[0] != tag:
            pass

    def handle_data(self, data: str) -> None:
        if not self.open[-1][1]:
            self.found.add(" ".join(data.split()))


# Texts that are both the interface's and the catalogue's own data, which stays as it was published.
DATA = {
    "Giấy chứng sinh",  # a paper of birth registration
    "Giấy tiếp nhận hồ sơ và hẹn trả kết quả",  # the title of an issued document
    "Giới tính",  # what will stand in the result, an official paper
    "Số định danh cá nhân",
    "Thành phố Hà Nội",  # the unit
}


def _vietnamese() -> set[str]:
    entries = [
        entry
        for path in (ROOT / "locale").glob("*/en/LC_MESSAGES/django.po")
        for entry in polib.pofile(str(path))
    ]
    return {
        " ".join(entry.msgid.split())
        for entry in entries
        if len(entry.msgid) > 2 and entry.msgid != entry.msgstr
    }


def _statuses(status: Any) -> frozenset[int]:
    return status if isinstance(status, frozenset) else frozenset()


@pytest.mark.once
@pytest.mark.timeout(900)  # some thousand pages
@pytest.mark.django_db
def test_no_text_of_the_interface_is_left_in_vietnamese(world: World) -> None:
    wanted = _vietnamese() - DATA
    visitors = Visitors(world)
    faults: dict[str, str] = {}
    shown = 0
    for row in ROWS:
        for person in READERS:
            if OK.isdisjoint(_statuses(expected(row, person, posted=False))):
                continue
            client = visitors.of(person)
            client.cookies["language"] = "en"
            answer = client.get(reverse(row.name, args=row.args(world)), row.query)
            if answer.streaming or not answer.headers.get("Content-Type", "").startswith("text/html"):
                continue
            shown += answer.status_code == 200
            for text in _texts(answer) & wanted:
                faults.setdefault(text, f"{row.name} {row.what} as {person}")
    assert shown > 100
    assert not faults, listed([f"{text!r}: {place}" for text, place in faults.items()])


def _texts(answer: Any) -> set[str]:
    parser = Texts()
    parser.feed(answer.content.decode())
    return parser.found
