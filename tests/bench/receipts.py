"""Receipts a second: numbering alone, the PDF beside WeasyPrint's own minimal page, the whole receipt; 100 kills.

    bin/test tests/bench/receipts.py -s -n 0          # PORTAL_BENCH_KILLS=5 for a quick look

Not collected with the tests: nothing here is asserted but what must hold whatever the speed (no gap, no double).
CPU seconds are this process's own, so other work on the machine shifts them little; ratios come from one run.
"""

from __future__ import annotations

import os
import signal
import statistics
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection, transaction

from dossiers.documents.enclosures import enclosures_of
from dossiers.documents.rendering import print_context, signed_bytes, signers_of
from dossiers.models import Document, DocumentKind
from payments.actions.checkout import start_payment
from payments.actions.receipts import take_number
from payments.models import Receipt, ReceiptBook
from portal.lib.pdf import render
from portal.signing import adapter
from procedures.models import FeeKind
from tests.cast import Cast
from tests.payments import make
from tests.payments.conftest import ROOT, TMN, merchant, pay  # noqa: F401 - a fixture
from tests.payments.test_at_once import DAY, KILLED, this_database

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("merchant"),
    pytest.mark.timeout(0),
]

WRITERS, SECONDS, RECEIPTS = 16, 5, 30
KILLS = int(os.environ.get("PORTAL_BENCH_KILLS", "100"))
MINIMAL = "<!doctype html><html lang=vi><title>Một dòng</title><p>Một dòng chữ.</p></html>"
WRITER = textwrap.dedent(
    """
    import datetime, sys, time, django
    django.setup()
    from django.db import transaction
    from payments.actions.receipts import take_number
    unit, seconds = int(sys.argv[1]), float(sys.argv[2])
    print("ready", flush=True)
    sys.stdin.readline()
    end, count = time.monotonic() + seconds, 0
    while time.monotonic() < end:
        with transaction.atomic():
            take_number(unit, "phi", datetime.date(2026, 11, 22))
        count += 1
    print(count, flush=True)
    """
)


def _process(script: str, *arguments: Any) -> subprocess.Popen[str]:
    environment = {**os.environ, "DATABASE_URL": this_database(), "DJANGO_SETTINGS_MODULE": "portal.settings"}
    command = [sys.executable, "-c", script, *map(str, arguments)]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    return subprocess.Popen(command, cwd=ROOT, env=environment, text=True, **pipes)


def test_numbering(cast: Cast) -> None:
    """Sixteen processes on one hot series."""
    unit = cast.office.unit.pk
    with transaction.atomic():
        first = take_number(unit, FeeKind.FEE, DAY)[1] + 1
    writers = [_process(WRITER, unit, SECONDS) for _writer in range(WRITERS)]
    for writer in writers:
        assert writer.stdout is not None
        writer.stdout.readline()
    for writer in writers:
        assert writer.stdin is not None
        writer.stdin.write("\n")
        writer.stdin.flush()
    taken = sum(int(writer.communicate()[0]) for writer in writers)
    assert ReceiptBook.objects.get(kind=FeeKind.FEE).next_number == first + taken
    print(f"\nnumbering: {taken / SECONDS:,.0f} a second, {WRITERS} processes on one series, no gap")
    _plain_counter(unit)


def _plain_counter(unit: int) -> None:
    """What the server itself gives one connection: the same UPDATE without the portal."""
    table, began, count = ReceiptBook._meta.db_table, time.monotonic(), 0
    with connection.cursor() as cursor:
        while time.monotonic() - began < 2:
            cursor.execute(f"UPDATE {table} SET next_number = next_number + 1 WHERE unit_id = %s", [unit])  # noqa: S608
            count += 1
    print(f"  beside it: {count / 2:,.0f} bare UPDATEs a second on one connection")


def test_kills(cast: Cast) -> None:
    """Writers killed in the middle leave no gap, no double and no lock."""
    unit, lost = cast.office.unit.pk, 0
    for _kill in range(KILLS):
        process = _process(KILLED, unit)
        assert process.stdout is not None
        told = [process.stdout.readline() for _line in range(4)]
        process.send_signal(signal.SIGKILL)
        told += process.stdout.read().splitlines()
        process.wait(10)
        numbers = [int(text) for text in told if text.strip().isdigit()]
        assert numbers == list(range(numbers[0], numbers[-1] + 1))
        with transaction.atomic():
            _book, number = take_number(unit, FeeKind.FEE, DAY)
        lost += number - numbers[-1] not in {1, 2}
    assert not lost
    print(f"\nkills: {KILLS}, gaps and doubles: {lost}")


def _cpu(work: Callable[[Any], Any], over: list[Any]) -> list[float]:
    """CPU seconds of each piece of work."""
    found = []
    for each in over:
        before = time.process_time()
        work(each)
        found.append(time.process_time() - before)
    return found


def test_whole_receipts(cast: Cast) -> None:
    """The PDF unsigned, the whole of it (XML and its signature, PDF/A-3, the seal), and WeasyPrint's minimal page."""
    from weasyprint import HTML

    for _number in range(RECEIPTS):
        pay(start_payment(by=cast.citizen, code=make.owing(cast).code, merchant=TMN))
    documents = list(
        Document.objects.filter(kind=DocumentKind.RECEIPT).select_related("dossier", "unit__parent")
    )
    assert len(documents) == Receipt.objects.count() >= RECEIPTS
    signing, sizes = adapter(), {"unsigned": [0], "whole": [0]}

    def plain(document: Document) -> None:
        names = [signing.name_of(signer) for signer in signers_of(document)]
        data = render(document.template, print_context(document, names), title=document.title)
        sizes["unsigned"].append(len(data))

    def whole(document: Document) -> None:
        sizes["whole"].append(len(signed_bytes(document)[0]))

    kinds: list[tuple[str, Callable[[Any], Any]]] = [
        ("WeasyPrint's minimal page", lambda _each: HTML(string=MINIMAL).write_pdf()),
        ("receipt, PDF only", plain),
        ("receipt, XML data part with its signature", lambda each: enclosures_of(each, signing)),
        ("receipt, all of it, signed", whole),
    ]
    medians = {}
    for name, work in kinds:
        work(documents[0])  # warm
        medians[name] = statistics.median(_cpu(work, documents))
    base = medians["WeasyPrint's minimal page"]
    print()
    for name, seconds in medians.items():
        print(
            f"{name:44} {seconds * 1000:6.1f} ms CPU  {1 / seconds:6.1f} a second and core  {seconds / base:5.2f}x"
        )
    for name, found in sizes.items():
        print(f"{name:44} {max(found) / 1024:6.1f} KB")
