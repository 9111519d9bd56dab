"""Counted days: what the boards read, what still has to be counted, and how the counting stands."""

from __future__ import annotations

from django.db import models
from django.db.models.functions import Now

from portal.accounts.models import Unit
from procedures.models import Procedure


def counter() -> models.BigIntegerField:
    """A column holding one fact of `reporting.facts`: a number of rows, or a sum of seconds or đồng."""
    return models.BigIntegerField(default=0)


class Counted(models.Model):
    """A column per fact of `reporting.facts`, named by the fact's code."""

    # filed that day at the receiving unit
    filed = counter()
    filed_online = counter()
    # accepted that day at the receiving unit
    received = counter()
    received_counter = counter()
    received_post = counter()
    received_online = counter()
    received_unassisted = counter()
    received_assisted = counter()
    received_full = counter()
    received_offered = counter()
    received_offered_online = counter()
    intake_watched = counter()
    intake_in_time = counter()
    received_online_result = counter()
    received_practice = counter()
    received_agent = counter()
    received_certified = counter()
    fee_due = counter()
    fee_lifted = counter()
    fee_paid_online = counter()
    # closed that day without a result, at the receiving unit
    refused = counter()
    withdrawn = counter()
    stopped = counter()
    # finished that day at the competent unit
    finished = counter()
    finished_early = counter()
    finished_on_time = counter()
    finished_on_time_766 = counter()
    finished_e_result = counter()
    finished_all_online = counter()
    handling_seconds = counter()
    finished_asked = counter()
    finished_asked_twice = counter()
    finished_digitised = counter()
    finished_reused = counter()
    finished_reused_any = counter()
    finished_certified_asked = counter()
    # rated that day, at the unit that decided
    rated = counter()
    rated_satisfied = counter()
    # money booked that day at the collecting unit
    paid = counter()
    paid_online = counter()
    paid_amount = counter()
    paid_amount_online = counter()

    class Meta:
        abstract = True


class DayCount(Counted):
    """One day of one unit.

    A row is never edited by hand: it is whatever `reporting.fill` counts from the dossiers, and is compared
    with a new count every night. Days are Hanoi's. The day and the unit of each fact are those of its basis.
    """

    day = models.DateField()
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+", db_index=False)
    filled_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [models.UniqueConstraint(fields=["day", "unit"], name="day_count_once")]
        indexes = [models.Index(fields=["unit", "day"], name="day_count_unit")]

    def __str__(self) -> str:
        return f"{self.day} {self.unit_id}"


class MonthCount(Counted):
    """The sum of the days of one unit in the month that begins on `month`; kept by `reporting.sums`."""

    month = models.DateField()
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+", db_index=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["month", "unit"], name="month_count_once")]

    def __str__(self) -> str:
        return f"{self.month:%Y-%m} {self.unit_id}"


class CityDayCount(Counted):
    """The sum of one day over all units; kept by `reporting.sums`."""

    day = models.DateField(unique=True)

    def __str__(self) -> str:
        return f"{self.day}"


class DirtyDay(models.Model):
    """A mark that the counts of one day of one unit may have changed.

    Appended in the transaction of the change (no shared row, so writers never wait for each other) and
    removed by the fill that counted the day again.
    """

    day = models.DateField()
    unit = models.ForeignKey(Unit, models.CASCADE, related_name="+", db_index=False, db_constraint=False)
    at = models.DateTimeField(db_default=Now())

    class Meta:
        indexes = [models.Index(fields=["day"], name="dirty_day")]

    def __str__(self) -> str:
        return f"{self.day} {self.unit_id}"


class ProcedureCount(models.Model):
    """One day of one procedure in the whole city: the facts of the city's targets, zeros left out.

    Day x procedure x unit would not compress; day x procedure grows with the catalogue, not with the dossiers.
    Whoever asks about some units only is answered from the rows.
    """

    day = models.DateField()
    procedure = models.ForeignKey(Procedure, models.PROTECT, related_name="+", db_index=False)
    received = counter()
    received_online = counter()
    received_full = counter()
    finished = counter()
    finished_on_time = counter()
    finished_e_result = counter()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["day", "procedure"], name="procedure_count_once")]
        indexes = [models.Index(fields=["procedure", "day"], name="procedure_count_procedure")]

    def __str__(self) -> str:
        return f"{self.day} {self.procedure_id}"


class StaleDay(models.Model):
    """A day whose counts by procedure may have changed: written by the fill that counted units of it again."""

    day = models.DateField()
    at = models.DateTimeField(db_default=Now())

    class Meta:
        indexes = [models.Index(fields=["day"], name="stale_day")]

    def __str__(self) -> str:
        return f"{self.day}"


class FillState(models.Model):
    """How the counting stands: one row.

    `contract` is the fingerprint of the definitions the stored counts were made with; when it is not that of
    the program, everything is counted again. `differences` holds what the last comparison found and mended:
    a list of {"day", "unit", "fact", "stored", "counted"}, at most the first hundred. `seal_faults` holds what the
    last look at the sealed months found: {"month", "day", "unit", "what"}, likewise.
    """

    contract = models.CharField(max_length=64, blank=True)
    filled_at = models.DateTimeField(null=True)
    rebuilt_at = models.DateTimeField(null=True)
    compared_at = models.DateTimeField(null=True)
    compared_rows = models.PositiveBigIntegerField(default=0)
    difference_count = models.PositiveBigIntegerField(default=0)
    differences = models.JSONField(default=list)
    seals_checked_at = models.DateTimeField(null=True)
    seal_fault_count = models.PositiveBigIntegerField(default=0)
    seal_faults = models.JSONField(default=list)

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(pk=1), name="fill_state_one_row")]

    def __str__(self) -> str:
        return f"{self.contract[:12]} {self.filled_at}"
