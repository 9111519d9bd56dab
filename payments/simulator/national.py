"""The national payment platform, protocol 1.0.6, as the platform sees it: INIT, QUERY, result notices.

An order of this protocol lies in the same store; its own fields are under "national". What of the protocol is
assumed is the same as in docs/payments.md.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import urllib.request
from dataclasses import dataclass
from typing import Any

INIT = "LoaiBanTin PhienBan MaDoiTac MaThamChieu SoTien LoaiHinhThanhToan MaKenhThanhToan MaThietBi NgonNgu"
INIT += " MaTienTe MaNganHang ThongTinGiaoDich ThoiGianGD Ip"
INIT_ANSWER = "LoaiBanTin MaLoi MaDoiTac MaThamChieu UrlThanhToan"
QUERY = "LoaiBanTin PhienBan MaDoiTac MaThamChieu ThoiGianGD"
RESULT = (
    "LoaiBanTin MaLoi MaDoiTac MaThamChieu SoTien MaTienTe MaGiaoDich MaNganHang ThoiGianGD ThongTinGiaoDich"
)
# What an order's state here is called in a result: 00 paid, 01 open, 07 suspected, 24 cancelled, 99 failed.
CODES = {"01": "01", "00": "00", "05": "00", "07": "07"}


def mac(secret: str, message: dict[str, Any], fields: str) -> str:
    """SHA-256 in lower-case hex over the fields and the secret, joined with "|"."""
    values = [str(message.get(name, "")) for name in fields.split()] + [secret]
    return hashlib.sha256("|".join(values).encode("utf-8")).hexdigest()


@dataclass
class Platform:
    """A partner's side of the platform."""

    partner: str
    secret: str
    notice_url: str
    return_url: str

    def is_signed(self, message: dict[str, Any], fields: str) -> bool:
        """Whether a request carries the right MaXacThuc."""
        given = str(message.get("MaXacThuc", ""))
        return hmac.compare_digest(given.encode(), mac(self.secret, message, fields).encode())

    def problem_of(self, message: dict[str, Any]) -> str:
        """Why an INIT is refused: 02 partner, 97 signature, 03 format; empty when it is not."""
        if message.get("MaDoiTac") != self.partner:
            return "02"
        if not self.is_signed(message, INIT):
            return "97"
        amount = str(message.get("SoTien", ""))
        bill = message.get("ThongTinBienLai")
        good = (
            message.get("PhienBan") == "1.0.6"
            and amount.isdigit()
            and int(amount) > 0
            and message.get("MaTienTe") == "VND"
            and str(message.get("MaThamChieu", "")).isalnum()
            and isinstance(bill, dict)
            and sum(int(fee["SoTien"]) for fee in bill.get("PhiLePhi", [])) == int(amount)
        )
        return "" if good else "03"

    def order_fields(self, message: dict[str, Any]) -> dict[str, Any]:
        """An INIT as the store keeps orders."""
        return {
            "vnp_TxnRef": message["MaThamChieu"],
            "vnp_Amount": str(int(message["SoTien"]) * 100),
            "vnp_OrderInfo": str(message.get("ThongTinGiaoDich", "")),
            "vnp_Locale": "vn",
            "vnp_ReturnUrl": self.return_url,
            "vnp_ExpireDate": "",
            "national": {name: message.get(name, "") for name in INIT.split()},
        }

    def result(self, order: dict[str, Any], switches: Any, **overrides: str) -> dict[str, str]:
        """The signed result of an order, under the switches."""
        found = {
            "LoaiBanTin": "RESULT",
            "MaLoi": CODES.get(order["status"]) or order["response_code"] or "99",
            "MaDoiTac": switches.merchant or self.partner,
            "MaThamChieu": order["reference"],
            "SoTien": str(int(order["fields"]["vnp_Amount"]) // 100 + switches.amount_off),
            "MaTienTe": switches.currency or "VND",
            "MaGiaoDich": order["transaction_no"],
            "MaNganHang": order["bank"],
            "ThoiGianGD": order["pay_date"],
            "ThongTinGiaoDich": order["fields"]["vnp_OrderInfo"],
        } | overrides
        secret = f"{self.secret}-forged" if switches.forge else self.secret
        return found | {"MaXacThuc": mac(secret, found, RESULT)}

    def init_answer(self, reference: str, code: str, url: str) -> dict[str, str]:
        """The signed answer to an INIT."""
        found = {
            "LoaiBanTin": "INIT",
            "MaLoi": code,
            "MaDoiTac": self.partner,
            "MaThamChieu": reference,
            "UrlThanhToan": url,
        }
        return found | {"MaXacThuc": mac(self.secret, found, INIT_ANSWER)}

    def notify(self, message: dict[str, str]) -> str:
        """POST one result to the partner; MaLoi of its answer, or what went wrong."""
        request = urllib.request.Request(  # noqa: S310 - the configured address
            self.notice_url, json.dumps(message).encode(), {"Content-Type": "application/json"}
        )
        try:
            with urllib.request.urlopen(request, timeout=15) as answer:  # noqa: S310
                return str(json.loads(answer.read()).get("MaLoi", "none"))
        except urllib.error.HTTPError as error:
            return f"HTTP {error.code}"
        except (OSError, ValueError) as error:
            return type(error).__name__
