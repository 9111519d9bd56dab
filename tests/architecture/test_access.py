"""The authorisation matrix, walked by everybody over everything."""

from __future__ import annotations

import uuid
from collections import Counter
from typing import Any

import pytest
from django.db import connection, transaction
from django.test import Client
from django.urls import reverse

from portal.accounts.models import User
from tests.architecture.matrix import LOGIN, ROWS, WITHOUT_ROW, Row, expected
from tests.architecture.test_views import patterns
from tests.architecture.tree import listed
from tests.architecture.world import PERSONS, World, build
from tests.cast import Cast

TMN = "TESTTMN1"


@pytest.fixture
def world(cast: Cast, settings: Any) -> World:
    """One of everything; a gateway nobody answers at."""
    settings.VNPAY_TMN_CODE, settings.VNPAY_SECRET = TMN, "a-secret-for-tests"
    settings.VNPAY_PAY_URL = settings.VNPAY_API_URL = "http://127.0.0.1:9/"
    settings.ACCOUNT_RATE_LIMITS = False
    return build(cast, TMN)


def test_every_address_has_a_row() -> None:
    """A new address is not allowed without saying who gets what there."""
    names = {name for name, _view in patterns()}
    rows = {row.name for row in ROWS}
    assert names - rows == WITHOUT_ROW, listed(sorted(names - rows))
    assert not rows - names, listed(sorted(rows - names))


def test_every_row_names_the_outcome_of_everybody() -> None:
    for row in ROWS:
        for person in PERSONS:
            for posted in (False, True):
                assert expected(row, person, posted=posted) is not None, (row.name, person)


def test_public_marks_say_what_the_matrix_says() -> None:
    """What anonymous visitors get a page of is marked `@public`, and nothing else is."""
    open_to_all = {row.name for row in ROWS if 200 in _set(expected(row, "anonymous", posted=False))}
    views = {name: view for name, view in patterns() if not name.startswith("account_")}
    marked = {name for name, view in views.items() if getattr(view, "is_public", False)}
    shown = {name for name in open_to_all if not name.startswith("account_")}
    assert shown <= marked, shown - marked
    # A gateway's return, a wall's secret address, the signs of life and the root of the API answer everybody, only not
    # with 200 here.
    assert marked - shown <= {
        "dossiers:petition-file",  # only with the secret of its petition
        "payments:return",
        "reporting:wall",
        "payments:national-notice",
        "payments:national-return",
        "healthz",
        "api:api-root",
        "set-language",
    }, marked - shown


def _set(status: Any) -> frozenset[int]:
    return status if isinstance(status, frozenset) else frozenset({status} if isinstance(status, int) else ())


class Visitors:
    """A browser for everybody, signed in once; signing out or a changed password does not last."""

    def __init__(self, world: World) -> None:
        self.clients = {name: Client(raise_request_exception=False) for name in PERSONS}
        for name, client in self.clients.items():
            user = world.people[name]
            if isinstance(user, User):
                client.force_login(user)
        self.sessions = {name: client.cookies.get("session") for name, client in self.clients.items()}

    def of(self, person: str) -> Client:
        """The browser of `person`, as after signing in."""
        client = self.clients[person]
        client.cookies.clear()
        if (morsel := self.sessions[person]) is not None:
            client.cookies["session"] = morsel.value
        return client


def _address(row: Row, world: World) -> str:
    return reverse(row.name, args=row.args(world))


def _fault(row: Row, person: str, answer: Any, *, posted: bool) -> str:
    """What is wrong with an answer, or nothing."""
    wanted = expected(row, person, posted=posted)
    place = answer.get("Location", "")
    to_sign_in = answer.status_code == 302 and "/dang-nhap/" in place
    if wanted == LOGIN:
        good = to_sign_in
    else:
        good = answer.status_code in _set(wanted) and not (to_sign_in and person != "anonymous")
    if good:
        return ""
    verb = "POST" if posted else "GET"
    shown = sorted(wanted) if isinstance(wanted, frozenset) else wanted
    return f"{verb} {row.name} {row.what} as {person}: {answer.status_code} {place}, expected {shown}"


def _fingerprint() -> dict[str, str]:
    """Rows and contents of every table but the visitors' sessions."""
    found = {}
    with connection.cursor() as cursor:
        for table in sorted(set(connection.introspection.table_names()) - {"django_session"}):
            name = connection.ops.quote_name(table)
            cursor.execute(f"SELECT count(*), md5(string_agg(t::text, '' ORDER BY t::text)) FROM {name} t")  # noqa: S608
            count, digest = cursor.fetchone()
            found[table] = f"{count} {digest}"
    return found


