"""Headers, the read-only guard, the plain page for a dead database, the language cookie."""

import logging

import pytest
from django.contrib.sessions.backends.db import SessionStore
from django.db import InterfaceError, OperationalError, transaction
from django.test import Client

from portal.accounts.models import User
from portal.lib.reads_writes import WriteInReadError, may_run
from portal.middleware import content_security_policy
from tests.cast import Cast

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.portal.face_urls")]

BASE_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'; font-src 'none'; object-src 'none'; "
    "manifest-src 'self'"
)


@pytest.fixture
def soft_client() -> Client:
    """A client that gets error pages instead of exceptions."""
    return Client(raise_request_exception=False)


@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("/thiet-ke/", 200),
        ("/tai-khoan/dang-nhap/", 200),
        ("/tai-khoan/", 302),
        ("/khong-co/", 404),
        ("/t/forbidden/", 403),
        ("/t/broken/", 500),
        ("/t/database/", 503),
    ],
)
def test_every_kind_of_page_carries_the_strict_policy(
    soft_client: Client, settings: object, address: str, status: int
) -> None:
    settings.VNPAY_PAY_URL = ""  # type: ignore[attr-defined]
    response = soft_client.get(address)
    assert response.status_code == status
    assert response["Content-Security-Policy"] == BASE_POLICY
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["X-Frame-Options"] == "DENY"
    assert response["Referrer-Policy"] == "same-origin"
    assert "camera=()" in response["Permissions-Policy"]
    assert "HX-Request" in response["Vary"]


def test_forms_may_go_to_the_gateway_and_nowhere_else() -> None:
    policy = content_security_policy("https://pay.example.test/paymentv2/vpcpay.html?x=1")
    assert "form-action 'self' https://pay.example.test;" in policy
    assert "unsafe" not in policy


def test_pages_of_a_signed_in_person_are_not_stored(client: Client, cast: Cast) -> None:
    assert "no-store" not in client.get("/thiet-ke/").get("Cache-Control", "")
    client.force_login(cast.citizen)
    assert "no-store" in client.get("/thiet-ke/")["Cache-Control"]


def test_visitors_get_no_cookie(client: Client) -> None:
    response = client.get("/thiet-ke/")
    assert not response.cookies
    assert "csrfmiddlewaretoken" not in response.content.decode()


@pytest.mark.parametrize("address", ["/t/reads/", "/t/unmarked/", "/t/form/"])
def test_a_get_that_writes_raises_and_changes_nothing(client: Client, cast: Cast, address: str) -> None:
    for method in (client.get, client.head):
        with pytest.raises(WriteInReadError), transaction.atomic():
            method(address)
    assert not User.objects.filter(address_line="changed").exists()


def test_a_post_to_a_form_writes(client: Client, cast: Cast) -> None:
    assert client.post("/t/form/").content == b"ok"
    assert User.objects.filter(address_line="changed").exists()


def test_a_machines_get_may_write(client: Client, cast: Cast) -> None:
    assert client.get("/t/notice/").content == b"ok"
    assert User.objects.filter(address_line="changed").exists()


def test_reads_refuses_other_methods(client: Client) -> None:
    assert client.post("/t/reads/").status_code == 405
    assert client.put("/t/form/").status_code == 405


def test_the_visitors_own_session_and_locks_pass_the_guard(client: Client, cast: Cast) -> None:
    assert client.get("/t/session/").content == b"ok"
    assert client.get("/t/count/").status_code == 200


@pytest.mark.parametrize(
    ("sql", "allowed"),
    [
        ("SELECT 1", True),
        ("  (SELECT 1) UNION (SELECT 2)", True),
        ("WITH a AS (SELECT 1) SELECT * FROM a", True),
        ("WITH a AS (DELETE FROM accounts_user RETURNING id) SELECT * FROM a", False),
        ("WITH a AS (INSERT INTO t VALUES (1) RETURNING id) SELECT 1", False),
        ("SAVEPOINT s1", True),
        ('INSERT INTO "django_session" ("session_key") VALUES (%s)', True),
        ('UPDATE "accounts_user" SET "phone" = %s', False),
        ('INSERT INTO "django_session_archive" VALUES (1)', False),
        ("DELETE FROM accounts_user", False),
        ("TRUNCATE accounts_user", False),
        ("COPY accounts_user FROM STDIN", False),
        ("ALTER TABLE accounts_user ADD x int", False),
    ],
)
def test_which_statements_a_reading_page_may_run(sql: str, allowed: bool) -> None:
    assert may_run(sql) is allowed


def test_an_error_in_a_view_says_nothing_of_its_cause(soft_client: Client) -> None:
    body = soft_client.get("/t/broken/").content.decode()
    assert "Hệ thống gặp lỗi" in body
    assert "secret" not in body
    assert "Traceback" not in body


def test_a_database_error_in_a_view_gives_the_plain_page(
    soft_client: Client, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.ERROR):
        response = soft_client.get("/t/database/")
    assert response.status_code == 503
    assert response["Retry-After"] == "30"
    assert "Tạm thời chưa phục vụ được" in response.content.decode()
    assert "001190012345" not in response.content.decode() + caplog.text
    assert "database unusable" in caplog.text


@pytest.mark.parametrize("error", [OperationalError, InterfaceError])
def test_a_database_error_in_the_session_gives_the_plain_page(
    soft_client: Client, monkeypatch: pytest.MonkeyPatch, error: type[Exception]
) -> None:
    def fail(self: SessionStore) -> None:
        raise error("down")

    monkeypatch.setattr(SessionStore, "load", fail)
    soft_client.cookies["session"] = "abcdefghijklmnopqrstuvwxyz012345"
    soft_client.cookies["language"] = "en"
    response = soft_client.get("/thiet-ke/")
    assert response.status_code == 503
    assert "Temporarily unavailable" in response.content.decode()


def test_the_language_follows_the_cookie_not_the_browser(client: Client) -> None:
    page = client.get("/tai-khoan/dang-nhap/", headers={"Accept-Language": "en-US"})
    assert '<html lang="vi">' in page.content.decode()
    client.post("/ngon-ngu/", {"language": "en", "next": "/thiet-ke/"})
    page = client.get("/tai-khoan/dang-nhap/")
    assert '<html lang="en">' in page.content.decode()
    assert page["Content-Language"] == "en"


@pytest.mark.parametrize("target", ["https://evil.example/", "//evil.example/", "javascript:alert(1)"])
def test_the_language_switch_stays_on_this_site(client: Client, target: str) -> None:
    assert client.post("/ngon-ngu/", {"language": "en", "next": target})["Location"] == "/"


def test_the_language_switch_ignores_other_sites_and_unknown_languages(client: Client) -> None:
    refused = client.post("/ngon-ngu/", {"language": "en"}, headers={"Origin": "https://evil.example"})
    assert refused.status_code == 403
    assert not client.post("/ngon-ngu/", {"language": "xx"}).cookies


def test_the_reason_of_a_404_is_shown(client: Client) -> None:
    page = client.get("/t/missing/")
    assert page.status_code == 404
    assert "Không có hồ sơ nào mang mã này." in page.content.decode()


def test_an_old_form_is_explained(cast: Cast) -> None:
    strict = Client(enforce_csrf_checks=True)
    page = strict.post("/tai-khoan/dang-nhap/", {"login": "x", "password": "y"})
    assert page.status_code == 403
    assert "Biểu mẫu này đã mở quá lâu" in page.content.decode()
