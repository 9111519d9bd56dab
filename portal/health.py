"""Signs of life: what serves and what does not, for load balancers, the supervisor and people on call.

Two stamps in the database tell worker and scheduler apart. The scheduler writes its own at the moment it sends
the heartbeat (a signal in its process, before the broker is asked); a worker writes the other when it runs that
heartbeat. A dead broker leaves the scheduler's stamp fresh and the worker's to grow old, and shows by itself.
"""

from __future__ import annotations

import datetime
import logging
from typing import Any

import redis
from celery.signals import before_task_publish
from django.conf import settings
from django.db import Error, close_old_connections, connection
from django.http import HttpRequest, JsonResponse
from django.utils import timezone

from portal.lib.reads_writes import public, reads

logger = logging.getLogger(__name__)

HEARTBEAT = "portal.tasks.heartbeat"
FRESH_SECONDS = 60  # four heartbeats
WORKER, SCHEDULER = "worker", "scheduler"


def beat_seen() -> None:
    """Called by the heartbeat task: a worker is alive and reached the database."""
    _stamp(WORKER)


@before_task_publish.connect
def _scheduler_seen(sender: str | None = None, **kwargs: Any) -> None:  # noqa: ARG001
    """In the scheduler's process: it is about to send the heartbeat. Never keeps it from being sent."""
    if sender != HEARTBEAT:
        return
    if not connection.in_atomic_block:
        close_old_connections()
    try:
        _stamp(SCHEDULER)
    except Error as error:
        logger.error("scheduler could not leave its stamp: %s", type(error).__name__)


def _stamp(name: str) -> None:
    from portal.outbox.models import Heartbeat

    Heartbeat.objects.update_or_create(name=name, defaults={"seen_at": timezone.now()})


@public
@reads
def healthz(_request: HttpRequest) -> JsonResponse:
    """200 when database, broker, worker and scheduler all serve, otherwise 503; the state of each in JSON."""
    ages = _ages()
    states = {
        "database": "ok" if ages is not None else "down",
        "broker": _broker(),
        WORKER: _state(ages, WORKER),
        SCHEDULER: _state(ages, SCHEDULER),
    }
    serving = all(state == "ok" for state in states.values())
    parts = {name: {"state": state, "seconds": (ages or {}).get(name)} for name, state in states.items()}
    response = JsonResponse({"ok": serving, "parts": parts}, status=200 if serving else 503)
    response["Cache-Control"] = "no-store"
    return response


def _ages() -> dict[str, float] | None:
    """Seconds since each stamp by the database's clock; None when the database does not answer."""
    from portal.outbox.models import Heartbeat

    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT now()")
            now: datetime.datetime = cursor.fetchone()[0]
        seen = dict(Heartbeat.objects.values_list("name", "seen_at"))
    except Error:
        return None
    return {name: round(max((now - at).total_seconds(), 0.0), 1) for name, at in seen.items()}


def _state(ages: dict[str, float] | None, name: str) -> str:
    """ok, silent (no fresh stamp), or unknown (the stamps cannot be read)."""
    if ages is None:
        return "unknown"
    return "ok" if ages.get(name, FRESH_SECONDS + 1) <= FRESH_SECONDS else "silent"


def _broker() -> str:
    try:
        with redis.Redis.from_url(
            settings.BROKER_URL, socket_connect_timeout=0.5, socket_timeout=0.5, retry=None
        ) as client:
            client.ping()
    except (redis.RedisError, OSError):
        return "down"
    return "ok"
