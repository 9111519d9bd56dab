"""Report 06 (TT 02/2017/TT-VPCP): received, resolved and in progress, by the deciding unit, with its check sum.

Unlike the daily facts these sets depend on both ends of the period, so they are counted from the rows when the
report is opened and are never stored. Late or not is judged as by `on-time`; overdue in progress is judged at the
end of the period (now, when that is still to come) by the due date in force when the report is opened.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Exists, F, OuterRef, Q
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from dossiers.models import Dossier, DossierEvent
from dossiers.states import EventKind, State
from portal.lib import clock
from procedures.models import Channel
from reporting.bases import COMPETENT, FINISHED, Basis, Fact, midnight, neither
from reporting.conditions import ON_TIME, ONLINE
from reporting.counting import Counts, add
from reporting.facts import FACT_BY_CODE
from reporting.periods import ONE_DAY, Period

VERSION = 1
PAUSED = [State.SUPPLEMENT, State.OBLIGATION]


def after(last: datetime.date) -> datetime.datetime:
    """The end of the day `last`, or now when that is still to come."""
    return min(midnight(last + ONE_DAY), clock.now())


def _alive(moment: datetime.datetime) -> Q:
    """Accepted, without a result and not closed just before `moment`."""
    return (
        Q(accepted_at__lt=moment)
        & (Q(finished_at__isnull=True) | Q(finished_at__gte=moment))
        & (Q(closed_at__isnull=True) | Q(closed_at__gte=moment))
    )


@dataclass(frozen=True)
class Span(Basis):
    """A basis whose rows are chosen by both ends of the period."""

    chosen: Callable[[datetime.datetime, datetime.datetime], Q] = lambda _start, _end: Q()

    def between(self, first: datetime.date, last: datetime.date) -> Q:
        """Rows of the days `first` to `last`, both included."""
        return self.chosen(midnight(first), midnight(last + ONE_DAY))


def _span(
    code: str, label: str | Promise, chosen: Callable[[datetime.datetime, datetime.datetime], Q]
) -> Span:
    return Span(
        code,
        label,
        _("đơn vị giải quyết"),
        Dossier,
        "accepted_at",
        "competent_unit",
        territory=COMPETENT,
        chosen=chosen,
    )


TAKEN = Basis(
    "taken",
    _("ngày tiếp nhận"),
    _("đơn vị giải quyết"),
    Dossier,
    "accepted_at",
    "competent_unit",
    territory=COMPETENT,
)
LEFT = Basis(
    "left",
    _("ngày kết thúc"),
    _("đơn vị giải quyết"),
    Dossier,
    "closed_at",
    "competent_unit",
    scope=Q(closed_at__isnull=False, finished_at__isnull=True, accepted_at__isnull=False),
    territory=COMPETENT,
)
CARRIED = _span("carried", _("đầu kỳ"), lambda start, _end: _alive(start))
REMAINING = _span("remaining", _("cuối kỳ"), lambda _start, end: _alive(end))
HANDLED = _span(
    "handled",
    _("trong kỳ hoặc từ kỳ trước chuyển qua"),
    lambda start, end: _alive(start) | Q(accepted_at__gte=start, accepted_at__lt=end),
)


@dataclass(frozen=True)
class AtEnd(Fact):
    """Rows told apart by how they stood at the end of the period."""

    test: Callable[[datetime.datetime], Q] = lambda _moment: Q()

    def condition(self, first: datetime.date, last: datetime.date) -> Q:  # noqa: ARG002
        """The test at the end of the day `last`, or now."""
        return self.test(after(last))


def _paused(moment: datetime.datetime) -> Q:
    """The last event before `moment` led into a pause, or the clock was held and not released before it."""
    events = DossierEvent.objects.filter(at__lt=moment).order_by()
    later = events.filter(dossier=OuterRef("dossier"), seq__gt=OuterRef("seq"))
    own = events.filter(dossier=OuterRef("pk"))
    waiting = own.filter(~Exists(later), to_state__in=PAUSED)
    held = own.filter(~Exists(later.filter(kind=EventKind.RELEASED)), kind=EventKind.HELD)
    return Q(Exists(waiting)) | Q(Exists(held))


EARLY = FACT_BY_CODE["finished_early"]
RESOLVED = FACT_BY_CODE["finished"]
TOTAL = Fact("r06_total", HANDLED, _("Tổng số hồ sơ phải giải quyết trong kỳ"))
CARRIED_OVER = Fact("r06_carried", CARRIED, _("Hồ sơ kỳ trước chuyển qua"))
RECEIVED = Fact("r06_received", TAKEN, _("Hồ sơ mới tiếp nhận trong kỳ"))
BY_NET = Fact("r06_online", TAKEN, _("Hồ sơ mới tiếp nhận trong kỳ, trực tuyến"), ONLINE)
IN_TIME = Fact("r06_in_time", FINISHED, _("Hồ sơ đã giải quyết trước hạn hoặc đúng hạn"), ON_TIME)
FACTS: tuple[Fact, ...] = (
    TOTAL,
    CARRIED_OVER,
    RECEIVED,
    BY_NET,
    Fact("r06_direct", TAKEN, _("Hồ sơ mới tiếp nhận trong kỳ, trực tiếp"), Q(channel=Channel.COUNTER)),
    Fact("r06_post", TAKEN, _("Hồ sơ mới tiếp nhận trong kỳ, qua bưu chính"), Q(channel=Channel.POST)),
    IN_TIME,
    Fact(
        "r06_exact",
        FINISHED,
        _("Hồ sơ đã giải quyết đúng ngày hẹn"),
        ON_TIME & ~EARLY.where,
    ),
    Fact("r06_late", FINISHED, _("Hồ sơ đã giải quyết quá hạn"), ~ON_TIME),
    Fact("r06_left", LEFT, _("Hồ sơ rút hoặc dừng giải quyết sau khi tiếp nhận")),
    Fact("r06_open", REMAINING, _("Hồ sơ đang giải quyết vào cuối kỳ")),
    AtEnd(
        "r06_within",
        REMAINING,
        _("Hồ sơ đang giải quyết, trong hạn"),
        test=lambda moment: neither(_paused(moment)) & Q(due_at__gte=moment),
    ),
    AtEnd(
        "r06_overdue",
        REMAINING,
        _("Hồ sơ đang giải quyết, quá hạn"),
        test=lambda moment: neither(_paused(moment)) & Q(due_at__lt=moment),
    ),
    AtEnd(
        "r06_paused",
        REMAINING,
        _("Hồ sơ đang tạm dừng chờ bổ sung hoặc chờ nghĩa vụ tài chính"),
        test=_paused,
    ),
)
# The columns in the order of the form, under the headings that group them.
HEADINGS: tuple[tuple[str | Promise, tuple[tuple[str | Promise, str], ...]], ...] = (
    (
        _("Phải giải quyết"),
        (
            (_("Tổng số"), "r06_total"),
            (_("Kỳ trước"), "r06_carried"),
            (_("Trực tuyến"), "r06_online"),
            (_("Trực tiếp"), "r06_direct"),
            (_("Bưu chính"), "r06_post"),
        ),
    ),
    (
        _("Đã giải quyết"),
        (
            (_("Tổng số"), "finished"),
            (_("Trước hạn"), "finished_early"),
            (_("Đúng hạn"), "r06_exact"),
            (_("Quá hạn"), "r06_late"),
        ),
    ),
    (
        _("Đang giải quyết"),
        (
            (_("Tổng số"), "r06_open"),
            (_("Trong hạn"), "r06_within"),
            (_("Quá hạn"), "r06_overdue"),
            (_("Tạm dừng"), "r06_paused"),
        ),
    ),
    ("", ((_("Rút, dừng"), "r06_left"),)),
)
COLUMNS = tuple(code for _group, inner in HEADINGS for _title, code in inner)
_BY_CODE = {fact.code: fact for fact in (*FACTS, RESOLVED, EARLY)}


def column(code: str) -> Fact:
    """The fact of one column."""
    return _BY_CODE[code]


@dataclass(frozen=True)
class Sum:
    """One check sum: what must be equal, and the two sides."""

    label: str | Promise
    left: int
    right: int

    @property
    def holds(self) -> bool:
        """Whether both sides are equal."""
        return self.left == self.right


def check_sums(counts: Counts) -> list[Sum]:
    """What must add up in one line of the report; each side is counted by itself."""

    def plus(*codes: str) -> int:
        return sum(counts.get(code, 0) for code in codes)

    return [
        Sum(
            _("tổng số = kỳ trước chuyển qua + mới tiếp nhận"),
            plus("r06_total"),
            plus("r06_carried", "r06_online", "r06_direct", "r06_post"),
        ),
        Sum(
            _("đã giải quyết = trước hạn + đúng hạn + quá hạn"),
            plus("finished"),
            plus("finished_early", "r06_exact", "r06_late"),
        ),
        Sum(
            _("đang giải quyết = trong hạn + quá hạn + tạm dừng"),
            plus("r06_open"),
            plus("r06_within", "r06_overdue", "r06_paused"),
        ),
        Sum(
            _("tổng số = đã giải quyết + đang giải quyết + rút, dừng"),
            plus("r06_total"),
            plus("finished", "r06_open", "r06_left"),
        ),
    ]


def lines(period: Period, units: Collection[int], key: str) -> tuple[Counts, dict[tuple[Any, ...], Counts]]:
    """The whole report in one run: its total, and a line per field or unit (every row belongs to exactly one)."""
    groups = by([column(code) for code in COLUMNS], period, units, key)
    total: Counts = {}
    for counts in groups.values():
        add(total, counts)
    return total, groups


def named(
    groups: Mapping[tuple[Any, ...], Counts], units: Mapping[int, str] | None
) -> list[tuple[str, tuple[Any, ...], Counts]]:
    """(name, key, counts) of the lines that have anything: units in their order, fields by name."""
    if units is not None:
        found = [(name, (pk,), groups.get((pk,), {})) for pk, name in units.items()]
    else:
        found = [(key[1], key, groups[key]) for key in sorted(groups, key=lambda one: str(one[1]))]
    return [one for one in found if any(one[2].values())]


def by(
    facts: Iterable[Fact], period: Period, units: Collection[int], key: str = ""
) -> dict[tuple[Any, ...], Counts]:
    """Each fact counted from the rows, one statement a basis, grouped by `key`: "field", "unit" or "" (all together).

    Keys of the answer: (field code, field name), (unit key,) or ().
    """
    total: dict[tuple[Any, ...], Counts] = {}
    groups: dict[str, list[Fact]] = {}
    for fact in facts:
        groups.setdefault(fact.basis.code, []).append(fact)
    for group in groups.values():
        basis = group[0].basis
        rows = basis.all_rows().filter(basis.between(period.first, period.last), basis.of_units(units))
        paths = _paths(basis, key)
        columns = {f"n_{fact.code}": _count(fact, period) for fact in group}
        if not paths:
            add(total.setdefault((), {}), _bare(rows.aggregate(**columns)))
            continue
        named = {f"k{number}": F(path) for number, path in enumerate(paths)}
        for row in rows.values(**named).annotate(**columns).order_by():
            where = tuple(row[name] for name in named)
            add(total.setdefault(where, {}), _bare({name: row[name] for name in columns}))
    return total


def _bare(numbers: dict[str, int]) -> Counts:
    return {name.removeprefix("n_"): int(number or 0) for name, number in numbers.items()}


def _count(fact: Fact, period: Period) -> Any:
    condition = fact.condition(period.first, period.last)
    return Count("pk", filter=condition) if condition else Count("pk")


def _paths(basis: Basis, key: str) -> tuple[str, ...]:
    if key == "field":
        return (f"{basis.dossier}procedure__field__code", f"{basis.dossier}procedure__field__name")
    return (f"{basis.unit}_id",) if key == "unit" else ()
