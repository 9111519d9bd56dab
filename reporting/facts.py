"""The sets every figure is counted from.

A `Fact` is one set of rows with the day and the unit it is counted for. The same condition fills the stored
counts (`reporting.fill`) and selects the list behind a number (`Fact.rows`), so the two cannot disagree.
A fact's code is the name of its column in `DayCount`.
"""

from __future__ import annotations

from django.db.models import Exists, F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from dossiers.states import State
from procedures.models import Channel, OnlineLevel
from reporting.bases import (
    ACCEPTED,
    BASES,
    BOOKED,
    CLOSED,
    EARLIER,
    EVERY,
    FILED,
    FINISHED,
    HANDLING_NOW,
    INTAKE_NOW,
    RATED,
    STOCK_BASES,
    ZERO,
    Basis,
    Fact,
    midnight,
)
from reporting.conditions import (
    ALL_ONLINE,
    ANSWERED_IN_TIME,
    ASKED,
    ASKED_TWICE,
    BY_AGENT,
    CERTIFIED_ASKED,
    CERTIFIED_LISTED,
    DAY_DUE,
    DIGITISED,
    E_RESULT,
    FEE_DUE,
    FEE_LIFTED,
    FEE_PAID_ONLINE,
    HANDLING_SECONDS,
    OFFERED,
    ON_TIME,
    ONLINE,
    ONLINE_PROVIDERS,
    REUSED,
    REUSED_FROM_ANYWHERE,
    SATISFIED,
)

__all__ = [
    "ACCEPTED",
    "BASES",
    "BOOKED",
    "CLOSED",
    "CODES",
    "EVERY",
    "FACTS",
    "FACT_BY_CODE",
    "FILED",
    "FINISHED",
    "HANDLING_NOW",
    "INTAKE_NOW",
    "STOCK",
    "STOCK_BASES",
    "STOCK_CODES",
    "ZERO",
    "Basis",
    "Fact",
    "midnight",
]

