"""The daily summary: everything once, sent until answered, three working days after a failure."""

from __future__ import annotations

import datetime
import json
import subprocess
import sys
import urllib.request
import uuid
from collections.abc import Iterator
from typing import Any

import pytest
from django.http import Http404
from django.test import Client
from django.urls import reverse
from lxml import etree

from dossiers.models import Dossier
from dossiers.workflow import ActionError
from payments.actions.corrections import ask_cancellation, decide_correction
from payments.actions.desk import collect_cash, open_shift
from payments.actions.tax import hand_in, make_summary, send_again, waiting_units
from payments.models import PaymentIncident, Receipt, TaxLine, TaxState, TaxSummary
from payments.tasks import make_tax_summaries, send_tax_summaries
from portal.lib import clock
from portal.signing import adapter
from tests.cast import Cast
from tests.dossiers.test_two_at_once import at_once
from tests.payments.conftest import ROOT

pytestmark = pytest.mark.django_db
TOKEN = "a-token-for-tests"


@pytest.fixture
def receipt(cast: Cast, owing: Dossier) -> Receipt:
    """A receipt of 100,000 VND taken in cash."""
    open_shift(by=cast.office.cashier, unit=cast.office.unit, opening_float=0)
    collect_cash(by=cast.office.cashier, code=owing.code, tendered=100_000, client_key=uuid.uuid4())
    return Receipt.objects.get()


@pytest.fixture
def summary(cast: Cast, receipt: Receipt) -> TaxSummary:
    made = make_summary(unit_id=cast.office.unit.pk, day=clock.today())
    assert made is not None
    return made


class Authority:
    """A running `python -m payments.simulator.tax`."""

    def __init__(self, url: str) -> None:
        self.url = url

    def mode(self, mode: str) -> None:
        data = json.dumps({"mode": mode}).encode()
        urllib.request.urlopen(f"{self.url}/control/mode", data, timeout=30).close()  # noqa: S310 - loopback

    def taken(self) -> dict[str, Any]:
        with urllib.request.urlopen(f"{self.url}/control", timeout=30) as answer:  # noqa: S310 - loopback
            return dict(json.loads(answer.read())["taken"])


