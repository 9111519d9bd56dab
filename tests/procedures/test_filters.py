"""Filters of the list: what they keep, the counts beside them, the chosen commune, and ways on from nothing."""

from __future__ import annotations

import datetime
import re
from dataclasses import replace
from typing import Any

import pytest
from django.test import Client

from portal.accounts.models import Unit
from portal.lib import clock
from procedures.actions.levels import Setting, Wish, decide, propose
from procedures.calendar import HANOI
from procedures.filters import Wanted, marks_at, marks_of
from procedures.models import Procedure
from procedures.opening import opening
from procedures.places import commune_typed
from procedures.querysets import Catalogue, catalogue, forget
from tests.cast import Cast

pytestmark = pytest.mark.django_db
MORNING = datetime.datetime(2026, 11, 25, 9, 30, tzinfo=HANOI)  # a Wednesday
NIGHT = datetime.datetime(2026, 11, 25, 22, 0, tzinfo=HANOI)


@pytest.fixture(autouse=True)
def _fresh() -> None:
    forget()


@pytest.fixture
def known() -> Catalogue:
    return catalogue()


def page(client: Client, **query: str) -> str:
    answer = client.get("/thu-tuc/", query)
    assert answer.status_code == 200
    return str(answer.content.decode())


def rows(html: str) -> list[str]:
    return re.findall(r'/thu-tuc/(\d\.\d{6})/">', html)


def total(html: str) -> int:
    found = re.search(r'role="status">([\d.]+) thủ tục', html)
    return int(found.group(1).replace(".", "")) if found else 0


def options(html: str, name: str) -> dict[str, int]:
    select = re.search(rf'<select[^>]*name="{name}">(.*?)</select>', html, re.DOTALL)
    assert select
    return {
        value: int(number)
        for value, number in re.findall(r'value="([^"]+)"[^>]*>[^<]*\((\d+)\)', select.group(1))
    }


@pytest.mark.parametrize("name", ["field", "level", "agency", "channel", "for"])
@pytest.mark.parametrize("others", [{}, {"level": "commune"}, {"q": "dat dai", "channel": "counter"}])
def test_a_count_beside_a_choice_is_what_choosing_it_leaves(
    client: Client, name: str, others: dict[str, str]
) -> None:
    offered = options(page(client, **others), name)
    assert offered
    for value in list(offered)[:3]:
        assert total(page(client, **{**others, name: value})) == offered[value], (name, value)


def test_counts_of_a_filter_ignore_the_filter_itself(client: Client) -> None:
    assert options(page(client, level="commune"), "level") == options(page(client), "level")


def test_every_filter_that_is_set_can_be_taken_off_by_itself(client: Client) -> None:
    html = page(client, q="ho tich", level="commune", channel="online", agency="commune", page="2")
    chips = re.findall(r'class="chip" href="([^"]+)"><span', html)
    assert [chip.replace("&amp;", "&") for chip in chips] == [
        "/thu-tuc/?q=ho+tich&channel=online&agency=commune",
        "/thu-tuc/?q=ho+tich&level=commune&channel=online",
        "/thu-tuc/?q=ho+tich&level=commune&agency=commune",
    ]
    for chip in chips:
        assert client.get(chip.replace("&amp;", "&")).status_code == 200
    assert 'class="chip"' not in page(client, q="ho tich")


def test_the_agency_is_a_department_the_commune_or_a_ministrys_system(known: Catalogue) -> None:
    assert {entry.agency_mark for entry in known.find(Wanted(agency="commune"))} == {"commune"}
    assert all(entry.vertical_system == "Công an" for entry in known.find(Wanted(agency="nganh-cong-an")))
    department = known.by_code["1.000016"]
    assert department in known.find(Wanted(agency=department.department_code))


def test_a_row_says_time_fee_place_and_whether_it_is_online(client: Client) -> None:
    html = page(client, q="1.001193")
    for text in ("trong ngày làm việc", "Miễn phí", "xã, phường", "Nộp trực tuyến tại đây"):
        assert text in html, text
    assert "không nộp trực tuyến" in page(client, q="2.000815")
    assert "hệ thống riêng: Công an" in page(client, q="1.004222")
    assert "trực tuyến trên Cổng Dịch vụ công quốc gia" in page(client, q="1.004222")


def test_a_row_never_calls_an_unknown_fee_free(known: Catalogue) -> None:
    for entry in known.entries:
        if "fee" in entry.missing and not entry.configured:
            assert "Miễn phí" not in entry.fee_label, entry.code
        if not entry.rules.limits:
            assert (entry.time_label, entry.fee_label) == ("chưa xác nhận", "chưa xác nhận")


# --- The chosen commune ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("instant", "is_open", "changes"),
    [
        (MORNING, True, "25 12:00"),
        (datetime.datetime(2026, 11, 25, 12, 30, tzinfo=HANOI), False, "25 13:00"),
        (datetime.datetime(2026, 11, 25, 17, 0, tzinfo=HANOI), False, "26 08:00"),
        (NIGHT, False, "26 08:00"),
        (datetime.datetime(2026, 11, 28, 10, 0, tzinfo=HANOI), False, "30 08:00"),
    ],
)
def test_a_place_is_open_in_its_hours_on_working_days(
    instant: datetime.datetime, is_open: bool, changes: str
) -> None:
    found = opening(Unit.objects.get(code="00004"), instant)
    assert (found.is_open, f"{found.changes:%d %H:%M}") == (is_open, changes)


