"""The auditors' door: a stranger reads a definition, asks for a value and recomputes it from the rows."""

from __future__ import annotations

import csv
import io
import json
from typing import Any

import pytest
from django.test import Client

from portal.accounts.models import Unit
from procedures.models import Channel
from reporting import fill, seals
from reporting.measures import MEASURE_BY_CODE, MEASURES, VERSIONS
from tests.cast import Cast
from tests.reporting.conftest import MONDAY
from tests.reporting.rows import DAY, Rows
from tests.reporting.test_seals import APRIL_3

MARCH = "from=2026-03-01&to=2026-03-31"


def get(address: str, status: int = 200) -> Any:
    response = Client().get(f"/api/v1/{address}")
    assert response.status_code == status, response.content
    return json.loads(response.content)


def rows_of(address: str) -> list[dict[str, str]]:
    response = Client().get(f"/api/v1/{address}")
    assert response.status_code == 200
    assert response["Content-Type"] == "text/csv; charset=utf-8"
    assert response["Access-Control-Allow-Origin"] == "*"
    text = b"".join(response).decode()  # type: ignore[arg-type]
    return list(csv.DictReader(io.StringIO(text)))


@pytest.fixture
def march(rows: Rows, ward: Unit, other_ward: Unit) -> None:
    """Ba Đình: 8 online of 14. Hoàn Kiếm: 3 of 3, too few to tell."""
    for _ in range(8):
        rows.dossier(ward, MONDAY, accepted=MONDAY, finished=MONDAY + 2 * DAY)
    for _ in range(6):
        rows.dossier(ward, MONDAY, accepted=MONDAY, channel=Channel.COUNTER)
    for _ in range(3):
        rows.dossier(other_ward, MONDAY, accepted=MONDAY)
    fill.fill_all()


def test_every_definition_is_there_in_both_languages(db: None) -> None:
    data = get("indicators")
    assert data["count"] == len(VERSIONS)
    for one in data["results"]:
        texts = [value for value in one.values() if isinstance(value, dict)]
        assert len(texts) == 14
        assert all(text["vi"] and text["en"] for text in texts), one["code"]
    online = next(one for one in data["results"] if one["code"] == "online")
    assert online["version"] == 1
    assert online["title"]["en"] != online["title"]["vi"]
    assert online["non_territorial"]["en"].startswith("Filed in one place")


def test_a_replaced_version_is_answered_when_it_is_asked_for(march: None, ward: Unit) -> None:
    address = f"indicators/reused?unit={ward.code}&{MARCH}"
    assert get(address)["version"] == 2
    old = get(f"{address}&version=1")
    assert old["version"] == 1
    assert "version=1" in old["list_url"]
    assert Client().get(f"/api/v1/{address}&version=7").status_code == 404


def test_a_value_with_its_version_and_target(march: None, ward: Unit) -> None:
    data = get(f"indicators/online?unit={ward.code}&{MARCH}")
    assert (data["numerator"], data["denominator"], data["version"]) == (8, 14, 1)
    assert data["value"] == pytest.approx(8 / 14)
    assert data["complete"]
    assert not data["suppressed"]
    assert data["target"]["value"] == 0.6
    assert "4173" in data["target"]["document"]
    city = get(f"indicators/online?{MARCH}")
    assert (city["numerator"], city["denominator"]) == (11, 17)


@pytest.mark.parametrize("code", [measure.code for measure in MEASURES])
def test_a_stranger_recomputes_every_value_from_the_rows(march: None, ward: Unit, code: str) -> None:
    address = f"indicators/{code}?unit={ward.code}&{MARCH}"
    data = get(address)
    assert not data["suppressed"], data
    lines = rows_of(data["list_url"].removeprefix("/api/v1/"))
    measure = MEASURE_BY_CODE[code]
    if measure.numerator.total is None:
        assert len(lines) == data["denominator"]
        assert sum(int(line["in_numerator"]) for line in lines) == data["numerator"]
    else:
        above = rows_of(f"indicators/{code}/rows?unit={ward.code}&{MARCH}&part=numerator")
        assert sum(int(line["worth"]) for line in above) == data["numerator"]
        assert sum(int(line["worth"]) for line in lines) == data["denominator"]
    assert {line["version"] for line in lines} <= {str(data["version"])}


