"""Ends what the supervisor started when the supervisor itself was killed.

A Celery master survives the end of its parent, so the supervisor keeps this small process beside it. It reads
`+<pid>` and `-<pid>` lines from a pipe; the end of the pipe without `done` means that the supervisor is gone.
Run as a file: it imports nothing of the portal.
"""

import os
import signal
import sys
import time
from pathlib import Path

PATIENCE = 5.0


def alive(pid: int) -> bool:
    """Does the process still run? A zombie (nobody reaps here) does not."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    stat = Path(f"/proc/{pid}/stat")
    return not stat.exists() or stat.read_text().rpartition(")")[2].split()[0] not in "ZX"


def _send(function: "object", pid: int, sig: signal.Signals) -> None:
    try:
        function(pid, sig)  # type: ignore[operator]
    except (ProcessLookupError, PermissionError):
        return


def end(pids: "list[int]", patience: float = PATIENCE) -> None:
    """SIGTERM to each, a pause, SIGKILL to what is left of each group."""
    for pid in pids:
        _send(os.kill, pid, signal.SIGTERM)
    deadline = time.monotonic() + patience
    while time.monotonic() < deadline and any(alive(pid) for pid in pids):
        time.sleep(0.1)
    for pid in pids:
        _send(os.killpg, pid, signal.SIGKILL)


def main() -> None:
    """Follow the supervisor's notes until the pipe ends."""
    for sig in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(sig, signal.SIG_IGN)
    pids: list[int] = []
    for line in sys.stdin:
        note = line.strip()
        if note == "done":
            return
        if note.startswith("+"):
            pids.append(int(note[1:]))
        elif int(note[1:]) in pids:
            pids.remove(int(note[1:]))
    end(pids[::-1])


if __name__ == "__main__":
    main()
