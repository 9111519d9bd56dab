"""The one clock of the actions: the server's.

`at` lets the demo data and the tests live an earlier day; production refuses it, and every event row also
carries the database's own time of writing, so a shifted clock is always visible.
"""

import contextlib
import contextvars
import datetime
from collections.abc import Iterator

from django.conf import settings
from django.utils import timezone

_shifted: contextvars.ContextVar[datetime.datetime | None] = contextvars.ContextVar("clock", default=None)


def now() -> datetime.datetime:
    """The current instant, aware."""
    return _shifted.get() or timezone.now()


def today() -> datetime.date:
    """The current day in Hanoi."""
    return timezone.localdate(now())


@contextlib.contextmanager
def at(instant: datetime.datetime) -> Iterator[None]:
    """Let `now()` be `instant` inside the block. Raises RuntimeError in production."""
    if settings.PRODUCTION:
        raise RuntimeError("the clock cannot be set in production")
    token = _shifted.set(instant)
    try:
        yield
    finally:
        _shifted.reset(token)
