"""Telling the merchant: the IPN with its retries, and the switches that make accidents happen."""

from __future__ import annotations

import json
import threading
import time
import urllib.request
from dataclasses import asdict, dataclass, fields, replace
from typing import Any
from urllib.parse import urlencode

from payments.simulator import protocol
from payments.simulator.national import Platform
from payments.simulator.store import Store

ACKNOWLEDGED = {"00", "02"}


@dataclass(frozen=True)
class Switches:
    """Accidents that can be switched on through /control. All off by default."""

    delay_seconds: float = 0.0  # wait before the first notice
    drop: bool = False  # send no notice at all
    duplicates: int = 0  # send this many more at the same moment
    hold: bool = False  # keep notices back until released, newest first (reordering)
    forge: bool = False  # sign with a wrong secret
    amount_off: int = 0  # VND added to the amount in notices and answers
    currency: str = ""  # add a foreign vnp_CurrCode
    merchant: str = ""  # say the money went to another merchant
    api: str = ""  # querydr: "down" answers 500, "slow" waits, "forged" signs wrongly
    slow_seconds: float = 10.0
    error_after_paid: bool = False  # take the money, then answer 500 instead of sending the payer back

    def changed(self, values: dict[str, Any]) -> Switches:
        """With some switches set; raises ValueError for an unknown one or a value of another type."""
        kinds = {field.name: type(getattr(self, field.name)) for field in fields(self)}
        for name, value in values.items():
            if name not in kinds:
                raise ValueError(f"no switch called {name}")
            if kinds[name] is not type(value) and not (kinds[name] is float and isinstance(value, int)):
                raise ValueError(f"{name} must be {kinds[name].__name__}")
        return replace(self, **values)

    def as_dict(self) -> dict[str, Any]:
        """For /control."""
        return asdict(self)


class Notifier:
    """Sends notices of closed orders until the merchant acknowledges them."""

    def __init__(
        self,
        store: Store,
        *,
        tmn_code: str,
        secret: str,
        ipn_url: str,
        tries: int,
        pause: float,
        platform: Platform | None = None,
    ) -> None:
        self.platform = platform
        self.store, self.tmn_code, self.secret, self.ipn_url = store, tmn_code, secret, ipn_url
        self.tries, self.pause = tries, pause
        self.switches = Switches()
        self._held: list[str] = []

    def result_fields(self, order: dict[str, Any], **overrides: str) -> dict[str, str]:
        """The fields of a return or an IPN, under the switches."""
        sent, switches = order["fields"], self.switches
        found = {
            "vnp_TmnCode": switches.merchant or self.tmn_code,
            "vnp_Amount": str(int(sent["vnp_Amount"]) + switches.amount_off * 100),
            "vnp_BankCode": order["bank"],
            "vnp_BankTranNo": f"VNP{order['transaction_no']}" if order["status"] == "00" else "",
            "vnp_CardType": "ATM",
            "vnp_PayDate": order["pay_date"],
            "vnp_OrderInfo": sent["vnp_OrderInfo"],
            "vnp_TransactionNo": order["transaction_no"],
            "vnp_ResponseCode": order["response_code"],
            "vnp_TransactionStatus": order["status"],
            "vnp_TxnRef": order["reference"],
        }
        return found | ({"vnp_CurrCode": switches.currency} if switches.currency else {}) | overrides

    def signed_result(self, order: dict[str, Any], **overrides: str) -> str:
        """The query string of a return or an IPN."""
        if self.platform and "national" in order["fields"]:
            return urlencode(self.platform.result(order, self.switches, **overrides))
        secret = f"{self.secret}-forged" if self.switches.forge else self.secret
        return protocol.with_hash(self.result_fields(order, **overrides), secret)

    def announce(self, reference: str) -> None:
        """Start telling the merchant about a closed order, as the switches say."""
        if self.switches.drop:
            return
        if self.switches.hold:
            self._held.append(reference)
            return
        for copy in range(1 + self.switches.duplicates):
            self._in_background(self._until_acknowledged, reference, 1 if copy else self.tries)

    def release(self) -> list[str]:
        """Send what was held back, newest first; returns the references."""
        held, self._held = self._held[::-1], []
        for reference in held:
            self.send(reference)
        return held

    def resume(self) -> None:
        """After a restart: go on with what nobody confirmed."""
        for reference in self.store.unacknowledged():
            self._in_background(self._until_acknowledged, reference, self.tries)

    def send(self, reference: str, **overrides: str) -> str:
        """Send one notice now; returns RspCode, or "HTTP 500"-like text, or "none"."""
        order = self.store.get(reference)
        if order is None:
            return "none"
        if self.platform and "national" in order["fields"]:
            answer = self.platform.notify(self.platform.result(order, self.switches, **overrides))
        else:
            answer = self._get(f"{self.ipn_url}?{self.signed_result(order, **overrides)}")
        self.store.note(reference, answer)
        return answer

    def send_many(self, reference: str, times: int, **overrides: str) -> list[str]:
        """Send `times` notices at the same moment; returns every answer."""
        answers: list[str] = []
        start = threading.Barrier(times)

        def one() -> None:
            start.wait()
            answers.append(self.send(reference, **overrides))

        threads = [threading.Thread(target=one) for _ in range(times)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return answers

    def _until_acknowledged(self, reference: str, tries: int) -> None:
        time.sleep(self.switches.delay_seconds)
        for attempt in range(tries):
            if attempt:
                time.sleep(self.pause)
            if self.send(reference) in ACKNOWLEDGED:
                return

    @staticmethod
    def _get(url: str) -> str:
        try:
            with urllib.request.urlopen(url, timeout=15) as answer:  # noqa: S310 - the configured IPN address
                return str(json.loads(answer.read()).get("RspCode", "none"))
        except urllib.error.HTTPError as error:
            return f"HTTP {error.code}"
        except (OSError, ValueError) as error:
            return type(error).__name__

    @staticmethod
    def _in_background(job: Any, *args: Any) -> None:
        threading.Thread(target=job, args=args, daemon=True).start()
