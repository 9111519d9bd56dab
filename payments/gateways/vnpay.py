"""VNPAY 2.1.0: pay, return, IPN, querydr. Rules and sources: docs/payments.md. No rows, no HTML here."""

from __future__ import annotations

import datetime
import hashlib
import hmac
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote_plus
from zoneinfo import ZoneInfo

from payments.gateways.base import (
    BadSignatureError,
    GatewayError,
    GatewayFacts,
    Order,
    Outcome,
    Query,
    RefundAnswer,
    RefundOrder,
    Report,
    Reported,
    no_report,
)

VERSION = "2.1.0"
NOT_SIGNED = {"vnp_SecureHash", "vnp_SecureHashType"}
ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
STAMP = "%Y%m%d%H%M%S"
# The order of the pipe-joined strings of the merchant API.
QUERY_FIELDS = (
    "vnp_RequestId",
    "vnp_Version",
    "vnp_Command",
    "vnp_TmnCode",
    "vnp_TxnRef",
    "vnp_TransactionDate",
    "vnp_CreateDate",
    "vnp_IpAddr",
    "vnp_OrderInfo",
)
QUERY_ANSWER_FIELDS = (
    "vnp_ResponseId",
    "vnp_Command",
    "vnp_ResponseCode",
    "vnp_Message",
    "vnp_TmnCode",
    "vnp_TxnRef",
    "vnp_Amount",
    "vnp_BankCode",
    "vnp_PayDate",
    "vnp_TransactionNo",
    "vnp_TransactionType",
    "vnp_TransactionStatus",
    "vnp_OrderInfo",
    "vnp_PromotionCode",
    "vnp_PromotionAmount",
)
REFUND_FIELDS = (
    "vnp_RequestId",
    "vnp_Version",
    "vnp_Command",
    "vnp_TmnCode",
    "vnp_TransactionType",
    "vnp_TxnRef",
    "vnp_Amount",
    "vnp_TransactionNo",
    "vnp_TransactionDate",
    "vnp_CreateBy",
    "vnp_CreateDate",
    "vnp_IpAddr",
    "vnp_OrderInfo",
)
REFUND_ANSWER_FIELDS = QUERY_ANSWER_FIELDS[:-2]
ALREADY_REFUNDED = "94"
FULL_REFUND, PARTIAL_REFUND = "02", "03"
NO_VERDICT = {"97", "99"}
PAID, NOT_COMPLETED, NOT_FOUND = "00", "01", "91"
SUSPECT_RESPONSES = {"07"}
SUSPECT_STATUSES = {"04", "07"}

Send = Callable[[str, Mapping[str, Any]], Mapping[str, str]]


def canonical(fields: Mapping[str, str]) -> str:
    """The string both hashed and sent: vnp_ fields but the hash, no empty values, sorted, form-encoded."""
    signed = sorted(
        (name, value)
        for name, value in fields.items()
        if name.startswith("vnp_") and name not in NOT_SIGNED and value != ""
    )
    return "&".join(f"{quote_plus(name)}={quote_plus(value)}" for name, value in signed)


def sign(secret: str, text: str) -> str:
    """Lower-case hex HMAC-SHA512."""
    return hmac.new(secret.encode(), text.encode(), hashlib.sha512).hexdigest()


def piped(fields: Mapping[str, str], names: tuple[str, ...]) -> str:
    """The string of the merchant API: values joined with "|", missing ones empty."""
    return "|".join(fields.get(name, "") for name in names)


def same(given: str, expected: str) -> bool:
    """Compare two signatures in constant time; anything but ASCII is different."""
    return hmac.compare_digest(given.encode(), expected.encode())


def stamp(moment: datetime.datetime) -> str:
    """yyyyMMddHHmmss in GMT+7."""
    return moment.astimezone(ZONE).strftime(STAMP)


def read_stamp(text: str) -> datetime.datetime | None:
    """The instant of a yyyyMMddHHmmss in GMT+7, None when there is none."""
    try:
        return datetime.datetime.strptime(text, STAMP).replace(tzinfo=ZONE)
    except ValueError:
        return None


def read_amount(text: str) -> int:
    """Whole VND from "VND x 100"; -1 for anything that is not that."""
    if not (text.isascii() and text.isdigit()) or int(text) % 100:
        return -1
    return int(text) // 100


def outcome_of(response: str, status: str) -> Outcome:
    """Paid needs both codes "00"; a debit that did not succeed is for a person."""
    if response == PAID and status == PAID:
        return Outcome.PAID
    if response in SUSPECT_RESPONSES or status in SUSPECT_STATUSES:
        return Outcome.SUSPECT
    return Outcome.WAITING if response == PAID and status == NOT_COMPLETED else Outcome.FAILED


