"""What everybody sees: truthful, without personal data, and no total gives a small cell away."""

from __future__ import annotations

import csv
import datetime
import gzip
import io
import json
import re
from pathlib import Path
from typing import Any

import pytest
from django.contrib.staticfiles import finders
from django.test import Client
from django.urls import reverse
from django.utils.html import strip_tags
from hypothesis import given, settings
from hypothesis import strategies as st

from portal.accounts.models import Unit
from portal.lib import clock
from procedures.models import Channel
from reporting import fill, openness
from reporting.suppression import Pair, publish
from tests.reporting.rows import Rows, at

MARCH, APRIL = datetime.date(2026, 3, 2), datetime.date(2026, 4, 2)
NOW = at(datetime.date(2026, 4, 20))


# --- Withholding ---


def test_small_parts_are_withheld_and_nothing_else() -> None:
    cells = {("a", 1): Pair(3, 10), ("b", 1): Pair(6, 12), ("c", 1): Pair(8, 20), ("d", 1): Pair(0, 9)}
    found = publish(cells)
    assert found.shown("a", 1) is None  # three hit
    assert found.shown(None, 1) == Pair(17, 51)
    # "a" alone would be the total minus the rest: the smallest other one goes with it.
    assert found.shown("d", 1) is None or found.shown("b", 1) is None
    assert found.shown("c", 1) == Pair(8, 20)


def test_two_withheld_whose_sum_is_small_take_a_third_with_them() -> None:
    cells = {("a", 1): Pair(1, 1), ("b", 1): Pair(1, 2), ("c", 1): Pair(10, 20), ("d", 1): Pair(10, 30)}
    found = publish(cells)
    assert [unit for unit in "abcd" if found.shown(unit, 1) is None] == ["a", "b", "c"]


def test_a_month_cannot_be_told_from_the_year() -> None:
    cells = {("a", month): Pair(6, 12) for month in range(1, 5)} | {("a", 5): Pair(2, 12)}
    cells |= {("b", month): Pair(30, 60) for month in range(1, 6)}
    found = publish(cells)
    assert found.shown("a", 5) is None
    assert sum(found.shown("a", month) is None for month in range(1, 6)) >= 2
    assert sum(found.shown(unit, 5) is None for unit in "ab") != 1 or found.shown(None, 5) is None


def test_nothing_but_a_small_cell_withholds_the_total_too() -> None:
    found = publish({("a", 1): Pair(2, 3)})
    assert found.shown("a", 1) is None
    assert found.shown(None, 1) is None
    assert found.shown(None, None) is None


@given(
    st.dictionaries(
        st.tuples(st.integers(1, 6), st.integers(1, 4)),
        st.tuples(st.integers(0, 12), st.integers(0, 12)).map(lambda two: Pair(two[0], two[0] + two[1])),
        min_size=1,
    )
)
@settings(max_examples=150)
def test_no_line_of_any_table_tells_what_was_withheld(cells: dict[tuple[int, int], Pair]) -> None:
    found = publish(cells)
    rows, columns = {row for row, _column in cells}, {column for _row, column in cells}
    lines = [((row, None), [(row, column) for column in columns]) for row in (*rows, None)]
    lines += [((None, column), [(row, column) for row in rows]) for column in (*columns, None)]
    for total, inner in lines:
        shown = found.shown(*total)
        gone = [place for place in inner if found.shown(*place) is None]
        if shown is None:
            assert gone, (total, "the sum of its cells is the total that was withheld")
            continue
        assert not shown.is_small
        assert len(gone) != 1, (total, gone)
        if gone:
            seen = sum((found.shown(*place) or Pair() for place in inner), Pair())
            assert not Pair(shown.above - seen.above, shown.below - seen.below).is_small, total
    for place, pair in cells.items():
        assert found.shown(*place) is None or not pair.is_small


# --- The page, the data, the widget ---


@pytest.fixture
def spring_rows(rows: Rows, ward: Unit, other_ward: Unit) -> None:
    """Ba Đình: 11 in March (6 online) and 2 in April; Hoàn Kiếm: 20 in each month (10 online)."""
    for unit, day, counter, online in (
        (ward, MARCH, 5, 6),
        (ward, APRIL, 0, 2),
        (other_ward, MARCH, 10, 10),
        (other_ward, APRIL, 10, 10),
    ):
        for number in range(counter + online):
            channel = Channel.COUNTER if number < counter else Channel.ONLINE
            rows.dossier(unit, day, accepted=day, channel=channel, due=day + datetime.timedelta(90))
    fill.fill_all()