@pytest.fixture
def tax(settings: Any) -> Iterator[Authority]:
    """The tax authority as a process of its own."""
    process = subprocess.Popen(
        [sys.executable, "-m", "payments.simulator.tax", "--port", "0", "--token", TOKEN],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    url = process.stdout.readline().split()[-1]
    settings.TAX_URL, settings.TAX_TOKEN = f"{url}/summaries", TOKEN
    yield Authority(url)
    process.terminate()
    process.wait(10)
    process.stdout.close()


def test_everything_is_told_once(cast: Cast, receipt: Receipt, summary: TaxSummary) -> None:
    assert (summary.count, summary.total, summary.part) == (1, 100_000, 1)
    assert make_summary(unit_id=cast.office.unit.pk, day=clock.today()) is None
    assert waiting_units(clock.today()) == []
    asked = ask_cancellation(by=cast.office.cashier, token=receipt.document.token, reason="Thu nhầm")
    decide_correction(by=cast.office.head, token=receipt.document.token, correction_id=asked.pk, approve=True)
    assert waiting_units(clock.today()) == [cast.office.unit.pk]
    second = make_summary(unit_id=cast.office.unit.pk, day=clock.today())
    assert second is not None
    assert (second.part, second.count, second.total) == (2, 1, -100_000)
    root = etree.fromstring(second.xml.encode())
    assert root.findtext(".//BLai/TTBLai") == "hủy"
    assert root.findtext(".//BLai/LDo") == "Thu nhầm"
    seal = adapter().xml_seal(second.xml.encode())
    assert seal is not None
    assert seal.intact


def test_nothing_of_tomorrow(cast: Cast, receipt: Receipt) -> None:
    yesterday = clock.today() - datetime.timedelta(days=1)
    assert make_summary(unit_id=cast.office.unit.pk, day=yesterday) is None
    assert make_summary(unit_id=cast.other_office.unit.pk, day=clock.today()) is None


@pytest.mark.django_db(transaction=True)
def test_eight_makers_at_once_make_one(cast: Cast, receipt: Receipt) -> None:
    outcomes = at_once(8, lambda _n: make_summary(unit_id=cast.office.unit.pk, day=clock.today()))
    assert sum(one is not None for one in outcomes) == 1
    assert TaxSummary.objects.count() == TaxLine.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_lost_answer_is_asked_for_again(cast: Cast, summary: TaxSummary, tax: Authority) -> None:
    tax.mode("lose")
    assert send_tax_summaries() == 1
    summary.refresh_from_db()
    assert summary.state == TaxState.WAITING
    assert summary.failed_since is not None
    assert summary.late_at is not None
    assert summary.late_at > summary.failed_since
    assert PaymentIncident.objects.filter(kind="tax").count() == 1
    assert send_tax_summaries() == 0  # not before its next time
    tax.mode("up")
    send_again(by=cast.office.cashier, summary_id=summary.pk)
    assert send_tax_summaries() == 1
    summary.refresh_from_db()
    assert (summary.state, summary.code) == (TaxState.SENT, "T00000001")
    [taken] = tax.taken().values()
    assert (taken["times"], taken["sha256"]) == (2, summary.sha256)


@pytest.mark.django_db(transaction=True)
def test_three_working_days_and_then_a_person_again(cast: Cast, summary: TaxSummary, tax: Authority) -> None:
    tax.mode("down")
    send_tax_summaries()
    summary.refresh_from_db()
    assert summary.late_at is not None
    with clock.at(summary.late_at + datetime.timedelta(minutes=1)):
        send_tax_summaries()
        send_tax_summaries()
    assert sorted(PaymentIncident.objects.values_list("facts__note", flat=True)) == ["failed", "late"]


@pytest.mark.django_db(transaction=True)
def test_a_refusal_is_a_work_item_with_its_words(cast: Cast, summary: TaxSummary, tax: Authority) -> None:
    tax.mode("refuse")
    send_tax_summaries()
    summary.refresh_from_db()
    assert (summary.state, summary.code) == (TaxState.REFUSED, "MST không tồn tại")
    assert PaymentIncident.objects.get(kind="tax").facts["code"] == "MST không tồn tại"
    assert send_tax_summaries() == 0


def test_without_a_service_a_person_hands_it_in(cast: Cast, summary: TaxSummary, client: Client) -> None:
    assert send_tax_summaries() == 1
    summary.refresh_from_db()
    assert (summary.state, summary.failed_since) == (TaxState.WAITING, None)
    with pytest.raises(ActionError):
        hand_in(by=cast.office.cashier, summary_id=summary.pk, code=" ")
    with pytest.raises(Http404):
        hand_in(by=cast.other_office.cashier, summary_id=summary.pk, code="1")
    client.force_login(cast.office.cashier)
    address = reverse("payments:summary", args=[summary.pk])
    assert client.post(address, {"code": ""}).status_code == 422
    assert "Chưa kết nối" in client.get(reverse("payments:summaries"), {"tab": "open"}).content.decode()
    assert client.get(reverse("payments:summary-data", args=[summary.pk])).content.decode() == summary.xml
    assert client.post(address, {"code": "CT-77"}).status_code == 302
    done = hand_in(by=cast.office.cashier, summary_id=summary.pk, code="other")
    assert (done.state, done.code, done.handed_by) == (TaxState.BY_HAND, "CT-77", cast.office.cashier)
    assert send_again(by=cast.office.cashier, summary_id=summary.pk).state == TaxState.BY_HAND


def test_the_evening_sums_up_the_day_and_the_night_the_rest(cast: Cast, receipt: Receipt) -> None:
    local = receipt.issued_at.astimezone(datetime.timezone(datetime.timedelta(hours=7)))
    noon, evening = local.replace(hour=12, minute=0), local.replace(hour=21, minute=30)
    with clock.at(noon):
        assert make_tax_summaries() == 0
    with clock.at(evening):
        assert make_tax_summaries() == 1
        assert make_tax_summaries() == 0
