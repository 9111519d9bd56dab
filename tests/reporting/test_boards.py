"""Boards and lists in the browser's eyes: who sees what, what the numbers open, how many queries."""

from __future__ import annotations

import csv
import datetime
import io
import re
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils.html import strip_tags

from dossiers.states import State
from portal.accounts.models import Unit, User
from procedures.models import Channel, OnlineLevel
from reporting import fill
from reporting.models import DirtyDay
from tests.cast import Cast
from tests.reporting.conftest import MONDAY
from tests.reporting.rows import DAY, Rows

MARCH = {"from": "2026-03-01", "to": "2026-03-31"}
NAME = "Nguyễn Thị Ngọc Ánh"


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def text(response: Any) -> str:
    return re.sub(r"\s+", " ", strip_tags(response.content.decode()))


@pytest.fixture
def march(rows: Rows, ward: Unit, other_ward: Unit, filled: None) -> None:
    """Ba Đình: 3 of 4 online, 2 of a full procedure, 2 of 3 on time. Hoàn Kiếm: 1 of 2 online."""
    for number in range(3):
        level = OnlineLevel.FULL if number < 2 else OnlineLevel.PARTIAL
        rows.dossier(
            ward,
            MONDAY,
            accepted=MONDAY,
            level=level,
            due=MONDAY + 2 * DAY,
            finished=MONDAY + number * DAY * 1.5,
        )
    rows.dossier(ward, MONDAY, accepted=MONDAY, channel=Channel.COUNTER, level=OnlineLevel.COUNTER)
    rows.dossier(other_ward, MONDAY, accepted=MONDAY)
    rows.dossier(other_ward, MONDAY, accepted=MONDAY, channel=Channel.POST)
    rows.dossier(other_ward, MONDAY, closed=MONDAY, state=State.REFUSED)


# --- Who sees what ---------------------------------------------------------------------------------------------


def test_monitor_sees_the_city(cast: Cast, march: None) -> None:
    response = signed_in(cast.monitor).get(reverse("reporting:city"), MARCH)
    assert response.status_code == 200
    page = text(response)
    assert "66,7%" in page  # 4 of 6 accepted online
    assert "Phường Ba Đình" in page
    assert "Phường Hoàn Kiếm" in page
    assert page.count("Cách tính") >= 15  # a definition beside each figure


def test_head_is_led_to_the_own_unit(cast: Cast, march: None) -> None:
    client = signed_in(cast.office.head)
    assert client.get(reverse("reporting:city")).headers["Location"] == reverse(
        "reporting:unit", args=["00004"]
    )
    page = text(client.get(reverse("reporting:unit", args=["00004"]), MARCH))
    assert "75,0%" in page
    assert "Hoàn Kiếm" not in page


@pytest.mark.parametrize("who", ["counter", "specialist", "clerk", "cashier"])
def test_officers_without_the_permission_are_refused(who: str, cast: Cast, march: None) -> None:
    client = signed_in(getattr(cast.office, who))
    for url in (reverse("reporting:city"), reverse("reporting:unit", args=["00004"]), _list("online")):
        assert client.get(url).status_code == 403


def test_other_units_do_not_exist_for_a_head(cast: Cast, march: None) -> None:
    client = signed_in(cast.office.head)
    assert client.get(reverse("reporting:unit", args=["00070"])).status_code == 404
    assert client.get(_list("online", unit="00070")).status_code == 404
    assert (
        client.get(reverse("reporting:list-csv"), {"measure": "online", "unit": "00070"}).status_code == 404
    )


def test_visitors_are_asked_to_sign_in_and_citizens_are_refused(cast: Cast) -> None:
    assert Client().get(reverse("reporting:city")).status_code == 302
    assert signed_in(cast.citizen).get(reverse("reporting:city")).status_code == 403
    assert Client().get(reverse("reporting:definitions")).status_code == 200


def test_names_are_shown_to_the_head_and_to_nobody_else(cast: Cast, march: None) -> None:
    assert NAME in text(signed_in(cast.office.head).get(_list("online", unit="00004")))
    assert NAME not in text(signed_in(cast.monitor).get(_list("online", unit="00004")))
    for user in (cast.office.head, cast.monitor):
        download = signed_in(user).get(reverse("reporting:list-csv"), {"measure": "online", **MARCH})
        assert NAME not in b"".join(download.streaming_content).decode()  # type: ignore[attr-defined]


# --- The list behind -------------------------------------------------------------------------------------------