@pytest.mark.parametrize(
    "typed", ["00004", "Ba Đình", "ba dinh", "Phường Ba Đình", "Trúc Bạch", "phuong truc bach"]
)
def test_a_commune_is_known_by_code_new_name_and_former_name(known: Catalogue, typed: str) -> None:
    unit = commune_typed(known.places, typed).unit
    assert unit is not None
    assert unit.code == "00004"


def test_a_divided_ward_leaves_its_parts_to_choose(client: Client, known: Catalogue) -> None:
    divided = commune_typed(known.places, "Đội Cấn")
    assert divided.unit is None
    assert len(divided.choices) > 1
    html = page(client, at="Đội Cấn")
    assert "Hãy ghi rõ phố, thôn, tổ." in html
    assert all(f"at={unit.code}" in html for unit in divided.choices)
    assert total(html) == len(known.entries)


def test_an_unknown_place_is_told_beside_the_list(client: Client, known: Catalogue) -> None:
    html = page(client, at="zzqqxx")
    assert "Không có xã, phường nào tên như vậy: “zzqqxx”" in html
    assert 'value="zzqqxx"' in html
    assert total(html) == len(known.entries)


def test_at_a_commune_only_what_it_takes(client: Client, known: Catalogue) -> None:
    found = known.find(Wanted(at="00004"))
    assert found
    assert all(entry.at_commune and not entry.vertical_system for entry in found)
    assert total(page(client, at="00004")) == len(found)


def test_now_at_night_is_what_can_be_filed_online(client: Client, known: Catalogue) -> None:
    with clock.at(NIGHT):
        forget()
        html = page(client, at="00004", now="1")
        assert "đang đóng cửa, mở lại lúc 08:00 ngày 26/11/2026" in html
        assert total(html) == sum(entry.files_online for entry in catalogue().find(Wanted(at="00004")))
    with clock.at(MORNING):
        forget()
        html = page(client, at="00004", now="1")
        assert "đang mở cửa đến 12:00" in html
        assert total(html) > sum(entry.files_online for entry in catalogue().find(Wanted(at="00004")))


def test_a_page_about_now_is_not_kept_for_a_later_minute(client: Client) -> None:
    tags = set()
    for instant in (MORNING, NIGHT):
        with clock.at(instant):
            forget()
            tags.add(client.get("/thu-tuc/", {"at": "00004"})["ETag"])
    assert len(tags) == 2


def ordered(cast: Cast, code: str, level: str) -> None:
    """Set the level of a procedure at Ba Đình (00004) by the two persons it takes."""
    setting = Setting(cast.office.unit.pk, Procedure.objects.get(code=code).pk, level)
    wish = Wish(f"QĐ {level}", clock.today(), None, [setting])
    decide(by=cast.publisher, order_id=propose(by=cast.catalogue, wish=wish).pk, confirm=True)


def test_at_a_commune_its_own_level_counts(client: Client, cast: Cast) -> None:
    """None: not in its list; counter: not at night; and the row says what holds there, a moment later too."""
    with clock.at(NIGHT):
        forget()
        before = page(client, at="00004", now="1", q="khai sinh")
        assert "1.001193" in rows(before)
        ordered(cast, "1.001193", "counter")
        assert "1.001193" not in rows(page(client, at="00004", now="1", q="khai sinh"))
        assert "1.001193" in rows(page(client, at="00008", now="1", q="khai sinh"))
        assert "Chỉ tại quầy</strong>" in page(client, at="00004", q="1.001193")
        assert "Chỉ tại quầy</strong>" not in page(client, q="1.001193")
        ordered(cast, "1.001193", "none")
        assert "1.001193" not in rows(page(client, at="00004", q="khai sinh"))
        assert "1.001193" in rows(page(client, q="khai sinh"))
    with clock.at(MORNING):
        forget()
        ordered(cast, "1.001193", "counter")
        html = page(client, at="00004", now="1", q="khai sinh")
        assert "1.001193" in rows(html)
        assert total(page(client, at="00004")) == len(catalogue().find(Wanted(at="00004")))


def test_what_an_order_says_more_than_the_version_can_has_no_effect(known: Catalogue) -> None:
    """Nobody offers online what has no way online; a unit may be given what its kind does not usually do."""
    offline = next(e for e in known.entries if not e.files_online and e.at_commune and not e.vertical_system)
    marks = marks_of(offline)
    assert marks_at(offline, marks, "full")["now"] <= frozenset({"counter"})
    assert replace(offline, level_here="full").here == ("", "")
    city = next(e for e in known.entries if e.files_online and not e.at_commune)
    assert marks_at(city, marks_of(city), "partial")["at"] == frozenset({"commune"})
    assert "online" in marks_at(city, marks_of(city), "partial")["now"]


def test_what_a_place_costs(client: Client, django_assert_num_queries: Any) -> None:
    """Its calendar and its orders; the tag asks besides, twice, when an order was last confirmed."""
    catalogue()
    with django_assert_num_queries(4):
        page(client, at="00004", level="commune")


# --- Nothing found --------------------------------------------------------------------------------------------------


def test_nothing_found_says_which_filter_to_drop(client: Client) -> None:
    html = page(client, q="khai sinh", level="province", field="ho-tich", channel="post", agency="nganh-thue")
    assert "Không tìm thấy thủ tục phù hợp." in html
    assert "Bỏ “Thuế”:" in html
    assert "1.001193" in rows(html)
    assert "Cần người giúp?" in html
    assert "Trung tâm Phục vụ hành chính công" in html


def test_nothing_found_offers_the_nearest_words(client: Client) -> None:
    html = page(client, q="zzqqx khaisinh")
    assert "Không tìm thấy thủ tục phù hợp." in html
    assert "Từ gần nhất trong danh mục" in html
    assert len(rows(html)) == 5
