"""Many at the same moment: numbers without a gap, one settlement, one receipt; also through kills."""

from __future__ import annotations

import datetime
import os
import signal
import subprocess
import sys
import textwrap
import threading
import uuid
from collections import Counter
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.db import connection, transaction
from django.test import Client

from payments import invariants
from payments.actions.checkout import start_payment
from payments.actions.desk import collect_cash, open_shift
from payments.actions.receipts import take_number
from payments.actions.settling import Ending
from payments.models import LedgerEntry, Payment, Receipt, ReceiptBook
from portal.lib import env
from procedures.models import FeeKind
from tests.cast import Cast
from tests.payments import make
from tests.payments.conftest import ROOT, TMN, pay
from tests.payments.messages import notice

pytestmark = pytest.mark.django_db(transaction=True)
DAY = datetime.date(2026, 11, 22)


def at_once(count: int, job: Callable[[int], Any]) -> list[Any]:
    """Run `job(0..count-1)` in threads that start together; what each returned or raised."""
    results: list[Any] = [None] * count
    start = threading.Barrier(count)

    def one(index: int) -> None:
        start.wait()
        try:
            results[index] = job(index)
        except Exception as error:
            results[index] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=one, args=(index,)) for index in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


class Rollback(Exception):
    """A transaction that does not want to be."""


def test_numbers_have_no_gap_with_16_writers_and_rollbacks(cast: Cast) -> None:
    unit = cast.office.unit.pk
    taken: list[int] = []

    def take(index: int) -> None:
        for turn in range(8):
            try:
                with transaction.atomic():
                    _book, number = take_number(unit, FeeKind.FEE, DAY)
                    if (index + turn) % 3 == 0:
                        raise Rollback
                taken.append(number)
            except Rollback:
                continue

    assert at_once(16, take) == [None] * 16
    assert sorted(taken) == list(range(1, len(taken) + 1))
    assert ReceiptBook.objects.get().next_number == len(taken) + 1


KILLED = textwrap.dedent(
    """
    import datetime, sys, django
    django.setup()
    from django.db import transaction
    from payments.actions.receipts import take_number
    print("go", flush=True)
    while True:
        with transaction.atomic():
            book, number = take_number(int(sys.argv[1]), "phi", datetime.date(2026, 11, 22))
        print(number, flush=True)
    """
)


def this_database() -> str:
    """The test database for another process."""
    parts = urlsplit(env.text("DATABASE_URL"))
    return parts._replace(path=f"/{connection.settings_dict['NAME']}").geturl()


def test_a_killed_writer_leaves_no_lock_and_no_gap(cast: Cast) -> None:
    environment = {**os.environ, "DATABASE_URL": this_database(), "DJANGO_SETTINGS_MODULE": "portal.settings"}
    unit = cast.office.unit.pk
    for _kill in range(3):
        process = subprocess.Popen(
            [sys.executable, "-c", KILLED, str(unit)],
            cwd=ROOT,
            env=environment,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert process.stdout is not None
        told = [process.stdout.readline() for _line in range(6)]
        process.send_signal(signal.SIGKILL)
        told += process.stdout.read().splitlines()
        process.wait(10)
        process.stdout.close()
        numbers = [int(text) for text in told if text.strip().isdigit()]
        with transaction.atomic():
            _book, number = take_number(unit, FeeKind.FEE, DAY)
        # What was said was committed; one more may have been committed and not said.
        assert number - numbers[-1] in {1, 2}
        assert numbers == list(range(numbers[0], numbers[-1] + 1))


def test_fifty_notices_at_once_settle_once(attempt: Payment) -> None:
    def send(_index: int) -> str:
        return str(Client().get("/thanh-toan/vnpay/thong-bao/", notice(attempt)).json()["RspCode"])

    assert Counter(at_once(50, send)) == {"00": 1, "02": 49}
    assert Receipt.objects.count() == 1
    assert LedgerEntry.objects.filter(kind="settled").count() == 2
    assert attempt.dossier.events.filter(kind="paid").count() == 1


def test_many_payments_of_one_unit_at_once(cast: Cast) -> None:
    """Six payments with two receipts each, in one unit: no dead lock, both books without a gap."""
    payments = [
        start_payment(by=cast.citizen, code=make.both_kinds(cast).code, merchant=TMN) for _number in range(6)
    ]
    endings = at_once(6, lambda index: pay(payments[index]).ending)
    assert endings == [Ending.SETTLED] * 6
    assert sorted(ReceiptBook.objects.values_list("next_number", flat=True)) == [7, 7]
    assert [checked.findings for checked in invariants.check_all()] == [[]] * 4


def test_the_cashier_clicks_twice_and_the_citizen_pays_online_meanwhile(cast: Cast, attempt: Payment) -> None:
    cashier, key = cast.office.cashier, uuid.uuid4()
    open_shift(by=cashier, unit=cast.office.unit, opening_float=0)

    def act(index: int) -> Any:
        if index == 4:
            return pay(attempt).ending
        return collect_cash(by=cashier, code=attempt.dossier.code, tendered=200_000, client_key=key)

    results = at_once(5, act)
    cash = Payment.objects.filter(provider="cash")
    assert Receipt.objects.count() == 1
    if results[4] is Ending.SETTLED:  # the notice came first: the cashier is told that it is paid
        assert not cash.exists()
    else:
        assert results[4] is Ending.SURPLUS
        assert {row.pk for row in results[:4]} == {cash.get().pk}
    assert [checked.findings for checked in invariants.check_all()] == [[]] * 4


DIES = textwrap.dedent(
    """
    import os, signal, sys, django
    django.setup()
    from importlib import import_module
    from payments.actions import settling
    from payments.gateways import GatewayFacts, Outcome
    from payments.models import Payment

    def die(*args, **kwargs):
        os.kill(os.getpid(), signal.SIGKILL)

    point, reference = sys.argv[1:]
    if point == "before commit":
        honest = settling.issue_receipts
        settling.issue_receipts = lambda *args, **kwargs: (honest(*args, **kwargs), die())
    elif point != "after commit":
        setattr(settling if point == "post" else settling.finance, point, die)
    payment = Payment.objects.get(reference=reference)
    settling.settle(
        facts=GatewayFacts(
            "vnpay", reference, Outcome.PAID, payment.amount, "VND", payment.merchant, "14422574"
        ),
        source="ipn",
    )
    die()
    """
)


@pytest.mark.parametrize("point", ["post", "fee_paid", "before commit", "after commit"])
def test_a_worker_killed_inside_the_notice(attempt: Payment, point: str) -> None:
    """The gateway sends the notice again; whatever the first worker had done, it is paid once."""
    environment = {**os.environ, "DATABASE_URL": this_database(), "DJANGO_SETTINGS_MODULE": "portal.settings"}
    arguments = [sys.executable, "-c", DIES, point, attempt.reference]
    dead = subprocess.run(arguments, cwd=ROOT, env=environment, check=False, timeout=60)
    assert dead.returncode == -signal.SIGKILL
    again = Client().get("/thanh-toan/vnpay/thong-bao/", notice(attempt)).json()["RspCode"]
    assert again == ("02" if point == "after commit" else "00")
    assert Receipt.objects.get().number == 1
    assert [checked.findings for checked in invariants.check_all()] == [[]] * 4
