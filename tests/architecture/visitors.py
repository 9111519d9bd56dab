"""Everybody's browser, and what is asked of an answer: shared by the walks over the matrix."""

from __future__ import annotations

from typing import Any

from django.db import connection
from django.test import Client
from django.urls import reverse

from portal.accounts.models import User
from tests.architecture.matrix import LOGIN, Row, expected
from tests.architecture.world import PERSONS, World

DENIED = (403, 404, 405, LOGIN)


def statuses(status: Any) -> frozenset[int]:
    """The statuses a cell of the matrix stands for."""
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


def address_of(row: Row, world: World) -> str:
    """The address of a row in this world."""
    return reverse(row.name, args=row.args(world))


def fault_of(row: Row, person: str, answer: Any, *, posted: bool) -> str:
    """What is wrong with an answer, or nothing."""
    wanted = expected(row, person, posted=posted)
    place = answer.get("Location", "")
    to_sign_in = answer.status_code == 302 and "/dang-nhap/" in place
    if wanted == LOGIN:
        good = to_sign_in
    else:
        good = answer.status_code in statuses(wanted) and not (to_sign_in and person != "anonymous")
    if good:
        return ""
    verb = "POST" if posted else "GET"
    shown = sorted(wanted) if isinstance(wanted, frozenset) else wanted
    return f"{verb} {row.name} {row.what} as {person}: {answer.status_code} {place}, expected {shown}"


def fingerprint() -> dict[str, str]:
    """Rows and contents of every table but the visitors' sessions."""
    found = {}
    with connection.cursor() as cursor:
        for table in sorted(set(connection.introspection.table_names()) - {"django_session"}):
            name = connection.ops.quote_name(table)
            cursor.execute(f"SELECT count(*), md5(string_agg(t::text, '' ORDER BY t::text)) FROM {name} t")  # noqa: S608
            count, digest = cursor.fetchone()
            found[table] = f"{count} {digest}"
    return found


def get(row: Row, world: World, client: Client) -> Any:
    """The answer to looking, read to its end."""
    answer = client.get(address_of(row, world), row.query)
    if answer.streaming:
        list(answer.streaming_content)
    return answer


def post(row: Row, world: World, client: Client) -> Any:
    """The answer to the row's own post, read to its end."""
    data = {key: getattr(world.people.get(value), "pk", value) for key, value in row.data.items()}
    answer = client.post(address_of(row, world), data)
    if answer.streaming:
        list(answer.streaming_content)
    return answer


def changed(before: dict[str, str]) -> list[str]:
    """Tables that are not what they were."""
    after = fingerprint()
    return [table for table in before if before[table] != after[table]]
