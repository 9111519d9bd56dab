"""Old address, new address: the dated mapping, whatever way an address is typed."""

from __future__ import annotations

import datetime

import pytest

from portal.accounts.former import former_units, in_address, named, resolve


@pytest.mark.parametrize(
    ("address", "old", "codes"),
    [
        ("12 phố Lạc Chính, phường Trúc Bạch, quận Ba Đình, Hà Nội", "00004", ["00004"]),
        ("So 5 ngo 2, P. Truc Bach, Q. Ba Dinh", "00004", ["00004"]),
        ("Số 3, P.Vĩnh Phúc, Q.Ba Đình, TP Hà Nội", "00006", ["00008"]),
        ("Số 9 phố Đào Tấn, phường Cống Vị, Hà Nội", "00007", ["00008", "00025"]),
        ("Liễu Giai, quận Ba Đình", "00008", ["00008"]),
    ],
)
def test_an_address_names_its_former_ward(address: str, old: str, codes: list[str]) -> None:
    found = in_address(address)
    assert found is not None
    assert old in [unit.code for unit in found.former]
    assert [code for code, _name in found.units] == codes
    assert found.code == (codes[0] if len(codes) == 1 else "")


@pytest.mark.parametrize(
    "address",
    [
        "Số 1 phố Trúc Bạch, phường Ba Đình, thành phố Hà Nội",  # a street, and a ward of today
        "Phường Ngọc Hà, Hà Nội",  # a former one too, but without a district it is the one of today
        "123 đường Láng",
        "",
        ",,, ;",
    ],
)
def test_an_address_of_today_means_what_it_says(address: str) -> None:
    assert in_address(address) is None


def test_a_district_makes_a_name_of_today_the_old_one() -> None:
    found = in_address("phường Ngọc Hà, quận Ba Đình")
    assert found is not None
    assert [code for code, _name in found.units] == ["00004", "00008"]
    assert "nay thuộc một trong" in found.said


def test_what_is_said_asks_nobody_to_prove_it() -> None:
    found = resolve("Phường Trúc Bạch")
    assert found is not None
    assert found.said == (
        "Trước 1/7/2025: Phường Trúc Bạch (Quận Ba Đình); nay là Phường Ba Đình. Không phải xin giấy xác nhận."
    )


def test_a_name_of_several_districts_needs_the_district() -> None:
    both = named("Minh Khai")
    assert both is not None
    assert len(both.former) > 1
    one = named("Minh Khai, Hai Bà Trưng")
    assert one is not None
    assert [unit.district for unit in one.former] == ["Quận Hai Bà Trưng"]


def test_the_mapping_is_dated() -> None:
    day = datetime.date(2025, 6, 30)
    assert resolve("Trúc Bạch", on=day) is None
    assert resolve("Trúc Bạch", on=day + datetime.timedelta(days=1)) is not None


def test_every_former_unit_is_found_by_name_and_district() -> None:
    for unit in former_units():
        found = resolve(unit.name, district=unit.district)
        assert found is not None
        assert unit in found.former
