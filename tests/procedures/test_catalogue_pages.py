"""The public pages of the catalogue: what is shown, how honestly, how cheaply."""

import gzip
import re

import pytest

from procedures.filters import Wanted
from procedures.models import Procedure
from procedures.querysets import MISSING, catalogue, forget

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _fresh():
    forget()


def page(client, address, status=200, **headers):
    response = client.get(address, **headers)
    assert response.status_code == status, address
    return response.content.decode()


def rows(html):
    return re.findall(r'/thu-tuc/(\d\.\d{6})/">', html)


def test_home_shows_counts_from_the_database_and_what_can_be_filed_first(client):
    html = page(client, "/")
    assert "2.089 thủ tục" in html
    assert ">126<" in html
    assert ">12<" in html
    assert set(rows(html)[:5]) == {"1.001193", "1.000894", "2.000635", "2.000815", "1.001612"}


def test_the_list_has_twenty_a_page_and_a_count(client):
    html = page(client, "/thu-tuc/")
    assert len(rows(html)) == 20
    assert "2.089 thủ tục" in html
    assert len(rows(page(client, "/thu-tuc/?page=105"))) == 9


def test_search_ignores_marks_and_counts_what_it_found(client):
    html = page(client, "/thu-tuc/?q=giay+doc+than")
    assert rows(html)[0] == "1.004873"
    assert "phù hợp với “giay doc than”" in html


@pytest.mark.parametrize(
    ("query", "holds"),
    [
        ("level=commune", lambda entry: entry.at_commune),
        ("level=province", lambda entry: entry.at_province),
        ("channel=online", lambda entry: "online" in entry.channels),
        ("for=organisation", lambda entry: entry.for_organisations),
        ("field=ho-tich", lambda entry: entry.field_code == "ho-tich"),
        ("ready=1", lambda entry: entry.configured),
        ("q=dat+dai&level=commune", lambda entry: entry.at_commune),
    ],
)
def test_filters_narrow_the_list(client, query, holds):
    shown = rows(page(client, f"/thu-tuc/?{query}"))
    known = catalogue().by_code
    assert shown
    assert all(holds(known[code]) for code in shown)


def test_the_filtered_count_is_the_number_of_procedures_that_fit(client):
    count = Procedure.objects.filter(is_active=True, field__code="ho-tich", at_commune=True).count()
    assert f"{count} thủ tục</p>" in page(client, "/thu-tuc/?field=ho-tich&level=commune")


@pytest.mark.parametrize(
    "query", ["page=zzz", "page=-1", "page=99999", "level=moon", "field=%00", "q=%00", "for[]=x"]
)
def test_bad_values_in_the_address_show_a_good_page(client, query):
    assert rows(page(client, f"/thu-tuc/?{query}"))


def test_an_overlong_query_is_cut(client):
    page(client, "/thu-tuc/?q=" + "khai+sinh+" * 1000)


def test_an_empty_result_says_what_to_do(client):
    html = page(client, "/thu-tuc/?q=zzqqx&level=commune")
    assert "Không tìm thấy thủ tục phù hợp." in html
    assert "Bỏ mọi bộ lọc" in html
    assert len(rows(html)) == 5


def test_the_page_of_a_configured_procedure_has_all_its_parts(client):
    html = page(client, "/thu-tuc/1.001193/")
    for text in (
        "Đăng ký khai sinh",
        "Thủ tục đăng ký khai sinh",
        "Giấy khai sinh",
        "Ủy ban nhân dân cấp xã",
        "Miễn phí",
        "trong ngày làm việc",
        "Giấy chứng sinh",
        "Hồ sơ đi qua các bước",
        "123/2015/NĐ-CP",
        "tháng 7/2026",
        'href="/ho-so/nop/1.001193/"',
    ):
        assert text in html, text
    assert "Thông tin chưa đầy đủ" not in html


def test_a_counter_only_procedure_says_where_to_go_and_offers_no_form(client):
    html = page(client, "/thu-tuc/2.000815/")
    assert "không nộp trực tuyến" in html
    assert "bộ phận một cửa của xã, phường" in html
    assert "/ho-so/nop/" not in html
    assert "?thu-tuc=2.000815" in html


def test_an_incomplete_procedure_says_exactly_what_is_missing(client):
    entry = next(entry for entry in catalogue().entries if "channels" in entry.missing)
    html = page(client, f"/thu-tuc/{entry.code}/")
    assert "Thông tin chưa đầy đủ." in html
    assert {"time", "fee", "papers", "result", "form", "process"} <= set(entry.missing)
    assert all(f"<li>{MISSING[code]}</li>" in html for code in entry.missing)
    assert "/ho-so/nop/" not in html


def test_a_title_only_procedure_shows_no_invented_fact(client):
    entry = next(entry for entry in catalogue().entries if "channels" in entry.missing)
    html = page(client, f"/thu-tuc/{entry.code}/")
    assert html.count("Chưa xác nhận") >= 5
    assert "Miễn phí" not in html


def test_a_ministrys_own_system_is_named(client):
    assert "ngành dọc (Công an) tiếp nhận trên hệ thống riêng" in page(client, "/thu-tuc/1.004222/")