@dataclass(frozen=True)
class Vnpay:
    """One merchant at VNPAY. `send` posts JSON and returns the answer, or raises GatewayError."""

    pay_url: str
    api_url: str
    tmn_code: str
    secret: str
    send: Send
    fetch_report: Report = no_report

    def start(self, order: Order) -> str:
        """The signed address of the pay page."""
        fields = {
            "vnp_Version": VERSION,
            "vnp_Command": "pay",
            "vnp_TmnCode": self.tmn_code,
            "vnp_Amount": str(order.amount * 100),
            "vnp_CreateDate": stamp(order.created_at),
            "vnp_ExpireDate": stamp(order.expires_at),
            "vnp_CurrCode": "VND",
            "vnp_IpAddr": order.ip,
            "vnp_Locale": "en" if order.language == "en" else "vn",
            "vnp_OrderInfo": order.info,
            "vnp_OrderType": "other",
            "vnp_ReturnUrl": order.return_url,
            "vnp_TxnRef": order.reference,
        }
        text = canonical(fields)
        return f"{self.pay_url}?{text}&vnp_SecureHash={sign(self.secret, text)}"

    def read(self, message: Mapping[str, str]) -> GatewayFacts:
        """The facts of a return or an IPN. Raises BadSignatureError before looking at anything."""
        if not same(message.get("vnp_SecureHash", ""), sign(self.secret, canonical(message))):
            raise BadSignatureError("vnp_SecureHash")
        outcome = outcome_of(message.get("vnp_ResponseCode", ""), message.get("vnp_TransactionStatus", ""))
        return self._facts(message, outcome)

    def ask(self, query: Query) -> GatewayFacts:
        """querydr. "Not found" is Outcome.WAITING: the payer may not have reached the pay page yet."""
        answer = self.send(self.api_url, self.query_message(query))
        if not same(answer.get("vnp_SecureHash", ""), sign(self.secret, piped(answer, QUERY_ANSWER_FIELDS))):
            raise BadSignatureError("querydr answer")
        code = answer.get("vnp_ResponseCode", "")
        if code == NOT_FOUND:
            return self._facts({**answer, "vnp_TxnRef": query.reference}, Outcome.WAITING)
        if code != PAID:
            raise GatewayError(f"querydr answered {code}")
        if answer.get("vnp_TxnRef", "") != query.reference:
            raise GatewayError("querydr answered about another order")
        return self._facts(answer, outcome_of(PAID, answer.get("vnp_TransactionStatus", "")))

    def query_message(self, query: Query) -> dict[str, str]:
        """The signed querydr request."""
        fields = {
            "vnp_RequestId": query.request_id,
            "vnp_Version": VERSION,
            "vnp_Command": "querydr",
            "vnp_TmnCode": self.tmn_code,
            "vnp_TxnRef": query.reference,
            "vnp_TransactionDate": stamp(query.created_at),
            "vnp_CreateDate": stamp(query.now),
            "vnp_IpAddr": query.ip,
            "vnp_OrderInfo": f"Tra cuu {query.reference}",
        }
        return fields | {"vnp_SecureHash": sign(self.secret, piped(fields, QUERY_FIELDS))}

    def refund(self, order: RefundOrder) -> RefundAnswer:
        """A refund. "Already requested" counts as taken: an earlier answer of ours got lost."""
        answer = self.send(self.api_url, self.refund_message(order))
        if not same(answer.get("vnp_SecureHash", ""), sign(self.secret, piped(answer, REFUND_ANSWER_FIELDS))):
            raise BadSignatureError("refund answer")
        code = answer.get("vnp_ResponseCode", "")
        if code in NO_VERDICT:
            raise GatewayError(f"refund answered {code}")
        return RefundAnswer(taken=code in {PAID, ALREADY_REFUNDED}, code=code)

    def refund_message(self, order: RefundOrder) -> dict[str, str]:
        """The signed refund request."""
        fields = {
            "vnp_RequestId": order.request_id,
            "vnp_Version": VERSION,
            "vnp_Command": "refund",
            "vnp_TmnCode": self.tmn_code,
            "vnp_TransactionType": PARTIAL_REFUND if order.partial else FULL_REFUND,
            "vnp_TxnRef": order.reference,
            "vnp_Amount": str(order.amount * 100),
            "vnp_TransactionNo": order.provider_reference or "0",
            "vnp_TransactionDate": stamp(order.created_at),
            "vnp_CreateBy": order.by,
            "vnp_CreateDate": stamp(order.now),
            "vnp_IpAddr": order.ip,
            "vnp_OrderInfo": f"Hoan tien {order.reference}",
        }
        return fields | {"vnp_SecureHash": sign(self.secret, piped(fields, REFUND_FIELDS))}

    def report(self, day: datetime.date) -> list[Reported]:
        """The list of `day`, from the address the configuration names; raises GatewayError without one."""
        return self.fetch_report(day)

    @staticmethod
    def _facts(message: Mapping[str, str], outcome: Outcome) -> GatewayFacts:
        return GatewayFacts(
            provider="vnpay",
            reference=message.get("vnp_TxnRef", ""),
            outcome=outcome,
            amount=read_amount(message.get("vnp_Amount", "")),
            currency=message.get("vnp_CurrCode") or "VND",
            merchant=message.get("vnp_TmnCode", ""),
            provider_reference=message.get("vnp_TransactionNo", ""),
            paid_at=read_stamp(message.get("vnp_PayDate", "")),
            bank=message.get("vnp_BankCode", ""),
            code=message.get("vnp_ResponseCode", ""),
            raw={name: value for name, value in message.items() if name not in NOT_SIGNED},
        )