def _lines(client: Client) -> dict[tuple[str, str, str], dict[str, str]]:
    data = client.get("/api/v1/open-data/2026/figures.csv").content.decode("utf-8-sig")
    rows = csv.DictReader(io.StringIO(data))
    return {(row["period"], row["unit_code"], row["indicator"]): row for row in rows}


def test_the_open_data_hold_what_was_counted_and_withhold_the_few(
    spring_rows: None, ward: Unit, other_ward: Unit, client: Client
) -> None:
    city = Unit.objects.get(kind="city")
    with clock.at(NOW):
        found = _lines(client)
        as_json = client.get("/api/v1/open-data/2026/figures.json").json()
    march = found["2026-03", ward.code, "online"]
    april = found["2026-04", ward.code, "online"]
    assert april["status"] == "suppressed"
    assert (april["numerator"], april["denominator"], april["value"]) == ("", "", "")
    # April of Ba Đình would be its year minus March, and the city's April minus Hoàn Kiếm: both ways are closed.
    assert march["status"] == "suppressed" or found["2026", ward.code, "online"]["status"] == "suppressed"
    assert (
        found["2026-04", other_ward.code, "online"]["status"] == "suppressed"
        or found["2026-04", city.code, "online"]["status"] == "suppressed"
    )
    assert found["2026", city.code, "online"] | {"unit_name": ""} == {
        "period": "2026", "unit_code": city.code, "unit_name": "", "indicator": "online", "version": "1",
        "numerator": "28", "denominator": "53", "value": "0.528302", "status": "published",
    }  # fmt: skip
    assert found["2026-01", city.code, "online"]["status"] == "no_data"
    assert as_json["count"] == len(found)
    assert {row["status"] for row in as_json["results"]} == {"published", "suppressed", "no_data"}


def test_the_index_describes_the_data(client: Client, db: None) -> None:
    with clock.at(NOW):
        index = client.get("/api/v1/open-data")
    assert index["Access-Control-Allow-Origin"] == "*"
    found = index.json()
    assert found["years"] == [2026, 2025]
    assert found["withheld_below"] == 5
    assert "naming the source" in found["licence"]["en"]
    for address in found["files"]:
        assert client.get(address).status_code == 200
    assert [one["code"] for one in found["indicators"]][-1] == "satisfaction"
    assert client.get("/api/v1/open-data/2019/figures.csv").status_code == 404
    described = client.get("/api/v1/openapi.json").json()["paths"]
    assert "/api/v1/open-data/{year}/figures.csv" in described


def test_nobody_is_in_the_open_data(spring_rows: None, client: Client) -> None:
    with clock.at(NOW):
        texts = [
            client.get(address).content.decode()
            for address in (
                "/api/v1/open-data/2026/figures.csv",
                "/api/v1/open-data/2026/figures.json",
                reverse("reporting:transparency"),
                reverse("reporting:widget"),
            )
        ]
    for text in texts:
        assert "Ngọc Ánh" not in text
        assert not re.search(r"T-\d{6}", text)


def _words(page: Any) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", page.content.decode()).split())


def test_the_page_says_what_is_there_what_is_not_and_what_is_withheld(
    spring_rows: None, ward: Unit, client: Client
) -> None:
    address = reverse("reporting:transparency")
    with clock.at(NOW):
        page = client.get(address, {"thang": "2026-04"})
        text, year = _words(page), _words(client.get(address))
        last = _words(client.get(address, {"nam": "2025"}))
    assert page["Cache-Control"].startswith("public")
    assert f"{ward.full_name} Không công bố" in text
    assert "52,8%" in year
    assert "28 / 53" in year
    assert "Tỷ lệ hài lòng của người dân, tổ chức Chưa có dữ liệu" in year
    assert "Lúc này có 53 hồ sơ đang giải quyết" in year
    assert "Chưa có dữ liệu trong kỳ này." in last
    assert client.get(reverse("reporting:transparency"), {"nam": "1999"}).status_code == 404
    assert client.get(reverse("reporting:transparency"), {"nam": "2026", "thang": "13"}).status_code == 200


