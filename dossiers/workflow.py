"""The workflow as one table. No other module compares a dossier's state to decide what may happen."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from dossiers.states import EventKind, State
from portal.accounts.permissions import Permission
from portal.lib.errors import ActionError as ActionError


class WrongState(Exception):
    """The move is not allowed from the dossier's present state; the page is shown again as it is now."""

    def __init__(self, transition: Transition, state: str) -> None:
        self.transition = transition
        self.state = State(state)
        super().__init__(f"{transition.name} not allowed from {state}")


class Place(Enum):
    """Which unit of the dossier a permission is asked about."""

    RECEIVING = "receiving_unit_id"
    COMPETENT = "competent_unit_id"
    CITIZEN = "account"
    ASKED = "asked"  # the unit an opinion was asked of; its door is dossiers.access.get_consultation


@dataclass(frozen=True)
class Transition:
    """One legal move.

    `target` None means: back to the state kept before the pause, or with `stays` the state it is in. `needs` is
    asked about `place`; a move of `Place.CITIZEN` belongs to the account of the dossier. `form` is the number of the
    form it issues. `guards` name conditions of `GUARDS` checked under the lock; `step` is a kind of internal step:
    the move exists only for procedures whose process has one, with "-" in front only for those without.
    """

    name: str
    label: str | Promise
    sources: tuple[State, ...]
    target: State | None
    event: EventKind
    place: Place
    needs: Permission | None = None
    form: str = ""
    notice: bool = True
    stays: bool = False
    guards: tuple[str, ...] = ()
    step: str = ""


# What a move asks for beyond state and right; the sentence is what a person refused by it reads. The conditions
# themselves are in dossiers/guards.py.
GUARDS: dict[str, str | Promise] = {
    "taken_over": _("Hồ sơ được chuyển đến và chưa nhận; xin nhận hoặc trả lại trước."),
    "result_here": _("Kết quả chưa về nơi trả; chưa thể trao cho người dân."),
    "time_limit": _("Thủ tục chưa có thời hạn giải quyết cho hình thức nộp này; chưa thể tiếp nhận."),
    "verified": _("Còn bước xác minh chưa có trả lời và chưa hết hạn; chưa thể trình."),
    "checker_is_not_drafter": _("Người dự thảo không được tự kiểm tra kết quả."),
    "signer_is_not_drafter": _("Người dự thảo không được tự ký kết quả."),
    "issuer_is_not_signer": _("Người ký không được tự cấp số, phát hành."),
    "fee_paid": _("Hồ sơ còn phí, lệ phí chưa nộp."),
    "result_file": _("Bản điện tử của kết quả đang được tạo; xin thử lại sau ít phút."),
    "extended_once": _("Hồ sơ đã được hẹn lại một lần; không được hẹn lại lần nữa."),
}

HANDLING = (State.ACCEPTED, State.PROCESSING)

