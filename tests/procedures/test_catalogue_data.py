"""Our own data files: whole, honest, and in the form the loader checks."""

import datetime
import json
import re

import pytest

from portal.accounts.loading import UNITS_FILE
from procedures.importing import catalogue_file, files
from procedures.importing.build import names
from procedures.importing.build.fields import field_of

AGENCY = re.compile(r"^[A-Z0-9]{1,4}(\.[A-Z0-9]{1,4}){0,6}$")


def read():
    fields = set(files.read_json(files.FIELDS)["fields"])
    departments = {row["code"] for row in files.read_json(UNITS_FILE)["units"] if row["kind"] == "department"}
    return catalogue_file.read(files.CATALOGUE, fields, departments)


def test_the_catalogue_holds_2089_procedures_under_their_codes():
    found = read()
    assert len(found.procedures) == 2089
    titles = {fact.code: fact.title for fact in found.procedures}
    assert len(titles) == 2089
    assert titles["1.001193"] == "Thủ tục đăng ký khai sinh"
    assert titles["1.000894"] == "Thủ tục đăng ký kết hôn"
    assert titles["2.000635"] == "Cấp bản sao Trích lục hộ tịch, bản sao Giấy khai sinh"
    assert titles["1.001612"] == "Đăng ký thành lập hộ kinh doanh"
    assert titles["2.000815"].startswith("Chứng thực bản sao từ bản chính giấy tờ, văn bản do cơ quan")


def test_the_file_says_where_it_comes_from_and_stays_small():
    found = read()
    assert found.as_of == "2026-07"
    assert "không phải danh mục chính thức của Hà Nội" in found.source
    assert files.CATALOGUE.stat().st_size < 2_500_000


def test_an_amount_of_zero_is_free_only_where_the_law_says_so():
    free = {fact.code for fact in read().procedures for channel in fact.channels if channel.fee == (0,)}
    assert free == {"1.000894", "1.004837", "1.004845", "3.000322", "3.000323"}


def test_customs_is_not_taken_for_a_matter_of_communes():
    customs = [fact for fact in read().procedures if fact.system == "Hải quan"]
    assert len(customs) == 81
    assert not any(fact.at for fact in customs)


def test_a_time_without_unit_is_said_to_be_missing():
    for fact in read().procedures:
        lacks = any(c.value is not None and c.unit == "unknown" for c in fact.channels)
        assert ("time_unit" in fact.missing) == lacks, fact.code


def test_civil_status_times_have_the_units_of_the_law():
    facts = {fact.code: fact for fact in read().procedures}
    assert {(c.value, c.unit) for c in facts["1.001193"].channels} == {(1, "same_day")}
    assert {(c.value, c.unit) for c in facts["1.004884"].channels} == {(5, "work_day")}
    assert {(c.value, c.unit) for c in facts["1.001612"].channels} == {(3, "work_day")}


def test_nothing_is_filable_by_the_file_alone():
    for fact in read().procedures:
        assert {"form", "process"} <= set(fact.missing)


@pytest.mark.parametrize(
    ("shown", "kept"),
    [
        ("Giấy đề nghị cấp Thẻ tư vấn viên pháp luậtMẫu", "Giấy đề nghị cấp Thẻ tư vấn viên pháp luật"),
        ("Bản đăng ký thu hồi khoáng sảnMau 03 - Phu luc", "Bản đăng ký thu hồi khoáng sản"),
        ("02 ảnh cỡ 2x3 cm", "Ảnh cỡ 2x3 cm"),
        ("tờ khai hàng hóa nhập khẩu", "Tờ khai hàng hóa nhập khẩu"),
        ("Giấy chứng nhận lưu hành tự do", "Giấy chứng nhận lưu hành tự do"),
        ("Hồ sơ gồm", ""),
        ("Một trong các giấy tờ sau", ""),
        ("có chứng thực)", ""),
        ("Mẫu số 03", ""),
        ("Cá nhân có quyền lựa chọn thực hiện thủ tục hành chính về hộ tịch", ""),
        ("Bản sao", ""),
    ],
)
def test_only_what_is_the_name_of_a_paper_is_kept(shown, kept):
    assert names.paper(shown) == kept


def test_a_count_that_is_a_footnote_is_dropped_and_one_in_the_name_is_used():
    facts = read().procedures
    assert max(max(o, c) for fact in facts for _, o, c in fact.papers) <= 10
    assert names.count_in("02 ảnh cỡ 2x3 cm") == 2
    assert names.count_in("Bản sao") == 0


