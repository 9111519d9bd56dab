"""The same period counted by several official readings, and the bridges that explain the difference row by row.

A bridge starts from one set and ends at another; each step takes away or adds rows for one reason, every row for the
first reason that holds. Steps are facts: each opens its list. What no named reason explains is a step of its
own, so start + steps = end holds by construction and an unexplained rest cannot hide.
"""

from __future__ import annotations

import datetime
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Now, TruncDate
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from procedures.calendar import HANOI
from procedures.models import Channel, OnlineLevel, ProcedureVersion, VersionState
from reporting import report06
from reporting.bases import ACCEPTED, Fact, neither
from reporting.conditions import ASKED_TWICE, OFFERED, OFFERED_LEVELS, ONLINE
from reporting.counting import Counts
from reporting.facts import FACT_BY_CODE
from reporting.measures import MEASURE_BY_CODE
from reporting.periods import Period

Text = str | Promise
Reason = tuple[str, Text, Q]


@dataclass(frozen=True)
class Step:
    """Rows taken away (-1) or added (+1) for one reason."""

    fact: Fact
    sign: int
    is_rest: bool = False


@dataclass(frozen=True)
class Bridge:
    """From the set of one reading to that of another."""

    code: str
    title: Text
    start: Fact
    end: Fact
    steps: tuple[Step, ...]

    @property
    def facts(self) -> tuple[Fact, ...]:
        """Every set it counts."""
        return (self.start, *(step.fact for step in self.steps), self.end)


@dataclass(frozen=True)
class Away(Fact):
    """Rows of the asked units whose other unit (`other`) is not among them: handed over between units."""

    other: str = ""

    def rows(self, first: datetime.date, last: datetime.date, units: Collection[int] | None) -> QuerySet[Any]:
        """None at all when every unit is asked for."""
        rows = super().rows(first, last, units)
        return rows.none() if units is None else rows.exclude(**{f"{self.other}__in": sorted(units)})


def _steps(code: str, source: Fact, target: Fact, sign: int, reasons: Iterable[Reason]) -> list[Step]:
    """Rows of `source` that are not in `target`, by the first reason that holds; the rest last."""
    missing = source.where & neither(target.where)
    found: list[Step] = []
    before: list[Q] = []
    for name, title, condition in reasons:
        where = missing & condition & neither(*before)
        found.append(Step(Fact(f"{code}-{name}", source.basis, title, where), sign))
        before.append(condition)
    rest = Fact(
        f"{code}-rest-{'out' if sign < 0 else 'in'}",
        source.basis,
        _("Chưa giải thích được"),
        missing & neither(*before),
    )
    return [*found, Step(rest, sign, is_rest=True)]


def _bridge(
    code: str, title: Text, start: Fact, end: Fact, out: Iterable[Reason], into: Iterable[Reason] = ()
) -> Bridge:
    """A bridge between two sets of one basis."""
    steps = (*_steps(code, start, end, -1, out), *_steps(code, end, start, +1, into))
    return Bridge(code, title, start, end, steps)


_TODAY = TruncDate(Now(), tzinfo=HANOI)
_OFFERED_NOW = Q(
    Exists(
        ProcedureVersion.objects.filter(
            Q(valid_to__isnull=True) | Q(valid_to__gt=_TODAY),
            procedure=OuterRef("procedure"),
            state=VersionState.PUBLISHED,
            valid_from__lte=_TODAY,
            online_level__in=OFFERED_LEVELS,
        ).order_by()
    )
)
OFFERED_NOW = Fact(
    "level_now",
    ACCEPTED,
    _("Hồ sơ được tiếp nhận của thủ tục mà nay có cung cấp trực tuyến, không kể bưu chính"),
    _OFFERED_NOW & ~Q(channel=Channel.POST),
)
_F = FACT_BY_CODE
_POST: Reason = ("post", _("Nộp qua bưu chính"), Q(channel=Channel.POST))
_COUNTER: Reason = ("counter", _("Nộp trực tiếp"), Q(channel=Channel.COUNTER))
_LEVELS: tuple[Reason, ...] = (
    ("counter-only", _("Thủ tục chỉ làm tại quầy vào ngày nộp"), Q(online_level=OnlineLevel.COUNTER)),
    (
        "unconfirmed",
        _("Thủ tục chưa xác nhận mức độ vào ngày nộp"),
        Q(online_level=OnlineLevel.UNCONFIRMED),
    ),
)