def _list(measure: str, **where: str) -> str:
    from urllib.parse import urlencode

    return f"{reverse('reporting:list')}?{urlencode({'measure': measure, **MARCH, **where})}"


def test_every_number_on_the_boards_opens_a_list_of_that_length(
    cast: Cast, march: None, rows: Rows, ward: Unit
) -> None:
    """Follows every link to a list on both boards, stored and live, and counts."""
    rows.paid(rows.dossier(ward, MONDAY, accepted=MONDAY), MONDAY, 8000, "cash")
    client = signed_in(cast.monitor)
    for filled_now in (False, True):
        if filled_now:
            fill.fill_all()
        version = rows.version
        assert version is not None
        for url in (
            reverse("reporting:city"),
            reverse("reporting:unit", args=["00004"]),
            reverse("reporting:fields"),
            reverse("reporting:field", args=[version.procedure.field.code]),
            reverse("reporting:procedure", args=[version.procedure.code]),
        ):
            links = _numbers(client.get(url, MARCH).content.decode())
            assert len(links) > (30 if "don-vi" in url or url == reverse("reporting:city") else 0)
            for address, number in links.items():
                assert _length(client.get(address)) == number, address


def _numbers(html: str) -> dict[str, int]:
    """Links to lists whose text is a whole number."""
    found = {}
    for address, inner in re.findall(r'<a href="(/so-lieu/danh-sach/[^"]+)"[^>]*>(.*?)</a>', html, re.DOTALL):
        words = strip_tags(inner).strip()
        if re.fullmatch(r"[\d.]+", words):
            found[address.replace("&amp;", "&")] = int(words.replace(".", ""))
    return found


def _length(response: Any) -> int:
    assert response.status_code == 200
    measured = re.search(r"<strong>([\d.]+) hồ sơ</strong>", response.content.decode())
    assert measured
    return int(measured[1].replace(".", ""))


def test_what_is_missing_opens_the_dossiers_outside_the_numerator(cast: Cast, march: None) -> None:
    response = signed_in(cast.monitor).get(_list("on-time", unit="00004", part="rest"))
    assert _length(response) == 1


def test_a_list_of_one_kind_of_unit_and_of_one_field(cast: Cast, march: None, rows: Rows) -> None:
    client = signed_in(cast.monitor)
    assert _length(client.get(_list("online", part="denominator", kind="commune"))) == 6
    assert _length(client.get(_list("online", part="denominator", kind="centre"))) == 0
    assert rows.version is not None
    field = rows.version.procedure.field.code
    assert _length(client.get(_list("online", part="denominator", unit="00004", field=field))) == 4
    assert _length(client.get(_list("online", part="denominator", field="khong-co"))) == 0


@pytest.mark.parametrize(
    "query",
    [
        "",
        "measure=nothing",
        "measure=online&part=half",
        "measure=online&kind=moon",
        "measure=online&from=x&to=y",
    ],
)
def test_a_list_that_does_not_exist_is_a_404(query: str, cast: Cast) -> None:
    assert signed_in(cast.monitor).get(f"{reverse('reporting:list')}?{query}").status_code == 404


def test_the_file_lets_a_stranger_recompute_the_figure(cast: Cast, march: None) -> None:
    response = signed_in(cast.monitor).get(
        reverse("reporting:list-csv"), {"measure": "online", "part": "denominator", "unit": "00004", **MARCH}
    )
    assert response.headers["Content-Disposition"].startswith("attachment")
    body = b"".join(response.streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined]
    lines = list(csv.DictReader(io.StringIO(body)))
    assert len(lines) == 4
    assert sum(int(line["thuoc_tu_so"]) for line in lines) == 3
    assert {(line["chi_tieu"], line["phien_ban"]) for line in lines} == {("online", "1")}


@pytest.mark.parametrize("bad", ["=1+1", "+84", "-1", "@SUM(A1)", "\tx", "\rx"])
def test_no_cell_runs_as_a_formula(bad: str) -> None:
    from reporting.exports import safe

    assert safe(bad).startswith("'")
    assert safe("Cấp giấy") == "Cấp giấy"


def test_long_lists_have_pages(cast: Cast, rows: Rows, ward: Unit, filled: None) -> None:
    for _ in range(53):
        rows.dossier(ward, MONDAY, accepted=MONDAY)
    client = signed_in(cast.monitor)
    first = client.get(_list("online"))
    assert _length(first) == 53
    assert len(first.context["lines"]) == 50
    assert len(client.get(_list("online", page="2")).context["lines"]) == 3


# --- Truthful display ------------------------------------------------------------------------------------------


