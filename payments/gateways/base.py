"""What passes between the portal and a gateway: frozen facts, no rows, no HTML."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Protocol


class GatewayError(Exception):
    """The gateway could not be asked, or its answer could not be believed. Nothing is known: ask again."""


class BadSignatureError(GatewayError):
    """The message was not signed by the gateway."""


class Outcome(Enum):
    """What the gateway says of an attempt."""

    PAID = "paid"
    FAILED = "failed"  # refused, cancelled: the money was not taken
    WAITING = "waiting"  # not completed, or not known there yet
    SUSPECT = "suspect"  # debited but reversed or under suspicion: a person must look


@dataclass(frozen=True)
class BillLine:
    """One fee of a bill: kind phi or le_phi, whole VND."""

    kind: str
    code: str
    name: str
    amount: int


@dataclass(frozen=True)
class Bill:
    """What a gateway that asks for it is told of the fee: whose it is, where it goes, what it is for."""

    dossier_code: str
    service_code: str
    service_name: str
    procedure_code: str
    procedure_name: str
    unit_code: str
    unit_name: str
    account: str
    bank: str
    holder: str
    payer_name: str
    payer_id: str
    payer_address: str
    fees: tuple[BillLine, ...]


@dataclass(frozen=True)
class Order:
    """An attempt to pay, as sent to the gateway. `amount` is whole VND; times are aware."""

    reference: str
    amount: int
    info: str
    created_at: datetime.datetime
    expires_at: datetime.datetime
    return_url: str
    ip: str
    language: str = "vi"
    bill: Bill | None = None


@dataclass(frozen=True)
class Query:
    """A question about an attempt."""

    reference: str
    created_at: datetime.datetime
    now: datetime.datetime
    request_id: str
    ip: str = "127.0.0.1"


@dataclass(frozen=True)
class RefundOrder:
    """A refund of a settled attempt, `partial` when less than the whole. `amount` is whole VND.

    `request_id` is the same for every try.
    """

    reference: str
    amount: int
    provider_reference: str
    created_at: datetime.datetime
    now: datetime.datetime
    request_id: str
    by: str
    ip: str = "127.0.0.1"
    partial: bool = False


@dataclass(frozen=True)
class RefundAnswer:
    """What the gateway said to a refund: taken (also when it had been taken before), or refused with a code."""

    taken: bool
    code: str


@dataclass(frozen=True)
class GatewayFacts:
    """What a verified message states about an attempt. `amount` is whole VND, -1 when it is no number."""

    provider: str
    reference: str
    outcome: Outcome
    amount: int
    currency: str
    merchant: str
    provider_reference: str = ""
    paid_at: datetime.datetime | None = None
    bank: str = ""
    code: str = ""
    raw: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Reported:
    """One payment in a gateway's own list of a day; whole VND."""

    reference: str
    provider_reference: str
    amount: int


Report = Callable[[datetime.date], list[Reported]]


def no_report(day: datetime.date) -> list[Reported]:
    """A gateway whose list nobody told us where to fetch."""
    raise GatewayError(f"no address for the list of {day}")


class Gateway(Protocol):
    """An adapter to one payment gateway."""

    def start(self, order: Order) -> str:
        """The address to send the payer to."""

    def read(self, message: Mapping[str, str]) -> GatewayFacts:
        """The facts of a notice or return; raises BadSignatureError."""

    def ask(self, query: Query) -> GatewayFacts:
        """Ask for the state of an attempt; raises GatewayError."""

    def refund(self, order: RefundOrder) -> RefundAnswer:
        """Give the money back; raises GatewayError when nothing is known."""

    def report(self, day: datetime.date) -> list[Reported]:
        """The gateway's own list of what it took on `day`; raises GatewayError when there is none."""