TRANSITIONS: tuple[Transition, ...] = (
    Transition(
        "accept", pgettext_lazy("move", "Tiếp nhận"),
        (State.FILED,), State.ACCEPTED, EventKind.ACCEPTED,
        Place.RECEIVING, Permission.RECEIVE, form="01", guards=("time_limit",),
    ),
    Transition(
        "refuse", pgettext_lazy("move", "Từ chối tiếp nhận"),
        (State.FILED, State.SUPPLEMENT), State.REFUSED, EventKind.REFUSED,
        Place.RECEIVING, Permission.RECEIVE, form="03",
    ),
    Transition(
        "request_supplement_at_intake", pgettext_lazy("move", "Yêu cầu bổ sung"),
        (State.FILED,), State.SUPPLEMENT,
        EventKind.SUPPLEMENT_REQUESTED, Place.RECEIVING, Permission.RECEIVE, form="02",
    ),
    Transition(
        "request_supplement", pgettext_lazy("move", "Yêu cầu bổ sung"),
        HANDLING, State.SUPPLEMENT,
        EventKind.SUPPLEMENT_REQUESTED, Place.COMPETENT, Permission.PROCESS, form="02", guards=("taken_over",),
    ),
    Transition(
        "answer_supplement", pgettext_lazy("move", "Nộp bổ sung"),
        (State.SUPPLEMENT,), None,
        EventKind.SUPPLEMENT_ANSWERED, Place.CITIZEN,
    ),
    Transition(
        "receive_supplement", pgettext_lazy("move", "Nhận bổ sung tại quầy"),
        (State.SUPPLEMENT,), None,
        EventKind.SUPPLEMENT_ANSWERED, Place.RECEIVING, Permission.RECEIVE,
    ),
    Transition(
        "assign", pgettext_lazy("move", "Phân công thụ lý"),
        HANDLING, State.PROCESSING, EventKind.ASSIGNED,
        Place.COMPETENT, Permission.ASSIGN, notice=False, guards=("taken_over",),
    ),
    Transition(
        "reassign", pgettext_lazy("move", "Giao người khác thụ lý"),
        (State.CHECKING, State.SIGNING, State.SIGNED, State.SUPPLEMENT, State.OBLIGATION), None, EventKind.ASSIGNED,
        Place.COMPETENT, Permission.ASSIGN, notice=False, stays=True,
    ),
    Transition(
        "hand_over", pgettext_lazy("move", "Chuyển chuyên viên"),
        (State.ACCEPTED,), State.PROCESSING, EventKind.ASSIGNED,
        Place.COMPETENT, Permission.RECEIVE, notice=False, guards=("taken_over",),
    ),
    Transition(
        "take", pgettext_lazy("move", "Nhận thụ lý"),
        (State.ACCEPTED,), State.PROCESSING, EventKind.ASSIGNED,
        Place.COMPETENT, Permission.PROCESS, notice=False, guards=("taken_over",),
    ),
    Transition(
        "ask_verification", pgettext_lazy("move", "Đề nghị xác minh"),
        HANDLING, None, EventKind.VERIFY_ASKED,
        Place.COMPETENT, Permission.PROCESS, notice=False, stays=True, guards=("taken_over",),
    ),
    Transition(
        "answer_verification", pgettext_lazy("move", "Trả lời xác minh"),
        (*HANDLING, State.SUPPLEMENT, State.OBLIGATION), None, EventKind.VERIFY_ANSWERED,
        Place.ASKED, Permission.PROCESS, notice=False, stays=True,
    ),
    Transition(
        "submit", pgettext_lazy("move", "Trình ký"),
        (State.PROCESSING,), State.SIGNING, EventKind.SUBMITTED,
        Place.COMPETENT, Permission.PROCESS, notice=False, guards=("verified",), step="-check",
    ),
    Transition(
        "submit_for_check", pgettext_lazy("move", "Trình kiểm tra"),
        (State.PROCESSING,), State.CHECKING, EventKind.SUBMITTED,
        Place.COMPETENT, Permission.PROCESS, notice=False, guards=("verified",), step="check",
    ),
    Transition(
        "pass_check", pgettext_lazy("move", "Kiểm tra đạt, trình ký"),
        (State.CHECKING,), State.SIGNING, EventKind.CHECKED,
        Place.COMPETENT, Permission.ASSIGN, notice=False, guards=("checker_is_not_drafter",),
    ),
    Transition(
        "send_back", pgettext_lazy("move", "Trả lại để sửa"),
        (State.SIGNING,), State.PROCESSING, EventKind.SENT_BACK,
        Place.COMPETENT, Permission.SIGN, notice=False,
    ),
    Transition(
        "send_back_from_check", pgettext_lazy("move", "Trả lại để sửa"),
        (State.CHECKING,), State.PROCESSING, EventKind.SENT_BACK,
        Place.COMPETENT, Permission.ASSIGN, notice=False,
    ),
    Transition(
        "sign", pgettext_lazy("move", "Ký duyệt"),
        (State.SIGNING,), State.SIGNED, EventKind.SIGNED,
        Place.COMPETENT, Permission.SIGN, notice=False, guards=("signer_is_not_drafter",),
    ),
    Transition(
        "issue", pgettext_lazy("move", "Cấp số, phát hành"),
        (State.SIGNED,), State.FINISHED, EventKind.ISSUED,
        Place.COMPETENT, Permission.ISSUE, form="result", guards=("issuer_is_not_signer",),
    ),
    Transition(
        "return_result", pgettext_lazy("move", "Trả kết quả"),
        (State.FINISHED,), State.RETURNED, EventKind.RETURNED,
        Place.RECEIVING, Permission.RECEIVE, guards=("result_here", "fee_paid", "result_file"),
    ),
    Transition(
        "set_obligation", pgettext_lazy("move", "Yêu cầu thực hiện nghĩa vụ tài chính"),
        HANDLING, State.OBLIGATION,
        EventKind.OBLIGATION_SET, Place.COMPETENT, Permission.PROCESS, guards=("taken_over",),
    ),
    Transition(
        "meet_obligation", pgettext_lazy("move", "Xác nhận đã thực hiện nghĩa vụ"),
        (State.OBLIGATION,), None,
        EventKind.OBLIGATION_MET, Place.COMPETENT, Permission.PROCESS,
    ),
    Transition(
        "withdraw", pgettext_lazy("move", "Rút hồ sơ"),
        (State.FILED, State.ACCEPTED, State.PROCESSING, State.SUPPLEMENT, State.OBLIGATION),
        State.WITHDRAWN, EventKind.WITHDRAWN, Place.CITIZEN,
    ),
    Transition(
        "withdraw_at_counter", pgettext_lazy("move", "Rút hồ sơ theo đề nghị"),
        (State.FILED, State.ACCEPTED, State.PROCESSING, State.SUPPLEMENT, State.OBLIGATION),
        State.WITHDRAWN, EventKind.WITHDRAWN, Place.RECEIVING, Permission.RECEIVE,
    ),
    Transition(
        "stop", pgettext_lazy("move", "Dừng giải quyết"),
        (State.PROCESSING, State.SUPPLEMENT, State.OBLIGATION), State.STOPPED,
        EventKind.STOPPED, Place.COMPETENT, Permission.SIGN, form="05",
    ),
    Transition(
        "extend", pgettext_lazy("move", "Xin lỗi và hẹn lại"),
        (State.ACCEPTED, State.PROCESSING, State.CHECKING, State.SIGNING, State.SIGNED), None,
        EventKind.EXTENDED, Place.COMPETENT, Permission.SIGN, form="04", stays=True, guards=("extended_once",),
    ),
)  # fmt: skip

