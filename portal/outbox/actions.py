"""Writing to the outbox and draining it."""

from __future__ import annotations

import contextlib
import contextvars
import datetime
import logging
import math
import time
from collections.abc import Callable, Iterator
from typing import Any

from django.db import transaction
from django.utils import timezone

from portal.outbox.models import OutboxMessage

logger = logging.getLogger(__name__)

Handler = Callable[[dict[str, Any]], None]
MAX_TRIES = 8
_handlers: dict[str, Handler] = {}
_priority: contextvars.ContextVar[int] = contextvars.ContextVar("outbox_priority", default=0)


@contextlib.contextmanager
def in_background() -> Iterator[None]:
    """Messages put inside the block wait behind all others and ring no bell (imports, demo data)."""
    token = _priority.set(9)
    try:
        yield
    finally:
        _priority.reset(token)


def handles(topic: str) -> Callable[[Handler], Handler]:
    """Register the decorated function as the handler of `topic`; it gets the payload and must be safe twice."""

    def register(handler: Handler) -> Handler:
        _handlers[topic] = handler
        return handler

    return register


def put(
    topic: str, *, key: str, payload: dict[str, Any], not_before: datetime.datetime | None = None
) -> None:
    """Write one message in the caller's transaction and ring the bell after commit.

    Raises RuntimeError outside a transaction: an effect without its cause must not exist.
    """
    if not transaction.get_connection().in_atomic_block:
        raise RuntimeError("outbox.put needs the transaction of its cause")
    OutboxMessage.objects.bulk_create(
        [
            OutboxMessage(
                topic=topic,
                key=key,
                payload=payload,
                not_before=not_before or timezone.now(),
                priority=_priority.get(),
            )
        ],
        ignore_conflicts=True,
    )
    if not _priority.get():
        transaction.on_commit(ring, robust=True)


def ring() -> None:
    """Ask a worker to drain now. A dead broker costs a minute (the beat drains too), never the message."""
    from portal.outbox.tasks import drain

    try:
        drain.apply_async(expires=60)
    except Exception as error:
        logger.warning("outbox bell not rung: %s", type(error).__name__)


def drain_once() -> bool:
    """Handle the oldest waiting message under its own row lock; False when none waits.

    Several workers may drain at once (SKIP LOCKED). A handler's failure is recorded on the row and retried
    with growing pauses; the others go on.
    """
    with transaction.atomic():
        message = (
            OutboxMessage.objects.select_for_update(skip_locked=True)
            .filter(done_at=None, parked_at=None, not_before__lte=timezone.now())
            .order_by("priority", "not_before", "id")
            .first()
        )
        if message is None:
            return False
        _handle(message)
    return True


def _handle(message: OutboxMessage) -> None:
    message.tries += 1
    try:
        with transaction.atomic():
            _handlers[message.topic](message.payload)
    except Exception as error:
        logger.exception("outbox message %s of topic %s failed", message.pk, message.topic)
        message.last_error = type(error).__name__
        message.not_before = timezone.now() + datetime.timedelta(seconds=5 * 2**message.tries)
        if message.tries >= MAX_TRIES:
            message.parked_at = timezone.now()
    else:
        message.done_at = timezone.now()
    message.save(update_fields=["tries", "last_error", "not_before", "done_at", "parked_at"])


def drain_all(limit: int = 1000, *, seconds: float = math.inf) -> int:
    """Drain until nothing waits, `limit` messages were handled or `seconds` are over; returns how many.

    What is left when the time is over rings again, behind whatever else waits for the same worker.
    """
    done, end = 0, time.monotonic() + seconds
    while done < limit and drain_once():
        done += 1
        if time.monotonic() > end:
            ring()
            break
    return done
