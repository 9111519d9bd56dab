"""The public calculator: sums counted by hand, phí and lệ phí apart, what is unknown said so, faults at their cause."""

from __future__ import annotations

import html
import re
from typing import Any

import pytest
from django.test import Client

from procedures.models import FeeRule, Procedure, Setup
from procedures.querysets import catalogue, forget

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _fresh() -> None:
    forget()


def page(client: Client, code: str, status: int = 200, **query: Any) -> str:
    answer = client.get(f"/thu-tuc/{code}/phi/", query)
    assert answer.status_code == status
    return html.unescape(answer.content.decode())


def payable(text: str) -> str:
    found = re.search(r'class="panel-code">(.*?)</strong>', text)
    return " ".join(re.sub(r"<[^>]+>", "", found.group(1)).split()) if found else ""


# Counted by hand from the circular: 2.000 a page for pages 1 and 2, 1.000 from page 3, at most 200.000 a copy.
@pytest.mark.parametrize(
    ("pages", "copies", "amount"),
    [
        (1, 1, "2.000 đ"),
        (2, 1, "4.000 đ"),
        (3, 1, "5.000 đ"),
        (10, 1, "12.000 đ"),
        (10, 5, "60.000 đ"),
        (197, 1, "199.000 đ"),
        (198, 1, "200.000 đ"),
        (198, 2, "400.000 đ"),
        (300, 1, "200.000 đ"),
        (300, 3, "600.000 đ"),
    ],
)
def test_certified_copies_are_counted_as_by_hand(
    client: Client, pages: int, copies: int, amount: str
) -> None:
    text = page(client, "2.000815", channel="counter", pages=pages, copies=copies, date="20/11/2026")
    assert payable(text) == amount
    assert "Thông tư 226/2016/TT-BTC" in text
    assert "đến trang 2: 2.000 đ một trang" in text
    assert "sau đó: 1.000 đ một trang" in text
    assert "tối đa 200.000 đ một bản" in text


# National amounts, and who pays them online from 1/1/2026 by NQ 77/2025/NQ-HĐND.
@pytest.mark.parametrize(
    ("code", "query", "gross", "paid"),
    [
        ("2.000942", {"channel": "counter", "pages": 4, "copies": 2}, "12.000 đ", "12.000 đ"),
        ("2.000884", {"channel": "counter", "copies": 3}, "30.000 đ", "30.000 đ"),
        ("2.001008", {"channel": "counter", "copies": 1}, "10.000 đ", "10.000 đ"),
        ("2.001035", {"channel": "counter"}, "50.000 đ", "50.000 đ"),
        ("2.001019", {"channel": "counter"}, "50.000 đ", "50.000 đ"),
        ("2.000913", {"channel": "counter"}, "30.000 đ", "30.000 đ"),
        ("2.000927", {"channel": "counter"}, "25.000 đ", "25.000 đ"),
        ("2.000635", {"channel": "counter", "copies": 2}, "16.000 đ", "16.000 đ"),
        ("2.000635", {"channel": "online", "copies": 2}, "16.000 đ", "0 đ"),
        ("2.000635", {"channel": "post", "copies": 1}, "8.000 đ", "8.000 đ"),
        ("2.002516", {"channel": "counter", "copies": 1}, "8.000 đ", "8.000 đ"),
        ("2.001263", {"channel": "counter"}, "400.000 đ", "400.000 đ"),
    ],
)
def test_national_amounts_and_who_pays(
    client: Client, code: str, query: dict[str, Any], gross: str, paid: str
) -> None:
    text = page(client, code, **query, date="20/11/2026")
    assert payable(text) == paid
    assert gross in text


def test_an_exemption_takes_the_charge_and_names_the_group(client: Client) -> None:
    text = page(client, "2.001263", channel="counter", exemption="cha-duong-me-ke", date="20/11/2026")
    assert payable(text) == "0 đ"
    assert "Được miễn: Cha dượng nhận con riêng" in text
    assert "400.000 đ" in text


def test_what_the_city_pays_stands_beside_what_is_charged(client: Client) -> None:
    text = page(client, "2.000635", channel="online", copies=3, date="20/11/2026")
    assert "Thành phố hỗ trợ 100%: 24.000 đ." in text
    assert "77/2025/NQ-HĐND" in text
    assert "Bộ Tài chính" in text


def test_phi_and_le_phi_stand_apart(client: Client) -> None:
    text = page(client, "1.004884", channel="online", copies=1, date="20/11/2026")
    assert text.index("<h3>Phí</h3>") < text.index("Phí cấp bản sao trích lục hộ tịch")


