"""Tags, fields, the style page, navigation, and the frame of a page."""

import datetime
import re
from decimal import Decimal
from typing import Any

import pytest
from django import forms
from django.core.paginator import Paginator
from django.template import Context, Template, TemplateSyntaxError
from django.test import Client, RequestFactory
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from portal.accounts.permissions import Permission
from portal.context import Chrome, chrome
from portal.lib import nav
from portal.lib.forms import DayField, PersonalNumberField, PhoneField, TaxCodeField
from portal.lib.icons import ICONS
from portal.lib.identity import mismatches, read_personal_number, read_phone, read_tax_code
from tests.cast import Cast

MOMENT = datetime.datetime(2026, 11, 24, 3, 15, tzinfo=datetime.UTC)


def render(source: str, **context: Any) -> str:
    """A template with a request for /x/?q=khai+sinh&page=3."""
    request = RequestFactory().get("/x/", {"q": "khai sinh", "page": "3"})
    return Template(source).render(Context({"request": request, **context}))


class Sample(forms.Form):
    name = forms.CharField(label="Họ và tên", help_text="Viết có dấu.", max_length=50)
    born = DayField(label="Ngày sinh", required=False, past=True)
    sex = forms.ChoiceField(label="Giới tính", choices=[("m", "Nam"), ("f", "Nữ")], widget=forms.RadioSelect)
    papers = forms.MultipleChoiceField(
        label="Giấy tờ", choices=[("a", "A"), ("b", "B")], widget=forms.CheckboxSelectMultiple, required=False
    )
    scan = forms.FileField(label="Tệp", required=False)
    sure = forms.BooleanField(label="Cam đoan")
    secret = forms.CharField(widget=forms.HiddenInput, required=False)


def test_money_and_dates_in_both_languages() -> None:
    source = "{% vnd amount %}|{{ amount|vnd }}|{% when moment %}|{% day moment %}|{{ moment|day }}|{{ share|percent }}"
    values = {"amount": 1_008_000, "moment": MOMENT, "share": Decimal("0.785")}
    with translation.override("vi"):
        assert render(source, **values) == (
            '<span class="nowrap">1.008.000 đ</span>|1.008.000 đ|'
            '<time datetime="2026-11-24T10:15:00+07:00">10:15, 24/11/2026</time>|'
            '<time datetime="2026-11-24">24/11/2026</time>|24/11/2026|78,5%'
        )
    with translation.override("en"):
        text = render(source, **values)
    assert "1,008,000 VND" in text
    assert "78.5%" in text
    assert "24/11/2026" in text


def test_nothing_shows_nothing() -> None:
    assert render("{% vnd x %}{% when x %}{% day x %}{{ x|plain }}", x=None) == '<span class="nowrap"></span>'
    assert render("{{ x|percent }}", x=None) == "–"


def test_a_moment_late_in_the_day_belongs_to_the_local_day() -> None:
    late = datetime.datetime(2026, 11, 24, 18, 0, tzinfo=datetime.UTC)
    assert render("{{ m|day }}", m=late) == "25/11/2026"


@pytest.mark.parametrize(
    ("number", "shown"),
    [("001203004534", "0012******34"), ("0912345678", "0912****78"), ("1234", "**34"), ("", "")],
)
def test_numbers_are_masked(number: str, shown: str) -> None:
    assert render("{% mask n %}{{ n|mask }}", n=number) == shown * 2


def test_a_year_is_not_grouped() -> None:
    assert render("{{ y|plain }}", y=2026) == "2026"


def test_query_with_changes_adds_and_removes() -> None:
    assert render("{% query_with page=4 %}") == "?q=khai+sinh&amp;page=4"
    assert render("{% query_with page=None %}") == "?q=khai+sinh"
    assert render("{% query_with page=None q='' %}") == "/x/"


def test_pagination_keeps_the_query_and_marks_the_page() -> None:
    body = render("{% pagination page %}", page=Paginator(range(100), 10).page(3))
    assert 'href="?q=khai+sinh&amp;page=4"' in body
    assert '<span aria-current="page">3</span>' in body
    assert render("{% pagination page %}", page=Paginator(range(3), 10).page(1)).strip() == ""


