"""Suggestions while typing: what is offered, how little it weighs, and the word that was meant."""

from __future__ import annotations

import gzip
import re
from typing import Any

import pytest
from django.test import Client

from procedures.querysets import Catalogue, catalogue, forget
from procedures.spelling import meant
from procedures.suggesting import suggest

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}


@pytest.fixture
def known() -> Catalogue:
    forget()
    return catalogue()


def offered(client: Client, query: str) -> str:
    answer = client.get("/thu-tuc/goi-y/", {"q": query}, headers=HTMX)
    assert answer.status_code == 200
    return str(answer.content.decode())


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("khai si", "1.001193"),
        ("ket ho", "1.000894"),
        ("lam ho chi", "1.001456"),
        ("sao y", "2.000815"),
        ("cccd", "1.014061"),
        ("GKS", "1.001193"),
        ("gpxd", "1.013225"),
        ("2.00081", "2.000815"),
        ("1.001193.000.00.00.H26", "1.001193"),
    ],
)
def test_a_few_letters_offer_the_procedure(known: Catalogue, typed: str, code: str) -> None:
    assert code in [entry.code for entry in suggest(known, typed).procedures[:3]]


def test_a_former_ward_offers_the_unit_of_today(known: Catalogue) -> None:
    (place,) = suggest(known, "phuong truc bach").places
    assert place.unit.code == "00004"
    assert [old.name for old, _whole in place.former] == ["Phường Trúc Bạch"]
    assert [place.unit.name for place in suggest(known, "ba dinh").places] == ["Ba Đình"]


def test_everyday_words_offer_no_places(known: Catalogue) -> None:
    assert not suggest(known, "khai sinh").places
    assert not suggest(known, "an").places


@pytest.mark.parametrize("typed", ["", "k", " ", "\x00"])
def test_too_little_offers_nothing(client: Client, typed: str) -> None:
    assert "suggestion-" not in offered(client, typed)


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("dang ky ket hnn", "đăng ký kết hôn"),
        ("kahi sinh", "khai sinh"),
        ("khai sinh", ""),
        ("dang ky khai tu", ""),
        ("1.001193", ""),
    ],
)
def test_the_word_that_was_meant_is_shown(known: Catalogue, typed: str, said: str) -> None:
    assert suggest(known, typed).meant == said


def test_a_word_without_a_likely_meaning_is_left_alone() -> None:
    assert meant("khai zzzzz", [frozenset({"khai"})], ["Khai sinh"]) == ""
    assert meant("khai sihn", [frozenset({"khai"})], []) == ""


def test_an_answer_is_small_and_takes_no_query(client: Client, django_assert_num_queries: Any) -> None:
    catalogue()
    with django_assert_num_queries(0):
        html = offered(client, "giay phep xay dung")
    assert len(re.findall('role="option"', html)) >= 5
    assert len(gzip.compress(html.encode())) < 1_500


def test_options_have_names_of_their_own_and_lead_somewhere(client: Client) -> None:
    html = offered(client, "ba dinh")
    names = re.findall(r'id="(suggestion-[^"]+)"', html)
    assert len(names) == len(set(names)) == len(re.findall('role="option"', html)) > 0
    assert 'href="/don-vi/00004/"' in html


def test_what_was_typed_is_escaped(client: Client) -> None:
    assert "<b>" not in offered(client, "<b>kahi</b> sinh")


def test_opened_by_hand_it_is_the_search(client: Client) -> None:
    offered(client, "khai sinh")
    html = client.get("/thu-tuc/goi-y/", {"q": "khai sinh"}).content.decode()
    assert "<h1>" in html
    assert "phù hợp với “khai sinh”" in html


def test_the_two_answers_of_one_address_are_told_apart(client: Client) -> None:
    answer = client.get("/thu-tuc/goi-y/", {"q": "khai sinh"}, headers=HTMX)
    assert "HX-Request" in answer["Vary"]
    again = client.get(
        "/thu-tuc/goi-y/", {"q": "khai sinh"}, headers={**HTMX, "If-None-Match": answer["ETag"]}
    )
    assert again.status_code == 304


def test_the_list_says_what_was_meant(client: Client) -> None:
    html = client.get("/thu-tuc/", {"q": "dang ky ket hnn"}).content.decode()
    assert "Có phải bạn tìm" in html
    assert ">đăng ký kết hôn<" in html
    assert "Có phải bạn tìm" not in client.get("/thu-tuc/", {"q": "ket hon"}).content.decode()
