"""Where the figures of a running period are heading, in words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from procedures.calendar import WorkCalendar
from reporting.counting import Counts, Day
from reporting.measures import MAIN, MEASURE_BY_CODE, Measure
from reporting.models import Operator, Target
from reporting.periods import Period
from reporting.projection import Projection, ends, pace_of, project
from reporting.wording import share_text, target_text, value_text


@dataclass(frozen=True)
class Line:
    """One projected figure in words."""

    measure: Measure
    now: str
    end: str
    target: str
    tone: str
    sentence: str


@dataclass(frozen=True)
class Outlook:
    """The figures of a running period at its end."""

    end: Day
    lines: tuple[Line, ...]


def outlook(
    period: Period,
    today: Day,
    by_day: Mapping[Day, Counts],
    now: Counts,
    targets: Mapping[str, Target | None],
    calendar: WorkCalendar,
) -> Outlook | None:
    """The projection of the city's targets; None for a period that is over or has not begun."""
    end = ends(period.first, period.last, period.months, today)
    if end is None:
        return None
    lines = []
    for code in MAIN:
        measure, target = MEASURE_BY_CODE[code], targets.get(code)
        wanted = float(target.value) if target and target.operator == Operator.AT_LEAST else None
        found = project(pace_of(by_day, measure, calendar, period.first, today, end), wanted)
        lines.append(_line(measure, now, target, wanted, found))
    return Outlook(end, tuple(lines))


def _line(
    measure: Measure, now: Counts, target: Target | None, wanted: float | None, found: Projection | None
) -> Line:
    held = target_text(target) if target else ""
    value = value_text(measure, measure.value(now))
    if found is None:
        return Line(measure, value, _("Chưa đủ số liệu"), held, "none", "")
    if wanted is None:
        return Line(measure, value, share_text(found.value), held, "plain", "")
    tone = "good" if not found.needed else "bad"
    return Line(measure, value, share_text(found.value), held, tone, _sentence(found, wanted))


def _sentence(found: Projection, wanted: float) -> str:
    if not found.needed:
        return _("Giữ nhịp này là đạt mục tiêu.")
    if found.best < wanted:
        return _("Dù mọi hồ sơ còn lại đều đạt, đến cuối kỳ cũng chỉ được %(best)s.") % {
            "best": share_text(found.best)
        }
    return ngettext(
        "Cần thêm %(number)s hồ sơ đạt mỗi ngày làm việc (còn %(days)s ngày).",
        "Cần thêm %(number)s hồ sơ đạt mỗi ngày làm việc (còn %(days)s ngày).",
        found.needed,
    ) % {"number": found.needed, "days": found.days_left}
