"""States of an attempt to pay, as a table. Only success is final: a failed attempt may still succeed."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class PaymentState(TextChoices):
    """State of one attempt."""

    PENDING = "pending", _("Đang chờ thanh toán")
    SETTLED = "settled", _("Đã thanh toán")
    FAILED = "failed", _("Không thành công")
    EXPIRED = "expired", _("Hết hạn")
    NEEDS_PERSON = "needs_person", _("Chờ cán bộ kiểm tra")


class RefundState(TextChoices):
    """State of a refund."""

    ASKED = "asked", _("Chờ duyệt")
    APPROVED = "approved", _("Đã duyệt, chờ chi")
    SENDING = "sending", _("Đang hoàn qua cổng thanh toán")
    DONE = "done", _("Đã hoàn")
    DECLINED = "declined", _("Không duyệt")
    PERSON = "person", _("Cổng thanh toán từ chối hoàn")


class Move(Enum):
    """What can happen to an attempt."""

    SETTLE = "settle"
    FAIL = "fail"
    EXPIRE = "expire"
    ESCALATE = "escalate"


@dataclass(frozen=True)
class Transition:
    """From which states a move leads where."""

    move: Move
    sources: frozenset[PaymentState]
    target: PaymentState


_OPEN = frozenset({PaymentState.PENDING, PaymentState.NEEDS_PERSON})

TRANSITIONS = (
    Transition(
        Move.SETTLE, _OPEN | frozenset({PaymentState.FAILED, PaymentState.EXPIRED}), PaymentState.SETTLED
    ),
    Transition(Move.FAIL, _OPEN, PaymentState.FAILED),
    Transition(Move.EXPIRE, frozenset({PaymentState.PENDING}), PaymentState.EXPIRED),
    Transition(
        Move.ESCALATE,
        frozenset({PaymentState.PENDING, PaymentState.FAILED, PaymentState.EXPIRED}),
        PaymentState.NEEDS_PERSON,
    ),
)
_TABLE = {(row.move, source): row.target for row in TRANSITIONS for source in row.sources}

BADGES = {
    PaymentState.PENDING: "progress",
    PaymentState.SETTLED: "good",
    PaymentState.FAILED: "bad",
    PaymentState.EXPIRED: "neutral",
    PaymentState.NEEDS_PERSON: "warn",
}


def target(state: str, move: Move) -> PaymentState | None:
    """Where `move` leads from `state`; None when it leads nowhere (a late or repeated message)."""
    return _TABLE.get((move, PaymentState(state)))


REFUND_MOVES: dict[RefundState, frozenset[RefundState]] = {
    RefundState.ASKED: frozenset({RefundState.APPROVED, RefundState.SENDING, RefundState.DECLINED}),
    RefundState.APPROVED: frozenset({RefundState.DONE}),
    RefundState.SENDING: frozenset({RefundState.DONE, RefundState.PERSON}),
    RefundState.PERSON: frozenset({RefundState.SENDING, RefundState.DECLINED}),
    RefundState.DONE: frozenset(),
    RefundState.DECLINED: frozenset(),
}


def refund_may(state: str, to: RefundState) -> bool:
    """Whether a refund may go from `state` to `to`."""
    return to in REFUND_MOVES[RefundState(state)]
