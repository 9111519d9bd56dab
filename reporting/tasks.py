"""The counting as background work; each task finds its own work, so a lost message costs one period."""

from celery import shared_task

from portal.lib import clock
from reporting import digest, fill, seals
from reporting.actions import exports, warnings
from reporting.actions.reports import issue_due


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


@shared_task
def look_for_warnings() -> int:
    """Look at every rule; a second look at once leaves alone what the first one holds."""
    return warnings.look_at_everything()


@shared_task
def send_digests() -> int:
    """In the morning of a working day: one message a person, however often it is asked for."""
    return digest.put_all()


@shared_task
def issue_reports() -> int:
    """Write down the scheduled reports whose day has come; how many were new. Safe twice at once."""
    return issue_due()


@shared_task(time_limit=6 * 3600)
def write_export(export_id: int) -> bool:
    """Write one file of a tray; safe twice at once, and after a worker that was killed half way."""
    return exports.write(export_id=export_id)


@shared_task
def sweep_exports() -> int:
    """Ring again for files nobody writes, let go those over their days; how many were rung for."""
    return exports.sweep()
