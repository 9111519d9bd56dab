"""Events of life and business: only procedures that exist, in a sensible order, with the linked services."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from portal.lib.text import fold
from procedures.bundles import bundles
from procedures.events import events, events_named, events_of, events_with
from procedures.importing.files import CATALOGUE, read_lines
from procedures.querysets import catalogue, forget
from procedures.suggesting import suggest

CATALOGUED = {row["code"] for _number, row in read_lines(CATALOGUE)[1:]}
MUST = (
    (
        "life",
        {
            "sinh-con",
            "ket-hon",
            "qua-doi",
            "chuyen-nha",
            "xay-nha",
            "di-hoc",
            "viec-lam",
            "om-dau",
            "khuyet-tat",
        },
    ),
    ("life", {"nguoi-co-cong", "nghi-huu", "nha-dat", "can-cuoc"}),
    (
        "business",
        {"mo-ho-kinh-doanh", "thay-doi-ho-kinh-doanh", "dong-ho-kinh-doanh", "thanh-lap-doanh-nghiep"},
    ),
)


def rows(html: str) -> list[str]:
    return re.findall(r'/thu-tuc/(\d\.\d{6})/">', html)


@pytest.mark.parametrize("code", events())
def test_an_event_names_only_procedures_of_the_catalogue_and_each_once(code: str) -> None:
    codes = events()[code].codes
    assert set(codes) <= CATALOGUED
    assert len(codes) == len(set(codes))


@pytest.mark.parametrize(("kind", "codes"), MUST)
def test_the_great_events_are_there(kind: str, codes: set[str]) -> None:
    assert codes <= {event.code for event in events_of(kind)}


def test_events_have_titles_and_phrases_of_their_own() -> None:
    titles = [str(event.title.vi) for event in events().values()]
    assert len(titles) == len(set(titles))
    phrases = [fold(phrase) for event in events().values() for phrase in event.say]
    assert len(phrases) == len(set(phrases))
    assert all(event.title.en != event.title.vi for event in events().values())


def test_a_linked_service_begins_with_what_comes_first() -> None:
    linked = [event for event in events().values() if event.bundle]
    assert {event.code for event in linked} == {"sinh-con", "qua-doi"}
    for event in linked:
        assert bundles()[event.bundle].main.procedure == event.steps[0].codes[0]


@pytest.mark.parametrize(
    ("first", "then", "event"),
    [
        ("1.001193", "1.004222", "sinh-con"),
        ("1.004873", "1.000894", "ket-hon"),
        ("1.000656", "1.014028", "qua-doi"),
        ("1.014159", "1.013225", "xay-nha"),
        ("1.001699", "1.001776", "khuyet-tat"),
        ("1.001612", "1.013855", "mo-ho-kinh-doanh"),
    ],
)
def test_what_another_thing_needs_comes_before_it(first: str, then: str, event: str) -> None:
    codes = events()[event].codes
    assert codes.index(first) < codes.index(then)


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("sinh con", "sinh-con"),
        ("ket hon", "ket-hon"),
        ("mở cửa hàng", "mo-ho-kinh-doanh"),
        ("chuyen nha", "chuyen-nha"),
        ("khuyet tatt", "khuyet-tat"),
        ("opening a household", "mo-ho-kinh-doanh"),
    ],
)
def test_an_event_is_found_by_its_words(typed: str, code: str) -> None:
    assert events_named(typed)[0].code == code


@pytest.mark.parametrize("typed", ["", "x", "\x00", "zzqqxx"])
def test_nothing_comes_of_nothing(typed: str) -> None:
    assert events_named(typed) == []


def test_a_procedure_knows_its_events() -> None:
    assert [event.code for event in events_with("1.000894")] == ["ket-hon"]
    assert events_with("9.999999") == []


@pytest.mark.django_db
class TestPages:
    """The pages of events, and the ways to them."""

    @pytest.fixture(autouse=True)
    def _fresh(self) -> None:
        forget()

    @pytest.mark.parametrize("code", events())
    def test_each_has_a_page_with_its_procedures_in_order(self, client: Client, code: str) -> None:
        html = client.get(f"/su-kien/{code}/").content.decode()
        assert rows(html) == [row for row in events()[code].codes if row in catalogue().by_code]

    def test_the_linked_filing_is_offered_where_there_is_one(self, client: Client) -> None:
        assert (
            "/ho-so/lien-thong/khai-sinh-thuong-tru-bhyt/"
            in client.get("/su-kien/sinh-con/").content.decode()
        )
        assert "/ho-so/lien-thong/" not in client.get("/su-kien/ket-hon/").content.decode()

    def test_an_unknown_event_is_a_404(self, client: Client) -> None:
        answer = client.get("/su-kien/khong-co/")
        assert answer.status_code == 404
        assert "Không có sự kiện này." in answer.content.decode()

    def test_home_list_and_procedure_lead_there(self, client: Client) -> None:
        assert "/su-kien/sinh-con/" in client.get("/").content.decode()
        assert "/su-kien/sinh-con/" in client.get("/thu-tuc/1.001193/").content.decode()
        overview = client.get("/su-kien/").content.decode()
        assert all(f"/su-kien/{code}/" in overview for code in events())

    def test_english_pages_say_it_in_english(self, client: Client) -> None:
        client.cookies["language"] = "en"
        html = client.get("/su-kien/sinh-con/").content.decode()
        assert "Having a child" in html
        assert ">First<" in html

    def test_events_are_suggested(self) -> None:
        assert [event.code for event in suggest(catalogue(), "sinh con").events] == ["sinh-con"]

    def test_a_page_takes_no_query(self, client: Client, django_assert_num_queries: object) -> None:
        catalogue()
        with django_assert_num_queries(0):  # type: ignore[operator]
            client.get("/su-kien/sinh-con/")