@pytest.mark.parametrize(
    ("raw", "clean"),
    [
        (["123/2015/NĐ-CPQUY", "60/2014/QH13"], ["60/2014/QH13", "123/2015/NĐ-CP"]),
        (["23/2004/QH1", "31/2025/TT", "90/QĐ-T"], []),
        (["56/2021/TT-BCAS"], ["56/2021/TT-BCA"]),
    ],
)
def test_legal_acts_are_whole_or_left_out(raw, clean):
    assert names.acts(raw) == clean


def test_titles_lose_only_a_needless_word():
    assert names.short_title("Thủ tục đăng ký khai sinh") == "Đăng ký khai sinh"
    assert names.short_title("Thủ tục hải quan đối với xăng dầu") == ""
    assert names.short_title("Tách hộ") == ""


def test_a_wards_heading_is_mapped_only_when_sure():
    sure = field_of("1.013745", "Công nhận người có công với cách mạng", "Nội vụ", False)
    assert (sure.name, sure.is_official) == ("Người có công", True)
    unsure = field_of("1.012299", "Thủ tục thi tuyển Viên chức", "Nội vụ", False)
    assert (unsure.name, unsure.is_official) == ("Nội vụ", False)
    assert field_of("1.1", "x", "Trẻ em (Bộ Y tế)", True).name == "Trẻ em"


def test_every_field_has_an_english_name():
    document = files.read_json(files.FIELDS)
    assert document["english"].keys() == document["fields"].keys()
    assert len(set(document["english"].values())) == len(document["fields"]) == 162


def test_agency_codes_are_unique_samples_that_fit_dossier_codes():
    rows = json.loads(UNITS_FILE.read_text(encoding="utf-8"))["units"]
    codes = [f"H26.{row['agency']}" if row["agency"] else "H26" for row in rows]
    assert len(set(codes)) == len(codes) == 156
    assert all(AGENCY.match(code) for code in codes)


def test_the_calendar_covers_three_years_and_marks_what_is_not_certain():
    days = {row["day"]: row for row in files.read_json(files.CALENDAR)["days"]}
    off = {day for day, row in days.items() if row["kind"] == "off"}
    tet = {f"2026-02-{n}" for n in range(16, 21)}
    assert tet <= off
    assert {"2025-05-02", "2025-09-01", "2026-01-02", "2026-04-27", "2026-08-31"} <= off
    work = {day for day, row in days.items() if row["kind"] == "work"}
    assert work == {"2025-04-26", "2026-01-10", "2026-08-22"}
    assert all(datetime.date.fromisoformat(day).weekday() == 5 for day in work)
    unsure = {day for day, row in days.items() if not row["confirmed"]}
    assert unsure == {day for day in days if day.startswith("2027")} | {"2026-11-24"}


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ('{"code":"1.00119","title":"x","field":"ho-tich","missing":[]}', "not of the form"),
        ('{"code":"1.001193","title":"","field":"ho-tich","missing":[]}', "title must be"),
        ('{"code":"1.001193","title":"x","field":"nowhere","missing":[]}', "not in fields.json"),
        ('{"code":"1.001193","title":"x","field":"ho-tich"}', "missing is missing"),
        ('{"code":"1.001193","title":"x","field":"ho-tich","missing":["luck"]}', "unknown in missing"),
        (
            '{"code":"1.001193","title":"x","field":"ho-tich","missing":[],"channels":{"fax":{}}}',
            "unknown channel",
        ),
        (
            '{"code":"1.001193","title":"x","field":"ho-tich","missing":[],"channels":{"online":{"time":[-1,"day"]}}}',
            "is not 0 to 1000",
        ),
        ('{"code": "1.001193", oops', "not JSON"),
    ],
)
def test_a_bad_line_is_named_with_its_number(tmp_path, line, says):
    path = tmp_path / "catalogue.jsonl"
    good = '{"code":"1.000001","title":"x","field":"ho-tich","missing":[]}'
    head = '{"as_of":"2026-07","source":"s","procedures":2}'
    path.write_text(f"{head}\n{good}\n{line}\n", encoding="utf-8")
    with pytest.raises(files.BadData, match=says) as caught:
        catalogue_file.read(path, {"ho-tich"}, set())
    assert str(caught.value).startswith("catalogue.jsonl:3:")


def test_a_short_file_is_refused(tmp_path):
    path = tmp_path / "catalogue.jsonl"
    path.write_text('{"as_of":"2026-07","source":"s","procedures":2}\n', encoding="utf-8")
    with pytest.raises(files.BadData, match="2 procedures announced, 0 found"):
        catalogue_file.read(path, set(), set())
