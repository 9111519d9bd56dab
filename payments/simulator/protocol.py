"""VNPAY 2.1.0 as the gateway sees it: reading requests, signing answers."""

from __future__ import annotations

import datetime
import hashlib
import hmac
from urllib.parse import urlencode

GMT7 = datetime.timezone(datetime.timedelta(hours=7))

QUERYDR = "RequestId|Version|Command|TmnCode|TxnRef|TransactionDate|CreateDate|IpAddr|OrderInfo"
REFUND = (
    "RequestId|Version|Command|TmnCode|TransactionType|TxnRef|Amount|TransactionNo|TransactionDate|CreateBy"
    "|CreateDate|IpAddr|OrderInfo"
)
QUERYDR_ANSWER = (
    "ResponseId|Command|ResponseCode|Message|TmnCode|TxnRef|Amount|BankCode|PayDate|TransactionNo"
    "|TransactionType|TransactionStatus|OrderInfo|PromotionCode|PromotionAmount"
)
REFUND_ANSWER = (
    "ResponseId|Command|ResponseCode|Message|TmnCode|TxnRef|Amount|BankCode|PayDate|TransactionNo"
    "|TransactionType|TransactionStatus|OrderInfo"
)
PAY_FIELDS = (
    "vnp_Version",
    "vnp_Command",
    "vnp_TmnCode",
    "vnp_Amount",
    "vnp_CreateDate",
    "vnp_CurrCode",
    "vnp_IpAddr",
    "vnp_Locale",
    "vnp_OrderInfo",
    "vnp_OrderType",
    "vnp_ReturnUrl",
    "vnp_TxnRef",
    "vnp_SecureHash",
)


def digest(secret: str, text: str) -> str:
    """HMAC-SHA512 in lower-case hex."""
    return hmac.new(secret.encode("utf-8"), text.encode("utf-8"), "sha512").hexdigest()


def query_string(fields: dict[str, str]) -> str:
    """What is hashed in a pay request, a return and an IPN."""
    left_out = ("vnp_SecureHash", "vnp_SecureHashType")
    return urlencode([(key, fields[key]) for key in sorted(fields) if key not in left_out and fields[key]])


def with_hash(fields: dict[str, str], secret: str) -> str:
    """A signed query string."""
    text = query_string(fields)
    return f"{text}&vnp_SecureHash={digest(secret, text)}"


def query_is_signed(fields: dict[str, str], secret: str) -> bool:
    """Whether a pay request carries the right hash."""
    vnp = {key: value for key, value in fields.items() if key.startswith("vnp_")}
    return hmac.compare_digest(
        fields.get("vnp_SecureHash", "").encode(), digest(secret, query_string(vnp)).encode()
    )


def pipe(fields: dict[str, str], order: str) -> str:
    """The string of the merchant API."""
    return "|".join(str(fields.get(f"vnp_{name}", "")) for name in order.split("|"))


def message_is_signed(fields: dict[str, str], order: str, secret: str) -> bool:
    """Whether an API request carries the right hash."""
    return hmac.compare_digest(
        str(fields.get("vnp_SecureHash", "")).encode(), digest(secret, pipe(fields, order)).encode()
    )


def now_stamp() -> str:
    """yyyyMMddHHmmss in GMT+7."""
    return datetime.datetime.now(GMT7).strftime("%Y%m%d%H%M%S")


def problem_of(fields: dict[str, str], tmn_code: str, secret: str) -> str:
    """Why a pay request is refused: a VNPAY code, or empty. 70 signature, 72 merchant, 03 format."""
    if any(not fields.get(name) for name in PAY_FIELDS):
        return "03"
    if fields["vnp_TmnCode"] != tmn_code:
        return "72"
    if not query_is_signed(fields, secret):
        return "70"
    good = (
        fields["vnp_Version"] == "2.1.0"
        and fields["vnp_Command"] == "pay"
        and fields["vnp_Amount"].isdigit()
        and len(fields["vnp_Amount"]) <= 12
        and fields["vnp_CurrCode"] == "VND"
        and fields["vnp_ReturnUrl"].startswith(("http://", "https://"))
    )
    return "" if good else "03"


def request_id(*parts: str) -> str:
    """An identifier for an answer."""
    return hashlib.sha256("|".join((*parts, now_stamp())).encode()).hexdigest()[:32]
