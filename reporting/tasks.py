"""The counting as background work; each task finds its own work, so a lost message costs one period."""

from celery import shared_task

from portal.lib import clock
from reporting import fill, seals


@shared_task
def fill_dirty() -> int:
    """Count the marked days again."""
    return fill.fill_all()


@shared_task
def compare_with_events() -> int:
    """At night: look at the seals, count everything again and mend what differs, seal the months that ended.

    Returns the number of differences (0). The seals come first: mending would hide what somebody changed.
    """
    today = clock.today()
    fill.look_at_seals(today)
    found = fill.compare()
    seals.close(today)
    return len(found)
