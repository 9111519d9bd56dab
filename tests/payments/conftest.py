"""What the tests of money share: a dossier that owes, a gateway that says what it is told, a real simulator."""

from __future__ import annotations

import dataclasses
import json
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from dossiers.models import Dossier
from payments.actions.checkout import start_payment
from payments.actions.settling import Settlement, settle
from payments.gateways import GatewayFacts, Outcome
from payments.models import Payment
from tests.cast import Cast
from tests.payments import make

ROOT = Path(__file__).resolve().parents[2]
TMN, SECRET, PARTNER = "TESTTMN1", "a-secret-for-tests", "TESTPARTNER"
FEE = 100_000


@pytest.fixture(autouse=True)
def merchant(settings: Any) -> None:
    """A merchant whose gateway nobody answers at, unless a test starts one."""
    settings.VNPAY_TMN_CODE, settings.VNPAY_SECRET = TMN, SECRET
    settings.VNPAY_PAY_URL = "http://127.0.0.1:9/paymentv2/vpcpay.html"
    settings.VNPAY_API_URL = "http://127.0.0.1:9/merchant_webapi/api/transaction"
    settings.NATIONAL_PAY_URL = settings.NATIONAL_PAY_PARTNER = settings.NATIONAL_PAY_SECRET = ""


@pytest.fixture
def owing(cast: Cast) -> Dossier:
    """A household-business dossier of the citizen, accepted: lệ phí of 100,000 VND due."""
    return make.owing(cast)


@pytest.fixture
def attempt(cast: Cast, owing: Dossier) -> Payment:
    """An open attempt at VNPAY."""
    return start_payment(by=cast.citizen, code=owing.code, merchant=TMN)


def facts_of(payment: Payment, **changes: Any) -> GatewayFacts:
    """What the gateway says of a paid attempt, with changes."""
    facts = GatewayFacts(
        provider="vnpay",
        reference=payment.reference,
        outcome=Outcome.PAID,
        amount=payment.amount,
        currency="VND",
        merchant=TMN,
        provider_reference=f"9{payment.pk:07d}",
        paid_at=payment.created_at,
        bank="NCB",
        code="00",
    )
    return dataclasses.replace(facts, **changes)


def pay(payment: Payment, source: str = "ipn", **changes: Any) -> Settlement:
    """Settle with the facts of `facts_of`."""
    return settle(facts=facts_of(payment, **changes), source=source)


class Simulator:
    """A running `python -m payments.simulator`."""

    def __init__(self, url: str) -> None:
        self.url = url

    def control(self, command: str = "", **values: Any) -> dict[str, Any]:
        """One command of /control; without a command, its state."""
        data = json.dumps(values).encode() if command else None
        path = f"{self.url}/control/{command}" if command else f"{self.url}/control"
        with urllib.request.urlopen(path, data, timeout=60) as answer:  # noqa: S310 - loopback
            return dict(json.loads(answer.read()))

    def order(self, reference: str) -> dict[str, Any]:
        """One order as the gateway sees it."""
        return next(row for row in self.control()["orders"] if row["reference"] == reference)

    def settled(self) -> list[tuple[str, int]]:
        """The gateway's own report."""
        return [(row["reference"], row["amount"]) for row in self.control()["settled"]]


@pytest.fixture
def simulator(live_server: Any, settings: Any, tmp_path: Path) -> Iterator[Simulator]:
    """The gateway as a process of its own, wired to the live server both ways."""
    notices = f"{live_server.url}/thanh-toan/vnpay/thong-bao/"
    merchant_of = ["--tmn-code", TMN, "--secret", SECRET, "--ipn-url", notices]
    national = ["--national-partner", PARTNER, "--national-secret", SECRET]
    national += ["--national-notice-url", f"{live_server.url}/thanh-toan/quoc-gia/thong-bao/"]
    national += ["--national-return-url", f"{live_server.url}/thanh-toan/quoc-gia/ket-qua/"]
    pace = ["--ipn-pause", "0.3", "--ipn-tries", "4", "--data-dir", str(tmp_path / "gateway")]
    process = subprocess.Popen(
        [sys.executable, "-m", "payments.simulator", "--port", "0", *merchant_of, *national, *pace],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    url = process.stdout.readline().split()[-1]
    settings.VNPAY_PAY_URL = f"{url}/paymentv2/vpcpay.html"
    settings.VNPAY_API_URL = f"{url}/merchant_webapi/api/transaction"
    settings.NATIONAL_PAY_URL = f"{url}/quoc-gia/api"
    settings.NATIONAL_PAY_PARTNER, settings.NATIONAL_PAY_SECRET = PARTNER, SECRET
    yield Simulator(url)
    process.terminate()
    process.wait(10)
    process.stdout.close()


def eventually(holds: Any, seconds: float = 10.0) -> None:
    """Wait until `holds()`; fails after `seconds`."""
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.05)
