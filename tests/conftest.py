"""Hostile surroundings for every test, and the fixtures all of them share."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from typing import Any

import hypothesis
import pytest
from django.core.management import call_command
from django.db import connection
from django.test import TransactionTestCase

from reporting.targets import load as load_targets
from tests.cast import Cast, build_cast

# The machine is shared: how long an example takes to make says nothing about the rule it tests.
hypothesis.settings.register_profile(
    "house", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow]
)
hypothesis.settings.load_profile("house")

_KEPT_APPS = (
    "accounts_unit",
    "procedures_",
    "django_",
    "auth_permission",
    "payments_bank",
)


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: Any) -> None:
    """Load the real units, calendar and catalogue once per test database."""
    with django_db_blocker.unblock():
        call_command("load_reference", verbosity=0)


def _truncate(self: TransactionTestCase) -> None:
    """Empty what a test may write; the reference data stays (loading it again would take seconds).

    The targets know who set them, so they go with the people and are loaded again.
    """
    names = [name for name in connection.introspection.table_names() if _is_written(name)]
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE " + ", ".join(connection.ops.quote_name(name) for name in names))
    load_targets()


def _is_written(table: str) -> bool:
    if table == "django_session" or "historical" in table:
        return True
    return not table.startswith(_KEPT_APPS)


TransactionTestCase._fixture_teardown = _truncate  # type: ignore[method-assign]


class UndefinedVariable(str):
    """Django formats this string with the name of a template variable that does not exist: an error here."""

    __slots__ = ()

    def __mod__(self, name: object) -> str:
        raise AssertionError(f"undefined template variable: {name}")

    def __contains__(self, item: object) -> bool:
        return item == "%s"


@pytest.fixture(autouse=True)
def _hostile(settings: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> Iterator[None]:
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    settings.FILES_ROOT = tmp_path / "files"
    settings.TEMPLATES[0]["OPTIONS"]["string_if_invalid"] = UndefinedVariable("%s")
    real = socket.socket.connect

    def loopback_only(self: socket.socket, address: Any) -> None:
        host = address[0] if isinstance(address, tuple) else ""
        if host not in {"", "127.0.0.1", "::1", "localhost"}:
            raise AssertionError(f"a test tried to reach {host}")
        real(self, address)

    monkeypatch.setattr(socket.socket, "connect", loopback_only)
    yield
    from django.core.cache import cache

    cache.clear()


@pytest.fixture
def cast(db: None) -> Cast:
    """Citizens, the officers of one ward, and their counterparts in another."""
    return build_cast()


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    """A real Chromium; the run says plainly when there is none, and CI does not accept that."""
    from playwright.sync_api import sync_playwright

    from portal.runtime.system import find_chromium

    path = find_chromium()
    if path is None:
        message = "no Chromium found: install the package chromium"
        if os.environ.get("CI") or os.environ.get("PORTAL_REQUIRE_BROWSER"):
            pytest.fail(message)
        pytest.skip(message)
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"  # playwright runs an event loop in this thread
    arguments = [
        "--no-sandbox",
        "--disable-gpu",
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
    ]
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=str(path), args=arguments)
        yield chromium
        chromium.close()
