"""Starting and stopping child processes so that none outlives us."""

import ctypes
import os
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import IO, Any

_PR_SET_PDEATHSIG = 1
_LIBC = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None


def die_with_parent(sig: signal.Signals) -> Any:
    """A preexec function: the kernel sends `sig` to the child when the starting thread dies (Linux)."""
    parent = os.getpid()

    def prepare() -> None:
        if _LIBC is not None:
            _LIBC.prctl(_PR_SET_PDEATHSIG, int(sig), 0, 0, 0)
            if os.getppid() != parent:  # the parent died before the request was in force
                os._exit(1)

    return prepare


def spawn(
    command: Sequence[str | Path],
    *,
    log: IO[bytes] | int,
    last_wish: signal.Signals = signal.SIGTERM,
    env: Mapping[str, str] | None = None,
    cwd: Path | str | None = None,
    keep: tuple[int, ...] = (),
    **account: Any,
) -> subprocess.Popen[bytes]:
    """Start a child in a session of its own, its output to `log`, bound to our life by `last_wish`."""
    return subprocess.Popen(  # noqa: S603
        [str(part) for part in command],
        stdin=subprocess.DEVNULL,
        stdout=log,
        stderr=subprocess.STDOUT,
        env=dict(env) if env is not None else None,
        cwd=cwd,
        start_new_session=True,
        pass_fds=keep,
        preexec_fn=die_with_parent(last_wish),
        **account,
    )


def ended(child: "subprocess.Popen[bytes]", patience: float) -> bool:
    """Wait up to `patience` seconds for a child that was asked to end."""
    try:
        child.wait(patience)
    except subprocess.TimeoutExpired:
        return False
    return True


def stop(child: "subprocess.Popen[bytes]", sig: signal.Signals, patience: float) -> None:
    """Ask a child to end, give it `patience` seconds, then end what is left of its group."""
    if child.poll() is None:
        child.send_signal(sig)
    ended(child, patience)
    kill_group(child.pid)
    child.wait()


def kill_group(pid: int, sig: signal.Signals = signal.SIGKILL) -> None:
    """Signal what is left of the process group led by `pid`."""
    try:
        os.killpg(pid, sig)
    except (ProcessLookupError, PermissionError):
        return


def tail(path: Path, lines: int = 12) -> str:
    """The last lines of a log file, for a message about a part that died."""
    try:
        text = path.read_text(encoding="utf-8", errors="replace")
    except FileNotFoundError:
        return ""
    return "\n".join(text.splitlines()[-lines:])