def test_no_data_is_written_out(cast: Cast, filled: None) -> None:
    page = text(
        signed_in(cast.monitor).get(reverse("reporting:city"), {"from": "2026-01-05", "to": "2026-01-05"})
    )
    assert "Chưa có dữ liệu" in page
    assert "100,0%" not in page


def test_a_future_range_is_said_to_be_future(cast: Cast, filled: None) -> None:
    page = text(
        signed_in(cast.monitor).get(reverse("reporting:city"), {"from": "2099-01-01", "to": "2099-01-31"})
    )
    assert "chưa đến nên chưa có dữ liệu" in page


@pytest.mark.parametrize(
    ("first", "last", "message"),
    [
        ("2026-03-31", "2026-03-01", "Ngày cuối phải từ ngày đầu trở đi"),
        ("2026-03-31", "", "Hãy ghi cả hai ngày"),
        ("31/02/2026", "01/03/2026", "Ghi ngày theo dạng"),
        ("2020-01-01", "2026-01-01", "không quá ba năm"),
    ],
)
def test_bad_days_are_explained_and_kept(
    first: str, last: str, message: str, cast: Cast, filled: None
) -> None:
    response = signed_in(cast.monitor).get(reverse("reporting:city"), {"from": first, "to": last})
    assert response.status_code == 422
    assert message in text(response)
    assert f'value="{first}"' in response.content.decode()


def test_a_unit_that_did_not_exist_then_is_not_ranked(cast: Cast, ward: Unit, march: None) -> None:
    Unit.objects.filter(pk=ward.pk).update(valid_from=datetime.date(2026, 4, 1))
    response = signed_in(cast.monitor).get(reverse("reporting:city"), MARCH)
    assert ward.pk not in {row.unit.pk for row in response.context["rows"]}
    april = signed_in(cast.monitor).get(reverse("reporting:city"), {"from": "2026-04-01", "to": "2026-04-02"})
    assert ward.pk in {row.unit.pk for row in april.context["rows"]}


@pytest.mark.parametrize(
    ("valid", "said", "unsaid"),
    [
        (
            (datetime.date(2026, 4, 1), None),
            ["không tồn tại trong khoảng", "Có từ ngày 01/04/2026"],
            "một phần",
        ),
        (
            (datetime.date(2026, 3, 10), None),
            ["một phần của khoảng", "Có từ ngày 10/03/2026"],
            "không tồn tại",
        ),
        (
            (datetime.date(2025, 7, 1), datetime.date(2026, 3, 20)),
            ["một phần của khoảng", "Không còn từ ngày 20/03/2026"],
            "không tồn tại",
        ),
        ((datetime.date(2025, 7, 1), datetime.date(2026, 3, 1)), ["không tồn tại trong khoảng"], "một phần"),
        ((datetime.date(2025, 7, 1), datetime.date(2026, 4, 1)), [], "tồn tại"),
    ],
)
def test_a_board_says_when_the_unit_was_not_there(
    valid: tuple[datetime.date, datetime.date | None],
    said: list[str],
    unsaid: str,
    cast: Cast,
    ward: Unit,
    filled: None,
) -> None:
    Unit.objects.filter(pk=ward.pk).update(valid_from=valid[0], valid_to=valid[1])
    page = text(signed_in(cast.monitor).get(reverse("reporting:unit", args=[ward.code]), MARCH))
    assert all(words in page for words in said)
    assert unsaid not in page
    never_there = any("không tồn tại" in words for words in said)
    assert ("theo lĩnh vực" in page) is not never_there  # no tiles of nothing for a unit that was not there


def test_almost_everything_is_not_shown_as_everything() -> None:
    from reporting.measures import MEASURE_BY_CODE
    from reporting.wording import value_text

    measure = MEASURE_BY_CODE["on-time"]
    assert value_text(measure, 0.9999) == "99,9%"
    assert value_text(measure, 0.0001) == "0,1%"
    assert value_text(measure, 1.0) == "100,0%"
    assert value_text(measure, 0.0) == "0,0%"


def test_the_red_list_names_who_misses_what_and_by_how_many(cast: Cast, march: None) -> None:
    response = signed_in(cast.monitor).get(reverse("reporting:city"), MARCH)
    reds = {
        red.unit.code: {miss.measure.code: miss.short_of for miss in red.misses}
        for red in response.context["reds"]
    }
    # Ba Đình: 75 % online reached, 2 of 3 on time, no e-result. Hoàn Kiếm: 1 of 2 online, one short of 60 %.
    assert reds["00004"] == {"on-time": 1, "e-result": 3}
    assert reds["00070"]["online"] == 1


