"""The Celery application. A message is only a bell: every effect is a row in PostgreSQL first."""

import os
from typing import Any

from celery import Celery
from celery.signals import beat_init

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")

app = Celery("portal")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@beat_init.connect
def _first_heartbeat(**_kwargs: Any) -> None:
    """The scheduler waits one period before its first message; /healthz should not have to."""
    app.send_task("portal.tasks.heartbeat", expires=60)
