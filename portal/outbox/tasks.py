"""The bell."""

from celery import shared_task

from portal.outbox.actions import drain_all


@shared_task
def drain() -> int:
    """Drain the outbox; safe to run any number of times at once."""
    return drain_all()
