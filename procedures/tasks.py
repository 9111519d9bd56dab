"""Periodic work on the catalogue."""

from celery import shared_task

from portal.lib import clock
from procedures.actions.publishing import take_effect


@shared_task
def follow_versions() -> int:
    """Let procedures follow the versions whose day has come; how many changed."""
    return take_effect(day=clock.today())
