"""The processes of a running portal and how each is started."""

import re
import signal
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from portal.runtime.datadir import DataDir
from portal.runtime.messages import PROJECT
from portal.runtime.process import ended, spawn, stop

_OUR_LINES = re.compile(
    r" (WARNING|ERROR|CRITICAL) |^Traceback |\[(WARNING|ERROR|CRITICAL)|^\S*(Error|Exception): "
)
# Granian finds eight threads many; they wait for the database most of the time, which it cannot know.
_NOISE = re.compile(r"Configuration allows spawning up to")
_POSTGRES_LINES = re.compile(r"\b(FATAL|PANIC):")
_INSISTING_SECONDS = 5.0
_VALKEY_LINES = re.compile(r"\b(Fatal|MISCONF|OOM)\b")


@dataclass
class Part:
    """One process: how to start it, how to end it, which of its lines are worth showing."""

    name: str
    log: Path
    launch: Callable[[], "subprocess.Popen[bytes]"]
    alarming: re.Pattern[str] = _OUR_LINES
    patience: float = 15.0
    insisting: signal.Signals = signal.SIGKILL
    child: "subprocess.Popen[bytes] | None" = None

    def alarms(self, line: str) -> bool:
        """Should this line of the log go to the terminal?"""
        return bool(self.alarming.search(line)) and not _NOISE.search(line)

    def start(self) -> None:
        """Start the process."""
        self.child = self.launch()

    def ask_to_end(self) -> None:
        """Begin a clean end without waiting for it."""
        if self.child is not None and self.child.poll() is None:
            self.child.send_signal(signal.SIGTERM)

    def end(self) -> bool:
        """Wait for the clean end that was asked for; False when it had to be insisted on."""
        if self.child is None:
            return True
        by_itself = ended(self.child, self.patience)
        stop(self.child, self.insisting, _INSISTING_SECONDS)
        return by_itself


def _command(name: str, data: DataDir, env: dict[str, str], *arguments: str | Path) -> Part:
    log = data.logs / f"{name}.log"

    def launch() -> "subprocess.Popen[bytes]":
        with log.open("ab") as file:
            return spawn([sys.executable, "-m", *arguments], log=file, env=env, cwd=PROJECT)

    return Part(name, log, launch)


def web(data: DataDir, env: dict[str, str], *, host: str, port: int, workers: int, threads: int) -> Part:
    """Granian: few processes, a bounded number of threads (its default gives long tails under slow pages)."""
    return _command(
        "web", data, env, "granian", "--interface", "wsgi", "--host", host, "--port", str(port),
        "--workers", str(workers), "--blocking-threads", str(threads), "--no-ws", "--respawn-failed-workers",
        "--workers-kill-timeout", "10", "portal.wsgi:application",
    )  # fmt: skip


def worker(data: DataDir, env: dict[str, str], *, processes: int) -> Part:
    """The Celery worker: asked to end, it finishes the task at hand; SIGQUIT puts that back into the queue."""
    part = _command(
        "worker", data, env, "celery", "-A", "portal", "worker", "--pool", "prefork", "-c", str(processes),
        "-l", "INFO", "-n", "portal@%h", "--without-gossip", "--without-mingle",
    )  # fmt: skip
    part.patience = 10.0
    part.insisting = signal.SIGQUIT
    return part


def beat(data: DataDir, env: dict[str, str]) -> Part:
    """The Celery scheduler: one and only one."""
    return _command(
        "beat", data, env, "celery", "-A", "portal", "beat", "-l", "INFO",
        "-s", data.path / "beat-schedule", "--pidfile", "",
    )  # fmt: skip


def gateway(
    data: DataDir,
    env: dict[str, str],
    *,
    host: str,
    port: int,
    terminal: str,
    ipn_url: str,
    more: Sequence[str] = (),
) -> Part:
    """The payment gateway simulator, a program of its own; it reads its secrets from the environment."""
    return _command(
        "gateway", data, env, "payments.simulator", "--host", host, "--port", str(port),
        "--tmn-code", terminal, "--ipn-url", ipn_url, "--data-dir", data.path / "gateway", *more,
    )  # fmt: skip


def server(name: str, log: Path, relaunch: Callable[[], "subprocess.Popen[bytes]"]) -> Part:
    """An embedded server as a part: already running, started again when it dies."""
    return Part(name, log, relaunch, _POSTGRES_LINES if name == "postgres" else _VALKEY_LINES)
