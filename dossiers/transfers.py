"""Non-territorial filing as one small table: received in one unit, decided in another (domain facts 7.2).

A transfer is one sending of a dossier to the unit that decides. Who has it, what may be done and until when is
read from here; the dossier's own business state goes on beside it, by its own table (`dossiers/workflow.py`).
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

from django.db.models import TextChoices
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from dossiers.states import EventKind
from portal.accounts.permissions import Permission
from procedures.calendar import calendar_for

if TYPE_CHECKING:
    from dossiers.models import Transfer
    from portal.accounts.models import Unit

PAPER_MINUTES = 8 * 60  # working minutes paper may be on its way between two units


class TransferState(TextChoices):
    """Where a transfer stands."""

    SENT = "sent", pgettext_lazy("transfer", "Chờ nơi giải quyết nhận")
    ACCEPTED = "accepted", pgettext_lazy("transfer", "Nơi giải quyết đã nhận")
    REFUSED = "refused", pgettext_lazy("transfer", "Nơi giải quyết không nhận")
    RETURNING = "returning", pgettext_lazy("transfer", "Kết quả giấy đang chuyển về")
    BACK = "back", pgettext_lazy("transfer", "Kết quả đã ở nơi trả")
    HANDED = "handed", pgettext_lazy("transfer", "Đã trả cho người dân")
    ENDED = "ended", pgettext_lazy("transfer", "Đã kết thúc")


class Side(Enum):
    """Which of the two units acts or owns the next step."""

    SENDER = _("Nơi nhận hồ sơ")
    RECEIVER = _("Nơi giải quyết")
    COLLECTION = _("Nơi trả kết quả")  # the sender, or the receiver where the person wants it there


@dataclass(frozen=True)
class Step:
    """One legal step of a transfer; `needs` (any of them) is asked about the unit of `side`.

    `issued`: True only once the dossier has its issued result, False only before, None either way.
    """

    name: str
    label: str | Promise
    sources: tuple[TransferState, ...]
    target: TransferState
    event: EventKind
    side: Side
    needs: tuple[Permission, ...] = (Permission.RECEIVE,)
    issued: bool | None = None


@dataclass(frozen=True)
class Leg:
    """Who must act in a state, what is to be done, and in how many working minutes of his unit (None: no limit)."""

    owner: Side | None
    todo: str | Promise
    minutes: int | None
    tone: str


class WrongStep(Exception):
    """The step is not open from where the transfer stands now; the page is shown again as it is."""

    def __init__(self, step: Step, state: str) -> None:
        self.step, self.state = step, TransferState(state)
        super().__init__(f"{step.name} not open from {state}")


S = TransferState
STEPS: tuple[Step, ...] = (
    Step(
        "accept", pgettext_lazy("transfer", "Nhận giải quyết"), (S.SENT,), S.ACCEPTED,
        EventKind.TRANSFER_ACCEPTED, Side.RECEIVER, (Permission.RECEIVE, Permission.ASSIGN),
    ),
    Step(
        "refuse", pgettext_lazy("transfer", "Không nhận, nêu lý do"), (S.SENT,), S.REFUSED,
        EventKind.TRANSFER_REFUSED, Side.RECEIVER, (Permission.RECEIVE, Permission.ASSIGN),
    ),
    Step(
        "keep", pgettext_lazy("transfer", "Giữ lại giải quyết"), (S.REFUSED,), S.ENDED,
        EventKind.TRANSFER_KEPT, Side.SENDER,
    ),
    Step(
        "send_again", pgettext_lazy("transfer", "Chuyển đơn vị khác"), (S.REFUSED,), S.ENDED,
        EventKind.TRANSFER_SENT, Side.SENDER,
    ),
    Step(
        "return_file", pgettext_lazy("transfer", "Gửi kết quả điện tử"), (S.ACCEPTED,), S.BACK,
        EventKind.RESULT_BACK, Side.RECEIVER, (Permission.RECEIVE, Permission.ISSUE), issued=True,
    ),
    Step(
        "return_paper", pgettext_lazy("transfer", "Gửi kết quả giấy theo danh sách"), (S.ACCEPTED,), S.RETURNING,
        EventKind.RESULT_SENT_BACK, Side.RECEIVER, (Permission.RECEIVE, Permission.ISSUE), issued=True,
    ),
    Step(
        "receive_result", pgettext_lazy("transfer", "Đã nhận kết quả giấy"), (S.RETURNING,), S.BACK,
        EventKind.RESULT_BACK, Side.SENDER,
    ),
    Step(
        "collect_here", pgettext_lazy("transfer", "Trả kết quả tại nơi giải quyết"), (S.ACCEPTED,), S.ACCEPTED,
        EventKind.COLLECTION_MOVED, Side.RECEIVER,
    ),
    Step(
        "collect_there", pgettext_lazy("transfer", "Trả kết quả tại nơi nộp"), (S.ACCEPTED,), S.ACCEPTED,
        EventKind.COLLECTION_MOVED, Side.RECEIVER,
    ),
)  # fmt: skip
BY_NAME = {step.name: step for step in STEPS}

LEGS: dict[TransferState, Leg] = {
    S.SENT: Leg(Side.RECEIVER, _("Nơi giải quyết nhận hoặc trả lại kèm lý do."), 4 * 60, "info"),
    S.ACCEPTED: Leg(
        Side.RECEIVER, _("Nơi giải quyết làm hồ sơ; có kết quả thì gửi về nơi trả."), 4 * 60, "progress"
    ),
    S.REFUSED: Leg(Side.SENDER, _("Nơi nhận hồ sơ chọn đơn vị khác hoặc giữ lại giải quyết."), 4 * 60, "bad"),
    S.RETURNING: Leg(
        Side.SENDER, _("Nơi nhận hồ sơ nhận kết quả giấy đang trên đường."), PAPER_MINUTES, "progress"
    ),
    S.BACK: Leg(Side.COLLECTION, _("Kết quả chờ người dân đến nhận khi tiện."), None, "good"),
    S.HANDED: Leg(None, _("Kết quả đã trả cho người dân."), None, "good"),
    S.ENDED: Leg(None, _("Việc chuyển này đã kết thúc."), None, "neutral"),
}
# The work of these states begins only when the result is there: no limit runs before.
_AFTER_ISSUE = {S.ACCEPTED}
OVER = frozenset({S.HANDED, S.ENDED})
# The dossier lies with the unit it was sent to: the unit that received it sees only what it still needs.
AWAY = frozenset({S.SENT, S.ACCEPTED, S.RETURNING, S.BACK, S.HANDED})
# Result and papers may be given to the person where they are collected.
AT_COLLECTION = frozenset({S.BACK, S.HANDED})

# Said wherever a transfer is shown, so that nobody has to ask (docs/transfers.md).
RULES: tuple[str | Promise, ...] = (
    _("Phí, lệ phí thu vào tài khoản của nơi nhận hồ sơ, nơi đó xuất biên lai."),
    _("Hồ sơ tính vào số tiếp nhận của nơi nhận; đúng hạn hay quá hạn tính cho nơi giải quyết."),
    _("Trong số liệu toàn thành phố, hồ sơ được tính một lần."),
    _("Ngày hẹn trên giấy tiếp nhận không đổi dù hồ sơ chuyển bao nhiêu lần."),
)  # fmt: skip


def check_step(step: Step, state: str) -> None:
    """Raise WrongStep unless `step` starts from `state`."""
    if state not in step.sources:
        raise WrongStep(step, state)


def unit_of(transfer: Transfer, side: Side) -> Unit:
    """The unit that plays this part in the transfer."""
    if side is Side.RECEIVER or (side is Side.COLLECTION and transfer.collect_at_receiver):
        return transfer.receiver
    return transfer.sender


def owner_of(transfer: Transfer) -> Unit | None:
    """Whose move it is; None when nothing is left to do."""
    owner = LEGS[TransferState(transfer.state)].owner
    return unit_of(transfer, owner) if owner else None


def limit(transfer: Transfer, now: datetime.datetime, *, issued: bool) -> datetime.datetime | None:
    """Until when the step of the transfer's state, begun `now`, is to be done; None where nothing is due yet."""
    state = TransferState(transfer.state)
    leg = LEGS[state]
    if leg.minutes is None or leg.owner is None or (state in _AFTER_ISSUE and not issued):
        return None
    return calendar_for(unit_of(transfer, leg.owner)).add_minutes(now, leg.minutes)


def open_steps(transfer: Transfer, *, issued: bool) -> list[Step]:
    """The steps the table allows from here, whoever may take them."""
    return [step for step in STEPS if transfer.state in step.sources and _fits(step, transfer, issued)]


def _fits(step: Step, transfer: Transfer, issued: bool) -> bool:
    if step.issued is not None and step.issued is not issued:
        return False
    if step.name == "collect_here":
        return not transfer.collect_at_receiver
    if step.name == "collect_there":
        return transfer.collect_at_receiver
    return step.name != "return_paper" or not transfer.collect_at_receiver
