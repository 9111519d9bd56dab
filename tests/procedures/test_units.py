"""Units: the right ones, found by old and new names."""

import pytest

from portal.accounts.former import former_units
from portal.accounts.loading import BadUnits, load_units
from portal.accounts.models import Unit
from procedures.places import find_units, predecessors

pytestmark = pytest.mark.django_db


def found(query):
    return [place.unit.full_name for place in find_units(list(Unit.objects.communes()), query)]


def test_the_tree_is_whole():
    kinds = Unit.objects.values_list("kind", flat=True)
    assert sum(kind == "commune" for kind in kinds) == 126
    assert Unit.objects.filter(kind="commune", is_ward=True).count() == 51
    assert Unit.objects.filter(kind="commune", is_ward=False).count() == 75
    assert Unit.objects.filter(kind="centre").count() == 1
    assert Unit.objects.filter(kind="branch", parent__kind="centre").count() == 12
    assert Unit.objects.filter(parent=None).count() == 1
    assert Unit.objects.filter(kind="department").count() >= 12


def test_official_codes_and_names_stand_together():
    names = dict(Unit.objects.communes().values_list("code", "name"))
    assert names["00004"] == "Ba Đình"
    assert names["00226"] == "Văn Miếu - Quốc Tử Giám"
    assert names["10489"] == "Hương Sơn"
    assert names["04930"] == "Yên Xuân"
    assert str(Unit.objects.get(code="00376")) == "Xã Sóc Sơn"


def test_no_code_under_the_citys_prefix_is_passed_off_as_official():
    assert not Unit.objects.filter(agency_code_confirmed=True).exists()
    assert Unit.objects.get(kind="city").agency_code == "H26"


def test_526_former_units_lead_somewhere():
    assert len(former_units()) == 526
    codes = set(Unit.objects.communes().values_list("code", flat=True))
    assert {new for unit in former_units() for new, _whole in unit.successors} == codes
    assert all(predecessors(code) for code in codes)


@pytest.mark.parametrize(
    ("query", "first"),
    [
        ("Ba Đình", "Phường Ba Đình"),
        ("ba dinh", "Phường Ba Đình"),
        ("phuong hoan kiem", "Phường Hoàn Kiếm"),
        ("P. Hoàn Kiếm", "Phường Hoàn Kiếm"),
        ("xã soc son", "Xã Sóc Sơn"),
        ("truc bach", "Phường Ba Đình"),
        ("yên hòa", "Phường Yên Hoà"),
        ("hoan kiemm", "Phường Hoàn Kiếm"),
    ],
)
def test_units_are_found_by_name_old_name_and_without_marks(query, first):
    assert found(query)[0] == first


def test_a_former_ward_that_was_divided_names_every_part(client):
    html = client.get("/don-vi/?q=doi+can").content.decode()
    assert "Phường Đội Cấn (Quận Ba Đình) cũ: một phần" in html


def test_a_former_district_finds_its_units():
    assert len(found("Huyện Gia Lâm")) >= 4


def test_nothing_fits_nonsense(client):
    assert found("zzzzqqq") == []
    assert found("") == []
    assert found("\x00") == []
    html = client.get("/don-vi/?q=zzzzqqq").content.decode()
    assert "Không tìm thấy nơi phù hợp." in html
    assert "Cửa Nam" in html


def test_the_page_lists_all_of_them(client):
    html = client.get("/don-vi/").content.decode()
    assert "51 phường, 75 xã và 12 chi nhánh" in html
    assert html.count('href="/don-vi/') >= 126 + 13


def test_the_page_keeps_the_procedure_in_sight(client):
    html = client.get("/don-vi/?thu-tuc=2.000815").content.decode()
    assert "Nơi nộp cho thủ tục:" in html
    assert "Chứng thực bản sao từ bản chính" in html


def test_a_units_page_says_what_is_not_confirmed(client):
    html = client.get("/don-vi/00004/").content.decode()
    assert "Phường Ba Đình" in html
    assert "mã mẫu, chưa phải mã chính thức" in html
    assert "Phường Trúc Bạch, Quận Ba Đình" in html
    branch = client.get("/don-vi/CN01/").content.decode()
    assert "đây là tên mẫu" in branch


def test_an_unknown_unit_is_a_404(client):
    assert client.get("/don-vi/99999/").status_code == 404


@pytest.mark.parametrize("code", ["00004", "CN01", "HN", "STP", "TTPVHCC"])
def test_every_kind_of_unit_has_a_page(client, code, django_assert_max_num_queries):
    with django_assert_max_num_queries(8):
        assert client.get(f"/don-vi/{code}/").status_code == 200


def test_loading_keeps_what_officials_entered():
    unit = Unit.objects.get(code="00004")
    unit.address, unit.agency_code, unit.agency_code_confirmed = "25 phố Liễu Giai", "H26.25", True
    unit.area_km2 = 1
    unit.save()
    assert load_units() == 1
    unit.refresh_from_db()
    assert (unit.address, unit.agency_code) == ("25 phố Liễu Giai", "H26.25")
    assert str(unit.area_km2) == "2.97"


@pytest.mark.parametrize(
    ("row", "says"),
    [
        ('{"code":"a","kind":"moon","name":"x","agency":""}', ":3:"),
        ('{"code":"HN","kind":"city","name":"x","agency":""}', ":3:"),
        ('{"code":"b","kind":"branch","name":"x","agency":"","parent":"c"}', "parent c must come before"),
        ('{"code":"b","kind":"branch"}', "agency"),
        ("{oops", ":3:"),
    ],
)
def test_a_bad_file_of_units_is_refused_with_its_line(tmp_path, row, says):
    path = tmp_path / "units.json"
    path.write_text('{"units": [\n{"code":"HN","kind":"city","name":"x","agency":""},\n' + row + "\n]}")
    with pytest.raises(BadUnits, match=says):
        load_units(path)


def test_the_list_of_places_asks_for_the_street_of_a_divided_ward(client):
    html = client.get("/don-vi/", {"q": "Đội Cấn"}).content.decode()
    assert "Hãy ghi rõ phố, thôn, tổ." in html
    assert "Hãy ghi rõ" not in client.get("/don-vi/", {"q": "Trúc Bạch"}).content.decode()


def test_machines_find_a_unit_by_its_former_names(client):
    rows = client.get("/api/v1/units", {"q": "Trúc Bạch", "kind": "commune"}).json()["results"]
    assert [row["code"] for row in rows] == ["00004"]
    assert client.get("/api/v1/units", {"q": "zzqqxx"}).json()["count"] == 0
