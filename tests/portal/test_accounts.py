"""Registering, signing in, one's own account."""

import datetime
import re
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.contrib.auth import SESSION_KEY
from django.core import mail
from django.test import Client
from django.urls import reverse

from portal.accounts.actions import AlreadyRegisteredError, register
from portal.accounts.landing import landing_page
from portal.accounts.models import Unit, User
from tests.cast import PASSWORD, Cast

pytestmark = pytest.mark.django_db

SIGN_IN = "/tai-khoan/dang-nhap/"
REGISTER = "/tai-khoan/dang-ky/"
WRONG = "Tên đăng nhập hoặc mật khẩu không đúng."

PERSON = {
    "kind": "citizen",
    "full_name": "Nguyễn Văn Thử",
    "id_number": "001 203 004 567",
    "date_of_birth": "24/11/2003",
    "gender": "male",
    "phone": "0912 345 678",
    "email": "thu@example.test",
    "password1": "con-ga-gay-sang-som",
    "password2": "con-ga-gay-sang-som",
}
FIRM = {
    "kind": "organisation",
    "organisation_name": "Công ty TNHH Ví Dụ",
    "tax_code": "0100109106",
    "full_name": "Lê Thị Đại Diện",
    "phone": "02438252525",
    "email": "",
    "password1": "con-ga-gay-sang-som",
    "password2": "con-ga-gay-sang-som",
}


def errors_of(page: Any) -> dict[str, list[str]]:
    return dict(page.context["form"].errors)


def test_a_citizen_registers_and_is_signed_in(client: Client) -> None:
    page = client.post(REGISTER, PERSON)
    assert page.status_code == 302
    user = User.objects.get(username="001203004567")
    assert (user.kind, user.id_number, user.phone) == ("citizen", "001203004567", "0912345678")
    assert user.check_password(PERSON["password1"])
    assert client.session[SESSION_KEY] == str(user.pk)


def test_an_organisation_registers_with_its_tax_code(client: Client) -> None:
    client.post(REGISTER, FIRM)
    user = User.objects.get(username="0100109106")
    assert (user.kind, user.tax_code, user.id_number) == ("organisation", "0100109106", "")
    assert user.display_name == FIRM["organisation_name"]


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"id_number": "00120300456"}, "id_number"),
        ({"id_number": "001203OO4567"}, "id_number"),
        ({"id_number": ""}, "id_number"),
        ({"full_name": ""}, "full_name"),
        ({"phone": "12345"}, "phone"),
        ({"email": "khong-phai-thu"}, "email"),
        ({"date_of_birth": "31/02/2003"}, "date_of_birth"),
        ({"date_of_birth": "24/11/2103"}, "date_of_birth"),
        ({"password1": "ngan", "password2": "ngan"}, "password1"),
        ({"password1": "1234567890", "password2": "1234567890"}, "password1"),
        ({"password1": "001203004567", "password2": "001203004567"}, "password1"),
        ({"password2": "khac-han-cai-kia"}, "password2"),
    ],
)
def test_a_wrong_value_is_said_beside_its_field_and_the_rest_kept(
    client: Client, change: dict[str, str], field: str
) -> None:
    page = client.post(REGISTER, PERSON | change)
    assert list(errors_of(page)) == [field]
    body = page.content.decode()
    assert f'id="id_{field}-error"' in body
    assert f'href="#id_{field}"' in body
    kept = PERSON["full_name"] if field != "full_name" else PERSON["email"]
    assert f'value="{kept}"' in body
    assert PERSON["password1"] not in body
    assert not User.objects.filter(full_name=PERSON["full_name"]).exists()


def test_a_wrong_tax_code_is_refused(client: Client) -> None:
    page = client.post(REGISTER, FIRM | {"tax_code": "0100109107"})
    assert list(errors_of(page)) == ["tax_code"]


def test_birth_year_and_sex_that_do_not_fit_only_warn(client: Client) -> None:
    page = client.post(REGISTER, PERSON | {"date_of_birth": "24/11/1990"}, follow=False)
    assert page.status_code == 302
    assert User.objects.filter(username="001203004567").exists()
    assert "không khớp với số định danh" in client.get("/thiet-ke/").content.decode()


def test_a_number_registers_once(client: Client) -> None:
    client.post(REGISTER, PERSON)
    again = Client().post(REGISTER, PERSON)
    assert list(errors_of(again)) == ["id_number"]
    assert User.objects.filter(username="001203004567").count() == 1


