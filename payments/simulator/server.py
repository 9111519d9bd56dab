"""The gateway's HTTP server: pay page, merchant API, control interface, health."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from payments.simulator import pages, protocol
from payments.simulator.national import QUERY, Platform
from payments.simulator.notices import Notifier, Switches
from payments.simulator.store import Store

CHOICES = {"success": ("00", "00"), "fail": ("02", "51"), "cancel": ("02", "24"), "suspect": ("07", "07")}
MOST_BYTES = 64 * 1024
SAME_AGAIN = ("vnp_Amount", "vnp_CreateDate", "vnp_ReturnUrl")  # a payer may come back from another address


@dataclass
class Gateway:
    """What the gateway does, apart from HTTP."""

    store: Store
    notifier: Notifier
    tmn_code: str
    secret: str

    def pay(self, reference: str, choice: str, bank: str = "NCB") -> dict[str, Any] | None:
        """Close an open order as chosen and tell the merchant; the order, or None when unknown.

        An order past its vnp_ExpireDate fails with code 11 whatever was chosen.
        """
        order = self.store.get(reference)
        if order is None or choice not in CHOICES:
            return None
        status, code = CHOICES[choice]
        expires = order["fields"].get("vnp_ExpireDate", "")
        if expires and protocol.now_stamp() > expires:
            status, code = "02", "11"
        if self.store.finish(reference, status=status, code=code, bank=bank, pay_date=protocol.now_stamp()):
            self.notifier.announce(reference)
        return self.store.get(reference)

    def api(self, message: dict[str, str]) -> dict[str, str]:
        """querydr and refund."""
        command = message.get("vnp_Command", "")
        if command not in {"querydr", "refund"}:
            return {"vnp_ResponseCode": "03", "vnp_Message": "Invalid command"}
        asked, told = (
            (protocol.QUERYDR, protocol.QUERYDR_ANSWER)
            if command == "querydr"
            else (protocol.REFUND, protocol.REFUND_ANSWER)
        )
        order = self.store.get(message.get("vnp_TxnRef", ""))
        code = self._check(message, asked, order)
        answer = {
            "vnp_ResponseId": protocol.request_id(message.get("vnp_RequestId", ""), command),
            "vnp_Command": command,
            "vnp_TmnCode": self.tmn_code,
            "vnp_TxnRef": message.get("vnp_TxnRef", ""),
        }
        if code == "00" and order is not None:
            code = self._refund(message, order) if command == "refund" else code
            result = self.notifier.result_fields(order)
            kept = (
                "TmnCode",
                "Amount",
                "BankCode",
                "PayDate",
                "TransactionNo",
                "OrderInfo",
                "TransactionStatus",
            )
            answer |= {f"vnp_{name}": result[f"vnp_{name}"] for name in kept}
            answer |= {
                "vnp_TransactionType": "01" if command == "querydr" else message["vnp_TransactionType"]
            }
        answer |= {"vnp_ResponseCode": code, "vnp_Message": "Success" if code == "00" else "Refused"}
        secret = f"{self.secret}-forged" if self.notifier.switches.api == "forged" else self.secret
        return answer | {"vnp_SecureHash": protocol.digest(secret, protocol.pipe(answer, told))}

    def national(self, platform: Platform, message: dict[str, Any], here: str) -> dict[str, str]:
        """INIT and QUERY of the national platform."""
        reference = str(message.get("MaThamChieu", ""))
        if message.get("LoaiBanTin") == "INIT":
            problem = platform.problem_of(message)
            if not problem:
                self.store.open(platform.order_fields(message))
            return platform.init_answer(
                reference, problem or "00", "" if problem else f"{here}/quoc-gia/thanh-toan?ma={reference}"
            )
        order = self.store.get(reference)
        if message.get("LoaiBanTin") != "QUERY" or not platform.is_signed(message, QUERY):
            return {"MaLoi": "97"}
        if order is None:
            return {"MaLoi": "91"}
        switches = self.notifier.switches
        forged = replace(switches, forge=switches.forge or switches.api == "forged")
        return platform.result(order, forged)

    def _check(self, message: dict[str, str], fields: str, order: dict[str, Any] | None) -> str:
        if message.get("vnp_TmnCode") != self.tmn_code:
            return "02"
        if not protocol.message_is_signed(message, fields, self.secret):
            return "97"
        return "91" if order is None else "00"

    def _refund(self, message: dict[str, str], order: dict[str, Any]) -> str:
        if order["status"] not in {"00", "05"}:
            return "95"
        if not self.store.first_request(message.get("vnp_RequestId", "")):
            return "94"
        amount = int(message["vnp_Amount"]) if message.get("vnp_Amount", "").isdigit() else 0
        if not 0 < amount <= int(order["fields"]["vnp_Amount"]) - order["refunded"]:
            return "03"
        self.store.refund(order["reference"], amount)
        return "00"

    def control(self, action: str, values: dict[str, Any]) -> dict[str, Any]:
        """One command of the control interface; raises ValueError with what was wrong."""
        if action == "switches":
            self.notifier.switches = self.notifier.switches.changed(values)
        elif action == "reset":
            self.notifier.switches = Switches()
        elif action == "release":
            return {"released": self.notifier.release()}
        elif action == "pay":
            order = self.pay(values.get("reference", ""), values.get("choice", "success"))
            if order is None:
                raise ValueError("unknown reference or choice")
            return {"status": order["status"], "transaction_no": order["transaction_no"]}
        elif action == "notify":
            fields = {str(name): str(value) for name, value in values.get("fields", {}).items()}
            times = int(values.get("times", 1))
            return {"answers": self.notifier.send_many(values.get("reference", ""), times, **fields)}
        else:
            raise ValueError(f"no command called {action}")
        return {"switches": self.notifier.switches.as_dict()}

    def day_list(self, provider: str, day: str) -> str:
        """The gateway's own list of what it took on a day (yyyymmdd), as CSV."""
        rows = ["reference,provider_reference,amount"]
        for order in self.store.orders():
            kind = "national" if "national" in order["fields"] else "vnpay"
            if kind == provider and order["status"] in {"00", "05"} and order["pay_date"].startswith(day):
                rows.append(f"{order['reference']},{order['transaction_no']},{order['amount']}")
        return "\n".join(rows) + "\n"

    def state(self) -> dict[str, Any]:
        """Everything: switches, orders, notices; `settled` is the gateway's own report of taken money."""
        shown = (
            "reference",
            "amount",
            "status",
            "response_code",
            "transaction_no",
            "pay_date",
            "acknowledged",
        )
        orders = self.store.orders()
        settled = [order for order in orders if order["status"] in {"00", "05"}]
        refunded = {order["reference"]: order["refunded"] // 100 for order in orders if order["refunded"]}
        return {
            "refunded": refunded,
            "switches": self.notifier.switches.as_dict(),
            "orders": [{name: order[name] for name in shown} for order in orders],
            "settled": [{name: order[name] for name in shown[:2] + shown[4:6]} for order in settled],
            "notices": self.store.notices(),
        }


class Handler(BaseHTTPRequestHandler):
    """Routes of the gateway."""

    gateway: Gateway
    protocol_version = "HTTP/1.1"
    server_version = "Gateway"

    def do_GET(self) -> None:
        """Pay page, health, control state."""
        address = urlsplit(self.path)
        if address.path == "/quoc-gia/thanh-toan":
            self._national_page(dict(parse_qsl(address.query)).get("ma", ""))
        elif address.path == "/paymentv2/vpcpay.html":
            self._pay_page(dict(parse_qsl(address.query, keep_blank_values=True)))
        elif address.path == "/danh-sach":
            asked = dict(parse_qsl(address.query))
            body = self.gateway.day_list(asked.get("provider", ""), asked.get("day", ""))
            self._answer(200, body.encode(), "text/csv; charset=utf-8")
        elif address.path == "/healthz":
            self._json(200, {"status": "ok", "orders": len(self.gateway.store.orders())})
        elif address.path == "/control":
            self._json(200, self.gateway.state())
        else:
            self._json(404, {"error": "not found"})

    def do_POST(self) -> None:
        """The payer's choice, the merchant API, control commands."""
        path = urlsplit(self.path).path
        body = self.rfile.read(min(int(self.headers.get("Content-Length") or 0), MOST_BYTES)).decode()
        try:
            if path == "/paymentv2/pay":
                self._choose(dict(parse_qsl(body)))
            elif path == "/quoc-gia/api":
                self._national_api(json.loads(body))
            elif path == "/merchant_webapi/api/transaction":
                self._api({str(name): str(value) for name, value in json.loads(body).items()})
            elif path.startswith("/control/"):
                values = json.loads(body or "{}")
                self._json(200, self.gateway.control(path.removeprefix("/control/"), values))
            else:
                self._json(404, {"error": "not found"})
        except (ValueError, TypeError, AttributeError) as error:
            self._json(400, {"error": str(error)})

    def _pay_page(self, fields: dict[str, str]) -> None:
        problem = protocol.problem_of(fields, self.gateway.tmn_code, self.gateway.secret)
        if problem:
            self._html(400, pages.refused_page(problem, fields.get("vnp_Locale", "vn")))
            return
        order = self.gateway.store.open(fields)
        if any(order["fields"][name] != fields[name] for name in SAME_AGAIN):
            self._html(400, pages.refused_page("03", fields["vnp_Locale"]))
        elif order["status"] != "01":
            self._html(200, pages.done_page(order, self._back(order)))
        else:
            self._html(200, pages.pay_page(order))

    def _national_page(self, reference: str) -> None:
        order = self.gateway.store.get(reference)
        if order is None or "national" not in order["fields"]:
            self._json(404, {"error": "unknown order"})
        elif order["status"] != "01":
            self._html(200, pages.done_page(order, self._back(order)))
        else:
            self._html(200, pages.pay_page(order))

    def _national_api(self, message: dict[str, Any]) -> None:
        platform = self.gateway.notifier.platform
        if platform is None:
            self._json(404, {"error": "no partner of the national platform"})
        elif not self._accident():
            host = self.headers.get("Host", "")
            self._json(200, self.gateway.national(platform, message, f"http://{host}"))

    def _choose(self, form: dict[str, str]) -> None:
        order = self.gateway.pay(form.get("reference", ""), form.get("choice", ""), form.get("bank", "NCB"))
        if order is None:
            self._json(404, {"error": "unknown order or choice"})
        elif self.gateway.notifier.switches.error_after_paid:
            self._html(500, pages.error_page(order["fields"]["vnp_Locale"]))
        else:
            self._answer(302, b"", "text/plain", Location=self._back(order))

    def _api(self, message: dict[str, str]) -> None:
        if not self._accident():
            self._json(200, self.gateway.api(message))

    def _accident(self) -> bool:
        """Whether the API is switched to failing, after the wait it is switched to."""
        switches = self.gateway.notifier.switches
        if switches.api == "slow":
            time.sleep(switches.slow_seconds)
        if switches.api == "down":
            self._json(500, {"error": "down"})
        return switches.api == "down"

    def _back(self, order: dict[str, Any]) -> str:
        url = order["fields"]["vnp_ReturnUrl"]
        return f"{url}{'&' if '?' in url else '?'}{self.gateway.notifier.signed_result(order)}"

    def _html(self, status: int, text: str) -> None:
        self._answer(status, text.encode(), "text/html; charset=utf-8")

    def _json(self, status: int, data: dict[str, Any]) -> None:
        self._answer(status, json.dumps(data).encode(), "application/json")

    def _answer(self, status: int, body: bytes, kind: str, **headers: str) -> None:
        self.send_response(status)
        for name, value in {"Content-Type": kind, "Cache-Control": "no-store", **headers}.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base class names it so
        """One short line without the query, which carries order texts."""


class Server(ThreadingHTTPServer):
    """Threads, and a backlog that takes a burst."""

    daemon_threads = True
    request_queue_size = 256


def serve(gateway: Gateway, host: str, port: int) -> Server:
    """A server bound to `host` and `port` (0 picks a free one); the caller runs serve_forever."""
    handler = type("BoundHandler", (Handler,), {"gateway": gateway})
    return Server((host, port), handler)
