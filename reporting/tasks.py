"""The counting as background work; each task finds its own work, so a lost message costs one period."""

from celery import shared_task

from reporting import fill


@shared_task
def fill_dirty() -> int:
    """Count the marked days again."""
    return fill.fill_all()


@shared_task
def compare_with_events() -> int:
    """Count everything again at night and mend what differs; returns the number of differences (0)."""
    return len(fill.compare())
