"""The national payment platform, protocol 1.0.6: INIT, result notice, QUERY. No rows, no HTML here.

Known from a public integration (docs/payments.md says what is verified): message and field names, the code "00" of
a paid transaction, SHA-256 over fields joined with "|" and the secret. The order of the joined fields, the codes
of QUERY and the answer expected to a notice are assumptions, each in one constant here.
"""

from __future__ import annotations

import datetime
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from payments.gateways.base import (
    BadSignatureError,
    Bill,
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
from payments.gateways.vnpay import Send, read_stamp, same, stamp

VERSION = "1.0.6"
SIGNATURE = "MaXacThuc"
# Assumption: the fields of a message in the order the public integration lists them.
INIT_FIELDS = (
    "LoaiBanTin", "PhienBan", "MaDoiTac", "MaThamChieu", "SoTien", "LoaiHinhThanhToan", "MaKenhThanhToan",
    "MaThietBi", "NgonNgu", "MaTienTe", "MaNganHang", "ThongTinGiaoDich", "ThoiGianGD", "Ip",
)  # fmt: skip
INIT_ANSWER_FIELDS = ("LoaiBanTin", "MaLoi", "MaDoiTac", "MaThamChieu", "UrlThanhToan")
QUERY_FIELDS = ("LoaiBanTin", "PhienBan", "MaDoiTac", "MaThamChieu", "ThoiGianGD")
RESULT_FIELDS = (
    "LoaiBanTin", "MaLoi", "MaDoiTac", "MaThamChieu", "SoTien", "MaTienTe", "MaGiaoDich", "MaNganHang",
    "ThoiGianGD", "ThongTinGiaoDich",
)  # fmt: skip
PAID = "00"
# Assumption: QUERY's codes for a transaction that is still open, or was debited and is under examination.
WAITING, SUSPECT = {"01"}, {"07"}


def sign(secret: str, message: Mapping[str, Any], names: tuple[str, ...]) -> str:
    """Lower-case hex SHA-256 of the fields joined with "|", the secret last; missing fields are empty."""
    text = "|".join([*(str(message.get(name, "")) for name in names), secret])
    return hashlib.sha256(text.encode()).hexdigest()


def outcome_of(code: str) -> Outcome:
    """What a result code says; every unknown one is "not paid", and may still become paid."""
    if code == PAID:
        return Outcome.PAID
    if code in SUSPECT:
        return Outcome.SUSPECT
    return Outcome.WAITING if code in WAITING else Outcome.FAILED


@dataclass(frozen=True)
class National:
    """One partner at the platform. `send` posts JSON and returns the answer, or raises GatewayError."""

    api_url: str
    partner: str
    secret: str
    send: Send
    fetch_report: Report = no_report

    def start(self, order: Order) -> str:
        """INIT: tell the platform about the attempt; the address it gives. Raises GatewayError.

        The payer is sent only to the platform's own host, whatever the answer says.
        """
        answer = self.send(self.api_url, self.init_message(order))
        if not same(answer.get(SIGNATURE, ""), sign(self.secret, answer, INIT_ANSWER_FIELDS)):
            raise BadSignatureError("INIT answer")
        if answer.get("MaLoi") != PAID or answer.get("MaThamChieu") != order.reference:
            raise GatewayError(f"INIT answered {answer.get('MaLoi', '')[:10]}")
        url = answer.get("UrlThanhToan", "")
        here, there = urlsplit(self.api_url), urlsplit(url)
        if (here.scheme, here.netloc) != (there.scheme, there.netloc):
            raise GatewayError("INIT answered a foreign address")
        return url

    def init_message(self, order: Order) -> dict[str, Any]:
        """The signed INIT request with what the receipt will say."""
        message: dict[str, Any] = {
            "LoaiBanTin": "INIT",
            "PhienBan": VERSION,
            "MaDoiTac": self.partner,
            "MaThamChieu": order.reference,
            "SoTien": str(order.amount),
            "LoaiHinhThanhToan": "PAY",
            "MaKenhThanhToan": "1",
            "MaThietBi": "WEB",
            "NgonNgu": "vi-VN",
            "MaTienTe": "VND",
            "MaNganHang": "PAYMENT",
            "ThongTinGiaoDich": order.info,
            "ThoiGianGD": stamp(order.created_at),
            "Ip": order.ip,
        }
        signed = message | {SIGNATURE: sign(self.secret, message, INIT_FIELDS)}
        return signed | ({"ThongTinBienLai": bill_fields(order.bill, order.info)} if order.bill else {})

    def read(self, message: Mapping[str, str]) -> GatewayFacts:
        """The facts of a result notice. Raises BadSignatureError before looking at anything."""
        if not same(message.get(SIGNATURE, ""), sign(self.secret, message, RESULT_FIELDS)):
            raise BadSignatureError("result")
        return self._facts(message)

    def ask(self, query: Query) -> GatewayFacts:
        """QUERY: the result as a signed message; raises GatewayError for one about another order."""
        message = {
            "LoaiBanTin": "QUERY",
            "PhienBan": VERSION,
            "MaDoiTac": self.partner,
            "MaThamChieu": query.reference,
            "ThoiGianGD": stamp(query.now),
        }
        answer = self.send(self.api_url, message | {SIGNATURE: sign(self.secret, message, QUERY_FIELDS)})
        facts = self.read(answer)
        if facts.reference != query.reference:
            raise GatewayError("QUERY answered about another order")
        return facts

    def refund(self, order: RefundOrder) -> RefundAnswer:  # noqa: ARG002 - the same for every order
        """Protocol 1.0.6 as known has no refund message: the money goes back by another road."""
        return RefundAnswer(taken=False, code="no_message")

    def report(self, day: datetime.date) -> list[Reported]:
        """The list of `day`, from the address the configuration names; raises GatewayError without one."""
        return self.fetch_report(day)

    @staticmethod
    def _facts(message: Mapping[str, str]) -> GatewayFacts:
        amount = message.get("SoTien", "")
        return GatewayFacts(
            provider="national",
            reference=message.get("MaThamChieu", ""),
            outcome=outcome_of(message.get("MaLoi", "")),
            amount=int(amount) if amount.isascii() and amount.isdigit() else -1,
            currency=message.get("MaTienTe", ""),
            merchant=message.get("MaDoiTac", ""),
            provider_reference=message.get("MaGiaoDich", ""),
            paid_at=read_stamp(message.get("ThoiGianGD", "")),
            bank=message.get("MaNganHang", ""),
            code=message.get("MaLoi", ""),
            raw={name: message.get(name, "") for name in RESULT_FIELDS},
        )


def bill_fields(bill: Bill, info: str) -> dict[str, Any]:
    """ThongTinBienLai: whose fee it is, where the money goes, what it is for."""
    return {
        "MaDichVu": "2",
        "MaDVC": bill.service_code,
        "TenDVC": bill.service_name,
        "MaTTHC": bill.procedure_code,
        "TenTTHC": bill.procedure_name,
        "MaDonVi": bill.unit_code,
        "TenDonVi": bill.unit_name,
        "MaHoSo": bill.dossier_code,
        "TKThuHuong": bill.account,
        "MaNHThuHuong": bill.bank,
        "TenTKThuHuong": bill.holder,
        "NoiDungThanhToan": info,
        "HoTenNguoiNop": bill.payer_name,
        "SoCMNDNguoiNop": bill.payer_id,
        "DiaChiNguoiNop": bill.payer_address,
        "PhiLePhi": [
            {
                "LoaiPhiLePhi": fee.kind,
                "MaPhiLePhi": fee.code,
                "TenPhiLePhi": fee.name,
                "SoTien": str(fee.amount),
            }
            for fee in bill.fees
        ],
        "DSKhoanNop": [{"NoiDung": fee.name, "SoTien": str(fee.amount)} for fee in bill.fees],
    }