def test_every_icon_is_drawn_without_style() -> None:
    for name in ICONS:
        drawn = render("{% icon name %}", name=name)
        assert 'aria-hidden="true"' in drawn
        assert "style" not in drawn
    assert 'aria-label="In"' in render("{% icon 'print' 'In' %}")
    with pytest.raises(KeyError):
        render("{% icon 'nothing' %}")


def test_a_qr_code_is_inline_and_named() -> None:
    drawn = render("{% qr 'https://example.org/' 'Mã <QR>' %}")
    assert drawn.startswith('<svg role="img" aria-label="Mã &lt;QR&gt;"')
    assert "style=" not in drawn


def test_a_bar_knows_its_target() -> None:
    assert "bar-good" in render("{% bar 0.9 target=0.8 %}")
    assert "bar-bad" in render("{% bar 0.7 target=0.8 %}")
    assert 'width="100.00"' in render("{% bar 7 %}")
    assert "bar-plain" in render("{% bar x target=0.8 %}", x=None)


def test_unknown_tones_and_options_are_mistakes() -> None:
    with pytest.raises(TemplateSyntaxError):
        render("{% badge 'x' 'pink' %}")
    with pytest.raises(TypeError):
        render("{% field f.name colour='red' %}", f=Sample())
    with pytest.raises(TemplateSyntaxError):
        render("{% crumbs 'a' '/a/' %}")


def test_a_field_ties_label_hint_and_error_to_its_control() -> None:
    body = render("{% field f.name autocomplete='name' hx_post='/save/' %}", f=Sample({"name": ""}))
    assert '<label class="label" for="id_name">' in body
    assert 'aria-describedby="id_name-hint id_name-error"' in body
    assert 'id="id_name-hint">Viết có dấu.' in body
    assert 'id="id_name-error"' in body
    assert 'aria-invalid="true"' in body
    assert 'autocomplete="name"' in body
    assert 'hx-post="/save/"' in body
    assert "Hãy điền mục này." in body


def test_a_field_without_trouble_says_nothing_of_it() -> None:
    body = render("{% field f.name %}", f=Sample())
    assert "aria-invalid" not in body
    assert "-error" not in body
    assert " required" in body


def test_groups_are_fieldsets_with_a_legend() -> None:
    body = render("{% field f.sex inline=True %}{% field f.papers %}", f=Sample({"sex": ""}))
    assert body.count("<fieldset") == 2
    assert 'aria-describedby="id_sex-error"' in body
    radio = re.search(r'<input type="radio"[^>]*value="m"[^>]*>', body)
    assert radio
    assert 'id="id_sex_0"' in radio.group()
    assert "aria-invalid" not in radio.group()
    assert '<label for="id_sex_0">Nam</label>' in body
    assert body.count("aria-describedby") == 1
    assert "Hãy chọn một mục." in body


def test_dates_are_typed_as_text_and_keep_what_was_typed() -> None:
    body = render("{% field f.born %}", f=Sample({"born": "31/02/2026"}))
    assert 'type="text"' in body
    assert 'inputmode="numeric"' in body
    assert 'value="31/02/2026"' in body
    assert "Ví dụ: 24/11/2026" in body
    shown = render("{% field f.born %}", f=Sample(initial={"born": datetime.date(2026, 3, 4)}))
    assert 'value="04/03/2026"' in shown


@pytest.mark.parametrize("language", ["vi", "en"])
def test_dates_are_day_first_in_every_language(language: str) -> None:
    with translation.override(language):
        assert DayField().clean("03/04/2026") == datetime.date(2026, 4, 3)
        assert forms.DateField().clean("03/04/2026") == datetime.date(2026, 4, 3)


def test_the_summary_leads_to_every_field_and_names_the_missing() -> None:
    form = Sample({"name": "", "born": "x", "sex": "", "sure": ""})
    form.full_clean()
    form.add_error(None, "Chung")
    body = render("{% form_errors f %}", f=form)
    assert re.findall(r'href="#([^"]+)"', body) == ["id_name", "id_born", "id_sex_0", "id_sure"]
    assert "<li>Chung</li>" in body
    assert "Họ và tên: Hãy điền mục này." in body
    assert 'role="alert"' in body
    assert render("{% form_errors f %}", f=Sample()).strip() == ""


