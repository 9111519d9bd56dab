"""One look at the figures: what each rule counts for each unit, and about which units it speaks."""

from __future__ import annotations

import datetime
from collections.abc import Collection
from dataclasses import dataclass
from functools import cached_property

from django.db.models import Count

from portal.accounts.models import Unit
from portal.lib import clock
from procedures.calendar import WorkCalendar, calendar_for
from reporting import behind
from reporting.bases import Fact
from reporting.counting import Counts
from reporting.measures import MEASURE_BY_CODE, Measure
from reporting.models import WarningKind, WarningRule
from reporting.periods import ONE_DAY, Period, Preset
from reporting.rollups import totals
from reporting.targets import Targets
from reporting.watch.sets import SETS

PACE_DAYS = 10  # working days the pace of a unit is taken from


@dataclass(frozen=True)
class Look:
    """The figures as of `now` for `units` (their keys; None: all). What several rules need is read once."""

    now: datetime.datetime
    units: Collection[int] | None = None

    @cached_property
    def today(self) -> datetime.date:
        """The day of the look."""
        return clock.today()

    @cached_property
    def every(self) -> dict[int, Unit]:
        """The units asked about."""
        rows = Unit.objects.valid_on(self.today).order_by("pk")
        return {unit.pk: unit for unit in (rows if self.units is None else rows.filter(pk__in=self.units))}

    @cached_property
    def calendar(self) -> WorkCalendar:
        """The city's working days; office hours of single units are not asked here."""
        return calendar_for(next(iter(self.every.values()), Unit()))

    @cached_property
    def month(self) -> Period:
        """This month so far."""
        return Period.named(Preset.MONTH, self.today)

    @cached_property
    def counts(self) -> dict[int, Counts]:
        """The counts of the month."""
        return totals(self.month, self.units)

    @cached_property
    def earlier(self) -> dict[int, Counts]:
        """The counts of the same days of the month before."""
        return totals(self.month.before(), self.units)

    @cached_property
    def targets(self) -> Targets:
        """The targets in force."""
        return Targets.on(self.today)

    @cached_property
    def pace(self) -> dict[int, float]:
        """Dossiers finished a working day by unit, over the last working days."""
        day, days = self.today, 0
        while days < PACE_DAYS:
            day -= ONE_DAY
            days += self.calendar.is_working(day)
        found = totals(Period(day, self.today - ONE_DAY), self.units)
        return {unit: counts.get("finished", 0) / PACE_DAYS for unit, counts in found.items()}

    # --- what a rule counts ---

    def fact(self, rule: WarningRule) -> Fact | None:
        """The set a rule counts; None for a rule about a measure."""
        maker = SETS.get(WarningKind(rule.kind))
        return maker(rule, self.now, self.calendar) if maker else None

    def request(self, rule: WarningRule, unit: int) -> behind.Request:
        """The list behind a rule for one unit."""
        fact = self.fact(rule)
        if fact is None:
            return behind.Request(MEASURE_BY_CODE[rule.measure], "rest", self.month, [unit])
        return behind.Request(None, "", Period(self.today, self.today), [unit], only=fact)

    def numbers(self, rule: WarningRule) -> dict[int, int]:
        """What the list of each unit holds, whether the rule speaks or not; units without a row are absent."""
        fact = self.fact(rule)
        if fact is None:
            measure = MEASURE_BY_CODE[rule.measure]
            return {unit: left for unit, counts in self.counts.items() if (left := _rest(measure, counts))}
        rows = fact.rows(self.today, self.today, self.units).order_by().values_list(fact.basis.unit)
        return dict(rows.annotate(number=Count("pk", distinct=True)))

    def findings(self, rule: WarningRule) -> dict[int, int]:
        """The units a rule speaks about, with the number of their list."""
        numbers = self.numbers(rule)
        speaks = {
            WarningKind.BELOW_TARGET: self._is_below,
            WarningKind.FALLING: self._is_falling,
            WarningKind.LATE_SOON: self._is_beyond_pace,
        }.get(WarningKind(rule.kind))
        found = {}
        for unit, number in numbers.items():
            if unit not in self.every:
                continue
            if speaks(rule, unit, number) if speaks else number >= self._least(rule):
                found[unit] = number
        return found

    @staticmethod
    def _least(rule: WarningRule) -> int:
        # For "many people" the threshold is the number of owners, not of dossiers.
        return rule.least if rule.kind == WarningKind.MANY_PEOPLE else max(rule.least, int(rule.threshold))

    def _is_below(self, rule: WarningRule, unit: int, _number: int) -> bool:
        """Below target by more than `threshold` points, with at least `least` dossiers counted."""
        measure, counts = MEASURE_BY_CODE[rule.measure], self.counts.get(unit, {})
        target = self.targets.of(measure.code, unit, self.every[unit].kind)
        value = measure.value(counts)
        if target is None or value is None or counts.get(measure.denominator.code, 0) < rule.least:
            return False
        return not target.met_by(value + float(rule.threshold) / 100)

    def _is_falling(self, rule: WarningRule, unit: int, _number: int) -> bool:
        """At least `threshold` points lower than in the same days of the month before; both with `least` dossiers."""
        measure = MEASURE_BY_CODE[rule.measure]
        now, then = self.counts.get(unit, {}), self.earlier.get(unit, {})
        value, before = measure.value(now), measure.value(then)
        if value is None or before is None:
            return False
        enough = min(one.get(measure.denominator.code, 0) for one in (now, then)) >= rule.least
        return enough and before - value >= float(rule.threshold) / 100 - 1e-9

    def _is_beyond_pace(self, rule: WarningRule, unit: int, number: int) -> bool:
        """More is due in the next `days` working days than `threshold` times what the unit finishes in as many."""
        return number >= rule.least and number > self.pace.get(unit, 0.0) * rule.days * float(rule.threshold)


def _rest(measure: Measure, counts: Counts) -> int:
    return counts.get(measure.denominator.code, 0) - counts.get(measure.numerator.code, 0)