def test_rows_name_nobody(march: None, ward: Unit, cast: Cast) -> None:
    lines = rows_of(f"indicators/online/rows?unit={ward.code}&{MARCH}")
    assert len({line["dossier_pseudonym"] for line in lines}) == 14
    text = json.dumps(lines, ensure_ascii=False)
    assert "T-0" not in text
    assert "Nguyễn" not in text
    assert lines[0]["counted_on"] == "2026-03-02"


def test_small_cells_are_withheld(march: None, rows: Rows, ward: Unit, other_ward: Unit) -> None:
    """Three dossiers in all; or all but two in the numerator: the rest could be somebody."""
    data = get(f"indicators/online?unit={other_ward.code}&{MARCH}")
    assert data["suppressed"]
    assert (data["numerator"], data["denominator"], data["value"]) == (None, None, None)
    assert not data["no_data"]
    error = get(f"indicators/online/rows?unit={other_ward.code}&{MARCH}", 422)["error"]
    assert error["fields"][0]["name"] == "unit"
    for _ in range(10):
        rows.dossier(other_ward, MONDAY, accepted=MONDAY)
    assert not get(f"indicators/online?unit={other_ward.code}&{MARCH}")["suppressed"]
    rows.dossier(other_ward, MONDAY, accepted=MONDAY, channel=Channel.POST)
    assert get(f"indicators/online?unit={other_ward.code}&{MARCH}")["suppressed"]
    rows.paid(rows.dossier(other_ward, MONDAY, accepted=MONDAY), MONDAY, 90_000)
    assert get(f"indicators/paid-online-amount?unit={other_ward.code}&{MARCH}")["suppressed"]


def test_no_data_is_said(db: None) -> None:
    for period in (MARCH, "from=2999-01-01&to=2999-12-31"):
        data = get(f"indicators/on-time?{period}")
        assert (data["value"], data["no_data"], data["suppressed"]) == (None, True, False)
    assert rows_of(f"indicators/on-time/rows?{MARCH}") == []


@pytest.mark.parametrize(
    ("query", "name"),
    [
        ("unit=nowhere", "unit"),
        ("from=2026-03-01", "to"),
        ("to=2026-03-01", "from"),
        ("from=2026-03-02&to=2026-03-01", "to"),
        ("from=2020-01-01&to=2026-03-01", "to"),
        ("from=yesterday&to=2026-03-01", "from"),
        ("from=2025-01-01&to=2025-06-30&unit=00004", "unit"),  # the wards exist since 1 July 2025
    ],
)
@pytest.mark.parametrize("door", ["", "/rows"])
def test_a_wrong_parameter_is_named(db: None, query: str, name: str, door: str) -> None:
    error = get(f"indicators/online{door}?{query}", 422)["error"]
    assert error["code"] == "bad_input"
    assert error["fields"][0]["name"] == name
    assert error["vi"]
    assert error["en"]


def test_an_unknown_indicator_or_part(db: None) -> None:
    assert get("indicators/nothing", 404)["error"]["code"] == "not_found"
    assert get("indicators/nothing/rows", 404)["error"]["code"] == "not_found"
    assert get("indicators/online/rows?part=rest", 422)["error"]["fields"][0]["name"] == "part"
    assert Client().post("/api/v1/indicators", {}).status_code == 405


def test_sealed_months_can_be_noted(march: None, ward: Unit) -> None:
    (seal,) = seals.close(APRIL_3)
    data = get("seals")
    assert data["count"] == 1
    assert data["results"][0]["month"] == "2026-03"
    assert data["results"][0]["digest"] == seal.digest
    assert get(f"indicators/online?unit={ward.code}&{MARCH}")["seals"] == {"2026-03": seal.digest}
    assert get("indicators/online?from=2026-03-01&to=2026-03-30")["seals"] == {}


def test_it_is_described(db: None) -> None:
    paths = get("openapi.json")["paths"]
    one = "/api/v1/indicators/{code}"
    assert {"/api/v1/indicators", one, f"{one}/rows", "/api/v1/seals"} <= set(paths)
    names = {parameter["name"] for parameter in paths[one]["get"]["parameters"]}
    assert names == {"code", "unit", "from", "to", "version"}
