"""The door for auditors: the table of amounts, who pays, on what basis, and clear refusals."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from procedures.models import Procedure, Setup

pytestmark = pytest.mark.django_db


def ask(client: Client, code: str, status: int = 200, **query: Any) -> dict[str, Any]:
    answer = client.get(f"/api/v1/procedures/{code}/fee", query)
    assert answer.status_code == status, answer.content
    found: dict[str, Any] = answer.json()
    return found


@pytest.mark.parametrize(
    ("pages", "amount"),
    [(1, 2_000), (2, 4_000), (3, 5_000), (10, 12_000), (198, 200_000), (300, 200_000)],
)
@pytest.mark.parametrize("copies", [1, 3])
def test_certified_copies_cost_what_the_circular_says(
    client: Client, pages: int, amount: int, copies: int
) -> None:
    found = ask(client, "2.000815", channel="counter", pages=pages, copies=copies, date="2026-11-20")
    assert (found["gross"], found["payable"]) == (amount * copies, amount * copies)
    (line,) = found["lines"]
    assert (line["kind"], line["quantity"], line["confirmed"]) == ("phi", pages * copies, True)
    assert line["rule"]["source"].startswith("Thông tư 226/2016/TT-BTC")
    assert line["rule"]["cap"] == 200_000


def test_online_the_city_pays_and_the_line_keeps_the_gross(client: Client) -> None:
    found = ask(client, "2.000635", channel="online", copies=2, date="2026-11-20")
    (line,) = found["lines"]
    assert (line["gross"], line["subsidised"], line["payable"]) == (16_000, 16_000, 0)
    assert "77/2025/NQ-HĐND" in line["rule"]["source"]
    assert ask(client, "2.000635", channel="counter", copies=2, date="2026-11-20")["payable"] == 16_000


def test_optional_copies_cost_nothing_unless_asked_for(client: Client) -> None:
    assert ask(client, "1.001193", channel="counter", date="2026-11-20")["lines"] == []
    assert ask(client, "1.001193", channel="counter", copies=3, date="2026-11-20")["payable"] == 24_000


def test_a_sample_amount_says_so(client: Client) -> None:
    (line,) = ask(client, "1.001612", channel="counter", date="2026-11-20")["lines"]
    assert line["confirmed"] is False
    assert "chờ thành phố xác nhận" in line["explanation"]


def test_an_unknown_fee_is_no_zero(client: Client) -> None:
    row = Procedure.objects.filter(
        setup=Setup.GENERIC, versions__valid_to=None, versions__fee_unknown__contains=["counter"]
    ).first()
    assert row
    found = ask(client, row.code, channel="counter", date="2026-11-20")
    assert (found["fee_known"], found["lines"]) == (False, [])


@pytest.mark.parametrize(
    ("code", "query", "status", "name"),
    [
        ("2.000815", {"channel": "counter"}, 422, "pages"),
        ("2.000815", {"channel": "fax", "pages": 1}, 422, "channel"),
        ("2.000815", {"pages": -1}, 422, "pages"),
        ("2.000815", {"pages": 1, "date": "2026-13-01"}, 422, "date"),
        ("2.000815", {"pages": 1, "date": "2001-01-01"}, 422, "date"),
        ("2.000815", {"pages": 1, "case": "khong-co"}, 422, "case"),
        ("2.000815", {"pages": 1, "exemption": "khong-co"}, 422, "exemption"),
        ("9.999999", {"pages": 1}, 404, ""),
    ],
)
def test_a_question_that_cannot_be_answered_says_why(
    client: Client, code: str, query: dict[str, Any], status: int, name: str
) -> None:
    error = ask(client, code, status, **query)["error"]
    assert error["vi"]
    assert error["en"]
    if name:
        assert [field["name"] for field in error["fields"]] == [name]


def test_the_door_is_described_and_open(client: Client) -> None:
    paths = client.get("/api/v1/openapi.json").json()["paths"]
    assert "/api/v1/procedures/{code}/fee" in paths
    answer = client.get("/api/v1/procedures/2.000635/fee", {"copies": 1})
    assert answer["Access-Control-Allow-Origin"] == "*"