def _names_and_columns(page: Any) -> tuple[list[str], list[str]]:
    return (
        [unit.full_name for unit, _cells in page.context["units"]],
        [one.code for one in page.context["columns"]],
    )


def test_a_unit_is_found_by_its_old_name_and_one_indicator_fits_a_phone(
    spring_rows: None, ward: Unit, other_ward: Unit, client: Client
) -> None:
    address = reverse("reporting:transparency")
    with clock.at(NOW):
        by_name = client.get(address, {"ten": ward.name})
        by_old = client.get(address, {"ten": "hang bac"})
        nobody = client.get(address, {"ten": "Nơi không có", "chitieu": "online"})
        ranked = client.get(address, {"chitieu": "online"})
        wrong = client.get(address, {"chitieu": "no-such", "ten": "x" * 81})
    assert _names_and_columns(by_name)[0][0] == ward.full_name
    assert _names_and_columns(by_old)[0] == [other_ward.full_name]
    assert "Xem mọi đơn vị" in _words(by_name)
    assert _names_and_columns(nobody) == ([], ["online"])
    assert "0 đơn vị khớp với “Nơi không có”." in _words(nobody)
    assert 'value="Nơi không có"' in nobody.content.decode()
    assert "Xếp từ cao xuống thấp" in _words(ranked)
    shares = [cell.text for _unit, (cell,) in ranked.context["units"]]
    found = [float(text.rstrip("%").replace(",", ".")) for text in shares if text.endswith("%")]
    assert len(found) >= 1
    assert found == sorted(found, reverse=True)
    assert not any(text.endswith("%") for text in shares[len(found) :])
    names, columns = _names_and_columns(wrong)
    assert {ward.full_name, other_ward.full_name} <= set(names)
    assert len(columns) > 1
    assert "error-summary" in wrong.content.decode()
    assert wrong.status_code == 200


def test_the_year_is_the_sum_the_boards_show(spring_rows: None, client: Client) -> None:
    """The same numbers as the auditors' door, which reads as the boards do."""
    with clock.at(NOW):
        board = client.get("/api/v1/indicators/online", {"from": "2026-01-01", "to": "2026-04-20"}).json()
        pair = openness.year_of(2026).pair("online", None, None)
    assert pair == Pair(board["numerator"], board["denominator"])


def test_the_page_asks_the_database_no_more_for_more_units(
    spring_rows: None, client: Client, django_assert_max_num_queries: Any
) -> None:
    with clock.at(NOW):
        with django_assert_max_num_queries(11):
            client.get(reverse("reporting:transparency"))
        with django_assert_max_num_queries(2):  # counted at most every five minutes
            client.get(reverse("reporting:transparency"))


def test_only_the_widget_may_be_framed(spring_rows: None, ward: Unit, client: Client) -> None:
    with clock.at(NOW):
        widget = client.get(reverse("reporting:widget"), {"lang": "en", "unit": ward.code})
    assert "X-Frame-Options" not in widget
    assert "frame-ancestors *" in widget["Content-Security-Policy"]
    assert "script-src" not in widget["Content-Security-Policy"]
    assert widget["Cross-Origin-Resource-Policy"] == "cross-origin"
    assert widget["Cache-Control"] == "public, max-age=600"
    assert widget["Content-Language"] == "en"
    text = strip_tags(widget.content.decode())
    assert ward.full_name in text
    assert "Figures as of" in text
    assert "No data" in text
    for address in (reverse("reporting:transparency"), reverse("reporting:definitions")):
        page = client.get(address)
        assert page["X-Frame-Options"] == "DENY"
        assert "frame-ancestors 'none'" in page["Content-Security-Policy"]
    assert client.get(reverse("reporting:widget"), {"unit": "nothing"}).status_code == 404
    assert client.get(reverse("reporting:widget"), {"lang": "xx"})["Content-Language"] == "vi"


def test_the_widget_is_light(client: Client, db: None) -> None:
    page = client.get(reverse("reporting:widget"))
    sheet = finders.find("css/widget.css")
    assert isinstance(sheet, str)
    assert len(page.content) + Path(sheet).stat().st_size <= 15 * 1024
    assert len(gzip.compress(page.content)) < 3 * 1024
    assert "<script" not in page.content.decode()
    assert json.dumps(page.content.decode()).count("http") <= 2