BY_NAME = {transition.name: transition for transition in TRANSITIONS}

# What happens to a dossier between two units, see dossiers/transfers.py.
BETWEEN_UNITS = {
    EventKind.TRANSFER_SENT,
    EventKind.TRANSFER_ACCEPTED,
    EventKind.TRANSFER_REFUSED,
    EventKind.TRANSFER_KEPT,
    EventKind.RESULT_SENT_BACK,
    EventKind.RESULT_BACK,
    EventKind.COLLECTION_MOVED,
    EventKind.PAPER_MISSING,
    EventKind.PAPER_FOUND,
}
# Facts that move no state; they may be recorded whatever the state is.
FACTS = {
    EventKind.FEE_ASSESSED,
    EventKind.PAID,
    EventKind.REFUNDED,
    EventKind.DOCUMENT_ISSUED,
    EventKind.VERIFY_EXPIRED,
    EventKind.HELD,
    EventKind.RELEASED,
    EventKind.CALENDAR_CHANGED,
    EventKind.SUPPLEMENT_PROPOSED,
    EventKind.SUPPLEMENT_DECLINED,
    EventKind.SUPPLEMENT_REMINDED,
    EventKind.SUPPLEMENT_OVERDUE,
    EventKind.MESSAGE,
    EventKind.RESULT_RECEIVED,
    EventKind.RESULT_REVOKED,
    *BETWEEN_UNITS,
}