def test_the_ranking_sorts_and_puts_units_without_data_last(cast: Cast, march: None) -> None:
    client = signed_in(cast.monitor)
    down = client.get(reverse("reporting:city"), {**MARCH, "sort": "online"}).context["rows"]
    up = client.get(reverse("reporting:city"), {**MARCH, "sort": "online", "dir": "asc"}).context["rows"]
    assert [row.unit.code for row in down[:2]] == ["00004", "00070"]
    assert [row.unit.code for row in up[:2]] == ["00070", "00004"]
    assert down[-1].values["online"].value is None
    assert len(down) == 126 + 13


def test_the_map_has_a_square_for_each_ward_and_commune_and_branch(cast: Cast, march: None) -> None:
    squares = signed_in(cast.monitor).get(reverse("reporting:city"), MARCH).context["map"].squares
    assert len(squares) == 126 + 13
    assert len({(square.x, square.y) for square in squares}) == 126 + 13


def test_the_kept_map_is_the_one_the_centroids_give(db: None) -> None:
    from reporting import tiles

    units = Unit.objects.communes().order_by("code")
    places = {unit.code: (float(unit.longitude or 0), float(unit.latitude or 0)) for unit in units}
    assert tiles.grid() == tiles.lay(places, 13, 13)


# --- HTMX, queries, both languages -----------------------------------------------------------------------------


def test_htmx_gets_the_board_alone(cast: Cast, march: None) -> None:
    response = signed_in(cast.monitor).get(reverse("reporting:city"), MARCH, headers={"HX-Request": "true"})
    html = response.content.decode().strip()
    assert html.startswith('<div id="city"')
    assert "<html" not in html


def _queries(client: Client, url: str) -> int:
    client.get(url, MARCH)
    with CaptureQueriesContext(
        connection,
    ) as caught:
        client.get(url, MARCH)
    return len(caught)


@pytest.mark.parametrize("marked", [False, True], ids=["filled", "marked days"])
def test_the_number_of_queries_does_not_grow(
    marked: bool, cast: Cast, rows: Rows, ward: Unit, filled: None
) -> None:
    """Two units with figures or 138: the same statements; ten of the board's own, three of session and posts."""
    client = signed_in(cast.monitor)
    rows.dossier(ward, MONDAY, accepted=MONDAY)
    if not marked:
        fill.fill_all()
    few = _queries(client, reverse("reporting:city"))
    for unit in Unit.objects.filter(kind__in=["commune", "branch"]).order_by("pk"):
        rows.dossier(unit, MONDAY, accepted=MONDAY)
    if not marked:
        fill.fill_all()
    assert DirtyDay.objects.exists() is marked
    assert _queries(client, reverse("reporting:city")) == few <= 13


def test_unit_board_and_list_cost_few_queries(cast: Cast, march: None) -> None:
    client = signed_in(cast.monitor)
    assert _queries(client, reverse("reporting:unit", args=["00004"])) <= 14
    assert _queries(client, _list("online").partition("?")[0] + "?measure=online") <= 9


def test_english(cast: Cast, march: None) -> None:
    client = signed_in(cast.monitor)
    client.cookies["language"] = "en"
    page = text(client.get(reverse("reporting:city"), MARCH))
    assert "Share of dossiers filed online" in page
    assert "66.7%" in page
    assert "Tỷ lệ" not in page
    assert "Tỷ lệ" not in text(
        Client(headers={"Cookie": "language=en"}).get(reverse("reporting:definitions"))
    )
    assert "Tỷ lệ" not in text(client.get(_list("on-time")))
    assert "Tỷ lệ" not in text(client.get(reverse("reporting:unit", args=["00004"]), MARCH))


def test_links_carry_the_period(cast: Cast, march: None) -> None:
    html = signed_in(cast.monitor).get(reverse("reporting:city"), MARCH).content.decode()
    lists = [
        parse_qs(urlsplit(url.replace("&amp;", "&")).query)
        for url in re.findall(r'href="(/so-lieu/danh-sach/[^"]+)"', html)
    ]
    dated = [query for query in lists if "from" in query]
    # The month asked for, and behind the values of the last comparable period that one.
    days = {(query["from"][0], query["to"][0]) for query in dated}
    assert days == {("2026-03-01", "2026-03-31"), ("2026-02-01", "2026-02-28")}
    assert {query["measure"][0] for query in lists if "from" not in query} == {"overdue-now", "waiting-now"}