def test_the_summary_reads_formsets() -> None:
    rows = forms.formset_factory(Sample, extra=0)(
        {"form-TOTAL_FORMS": "1", "form-INITIAL_FORMS": "0", "form-0-born": "x"}
    )
    assert 'href="#id_form-0-name"' in render("{% form_errors f %}", f=rows)


def test_values_are_escaped() -> None:
    body = render("{% field f.name %}", f=Sample({"name": '"><script>x</script>'}))
    assert "<script>" not in body


@pytest.mark.parametrize(
    ("number", "parts"),
    [
        ("001203004567", ("001", 2003, "male")),
        ("001190012345", ("001", 1990, "female")),
        ("079305000001", ("079", 2005, "female")),
        ("00120300456", None),
        ("00120300456x", None),
        ("000203004567", None),
    ],
)
def test_personal_numbers_are_read(number: str, parts: tuple[str, int, str] | None) -> None:
    read = read_personal_number(number)
    assert (read and (read.place, read.birth_year, read.gender)) == parts


def test_mismatches_are_named() -> None:
    born = datetime.date(1990, 1, 1)
    assert mismatches("001190012345", born=born, gender="female") == []
    assert mismatches("001190012345", born=born.replace(year=1991), gender="male") == ["birth_year", "gender"]
    assert mismatches("0011", born=born) == []


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("0100109106", "0100109106"),
        ("0101 234 567", "0101234567" if read_tax_code("0101234567") else None),
        ("0100109106-001", "0100109106-001"),
        ("0100109106001", "0100109106-001"),
        ("0100109107", None),
        ("010010910", None),
    ],
)
def test_tax_codes_have_a_check_digit(typed: str, code: str | None) -> None:
    assert read_tax_code(typed) == code


@pytest.mark.parametrize(
    ("typed", "phone"),
    [
        ("0912 345 678", "0912345678"),
        ("+84 912 345 678", "0912345678"),
        ("84912345678", "0912345678"),
        ("(024) 3825-2525", "02438252525"),
        ("0112345678", None),
        ("091234567", None),
        ("phone", None),
    ],
)
def test_phones_become_domestic(typed: str, phone: str | None) -> None:
    assert read_phone(typed) == phone


def test_empty_optional_numbers_stay_empty() -> None:
    assert PersonalNumberField(required=False).clean("") == ""
    assert TaxCodeField(required=False).clean("") == ""
    assert PhoneField(required=False).clean(" ") == ""


@pytest.fixture
def own_items(monkeypatch: pytest.MonkeyPatch) -> None:
    """A registry of three items only."""
    monkeypatch.setattr(nav, "_items", {})
    nav.register(
        nav.NavItem(_("Đăng ký"), "account_signup", audience=nav.Audience.PUBLIC, order=2),
        nav.NavItem(_("Tài khoản"), "accounts:profile", audience=nav.Audience.CITIZEN, order=3),
        nav.NavItem("Thiết kế", "design", order=1),
        nav.NavItem("Điểm", "support-points", Permission.RECEIVE, nav.Audience.OFFICER),
        nav.NavItem("Tiền", "set-language", Permission.COLLECT, nav.Audience.OFFICER, group=nav.Group.MONEY),
    )


def frame(user: Any, path: str = "/thiet-ke/") -> Chrome:
    request = RequestFactory().get(path)
    request.user = user
    return chrome(request)["chrome"]