def test_amounts_of_the_national_source_are_marked_as_such(client):
    entry = next(e for e in catalogue().entries if "city_fee" in e.missing and not e.configured)
    assert "chưa xác nhận mức của Hà Nội" in page(client, f"/thu-tuc/{entry.code}/")


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("2.00072", "2.000720"),
        ("1.01375", "1.013750"),
        ("3.0003", "3.000300"),
        ("1.001193.000.00.00.H26", "1.001193"),
        ("1.001193.H41", "1.001193"),
        ("1001193", "1.001193"),
    ],
)
def test_a_damaged_code_leads_to_the_right_page(client, typed, meant):
    if meant not in catalogue().by_code:
        page(client, f"/thu-tuc/{typed}/", 404)
        return
    response = client.get(f"/thu-tuc/{typed}/")
    assert response.status_code == 302
    assert response["Location"] == f"/thu-tuc/{meant}/"


def test_an_unknown_code_is_a_helpful_404(client):
    html = page(client, "/thu-tuc/1.001198/", 404)
    assert "1.001193" in rows(html)
    assert 'name="q"' in html
    assert "Đăng ký kết hôn" in page(client, "/thu-tuc/ket-hon/", 404)


@pytest.mark.parametrize(
    "path", ["%00", "9.999999", "..%2f..%2fetc", "1.001193%00", "x" * 500, "%F0%9F%98%80"]
)
def test_no_path_breaks_the_page(client, path):
    assert client.get(f"/thu-tuc/{path}/").status_code in (302, 404)


def test_queries_do_not_grow_with_rows(client, django_assert_num_queries):
    catalogue()
    with django_assert_num_queries(0):
        assert len(rows(page(client, "/thu-tuc/"))) == 20
        assert len(rows(page(client, "/thu-tuc/?q=1.001193"))) == 1


def test_a_procedures_page_takes_a_fixed_number_of_queries(client, django_assert_max_num_queries):
    known = catalogue()
    for code in ("1.001193", "2.000815", "1.013978"):
        assert code in known.by_code
        with django_assert_max_num_queries(9):
            page(client, f"/thu-tuc/{code}/")


def test_an_unchanged_page_is_answered_with_304_until_something_changes(client):
    first = client.get("/thu-tuc/?q=ket+hon")
    again = client.get("/thu-tuc/?q=ket+hon", headers={"If-None-Match": first["ETag"]})
    assert again.status_code == 304
    assert client.get("/thu-tuc/", headers={"If-None-Match": first["ETag"]}).status_code == 200
    row = Procedure.objects.get(code="1.000894")
    row.short_title = "Đăng ký kết hôn mới"
    row.save()
    forget()
    changed = client.get("/thu-tuc/?q=ket+hon", headers={"If-None-Match": first["ETag"]})
    assert changed.status_code == 200
    assert "Đăng ký kết hôn mới" in changed.content.decode()


def test_who_is_signed_in_gets_no_shared_tag(client, cast):
    client.force_login(cast.citizen)
    response = client.get("/thu-tuc/")
    assert not response.has_header("ETag")
    assert "no-store" in response["Cache-Control"]


def test_languages_have_tags_of_their_own(client):
    vietnamese = client.get("/thu-tuc/")["ETag"]
    client.cookies["language"] = "en"
    assert client.get("/thu-tuc/")["ETag"] != vietnamese


@pytest.mark.parametrize(
    "address", ["/", "/thu-tuc/", "/thu-tuc/1.001193/", "/thu-tuc/2.000815/", "/thu-tuc/1.013978/"]
)
def test_english_pages_are_english(client, address):
    client.cookies["language"] = "en"
    html = page(client, address)
    assert 'lang="en"' in html
    for word in (
        "Chưa xác nhận",
        "Nộp hồ sơ<",
        "Miễn phí",
        "Tìm<",
        "Lĩnh vực<",
        "ngày làm việc</td>",
        "Trực tuyến<",
    ):
        assert word not in html, word


def test_english_says_time_and_fee(client):
    client.cookies["language"] = "en"
    html = page(client, "/thu-tuc/1.001193/")
    assert "within the working day" in html
    assert "Free of charge" in html
    assert "July 2026" in html
    html = page(client, "/thu-tuc/1.001612/")
    assert "3 working days" in html
    assert "Household businesses" in html
    assert ">Civil status (43)<" in page(client, "/thu-tuc/")


@pytest.mark.parametrize("address", ["/", "/thu-tuc/", "/thu-tuc/1.001193/", "/don-vi/", "/don-vi/00004/"])
def test_a_page_weighs_little(client, address):
    assert len(gzip.compress(page(client, address).encode())) < 12_000


@pytest.mark.parametrize("address", ["/", "/thu-tuc/", "/thu-tuc/1.001193/", "/don-vi/"])
def test_pages_only_read(client, address):
    assert client.post(address).status_code == 405
    assert client.head(address).status_code == 200


def test_a_switched_off_procedure_leaves_list_and_search():
    row = Procedure.objects.get(code="1.004884")
    row.is_active = False
    row.save()
    forget()
    assert "1.004884" not in catalogue().by_code
    assert "1.004884" not in [entry.code for entry in catalogue().find(Wanted(query="đăng ký lại khai sinh"))]


def test_a_page_known_by_its_tag_is_not_rendered_again(client, monkeypatch):
    first = client.get("/thu-tuc/?q=tach+ho").content
    monkeypatch.setattr("procedures.views.browse.render", lambda *_args: pytest.fail("rendered again"))
    assert client.get("/thu-tuc/?q=tach+ho").content == first


def test_pages_kept_in_memory_have_a_bound(monkeypatch):
    from procedures.views import caching

    monkeypatch.setattr(caching, "MOST_PAGES", 2)
    monkeypatch.setattr(caching, "_pages", type(caching._pages)())
    for number in range(5):
        caching._keep(str(number), b"x")
    caching._keep("big", b"x" * (caching.LARGEST_PAGE + 1))
    assert list(caching._pages) == ["3", "4"]
