"""Open data: the description is true, pages and tags work, and the whole catalogue can be taken home."""

from __future__ import annotations

import io
import json
import zipfile
from typing import Any

import pytest
from django.test import Client

from portal.lib import clock, tables
from procedures import exporting
from procedures.actions.levels import Setting, Wish, decide, propose
from procedures.querysets import catalogue, forget
from tests.cast import Cast
from tests.factories import dossiers as make
from tests.openapi import answer_schema, faults

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _fresh() -> None:
    forget()


def get(client: Client, address: str, status: int = 200) -> Any:
    answer = client.get(f"/api/v1/{address}")
    assert answer.status_code == status, answer.content
    return json.loads(answer.content)


PROCEDURE = "procedures/{code}"
CODES = (make.BIRTH, make.CERTIFIED, make.MARRIAGE, "1.013978", "1.000005")
ANSWERS = [
    ("procedures", "procedures?limit=100", 200),
    ("procedures", "procedures?limit=0", 422),
    *((PROCEDURE, f"procedures/{code}", 200) for code in CODES),
    (PROCEDURE, "procedures/9.999999", 404),
    (f"{PROCEDURE}/fee", f"procedures/{make.CERTIFIED}/fee?pages=5&copies=2&channel=counter", 200),
    (f"{PROCEDURE}/fee", f"procedures/{make.CERTIFIED}/fee?date=yesterday", 422),
    (f"{PROCEDURE}/fee", "procedures/9.999999/fee", 404),
    ("units", "units", 200),
    ("units", "units?kind=planet", 422),
]  # fmt: skip


@pytest.mark.parametrize(("path", "address", "status"), ANSWERS, ids=[each[1] for each in ANSWERS])
def test_an_answer_is_as_described(client: Client, path: str, address: str, status: int) -> None:
    described = get(client, "openapi.json")
    schema = answer_schema(described, f"/api/v1/{path}", status)
    assert list(faults(described, schema, get(client, address, status))) == []


def test_the_check_of_answers_can_fail(client: Client) -> None:
    described = get(client, "openapi.json")
    schema = answer_schema(described, "/api/v1/procedures/{code}", 200)
    answer = get(client, f"procedures/{make.BIRTH}")
    for change in ({"version": "one"}, {"more": 1}, {"papers": [{"name": "x"}]}):
        assert list(faults(described, schema, answer | change)), change
    del answer["papers"]
    assert list(faults(described, schema, answer)) == [".papers: missing"]


def test_every_operation_says_what_it_answers_and_how_it_refuses(client: Client) -> None:
    described = get(client, "openapi.json")
    ours = {
        path: each["get"]
        for path, each in described["paths"].items()
        if "/procedures" in path or "/units" in path
    }
    assert len(ours) == 4
    for path, operation in ours.items():
        assert "422" in operation["responses"], path
        assert ("404" in operation["responses"]) == ("{code}" in path), path
        assert operation["summary"], path
        assert operation["description"], path
        for parameter in operation.get("parameters", []):
            assert parameter["schema"].get("type") or parameter["schema"].get("anyOf"), (
                path,
                parameter["name"],
            )
    for name in ("ProcedureData", "ErrorAnswer", "UnitLevelData"):
        assert described["components"]["schemas"][name]["description"], name
    assert described["components"]["schemas"]["ProcedureRow"]["examples"]


def test_the_whole_is_in_the_detail(client: Client) -> None:
    data = get(client, f"procedures/{make.CERTIFIED}")
    assert data["papers"]
    assert data["steps"]
    assert data["fees"][0]["tiers"]
    assert data["fees"][0]["source"]
    assert get(client, f"procedures/{make.MARRIAGE}")["result_kinds"][0]["name"]


def test_levels_of_units_stand_in_the_detail(client: Client, cast: Cast) -> None:
    settings = [Setting(cast.office.unit.pk, make.version(make.BIRTH).procedure_id, "counter")]
    order = propose(by=cast.catalogue, wish=Wish("QĐ thử", clock.today(), None, settings))
    assert get(client, f"procedures/{make.BIRTH}")["unit_levels"] == []
    decide(by=cast.publisher, order_id=order.pk, confirm=True)
    forget()
    (level,) = get(client, f"procedures/{make.BIRTH}")["unit_levels"]
    assert (level["unit"], level["level"], level["document"]) == (cast.office.unit.code, "counter", "QĐ thử")


def test_pages_lead_on_to_the_last(client: Client) -> None:
    address, seen = "/api/v1/procedures?limit=100&field=ho-tich&q=", 0
    while address:
        page = json.loads(client.get(address).content)
        seen += len(page["results"])
        address = page["next"]
    assert seen == page["count"]
    assert json.loads(client.get("/api/v1/procedures?limit=20&q=ket hon").content)["next"].endswith(
        "offset=20"
    )


def test_an_unchanged_answer_is_304(client: Client) -> None:
    for address in ("procedures?q=ket hon", f"procedures/{make.BIRTH}", "units?kind=branch", "openapi.json"):
        first = client.get(f"/api/v1/{address}")
        again = client.get(f"/api/v1/{address}", HTTP_IF_NONE_MATCH=first["ETag"])
        assert (again.status_code, again.content) == (304, b""), address
    other = client.get("/api/v1/procedures?q=khai sinh", HTTP_IF_NONE_MATCH=first["ETag"])
    assert other.status_code == 200


# --- The whole catalogue ---


def test_the_whole_catalogue_as_json(client: Client, django_assert_max_num_queries: Any) -> None:
    answer = client.get("/thu-tuc/xuat/danh-muc.json")
    assert answer.streaming
    with django_assert_max_num_queries(11 * 10):
        data = json.loads(b"".join(answer.streaming_content))
    assert (data["count"], data["as_of"]) == (2089, "2026-07")
    assert "không phải danh mục chính thức" in data["sources"][0]
    codes = [one["code"] for one in data["procedures"]]
    assert (len(codes), codes) == (2089, sorted(codes))
    described = get(client, "openapi.json")
    schema = {"$ref": "#/components/schemas/ProcedureData"}
    assert [fault for one in data["procedures"] for fault in faults(described, schema, one)] == []
    again = client.get("/thu-tuc/xuat/danh-muc.json", HTTP_IF_NONE_MATCH=answer["ETag"])
    assert again.status_code == 304


def test_the_whole_catalogue_as_a_workbook(client: Client) -> None:
    answer = client.get("/thu-tuc/xuat/danh-muc.xlsx")
    assert answer["Content-Disposition"].endswith('.xlsx"')
    assert set(zipfile.ZipFile(io.BytesIO(answer.content)).namelist()) >= {"xl/workbook.xml"}
    lines = tables.read_lines(answer.content, most_lines=3000)
    assert lines[0].cells == exporting.SHEETS["Danh mục"]
    assert len(lines) == 2090
    assert {line.cells[0] for line in lines[1:]} == set(catalogue().by_code)  # no code was eaten
    again = client.get("/thu-tuc/xuat/danh-muc.xlsx", HTTP_IF_NONE_MATCH=answer["ETag"])
    assert again.status_code == 304


def test_the_list_leads_to_the_downloads(client: Client) -> None:
    page = client.get("/thu-tuc/").content.decode()
    assert "/thu-tuc/xuat/danh-muc.xlsx" in page
    assert "/thu-tuc/xuat/danh-muc.json" in page