def test_the_second_of_two_racing_registrations_is_told(cast: Cast) -> None:
    with pytest.raises(AlreadyRegisteredError):
        register(
            kind="citizen",
            number=cast.citizen.username,
            password=PASSWORD,
            full_name="Ai Đó",
            phone="0912345678",
        )


def test_a_race_behind_the_form_is_said_beside_the_number(
    client: Client, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("portal.accounts.forms.RegisterForm._unused", lambda _form, number: number)
    page = client.post(REGISTER, PERSON | {"id_number": cast.citizen.username})
    assert list(errors_of(page)) == ["id_number"]


def test_nobody_registers_as_an_officer(client: Client) -> None:
    page = client.post(REGISTER, PERSON | {"kind": "staff"})
    assert "kind" in errors_of(page)
    assert not User.objects.filter(kind="staff").exists()


@pytest.mark.parametrize("typed", ["001190012345", " 0011 9001 2345 ", "001.190.012.345"])
def test_signing_in_with_the_number(client: Client, cast: Cast, typed: str) -> None:
    page = client.post(SIGN_IN, {"login": typed, "password": PASSWORD})
    assert page.status_code == 302
    assert client.session[SESSION_KEY] == str(cast.citizen.pk)


def test_signing_in_with_the_phone_of_one_account(client: Client, cast: Cast) -> None:
    User.objects.filter(pk=cast.citizen.pk).update(phone="0333444555")
    assert client.post(SIGN_IN, {"login": "0333 444 555", "password": PASSWORD}).status_code == 302


def test_a_phone_shared_by_two_accounts_signs_nobody_in(client: Client, cast: Cast) -> None:
    assert cast.citizen.phone == cast.other_citizen.phone
    page = client.post(SIGN_IN, {"login": cast.citizen.phone, "password": PASSWORD})
    assert page.status_code == 200
    assert SESSION_KEY not in client.session


def test_unknown_and_wrong_say_the_same_and_keep_the_login(client: Client, cast: Cast) -> None:
    wrong = client.post(SIGN_IN, {"login": cast.citizen.username, "password": "sai"}).content.decode()
    unknown = client.post(SIGN_IN, {"login": "001190099999", "password": "sai"}).content.decode()
    assert WRONG in wrong
    assert 'id="id_password-error"' in wrong
    assert f'value="{cast.citizen.username}"' in wrong
    token = re.compile(r'name="csrfmiddlewaretoken" value="\w+"')
    assert token.sub("", wrong).replace(cast.citizen.username, "X") == token.sub("", unknown).replace(
        "001190099999", "X"
    )


def test_too_many_failures_wait_but_only_for_that_address(client: Client, cast: Cast) -> None:
    for _ in range(6):
        page = client.post(SIGN_IN, {"login": cast.citizen.username, "password": "sai"})
    assert "quá nhiều lần" in page.content.decode()
    still = client.post(SIGN_IN, {"login": cast.citizen.username, "password": PASSWORD})
    assert still.status_code == 200
    elsewhere = Client(REMOTE_ADDR="198.51.100.7")
    assert elsewhere.post(SIGN_IN, {"login": cast.citizen.username, "password": PASSWORD}).status_code == 302


def test_a_flood_from_one_address_gets_the_429_page(client: Client, settings: Any) -> None:
    settings.ACCOUNT_RATE_LIMITS = {"login": "2/m/ip"}
    for _ in range(3):
        page = client.post(SIGN_IN, {"login": "x", "password": "y"})
    assert page.status_code == 429
    assert "Quá nhiều lần thử" in page.content.decode()


def test_a_locked_account_is_told_how_to_be_opened(client: Client, cast: Cast) -> None:
    User.objects.filter(pk=cast.citizen.pk).update(is_active=False)
    page = client.post(SIGN_IN, {"login": cast.citizen.username, "password": PASSWORD}, follow=True)
    assert "Tài khoản đang bị khóa" in page.content.decode()
    assert SESSION_KEY not in client.session


def test_the_session_key_changes_at_sign_in_and_dies_at_sign_out(client: Client, cast: Cast) -> None:
    session = client.session
    session["before"] = "1"
    session.save()
    client.cookies["session"] = session.session_key
    client.post(SIGN_IN, {"login": cast.citizen.username, "password": PASSWORD})
    signed_in = client.cookies["session"].value
    assert signed_in != session.session_key
    client.post("/tai-khoan/dang-xuat/")
    thief = Client()
    thief.cookies["session"] = signed_in
    assert thief.get("/tai-khoan/").status_code == 302


def test_signing_out_needs_a_post(client: Client, cast: Cast) -> None:
    client.force_login(cast.citizen)
    assert "Đăng xuất" in client.get("/tai-khoan/dang-xuat/").content.decode()
    assert SESSION_KEY in client.session
    assert client.post("/tai-khoan/dang-xuat/")["Location"] == "/"
    assert SESSION_KEY not in client.session


@pytest.mark.parametrize("target", ["https://evil.example/", "//evil.example/", "\\\\evil.example"])
def test_next_never_leads_off_the_site(client: Client, cast: Cast, target: str) -> None:
    page = client.post(SIGN_IN, {"login": cast.citizen.username, "password": PASSWORD, "next": target})
    assert page["Location"] == "/tai-khoan/sau-dang-nhap/"


def test_next_on_the_site_is_followed(client: Client, cast: Cast) -> None:
    page = client.post(
        SIGN_IN, {"login": cast.citizen.username, "password": PASSWORD, "next": "/don-vi/?q=ba"}
    )
    assert page["Location"] == "/don-vi/?q=ba"


def test_a_citizen_changes_contact_data_only(client: Client, cast: Cast) -> None:
    client.force_login(cast.citizen)
    commune = Unit.objects.communes().first()
    assert commune is not None
    sent = {
        "phone": "0333444555",
        "email": "moi@example.test",
        "address_line": "Số 9 ngõ Mới",
        "commune": commune.pk,
        "language": "en",
        "full_name": "Kẻ Mạo Danh",
        "id_number": "001999999999",
        "kind": "staff",
    }
    assert client.post("/tai-khoan/", sent).status_code == 302
    user = User.objects.get(pk=cast.citizen.pk)
    assert (user.phone, user.email, user.language, user.commune) == (
        "0333444555",
        "moi@example.test",
        "en",
        commune,
    )
    assert (user.full_name, user.id_number, user.kind) == (
        cast.citizen.full_name,
        cast.citizen.id_number,
        "citizen",
    )


def test_a_wrong_phone_in_the_profile_keeps_what_was_typed(client: Client, cast: Cast) -> None:
    client.force_login(cast.citizen)
    page = client.post("/tai-khoan/", {"phone": "abc", "address_line": "Số 9", "language": "vi"})
    body = page.content.decode()
    assert list(errors_of(page)) == ["phone"]
    assert 'value="abc"' in body
    assert 'value="Số 9"' in body
    assert User.objects.get(pk=cast.citizen.pk).phone == cast.citizen.phone


def test_the_profile_masks_the_number_and_needs_a_sign_in(client: Client, cast: Cast) -> None:
    assert client.get("/tai-khoan/")["Location"] == f"{SIGN_IN}?next=/tai-khoan/"
    client.force_login(cast.citizen)
    body = client.get("/tai-khoan/").content.decode()
    assert "0011******45" in body
    assert cast.citizen.id_number not in body


def test_changing_the_password(client: Client, cast: Cast) -> None:
    client.force_login(cast.citizen)
    new = "mot-cau-khac-han-truoc"
    wrong = client.post(
        "/tai-khoan/mat-khau/doi/", {"oldpassword": "sai", "password1": new, "password2": new}
    )
    assert list(errors_of(wrong)) == ["oldpassword"]
    other = Client()
    other.force_login(cast.citizen)
    client.post("/tai-khoan/mat-khau/doi/", {"oldpassword": PASSWORD, "password1": new, "password2": new})
    assert User.objects.get(pk=cast.citizen.pk).check_password(new)
    assert client.get("/tai-khoan/").status_code == 200
    assert other.get("/tai-khoan/").status_code == 302


def test_a_forgotten_password_is_reset_by_mail_once(client: Client, cast: Cast) -> None:
    User.objects.filter(pk=cast.citizen.pk).update(email="anh@example.test")
    known = client.post("/tai-khoan/mat-khau/quen/", {"email": "anh@example.test"}, follow=True)
    assert "Đã nhận yêu cầu" in known.content.decode()
    assert "Đặt lại mật khẩu" in mail.outbox[0].subject
    assert cast.citizen.username not in str(mail.outbox[0].body)
    link = re.search(r"/tai-khoan/mat-khau/dat-lai/\S+", str(mail.outbox[0].body))
    assert link
    form = client.get(link.group(), follow=True)
    assert "Đặt mật khẩu mới" in form.content.decode()
    new = "mot-cau-khac-han-truoc"
    done = client.post(form.request["PATH_INFO"], {"password1": new, "password2": new}, follow=True)
    assert "Đã đổi mật khẩu" in done.content.decode()
    assert User.objects.get(pk=cast.citizen.pk).check_password(new)
    again = Client().get(link.group(), follow=True)
    assert "Liên kết không còn hiệu lực" in again.content.decode()


@pytest.mark.parametrize("later", ["address", "time"])
def test_a_reset_link_dies_with_the_address_and_after_a_quarter_of_an_hour(
    client: Client, cast: Cast, later: str
) -> None:
    User.objects.filter(pk=cast.citizen.pk).update(email="anh@example.test")
    client.post("/tai-khoan/mat-khau/quen/", {"email": "anh@example.test"})
    link = re.search(r"/tai-khoan/mat-khau/dat-lai/\S+", str(mail.outbox[0].body))
    assert link
    if later == "address":
        User.objects.filter(pk=cast.citizen.pk).update(email="moi@example.test")
        page = client.get(link.group(), follow=True)
    else:
        # The generator counts in naive local time, so the journey needs the city's zone.
        now = datetime.datetime.now(tz=ZoneInfo("Asia/Ho_Chi_Minh"))
        with time_machine.travel(now + datetime.timedelta(minutes=16), tick=False):
            page = client.get(link.group(), follow=True)
    assert page.status_code == 200
    assert "Liên kết không còn hiệu lực" in page.content.decode()


def test_an_unknown_address_gets_the_same_answer(client: Client, cast: Cast) -> None:
    page = client.post("/tai-khoan/mat-khau/quen/", {"email": "ai-do@example.test"}, follow=True)
    assert "Đã nhận yêu cầu" in page.content.decode()


@pytest.mark.parametrize(
    "address",
    [
        SIGN_IN,
        REGISTER,
        f"{REGISTER}?loai=to-chuc",
        "/tai-khoan/mat-khau/quen/",
        "/tai-khoan/mat-khau/quen/da-gui/",
        "/tai-khoan/mat-khau/dat-lai/xong/",
        "/tai-khoan/bi-khoa/",
        "/tai-khoan/",
        "/tai-khoan/mat-khau/doi/",
        "/tai-khoan/dang-xuat/",
        "/tai-khoan/xac-nhan-mat-khau/",
    ],
)
def test_every_account_page_opens_in_both_languages(client: Client, cast: Cast, address: str) -> None:
    if address in {
        "/tai-khoan/",
        "/tai-khoan/mat-khau/doi/",
        "/tai-khoan/dang-xuat/",
        "/tai-khoan/xac-nhan-mat-khau/",
    }:
        client.force_login(cast.citizen)
    vietnamese = client.get(address)
    assert vietnamese.status_code == 200
    client.cookies["language"] = "en"
    english = client.get(address)
    assert "Public Service Portal" in english.content.decode()
    heading = re.compile(r"<h1[^>]*>(.*?)</h1>", re.DOTALL)
    found = heading.search(english.content.decode())
    assert found
    assert found.group(1) != heading.search(vietnamese.content.decode()).group(1)  # type: ignore[union-attr]


def test_pages_we_do_not_offer_lead_to_the_profile(client: Client, cast: Cast) -> None:
    client.force_login(cast.citizen)
    assert client.get("/tai-khoan/thu-dien-tu/")["Location"] == "/tai-khoan/"


@pytest.mark.parametrize(
    ("who", "page"),
    [
        (lambda cast: cast.citizen, "dossiers:mine"),
        (lambda cast: cast.office.counter, "dossiers:inbox"),
        (lambda cast: cast.office.leader, "dossiers:inbox"),
        (lambda cast: cast.office.cashier, "payments:cash-desk"),
        (lambda cast: cast.monitor, "reporting:city"),
        (lambda cast: cast.catalogue, "procedures:drafts"),
        (lambda cast: cast.publisher, "procedures:drafts"),
        (lambda cast: cast.system, "dossiers:outgoing"),
    ],
)
def test_each_starts_where_the_work_is(cast: Cast, client: Client, who: Any, page: str) -> None:
    address = reverse(page)
    assert landing_page(who(cast)) == address
    client.force_login(who(cast))
    assert client.get(reverse("accounts:after-sign-in"))["Location"] == address
    assert client.get(address).status_code == 200


def test_the_address_on_posters_leads_to_the_list_of_units(client: Client) -> None:
    assert client.get("/diem-ho-tro/", {"q": "ba dinh"})["Location"] == "/don-vi/?q=ba+dinh"
