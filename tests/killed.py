"""A process that is really killed: `kill -9` in the middle of its work, as a power cut or the kernel would."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from typing import Any

from django.db import connections


def die() -> None:
    """End this process at once: nothing is rolled back by it, nothing is closed."""
    os.kill(os.getpid(), signal.SIGKILL)


def in_a_killed_process(work: Callable[[], Any]) -> None:
    """Run `work` in a child with a connection of its own; it must kill itself on the way (`die`)."""
    child = os.fork()
    if child == 0:  # pragma: no cover - the other process
        for connection in connections.all(initialized_only=True):
            connection.connection = None  # the parent's: closing it here would end the parent's session
        try:
            work()
        finally:
            os._exit(3)
    _pid, status = os.waitpid(child, 0)
    assert os.WIFSIGNALED(status), "the work came to its end instead of being killed"
    assert os.WTERMSIG(status) == signal.SIGKILL
