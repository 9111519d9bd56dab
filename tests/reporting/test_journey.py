"""The real actions mark the right days: a dossier from filing to result, without one row written by hand."""

from __future__ import annotations

import datetime

import pytest
from django.utils import timezone

from portal.accounts.models import Unit
from portal.lib import clock
from portal.outbox.actions import drain_all
from reporting import fill
from reporting.models import DirtyDay
from reporting.periods import Period, Preset
from reporting.rollups import figures
from tests.cast import Cast
from tests.factories import dossiers as made

pytestmark = pytest.mark.django_db


def counts(unit: Unit) -> dict[str, int]:
    return figures(Period.named(Preset.TODAY, clock.today()), [unit.pk]).of([unit.pk])


def test_each_step_is_on_the_board_at_once(cast: Cast) -> None:
    """Filed, accepted, finished: the live figures follow without a fill, and the fill agrees."""
    fill.fill_all()
    unit = cast.office.unit
    made.filed(cast, made.EXTRACT)
    assert (counts(unit)["filed"], counts(unit).get("received")) == (1, None)
    assert counts(unit)["waiting_now"] == 1

    dossier = made.finished(cast, made.EXTRACT)
    drain_all()
    live = counts(unit)
    assert live["filed"] == 2
    assert live["received"] == live["received_online"] == live["received_unassisted"] == 1
    assert live["finished"] == live["finished_on_time"] == live["finished_e_result"] == 1
    assert DirtyDay.objects.filter(unit=unit).exists()

    fill.fill_all()
    assert counts(unit) == live
    assert fill.compare() == []
    assert dossier.finished_at is not None


def test_a_walk_in_is_received_at_the_counter(cast: Cast) -> None:
    fill.fill_all()
    made.at_counter(cast)
    found = counts(cast.office.unit)
    assert found["received_counter"] == found["received"] == 1
    assert "intake_watched" not in found


def test_every_day_an_action_changes_is_marked(cast: Cast) -> None:
    """After a whole life, the marks alone bring every stored count up to date."""
    fill.fill_all()
    with clock.at(timezone.now() - datetime.timedelta(days=3)):
        filed = made.filed(cast, made.EXTRACT)
    from dossiers.actions import intake

    with clock.at(timezone.now() - datetime.timedelta(days=2)):
        intake.accept(code=filed.code, by=cast.office.counter)
    with clock.at(timezone.now() - datetime.timedelta(days=1)):
        intake.withdraw(code=filed.code, by=cast.citizen, reason="Không còn nhu cầu")
    fill.fill_all()
    assert fill.compare() == []
    week = figures(Period.named(Preset.WEEK, clock.today()), None).of([cast.office.unit.pk])
    assert week["filed"] == week["received"] == week["withdrawn"] == 1