def test_a_rule_holds_only_from_its_day(client: Client) -> None:
    version = Procedure.objects.get(code="2.000635").versions.get(valid_to=None)
    rule = FeeRule.objects.get(version=version, channel="online")
    rule.valid_from = rule.valid_from.replace(year=2027)
    rule.save()
    forget()
    assert payable(page(client, "2.000635", channel="online", copies=1, date="31/12/2026")) == "8.000 đ"
    assert payable(page(client, "2.000635", channel="online", copies=1, date="01/01/2027")) == "0 đ"


def test_an_unconfirmed_charge_is_no_zero(client: Client) -> None:
    text = page(client, "1.004884", channel="counter", copies=0, date="20/11/2026")
    assert "Mức thu ở hình thức nộp này chưa được xác nhận." in text
    assert payable(text) == ""


def test_a_procedure_without_rules_says_what_is_known_and_asks_nothing(client: Client) -> None:
    row = Procedure.objects.filter(setup=Setup.GENERIC).first()
    assert row
    text = page(client, row.code)
    assert "Chưa có quy định thu nào được xác nhận" in text
    assert "<form method" not in text.split("<main")[1]


def test_only_what_the_rules_count_by_is_asked(client: Client) -> None:
    certified, contract = page(client, "2.000815"), page(client, "2.001035")
    assert 'name="pages"' in certified
    assert 'name="copies"' in certified
    assert 'name="pages"' not in contract
    assert 'name="exemption"' not in contract
    assert 'name="exemption"' in page(client, "2.001263")


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ({"channel": "fax", "pages": "1", "copies": "1"}, "channel"),
        ({"channel": "counter", "pages": "0", "copies": "1"}, "pages"),
        ({"channel": "counter", "pages": "", "copies": "1"}, "pages"),
        ({"channel": "counter", "pages": "2", "copies": "0"}, "copies"),
        ({"channel": "counter", "pages": "2", "copies": "9999999"}, "copies"),
        ({"channel": "counter", "pages": "2", "copies": "1", "date": "32/13/2026"}, "date"),
        ({"channel": "counter", "pages": "2", "copies": "1", "date": "01/01/2001"}, "date"),
    ],
)
def test_a_fault_is_told_at_its_field_with_what_was_typed(
    client: Client, query: dict[str, str], said: str
) -> None:
    text = page(client, "2.000815", 422, **query)
    assert f'href="#id_{said}' in text
    assert "error-summary" in text
    if typed := query.get(said) if said != "channel" else "":
        assert f'value="{typed}"' in text
    assert payable(text) == ""


def test_htmx_gets_the_piece_alone(client: Client) -> None:
    query = {"channel": "counter", "pages": 3, "copies": 1, "date": "20/11/2026"}
    answer = client.get("/thu-tuc/2.000815/phi/", query, headers={"HX-Request": "true"})
    text = answer.content.decode()
    assert text.lstrip().startswith('<div id="fee"')
    assert payable(text) == "5.000 đ"


def test_page_and_auditors_agree(client: Client) -> None:
    for code in ("2.000815", "2.000635", "2.001263", "1.001193"):
        query = {"channel": "online", "pages": 7, "copies": 2}
        sums = client.get(f"/api/v1/procedures/{code}/fee", {**query, "date": "2026-11-20"}).json()
        if not sums["fee_known"]:
            continue
        shown = payable(page(client, code, 200 if code != "2.000815" else 422, **query, date="20/11/2026"))
        assert code == "2.000815" or shown == f"{sums['payable']:,} đ".replace(",", ".")


def test_the_procedures_page_asks_and_the_calculator_page_finds(client: Client) -> None:
    text = client.get("/thu-tuc/2.000815/").content.decode()
    assert 'action="/thu-tuc/2.000815/phi/"' in text
    assert 'action="/thu-tuc/1.004222/phi/"' not in client.get("/thu-tuc/1.004222/").content.decode()
    found = client.get("/tinh-phi/", {"q": "sao y"}).content.decode()
    assert "/thu-tuc/2.000815/phi/" in found
    nothing = client.get("/tinh-phi/", {"q": "zzqqx"}).content.decode()
    assert "Không có thủ tục phù hợp nào có quy định thu để tính." in nothing


def test_an_unknown_code_is_a_404(client: Client) -> None:
    page(client, "9.999999", 404)


def test_english(client: Client) -> None:
    client.cookies["language"] = "en"
    text = page(client, "2.000815", channel="counter", pages=3, copies=1)
    assert payable(text) == "5,000 VND"
    assert "up to page 2: 2,000 VND a page" in text


def test_it_takes_few_queries(client: Client, django_assert_max_num_queries: Any) -> None:
    catalogue()
    with django_assert_max_num_queries(13):
        page(client, "2.000815", channel="counter", pages=3, copies=1)