class Turn(Enum):
    """Whose move it is."""

    RECEIVING = _("Bộ phận tiếp nhận")
    COMPETENT = _("Đơn vị giải quyết")
    CITIZEN = _("Người nộp hồ sơ")
    NOBODY = _("Đã kết thúc")


@dataclass(frozen=True)
class StateFacts:
    """What each state means to others: national code (domain facts 3.4), turn, badge tone, citizen wording."""

    national: int
    turn: Turn
    tone: str
    citizen: str | Promise


STATES: dict[State, StateFacts] = {
    State.FILED: StateFacts(1, Turn.RECEIVING, "info", _("Hồ sơ đã đến nơi nhận và đang được kiểm tra.")),
    State.ACCEPTED: StateFacts(2, Turn.COMPETENT, "progress", _("Hồ sơ đã được tiếp nhận.")),
    State.PROCESSING: StateFacts(4, Turn.COMPETENT, "progress", _("Chuyên viên đang giải quyết hồ sơ.")),
    State.CHECKING: StateFacts(4, Turn.COMPETENT, "progress", _("Kết quả đang được kiểm tra trước khi ký.")),
    State.SIGNING: StateFacts(4, Turn.COMPETENT, "progress", _("Kết quả đang trình lãnh đạo ký.")),
    State.SIGNED: StateFacts(4, Turn.COMPETENT, "progress", _("Kết quả đã ký, đang chờ phát hành.")),
    State.SUPPLEMENT: StateFacts(
        5, Turn.CITIZEN, "warn", _("Hồ sơ cần bổ sung. Xin xem yêu cầu và trả lời.")
    ),
    State.OBLIGATION: StateFacts(
        6, Turn.CITIZEN, "warn", _("Cần thực hiện nghĩa vụ tài chính trước khi giải quyết tiếp.")
    ),
    State.FINISHED: StateFacts(9, Turn.RECEIVING, "good", _("Đã có kết quả.")),
    State.RETURNED: StateFacts(10, Turn.NOBODY, "good", _("Kết quả đã được trả.")),
    State.REFUSED: StateFacts(3, Turn.NOBODY, "bad", _("Hồ sơ không được tiếp nhận. Xin xem lý do.")),
    State.WITHDRAWN: StateFacts(7, Turn.NOBODY, "neutral", _("Hồ sơ đã được rút theo đề nghị.")),
    State.STOPPED: StateFacts(8, Turn.NOBODY, "bad", _("Việc giải quyết đã dừng. Xin xem thông báo.")),
}


# Asked once how satisfied they are (domain facts 10.1): who got the result, and who was refused at intake.
RATED = {State.RETURNED, State.REFUSED}


def may_be_rated(state: str) -> bool:
    """Whether a dossier in this state is over for its person, so that its handling can be rated."""
    return state in RATED


def check_move(transition: Transition, state: str) -> None:
    """Raise WrongState unless `transition` starts from `state`."""
    if state not in transition.sources:
        raise WrongState(transition, state)


def legal_path(steps: list[tuple[str, str, str]]) -> str | None:
    """The first fault in a history, or None. `steps` are (event kind, from state, to state) in order.

    The first event is the filing; each later one is a fact that keeps the state, or a move of the table from
    the state the one before it left.
    """
    state = ""
    for number, (kind, source, target) in enumerate(steps, start=1):
        if source != state:
            return f"#{number} {kind}: starts from {source!r}, the dossier was in {state!r}"
        if not _legal_step(EventKind(kind), source, target):
            return f"#{number} {kind}: {source!r} → {target!r} is no move of the table"
        state = target
    return None


def _legal_step(kind: EventKind, source: str, target: str) -> bool:
    if kind == EventKind.FILED:
        return source == "" and target == State.FILED
    if kind in FACTS:
        return source == target != ""
    moves = [move for move in TRANSITIONS if move.event == kind and source in move.sources]
    return any(_lands(move, source, target) for move in moves)


def _lands(move: Transition, source: str, target: str) -> bool:
    if move.target is not None:
        return move.target == target
    if move.stays:
        return source == target
    return target in {State.FILED, State.ACCEPTED, State.PROCESSING}
