"""Signs of life of worker and scheduler, for /healthz."""

from celery import shared_task

from portal.health import beat_seen


@shared_task
def heartbeat() -> None:
    """Sent by the scheduler, run by a worker: a fresh stamp proves both."""
    beat_seen()
