"""Geometry of the charts: numbers in, positions out. Templates draw them as SVG and print the table beside them."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass

from reporting.counting import Counts, Day, add
from reporting.measures import Measure
from reporting.periods import ONE_DAY, Period, month_of, next_month

WIDTH, HEIGHT = 720, 240
LEFT, RIGHT, TOP, BOTTOM = 72, 8, 16, 36
LONG, VERY_LONG = 62, 400


@dataclass(frozen=True)
class Bucket:
    """Days shown as one point, with their counts."""

    first: Day
    last: Day
    counts: Counts

    @property
    def label(self) -> str:
        """The day, the week's first day or the month."""
        if self.first.day == 1 and self.last - self.first >= datetime.timedelta(days=27):
            return f"{self.first:%m/%Y}"
        return f"{self.first:%d/%m}"


def buckets(period: Period, by_day: Mapping[Day, Counts]) -> list[Bucket]:
    """The days of a period; beyond two months by week, beyond a year by month. Days without a row count nothing."""
    found: list[Bucket] = []
    first = period.first
    while first <= period.last:
        last = min(_end(first, period.length), period.last)
        counts: Counts = {}
        for number in range((last - first).days + 1):
            add(counts, by_day.get(first + number * ONE_DAY, {}))
        found.append(Bucket(first, last, counts))
        first = last + ONE_DAY
    return found


def _end(day: Day, length: int) -> Day:
    if length <= LONG:
        return day
    if length <= VERY_LONG:
        return day + (6 - day.weekday()) * ONE_DAY
    return next_month(month_of(day)) - ONE_DAY


@dataclass(frozen=True)
class Mark:
    """A label of an axis at a position."""

    at: str
    text: str


@dataclass(frozen=True)
class Dot:
    """A point of the line with the words read out for it."""

    x: str
    y: str
    title: str


@dataclass(frozen=True)
class Column:
    """A column of two stacked parts."""

    x: str
    width: str
    lower_y: str
    lower_height: str
    upper_y: str
    upper_height: str
    title: str


@dataclass(frozen=True)
class Chart:
    """Everything a template needs; lengths are in units of the viewBox `WIDTH` × `HEIGHT`."""

    across: tuple[Mark, ...]
    up: tuple[Mark, ...]
    lines: tuple[str, ...] = ()
    dots: tuple[Dot, ...] = ()
    columns: tuple[Column, ...] = ()
    target_y: str = ""
    width: int = WIDTH
    height: int = HEIGHT
    left: int = LEFT
    right: int = WIDTH - RIGHT
    bottom: int = HEIGHT - BOTTOM
    label_y: int = HEIGHT - 10


def _number(value: float) -> str:
    return f"{value:.1f}"


def _x(index: int, count: int) -> float:
    step = (WIDTH - LEFT - RIGHT) / max(count, 1)
    return LEFT + step * (index + 0.5)


def _y(share: float) -> float:
    return HEIGHT - BOTTOM - share * (HEIGHT - TOP - BOTTOM)


def _across(parts: list[Bucket]) -> tuple[Mark, ...]:
    every = max(1, -(-len(parts) // 8))
    return tuple(
        Mark(_number(_x(index, len(parts))), part.label)
        for index, part in enumerate(parts)
        if index % every == 0
    )


def rate_line(parts: list[Bucket], measure: Measure, target: float | None, words: Mapping[int, str]) -> Chart:
    """A share over time, 0 to 100 %; days without data leave a gap. `words` says the value of each part."""
    runs: list[list[str]] = [[]]
    dots = []
    for index, part in enumerate(parts):
        value = measure.value(part.counts)
        if value is None:
            runs.append([])
            continue
        x, y = _number(_x(index, len(parts))), _number(_y(min(max(value, 0.0), 1.0)))
        runs[-1].append(f"{x},{y}")
        dots.append(Dot(x, y, f"{part.label}: {words[index]}"))
    return Chart(
        across=_across(parts),
        up=tuple(Mark(_number(_y(share / 100)), f"{share}%") for share in (0, 25, 50, 75, 100)),
        lines=tuple(" ".join(run) for run in runs if len(run) > 1),
        dots=tuple(dots),
        target_y=_number(_y(target)) if target is not None else "",
    )


def stacked(parts: list[Bucket], lower: str, whole: str, words: Mapping[int, str]) -> Chart:
    """Columns of `whole`, with the part `lower` at the foot."""
    top = nice(max((part.counts.get(whole, 0) for part in parts), default=0))
    room = (WIDTH - LEFT - RIGHT) / max(len(parts), 1)
    width = max(room * 0.7, 1.0)
    columns = []
    for index, part in enumerate(parts):
        foot, total = part.counts.get(lower, 0) / top, part.counts.get(whole, 0) / top
        columns.append(
            Column(
                x=_number(_x(index, len(parts)) - width / 2),
                width=_number(width),
                lower_y=_number(_y(foot)),
                lower_height=_number(_y(0) - _y(foot)),
                upper_y=_number(_y(total)),
                upper_height=_number(_y(foot) - _y(total)),
                title=f"{part.label}: {words[index]}",
            )
        )
    ticks = sorted({0, top // 2, top})
    return Chart(
        across=_across(parts),
        up=tuple(Mark(_number(_y(tick / top)), str(tick)) for tick in ticks),
        columns=tuple(columns),
    )


def nice(largest: int) -> int:
    """The top of an axis: 1, 2 or 5 times a power of ten, at least `largest` and at least 4."""
    step = 1
    while True:
        for factor in (1, 2, 4, 5, 8):
            if factor * step >= max(largest, 4):
                return factor * step
        step *= 10