FACTS: tuple[Fact, ...] = (
    Fact("filed", FILED, _("Hồ sơ nộp trong kỳ")),
    Fact("filed_online", FILED, _("Hồ sơ nộp trực tuyến trong kỳ"), ONLINE),
    Fact("received", ACCEPTED, _("Hồ sơ được tiếp nhận trong kỳ")),
    Fact("received_counter", ACCEPTED, _("Hồ sơ được tiếp nhận, nộp trực tiếp"), Q(channel=Channel.COUNTER)),
    Fact("received_post", ACCEPTED, _("Hồ sơ được tiếp nhận, nộp qua bưu chính"), Q(channel=Channel.POST)),
    Fact("received_online", ACCEPTED, _("Hồ sơ được tiếp nhận, nộp trực tuyến"), ONLINE),
    Fact(
        "received_unassisted",
        ACCEPTED,
        _("Hồ sơ được tiếp nhận, người dân tự nộp trực tuyến"),
        ONLINE & Q(assisted=False),
    ),
    Fact(
        "received_assisted",
        ACCEPTED,
        _("Hồ sơ được tiếp nhận, nộp trực tuyến có người nhập giúp"),
        ONLINE & Q(assisted=True),
    ),
    Fact(
        "received_full",
        ACCEPTED,
        _("Hồ sơ được tiếp nhận, nộp trực tuyến với thủ tục toàn trình"),
        ONLINE & Q(online_level=OnlineLevel.FULL),
    ),
    Fact(
        "received_offered",
        ACCEPTED,
        _("Hồ sơ được tiếp nhận của thủ tục có cung cấp trực tuyến"),
        OFFERED,
    ),
    Fact(
        "received_offered_online",
        ACCEPTED,
        _("Hồ sơ được tiếp nhận của thủ tục có cung cấp trực tuyến, nộp trực tuyến"),
        ONLINE & OFFERED,
    ),
    Fact(
        "intake_watched",
        ACCEPTED,
        _("Hồ sơ được tiếp nhận, nộp trực tuyến hoặc qua bưu chính"),
        ~Q(channel=Channel.COUNTER),
    ),
    Fact(
        "intake_in_time",
        ACCEPTED,
        _("Hồ sơ được tiếp nhận hoặc được hướng dẫn bổ sung trong tám giờ làm việc"),
        ~Q(channel=Channel.COUNTER) & ANSWERED_IN_TIME,
    ),
    Fact(
        "received_online_result",
        ACCEPTED,
        _("Hồ sơ được tiếp nhận, nộp trực tuyến và đã có bản điện tử của kết quả"),
        ONLINE & E_RESULT,
    ),
    Fact(
        "received_practice",
        ACCEPTED,
        _("Hồ sơ được tiếp nhận của thủ tục có cung cấp trực tuyến, không kể bưu chính"),
        OFFERED & ~Q(channel=Channel.POST),
    ),
    Fact(
        "received_agent",
        ACCEPTED,
        _("Hồ sơ được tiếp nhận do đại lý dịch vụ công nộp"),
        BY_AGENT,
    ),
    Fact(
        "received_certified",
        ACCEPTED,
        _("Hồ sơ được tiếp nhận mà thành phần hồ sơ có giấy tờ được yêu cầu bản sao chứng thực"),
        CERTIFIED_LISTED,
    ),
    Fact("fee_due", ACCEPTED, _("Hồ sơ được tiếp nhận có phí, lệ phí phải nộp"), FEE_DUE),
    Fact(
        "fee_lifted",
        ACCEPTED,
        _("Hồ sơ được tiếp nhận có phí, lệ phí nhưng số phải nộp bằng 0"),
        FEE_LIFTED,
    ),
    Fact(
        "fee_paid_online",
        ACCEPTED,
        _("Hồ sơ được tiếp nhận có phí, lệ phí phải nộp và đã nộp trực tuyến"),
        FEE_PAID_ONLINE,
    ),
    Fact("refused", CLOSED, _("Hồ sơ không được tiếp nhận"), Q(state=State.REFUSED)),
    Fact("withdrawn", CLOSED, _("Hồ sơ được rút"), Q(state=State.WITHDRAWN)),
    Fact("stopped", CLOSED, _("Hồ sơ dừng giải quyết"), Q(state=State.STOPPED)),
    Fact("finished", FINISHED, _("Hồ sơ có kết quả trong kỳ")),
    Fact(
        "finished_early",
        FINISHED,
        _("Hồ sơ có kết quả trước ngày hẹn"),
        ON_TIME & Q(finished_at__date__lt=DAY_DUE),
    ),
    Fact("finished_on_time", FINISHED, _("Hồ sơ có kết quả trước hạn hoặc đúng hạn"), ON_TIME),
    Fact(
        "finished_on_time_766",
        FINISHED,
        _("Hồ sơ có kết quả đúng hạn và không quá một lần yêu cầu bổ sung"),
        ON_TIME & ~ASKED_TWICE,
    ),
    Fact("finished_e_result", FINISHED, _("Hồ sơ có bản điện tử của kết quả"), E_RESULT),
    Fact("finished_all_online", FINISHED, _("Hồ sơ thực tế được làm trực tuyến ở mọi bước"), ALL_ONLINE),
    Fact(
        "handling_seconds",
        FINISHED,
        _("Tổng thời gian giải quyết, trừ thời gian tạm dừng"),
        Q(),
        HANDLING_SECONDS,
    ),
    Fact("finished_asked", FINISHED, _("Hồ sơ có kết quả đã từng phải bổ sung"), ASKED),
    Fact(
        "finished_asked_twice",
        FINISHED,
        _("Hồ sơ có kết quả đã phải bổ sung từ hai lần"),
        ASKED_TWICE,
    ),
    Fact(
        "finished_digitised",
        FINISHED,
        _("Hồ sơ có kết quả, có tệp thành phần hồ sơ và bản điện tử của kết quả"),
        DIGITISED,
    ),
    Fact(
        "finished_reused",
        FINISHED,
        _("Hồ sơ đã số hoá có dùng lại giấy tờ của hồ sơ trước"),
        REUSED,
    ),
    Fact(
        "finished_reused_any",
        FINISHED,
        _("Hồ sơ đã số hoá có dùng lại giấy tờ, kết quả hoặc giấy tờ trong kho cá nhân"),
        REUSED_FROM_ANYWHERE,
    ),
    Fact(
        "finished_certified_asked",
        FINISHED,
        _("Hồ sơ có kết quả mà yêu cầu bổ sung có nhắc đến bản sao chứng thực"),
        CERTIFIED_ASKED,
    ),
    Fact("rated", RATED, _("Hồ sơ được người dân đánh giá trong kỳ")),
    Fact("rated_satisfied", RATED, _("Hồ sơ được đánh giá hài lòng hoặc rất hài lòng"), SATISFIED),
    Fact("paid", BOOKED, _("Hồ sơ đã nộp phí, lệ phí trong kỳ"), ~Q(Exists(EARLIER))),
    Fact(
        "paid_online",
        BOOKED,
        _("Hồ sơ đã nộp phí, lệ phí trực tuyến"),
        ~Q(Exists(EARLIER)) & Q(provider__in=ONLINE_PROVIDERS),
    ),
    Fact("paid_amount", BOOKED, _("Số tiền phí, lệ phí đã thu"), Q(), F("amount")),
    Fact(
        "paid_amount_online",
        BOOKED,
        _("Số tiền phí, lệ phí đã thu trực tuyến"),
        Q(provider__in=ONLINE_PROVIDERS),
        F("amount"),
    ),
)

STOCK: tuple[Fact, ...] = (
    Fact("open_now", HANDLING_NOW, _("Hồ sơ đang giải quyết")),
    Fact(
        "overdue_now",
        HANDLING_NOW,
        _("Hồ sơ đang giải quyết đã quá hạn"),
        Q(due_at__lt=Now(), clock_paused=False) & ~Q(state__in=[State.SUPPLEMENT, State.OBLIGATION]),
    ),
    Fact("waiting_now", INTAKE_NOW, _("Hồ sơ chờ tiếp nhận")),
    Fact(
        "waiting_late_now",
        INTAKE_NOW,
        _("Hồ sơ chờ tiếp nhận quá tám giờ làm việc"),
        Q(accept_by__lt=Now()),
    ),
)

FACT_BY_CODE = {fact.code: fact for fact in (*FACTS, *STOCK)}
CODES = tuple(fact.code for fact in FACTS)
STOCK_CODES = tuple(fact.code for fact in STOCK)