BRIDGES: tuple[Bridge, ...] = (
    _bridge(
        "twenty",
        _("Mục tiêu 20 %: từ “trên tổng số” sang “trên hồ sơ trực tuyến” (mẫu số)"),
        _F["received"],
        _F["received_online"],
        (_COUNTER, _POST),
    ),
    _bridge(
        "result",
        _("Trực tuyến: từ cách đọc của thành phố sang công thức 766 (tử số)"),
        _F["received_online"],
        _F["received_online_result"],
        (
            ("closed", _("Rút hoặc dừng, không có kết quả"), Q(closed_at__isnull=False, finished_at=None)),
            ("open", _("Chưa có kết quả"), Q(finished_at=None)),
            ("unsigned", _("Có kết quả nhưng chưa có bản điện tử đã ký số"), Q(finished_at__isnull=False)),
        ),
    ),
    _bridge(
        "practice",
        _("Trực tuyến: từ cách đọc của thành phố sang cách tính của hệ thống cấp tỉnh (mẫu số)"),
        _F["received"],
        _F["received_practice"],
        (_POST, *_LEVELS),
    ),
    _bridge(
        "level",
        _("Mức độ: từ mức độ vào ngày nộp sang mức độ hiện nay của thủ tục (mẫu số)"),
        _F["received_practice"],
        OFFERED_NOW,
        (("lowered", _("Thủ tục nay không còn cung cấp trực tuyến"), neither(_OFFERED_NOW)),),
        (("raised", _("Thủ tục nay mới cung cấp trực tuyến"), neither(OFFERED)),),
    ),
    Bridge(
        "report06",
        _("Số hồ sơ: từ “tiếp nhận trong kỳ” của thành phố sang tổng số phải giải quyết của Biểu 06"),
        _F["received"],
        report06.TOTAL,
        (
            Step(
                Away(
                    "report06-elsewhere",
                    ACCEPTED,
                    _("Tiếp nhận ở đây, do đơn vị khác giải quyết"),
                    other="competent_unit",
                ),
                -1,
            ),
            Step(
                Away(
                    "report06-handed",
                    report06.TAKEN,
                    _("Tiếp nhận ở nơi khác, giải quyết ở đây"),
                    other="receiving_unit",
                ),
                +1,
            ),
            Step(report06.CARRIED_OVER, +1),
        ),
    ),
    _bridge(
        "twice",
        _("Đúng hạn: từ cách đọc của thành phố sang công thức 766 (tử số)"),
        _F["finished_on_time"],
        _F["finished_on_time_766"],
        (("asked", _("Đúng hạn nhưng đã phải bổ sung từ hai lần"), ASKED_TWICE),),
    ),
)


@dataclass(frozen=True)
class Reading:
    """One reading of a target: whose it is, its two sets, and the definition it comes from."""

    title: Text
    source: Text
    numerator: Fact
    denominator: Fact
    measure: str = ""


def _reading(title: Text, code: str) -> Reading:
    measure = MEASURE_BY_CODE[code]
    return Reading(title, measure.source, measure.numerator, measure.denominator, code)


_REPORT: Text = _("Biểu 06, Thông tư 02/2017/TT-VPCP")
READINGS: tuple[tuple[Text, tuple[Reading, ...]], ...] = (
    (
        _("Nộp trực tuyến"),
        (
            _reading(_("Thành phố"), "online"),
            _reading(_("Công thức 766"), "online-766"),
            _reading(_("Cách tính của hệ thống cấp tỉnh, mức độ vào ngày nộp"), "online-practice"),
            Reading(
                _("Cách tính của hệ thống cấp tỉnh, mức độ hiện nay"),
                MEASURE_BY_CODE["online-practice"].source,
                Fact(
                    "level_now_online",
                    ACCEPTED,
                    _("Hồ sơ nộp trực tuyến của thủ tục mà nay có cung cấp trực tuyến"),
                    _OFFERED_NOW & ONLINE,
                ),
                OFFERED_NOW,
            ),
            Reading(_("Biểu 06"), _REPORT, report06.BY_NET, report06.RECEIVED),
        ),
    ),
    (
        _("Toàn trình, mục tiêu 20 %"),
        (
            _reading(_("Trên tổng số"), "full-of-all"),
            _reading(_("Trên hồ sơ trực tuyến"), "full-of-online"),
        ),
    ),
    (
        _("Trước hạn hoặc đúng hạn"),
        (
            _reading(_("Thành phố"), "on-time"),
            _reading(_("Công thức 766"), "on-time-766"),
            Reading(_("Biểu 06"), _REPORT, report06.IN_TIME, report06.RESOLVED),
        ),
    ),
)


def all_facts() -> dict[str, Fact]:
    """Every set of the readings and bridges, by code."""
    facts = [fact for bridge in BRIDGES for fact in bridge.facts]
    facts += [
        fact for _title, lines in READINGS for one in lines for fact in (one.numerator, one.denominator)
    ]
    return {fact.code: fact for fact in (*facts, *report06.FACTS)}


def counts(period: Period, units: Collection[int]) -> Counts:
    """Every set of the readings and bridges counted from the rows."""
    facts = all_facts().values()
    counted = report06.by([fact for fact in facts if not isinstance(fact, Away)], period, units)[()]
    found = dict.fromkeys(all_facts(), 0) | dict(counted)
    for fact in facts:
        if isinstance(fact, Away):
            found[fact.code] = fact.rows(period.first, period.last, units).count()
    return found
