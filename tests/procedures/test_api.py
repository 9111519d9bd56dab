"""The public API: what it answers, how it refuses."""

import json
from urllib.parse import quote

import pytest

from procedures.querysets import catalogue, forget

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _fresh():
    forget()


def get(client, address, status=200):
    response = client.get(f"/api/v1/{address}")
    assert response.status_code == status, response.content
    return json.loads(response.content)


def test_all_procedures_can_be_paged_through(client):
    first = get(client, "procedures?limit=100")
    assert first["count"] == 2089
    codes = set()
    for offset in range(0, 2089, 100):
        codes |= {row["code"] for row in get(client, f"procedures?limit=100&offset={offset}")["results"]}
    assert len(codes) == 2089
    assert get(client, "procedures?offset=5000") == {"count": 2089, "next": None, "results": []}


def test_search_needs_no_marks(client):
    assert get(client, "procedures?q=ket hon&limit=1")["results"][0]["code"] == "1.000894"
    answer = get(client, "procedures?q=" + quote("sổ đỏ"))
    assert answer["results"][0]["code"] == "1.013978"
    assert len(answer["results"]) <= 20 <= answer["count"]


def test_a_field_narrows_by_code_or_name(client):
    by_code = get(client, "procedures?field=ho-tich&limit=100")
    assert by_code["count"] == 43
    assert by_code == get(client, "procedures?field=" + quote("Hộ tịch") + "&limit=100")
    assert get(client, "procedures?field=nowhere") == {"count": 0, "next": None, "results": []}


def test_one_procedure_in_full(client):
    data = get(client, "procedures/2.000635")
    assert data["configured"]
    assert data["files_online"]
    assert {row["channel"] for row in data["time_limits"]} == {"online", "counter", "post"}
    assert data["papers"]
    assert data["as_of"] == "2026-07"
    assert "không phải danh mục chính thức" in data["source"]
    assert data["version"] == 1


def test_an_unknown_fee_is_an_empty_list_not_zero(client):
    data = get(client, "procedures/1.013978")
    assert all(row["fee_vnd"] == [] for row in data["time_limits"])
    assert "fee" in data["missing"]


def test_126_communes(client):
    data = get(client, "units?kind=commune")
    assert data["count"] == len(data["results"]) == 126
    assert sum(row["is_ward"] for row in data["results"]) == 51
    assert not any(row["agency_code_confirmed"] for row in data["results"])
    assert get(client, "units?kind=branch")["count"] == 12
    assert get(client, "units")["count"] == 156
    assert any(row["code"] == "00004" for row in get(client, "units?kind=commune&q=ba dinh")["results"])


def test_it_is_described(client):
    data = get(client, "openapi.json")
    one = "/api/v1/procedures/{code}"
    assert set(data["paths"]) >= {"/api/v1/procedures", one, f"{one}/fee", "/api/v1/units"}
    assert client.get("/api/v1/docs").status_code == 404


@pytest.mark.parametrize(
    "address",
    [
        "procedures?limit=0",
        "procedures?limit=101",
        "procedures?limit=x",
        "procedures?offset=-1",
        "units?kind=moon",
    ],
)
def test_bad_parameters_are_422_in_both_languages(client, address):
    error = get(client, address, 422)["error"]
    assert error["code"] == "bad_input"
    assert error["vi"].startswith("Tham số không hợp lệ: ")
    assert error["en"].startswith("Invalid parameters: ")
    assert error["fields"][0]["name"] in address


@pytest.mark.parametrize("code", ["9.999999", "x", "%00", "1.001193%00"])
def test_an_unknown_procedure_is_404_json(client, code):
    assert get(client, f"procedures/{code}", 404)["error"]["code"] == "not_found"


@pytest.mark.parametrize(
    "q", ["%00", "%00khai sinh", "a" * 10_000, "'; DROP TABLE x; --", "%F0%9F%98%80", "[]()*?"]
)
def test_no_query_breaks_it(client, q):
    assert get(client, f"procedures?q={q}")["count"] >= 0
    assert get(client, f"units?q={q}")["count"] >= 0


def test_it_only_reads_and_may_be_cached_and_called_from_anywhere(client):
    response = client.get("/api/v1/procedures")
    assert response["Cache-Control"] == "public, max-age=300"
    assert response["Access-Control-Allow-Origin"] == "*"
    assert client.post("/api/v1/procedures", {}).status_code == 405
    assert client.delete("/api/v1/units").status_code == 405


def test_queries_do_not_grow(client, django_assert_num_queries):
    catalogue()
    with django_assert_num_queries(0):
        get(client, "procedures?limit=1")
        get(client, "procedures?limit=100")
    with django_assert_num_queries(1):
        get(client, "units?kind=branch")
    with django_assert_num_queries(1):
        get(client, "units?kind=commune")