def _get(row: Row, world: World, client: Client) -> Any:
    answer = client.get(_address(row, world), row.query)
    if answer.streaming:
        list(answer.streaming_content)
    return answer


def _post(row: Row, world: World, client: Client) -> Any:
    data = {key: getattr(world.people.get(value), "pk", value) for key, value in row.data.items()}
    answer = client.post(_address(row, world), data)
    if answer.streaming:
        list(answer.streaming_content)
    return answer


@pytest.mark.once
@pytest.mark.timeout(900)  # some thousands of requests
def test_who_sees_what_and_looking_changes_nothing(world: World) -> None:
    visitors = Visitors(world)
    before = _fingerprint()
    faults = [
        _fault(row, person, _get(row, world, visitors.of(person)), posted=False)
        for row in ROWS
        for person in PERSONS
    ]
    assert not any(faults), listed([fault for fault in faults if fault])
    assert _changed(before) == []


@pytest.mark.once
@pytest.mark.timeout(900)  # some thousands of requests
def test_who_may_do_what_and_a_denial_changes_nothing(world: World) -> None:
    """First everything that is denied, which leaves every table as it was; then the rest, each undone again."""
    visitors = Visitors(world)
    before = _fingerprint()
    tried: Counter[str] = Counter()
    faults = []
    allowed = []
    for row in ROWS:
        for person in PERSONS:
            if expected(row, person, posted=True) in DENIED:
                faults.append(_fault(row, person, _post(row, world, visitors.of(person)), posted=True))
                tried[person] += 1
            else:
                allowed.append((row, person))
    assert not any(faults), listed([fault for fault in faults if fault])
    assert min(tried[person] for person in PERSONS if person != "owner") > 10, tried
    assert _changed(before) == []
    for row, person in allowed:
        with transaction.atomic():
            faults.append(_fault(row, person, _post(row, world, visitors.of(person)), posted=True))
            transaction.set_rollback(True)
    assert not any(faults), listed([fault for fault in faults if fault])


DENIED = (403, 404, 405, LOGIN)


def _changed(before: dict[str, str]) -> list[str]:
    after = _fingerprint()
    return [table for table in before if before[table] != after[table]]


def test_a_guessed_key_opens_nothing(world: World) -> None:
    """Keys of other rows, and another dossier's document under one's own code."""
    visitors = Visitors(world)
    own = world.filed.code
    guesses = [
        reverse("dossiers:document", args=[own, world.slip.pk]),
        reverse("dossiers:document", args=[own, world.slip.pk + 100_000]),
        reverse("dossiers:attachment", args=[world.file.pk + 100_000]),
        reverse("dossiers:draft", args=[uuid.uuid4()]),
        reverse("dossiers:detail", args=[world.filed.code + "99999"]),
        reverse("dossiers:detail", args=["\x00"]),
        reverse("payments:receipt", args=["A" * 30]),
        reverse("payments:attempt", args=["H26X999"]),
        reverse("payments:attempt", args=["\x00"]),
    ]
    found = {address: visitors.of("owner").get(address).status_code for address in guesses}
    assert set(found.values()) == {404}, found
    desk = [
        reverse("dossiers:desk", args=[world.filed.code + "0"]),
        reverse("dossiers:desk", args=["%"]),
        reverse("payments:collect", args=["\x00"]),
        reverse("payments:shift", args=[world.shift.pk + 100_000]),
        reverse("payments:incident", args=[world.incident.pk + 100_000]),
    ]
    found = {address: visitors.of("cashier").get(address).status_code for address in desk}
    assert set(found.values()) == {404}, found
    verify = visitors.of("anonymous").get(reverse("dossiers:verify", args=["A" * 30]))
    assert verify.status_code == 404


def test_a_monitor_reads_no_names(world: World) -> None:
    """The desk page is open to the city's monitor, people's data is not (domain facts, section 7)."""
    page = reverse("dossiers:desk", args=[world.filed.code])
    visitors = Visitors(world)
    secrets = [world.filed.owner_name, *world.filed.parties.values_list("id_number", flat=True)]
    officer = visitors.of("counter").get(page).content.decode()
    monitor = visitors.of("monitor").get(page).content.decode()
    inbox = visitors.of("monitor").get(reverse("dossiers:inbox"), {"tab": "all"}).content.decode()
    assert world.filed.code in inbox
    for secret in filter(None, secrets):
        assert secret in officer
        assert secret not in monitor
        assert secret not in inbox


def test_money_tells_a_monitor_no_names(world: World) -> None:
    visitors = Visitors(world)
    for name, argument in (("panel", world.paid.code), ("attempt", world.attempt.reference)):
        html = visitors.of("monitor").get(reverse(f"payments:{name}", args=[argument])).content.decode()
        assert world.paid.owner_name not in html
        assert "Người Nộp" not in html
