"""The authorisation matrix, walked by everybody over everything there is to do; and keys somebody guessed."""

from __future__ import annotations

import uuid
from collections import Counter

import pytest
from django.db import transaction
from django.urls import reverse

from tests.architecture.matrix import ROWS, expected
from tests.architecture.tree import listed
from tests.architecture.visitors import DENIED, Visitors, changed, fault_of, fingerprint, post
from tests.architecture.world import PERSONS, World


@pytest.mark.once
@pytest.mark.timeout(900)  # some thousands of requests
def test_who_may_do_what_and_a_denial_changes_nothing(world: World) -> None:
    """First everything that is denied, which leaves every table as it was; then the rest, each undone again."""
    visitors = Visitors(world)
    before = fingerprint()
    tried: Counter[str] = Counter()
    faults = []
    allowed = []
    for row in ROWS:
        for person in PERSONS:
            if expected(row, person, posted=True) in DENIED:
                faults.append(fault_of(row, person, post(row, world, visitors.of(person)), posted=True))
                tried[person] += 1
            else:
                allowed.append((row, person))
    assert not any(faults), listed([fault for fault in faults if fault])
    assert min(tried[person] for person in PERSONS if person != "owner") > 10, tried
    assert changed(before) == []
    for row, person in allowed:
        with transaction.atomic():
            faults.append(fault_of(row, person, post(row, world, visitors.of(person)), posted=True))
            transaction.set_rollback(True)
    assert not any(faults), listed([fault for fault in faults if fault])


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
