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
from django.db.backends.signals import connection_created
from django.test import TransactionTestCase

from portal.accounts.models import Unit
from portal.accounts.models.units import office_hours
from procedures.importing.catalogue import load_catalogue
from procedures.importing.small import load_calendar
from procedures.models import IdentityState, ImportItem
from reporting.targets import load as load_targets
from reporting.watch.rules import load as load_rules
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
# Of the catalogue's tables, those that people write.
_WRITTEN = {
    "procedures_levelorder",
    "procedures_unitlevel",
    "procedures_catalogueimport",
    "procedures_importitem",
    "procedures_importfault",
    "procedures_papertemplate",
}


# A worker takes whole files in this order: the longest come first, or one worker ends the run alone with them.
_LONGEST = ("test_access.py", "test_access_posts.py", "test_runtime_up.py", "test_english_pages.py")


# Of the portal's own, what speaks to Redis or reads the servers' state.
_OF_SERVERS = ("test_tries.py", "test_health.py", "test_outbox_slices.py")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Long files first. `once` marks what another server outside changes nothing about: the runtime starts its own,
    and some only look at the code, at rights, or at the catalogue in memory. Repeated there: everything of the figures,
    whose SQL is written by hand, and elsewhere what several connections do at once.
    """
    items.sort(key=lambda item: item.path.name not in _LONGEST)
    for item in items:
        folder, name = item.path.parent.name, item.path.name
        if folder != "reporting" and name not in _OF_SERVERS and not _is_transactional(item):
            item.add_marker(pytest.mark.once)


def _is_transactional(item: pytest.Item) -> bool:
    marker = item.get_closest_marker("django_db")
    asked = marker is not None and bool(marker.kwargs.get("transaction"))
    return asked or "transactional_db" in getattr(item, "fixturenames", ())


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: Any) -> None:
    """Load the real units, calendar and catalogue once per test database."""
    with django_db_blocker.unblock():
        call_command("load_reference", verbosity=0)


def _truncate(self: TransactionTestCase) -> None:
    """Empty what a test may write; the reference data stays (loading it again would take seconds).

    The targets know who set them, so they go with the people and are loaded again. Versions know who published them:
    those of a test are taken out of the catalogue, and only then the people are deleted.
    """
    renamed = ImportItem.objects.filter(identity=IdentityState.APPLIED).exists()
    names = [name for name in connection.introspection.table_names() if _is_written(name)]
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE " + ", ".join(connection.ops.quote_name(name) for name in names))
        _forget_published(cursor)
        cursor.execute("DELETE FROM accounts_user")
        cursor.execute("DELETE FROM procedures_calendarday")
    Unit.objects.exclude(office_hours=office_hours()).update(office_hours=office_hours())
    load_targets()
    load_rules()
    load_calendar()
    if renamed:  # two persons of a test changed a procedure's own row
        from tests.procedures.test_catalogue_data import read

        load_catalogue(read())


def _is_written(table: str) -> bool:
    if (
        table in {"django_session", "procedures_versiondraft", "procedures_draftchange"}
        or "historical" in table
    ):
        return True
    return table in _WRITTEN or (table != "accounts_user" and not table.startswith(_KEPT_APPS))


_FROZEN = (
    "procedurecase",
    "requireddocument",
    "timelimit",
    "feerule",
    "processstep",
    "resultkind",
    "versiondocument",
)


def _forget_published(cursor: Any) -> None:
    """Undo what people published in a test: the database refuses that, so its triggers are off meanwhile."""
    withdrawn = "withdrawn_from = NULL, withdrawn_by_id = NULL, withdrawal = '', successor_id = NULL"
    cursor.execute(f"UPDATE procedures_procedure SET {withdrawn} WHERE withdrawn_from IS NOT NULL")  # noqa: S608
    cursor.execute(
        "SELECT id, procedure_id FROM procedures_procedureversion WHERE published_by_id IS NOT NULL"
    )
    found = cursor.fetchall()
    if not found:
        return
    versions, procedures = [row[0] for row in found], [row[1] for row in found]
    tables = [f"procedures_{part}" for part in (*_FROZEN[1:], _FROZEN[0])]
    for table in (*tables, "procedures_procedureversion"):
        cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        column = "id" if table == "procedures_procedureversion" else "version_id"
        cursor.execute(f"DELETE FROM {table} WHERE {column} = ANY(%s)", [versions])  # noqa: S608
    for table in (*tables, "procedures_procedureversion"):
        cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")
    cursor.execute(
        "UPDATE procedures_procedureversion v SET valid_to = NULL WHERE procedure_id = ANY(%s) AND number ="
        " (SELECT max(number) FROM procedures_procedureversion o WHERE o.procedure_id = v.procedure_id)",
        [procedures],
    )


def _loose(connection: Any, **_kwargs: Any) -> None:
    """Tests may write rows of versions loaded from files, as the loader may; `frozen` takes that away again."""
    with connection.cursor() as cursor:
        cursor.execute("SET portal.catalogue_loading = 'on'")


connection_created.connect(_loose, dispatch_uid="tests.loose")


@pytest.fixture
def frozen(db: None) -> None:
    """The catalogue as in service: published rows do not change, whoever asks."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL portal.catalogue_loading = 'off'")


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