@pytest.mark.django_db
def test_each_person_sees_their_own_links(own_items: None, cast: Cast) -> None:
    from django.contrib.auth.models import AnonymousUser

    visitor = frame(AnonymousUser())
    assert [link.label for link in visitor.nav] == ["Thiết kế", "Đăng ký"]
    assert [link.current for link in visitor.nav] == [True, False]
    assert visitor.desk_nav == []
    assert [link.label for link in frame(cast.citizen).nav] == ["Thiết kế", "Đăng ký", "Tài khoản"]
    officer = frame(cast.office.counter)
    assert [link.label for link in officer.nav] == ["Thiết kế"]
    assert [link.label for section in officer.desk_nav for link in section.links] == ["Điểm"]
    assert officer.unit == "Phường Ba Đình"
    (money,) = frame(cast.office.cashier).desk_nav
    assert (money.label, [link.label for link in money.links]) == ("Thu phí, lệ phí", ["Tiền"])
    assert officer.desk_url == "/xu-ly/"
    assert visitor.desk_url == frame(cast.citizen).desk_url == ""


@pytest.mark.django_db
def test_only_the_deepest_link_is_current(own_items: None, cast: Cast) -> None:
    current = [link.label for link in frame(cast.citizen, "/tai-khoan/dang-ky/").nav if link.current]
    assert current == ["Đăng ký"]


@pytest.mark.django_db
@pytest.mark.urls("tests.portal.face_urls")
def test_the_frame_costs_no_query_for_a_visitor_and_one_for_an_officer(
    client: Client, cast: Cast, django_assert_num_queries: Any
) -> None:
    with django_assert_num_queries(0):
        client.get("/thiet-ke/")
    client.force_login(cast.citizen)
    with django_assert_num_queries(2):  # session, account
        client.get("/thiet-ke/")
    client.force_login(cast.office.counter)
    with django_assert_num_queries(3):  # session, account, posts
        client.get("/t/desk/")


def test_every_registered_link_resolves() -> None:
    from django.urls import reverse

    for audience in nav.Audience:
        for item in nav.items_for(audience):
            assert reverse(item.url_name)


@pytest.mark.django_db
@pytest.mark.parametrize("language", ["vi", "en"])
def test_the_style_page_shows_every_component(client: Client, language: str) -> None:
    client.cookies["language"] = language
    body = client.get("/thiet-ke/").content.decode()
    for part in (
        "error-summary",
        "timeline",
        "task-list",
        "table-cards",
        "pagination",
        "figure",
        "qr",
        "steps",
    ):
        assert f"{part}" in body
    assert "style=" not in body
    assert "<script>" not in body
    assert " onclick" not in body


def test_every_msgid_of_the_frame_has_its_english() -> None:
    import polib
    from django.conf import settings

    catalogue = polib.pofile(settings.BASE_DIR / "locale/portal/en/LC_MESSAGES/django.po")
    known = {entry.msgid for entry in catalogue if entry.translated()}
    for other in (settings.BASE_DIR / "locale").glob("*/en/LC_MESSAGES/django.po"):
        known |= {entry.msgid for entry in polib.pofile(other) if entry.translated()}
    assert not [entry.msgid for entry in catalogue if not entry.translated()]
    pattern = re.compile(r'{% translate "([^"]+)"')
    folders = ["", "account", "accounts", "errors"]
    for folder in folders:
        for template in (settings.BASE_DIR / "templates" / folder).glob("*.html"):
            missing = set(pattern.findall(template.read_text(encoding="utf-8"))) - known
            assert not missing, f"{template.name}: {missing}"


def test_htmx_is_configured_strictly() -> None:
    tag = render("{% htmx %}")
    assert "&quot;allowEval&quot;:false" in tag
    assert "&quot;selfRequestsOnly&quot;:true" in tag
    assert "&quot;includeIndicatorStyles&quot;:false" in tag
    assert "&quot;historyCacheSize&quot;:0" in tag
    assert "htmx-2.min" in tag


def test_the_officers_frame_hands_htmx_the_token(client: Client) -> None:
    source = '{% extends "desk.html" %}'
    request = RequestFactory().get("/thiet-ke/")
    from django.contrib.auth.models import AnonymousUser

    request.user = AnonymousUser()
    body = Template(source).render(
        Context({"request": request, "csrf_token": "TOKEN", "messages": [], **chrome(request)})
    )
    assert 'hx-headers=\'{"x-csrftoken": "TOKEN"}\'' in body
