"""The VNPAY adapter: published vectors, the codes, and that no byte of a message can be changed unseen."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from urllib.parse import parse_qsl, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from payments.gateways import BadSignatureError, GatewayError, Order, Outcome, Query
from payments.gateways.vnpay import (
    QUERY_ANSWER_FIELDS,
    QUERY_FIELDS,
    Vnpay,
    canonical,
    piped,
    read_amount,
    read_stamp,
    sign,
)
from payments.simulator import protocol

SECRET = "test_secret"
HEAD = (
    "vnp_Amount=1000000&vnp_BankCode=NCB&vnp_BankTranNo=VNP14422574&vnp_CardType=ATM&vnp_OrderInfo=Thanh+toan+don"
    "+hang+2024-05-21T02%3A17%3A31.249Z&vnp_PayDate=20240521091806&vnp_ResponseCode="
)
TAIL = (
    "&vnp_TmnCode=TEST_TMN_CODE&vnp_TransactionNo=14422574&vnp_TransactionStatus=00&vnp_TxnRef=1716257871703"
)
# Two hashes published in the tests of the npm package vnpay 2.5.0, for response codes 00 and 99.
PUBLISHED = {
    "00": "649982421beb422556a1374713c74e58e716ecbd05007c0c0e1f7effdfaf361d"
    "bf146889ca446139afe11b9954c4d5c486e99e3b86fcfab6957f29eb0be72895",
    "99": "503194f6d93b57b357b2d1d09742565e67e86d771352c5dca4fc8d39df3d392c"
    "6b3809add9405f97cfb9631f445e36c80656cfbf47eac67d97fa165865c13e1b",
}
# Computed from the published rule (the order of the pipe-joined fields).
QUERYDR = (
    "REQUEST123456|2.1.0|querydr|TEST_TMN_CODE|TXN123456789|20231221103000|20231221103000|127.0.0.1"
    "|Test order query"
)
QUERYDR_HASH = (
    "ac23f7e0db3fc8bc6dc83350725b891aa921ec7a83d1a370978d314457eeda17"
    "6ff26a87bd4e13dc896c24890238b29fadf033080a07aa52abafa830cd2eb565"
)
REFUND = (
    "REFUND123456|2.1.0|refund|TEST_TMN_CODE|02|TXN123456789|1000000|14422574|20231221103000|merchant_user"
    "|20231221103000|127.0.0.1|Test refund order"
)
REFUND_HASH = (
    "1b0d3f82bc64cda12af250a284e72895b965ad745fef5a5b4f2b0ab50142e008"
    "9598fd9fd28e73d1c4ede96932996c3b08b4e9ab8a02fa5e88ecc555afba9a33"
)


def nobody(url: str, message: Mapping[str, str]) -> Mapping[str, str]:
    raise GatewayError("nobody there")


MERCHANT = Vnpay("https://gateway/pay", "https://gateway/api", "TEST_TMN_CODE", SECRET, nobody)


def message(code: str = "00", **changes: str) -> dict[str, str]:
    """A published message with its hash."""
    fields = dict(parse_qsl(f"{HEAD}{code}{TAIL}"))
    return {**fields, "vnp_SecureHash": PUBLISHED[code], **changes}


@pytest.mark.parametrize("code", PUBLISHED)
def test_published_hashes(code: str) -> None:
    fields = message(code)
    assert canonical(fields) == f"{HEAD}{code}{TAIL}"
    assert sign(SECRET, canonical(fields)) == PUBLISHED[code]
    assert protocol.query_is_signed(fields, SECRET), "the simulator's own code agrees"


def test_merchant_api_hashes() -> None:
    values = QUERYDR.split("|")
    fields = dict(zip(QUERY_FIELDS, values, strict=True))
    assert piped(fields, QUERY_FIELDS) == QUERYDR
    assert sign(SECRET, QUERYDR) == QUERYDR_HASH
    assert protocol.digest(SECRET, protocol.pipe(fields, protocol.QUERYDR)) == QUERYDR_HASH
    refund = dict(
        zip(
            [f"vnp_{name}" for name in protocol.REFUND.split("|")],
            REFUND.split("|"),
            strict=True,
        )
    )
    assert protocol.digest(SECRET, protocol.pipe(refund, protocol.REFUND)) == REFUND_HASH


def test_reading_a_paid_notice() -> None:
    facts = MERCHANT.read(message())
    assert (facts.outcome, facts.amount, facts.currency) == (Outcome.PAID, 10_000, "VND")
    assert (facts.reference, facts.provider_reference) == ("1716257871703", "14422574")
    assert facts.merchant == "TEST_TMN_CODE"
    assert facts.paid_at == datetime.datetime(2024, 5, 21, 2, 18, 6, tzinfo=datetime.UTC)


def test_a_failed_notice_is_not_paid() -> None:
    assert MERCHANT.read(message("99")).outcome is Outcome.FAILED


@given(st.data())
def test_every_single_byte_change_is_refused(data: st.DataObject) -> None:
    fields = message()
    name = data.draw(st.sampled_from(sorted(fields)))
    position = data.draw(st.integers(0, len(fields[name]) - 1))
    other = data.draw(st.characters(min_codepoint=33, max_codepoint=126))
    if fields[name][position] == other:
        return
    fields[name] = fields[name][:position] + other + fields[name][position + 1 :]
    with pytest.raises(BadSignatureError):
        MERCHANT.read(fields)


@given(st.sampled_from(sorted(message())))
def test_a_missing_or_empty_field_is_refused(name: str) -> None:
    for fields in ({key: value for key, value in message().items() if key != name}, message(**{name: ""})):
        with pytest.raises(BadSignatureError):
            MERCHANT.read(fields)


@pytest.mark.parametrize("change", [{"vnp_Extra": "1"}, {"vnp_TxnRef ": "x"}, {"vnp_SecureHash": "ồ"}])
def test_an_added_field_or_a_strange_hash_is_refused(change: dict[str, str]) -> None:
    with pytest.raises(BadSignatureError):
        MERCHANT.read(message(**change))


@pytest.mark.parametrize(
    ("response", "status", "outcome"),
    [
        ("00", "00", Outcome.PAID),
        ("00", "01", Outcome.WAITING),
        ("00", "02", Outcome.FAILED),
        ("24", "02", Outcome.FAILED),
        ("51", "00", Outcome.FAILED),
        ("07", "00", Outcome.SUSPECT),
        ("00", "04", Outcome.SUSPECT),
        ("00", "07", Outcome.SUSPECT),
        ("", "", Outcome.FAILED),
    ],
)
def test_codes(response: str, status: str, outcome: Outcome) -> None:
    fields = {"vnp_ResponseCode": response, "vnp_TransactionStatus": status, "vnp_TxnRef": "1"}
    fields["vnp_SecureHash"] = sign(SECRET, canonical(fields))
    assert MERCHANT.read(fields).outcome is outcome


@pytest.mark.parametrize("text", ["", "abc", "-100", "1.5", "150", "１００"])
def test_an_amount_that_is_none_fits_nothing(text: str) -> None:
    assert read_amount(text) == -1


def test_a_bad_time_is_no_time() -> None:
    assert read_stamp("20241332000000") is None
    assert read_stamp("") is None


ORDER = Order(
    reference="H2601T1",
    amount=100_000,
    info="Nop phi le phi ho so H26.01-261122-0001",
    created_at=datetime.datetime(2026, 11, 22, 18, 30, tzinfo=datetime.UTC),
    expires_at=datetime.datetime(2026, 11, 22, 18, 45, tzinfo=datetime.UTC),
    return_url="https://portal.example/thanh-toan/vnpay/ket-qua/",
    ip="127.0.0.1",
)


def test_the_pay_address_is_what_the_gateway_accepts() -> None:
    fields = dict(parse_qsl(urlsplit(MERCHANT.start(ORDER)).query))
    assert protocol.problem_of(fields, "TEST_TMN_CODE", SECRET) == ""
    assert fields["vnp_Amount"] == "10000000"
    assert fields["vnp_CreateDate"] == "20261123013000", "GMT+7, already the next day"
    assert "vnp_SecureHashType" not in fields


def answering(**changes: str) -> Vnpay:
    """A merchant whose gateway answers querydr, signed, with changes."""
    answer = {
        "vnp_ResponseCode": "00",
        "vnp_TmnCode": "TEST_TMN_CODE",
        "vnp_TxnRef": "H2601T1",
        "vnp_Amount": "10000000",
        "vnp_TransactionNo": "77",
        "vnp_TransactionStatus": "00",
        **changes,
    }
    answer["vnp_SecureHash"] = sign(SECRET, piped(answer, QUERY_ANSWER_FIELDS))
    return Vnpay("", "https://gateway/api", "TEST_TMN_CODE", SECRET, lambda _url, _message: answer)


QUESTION = Query("H2601T1", ORDER.created_at, ORDER.expires_at, request_id="r1")


def test_asking() -> None:
    facts = answering().ask(QUESTION)
    assert (facts.outcome, facts.amount) == (Outcome.PAID, 100_000)
    assert answering(vnp_ResponseCode="91", vnp_Amount="").ask(QUESTION).outcome is Outcome.WAITING


@pytest.mark.parametrize(
    "changes", [{"vnp_ResponseCode": "99"}, {"vnp_ResponseCode": "97"}, {"vnp_TxnRef": "OTHER"}]
)
def test_an_answer_that_says_nothing_is_an_error(changes: dict[str, str]) -> None:
    with pytest.raises(GatewayError):
        answering(**changes).ask(QUESTION)


def test_a_forged_answer_is_refused() -> None:
    honest = answering().send("", {})
    forger = Vnpay("", "", "TEST_TMN_CODE", SECRET, lambda _url, _message: {**honest, "vnp_Amount": "1"})
    with pytest.raises(BadSignatureError):
        forger.ask(QUESTION)
