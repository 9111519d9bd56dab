"""Keeps the parts of a portal running, says which one died, and ends them all in order."""

import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import Self

from portal.runtime.parts import Part
from portal.runtime.process import kill_group
from portal.runtime.watch import LogWatch

_FIRST_PAUSE, _LONGEST_PAUSE = 1.0, 30.0
_HEALTHY_SECONDS = 60.0
_HOPELESS_DEATHS = 3
_TICK = 0.25

Say = Callable[[str], None]


class StopAskedError(BaseException):
    """Ctrl-C, SIGTERM or a closed terminal."""


class Signals:
    """Turns the first of SIGINT, SIGTERM, SIGHUP into StopAskedError; later ones change nothing."""

    def __enter__(self) -> Self:
        for sig in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(sig, self._asked)
        return self

    def __exit__(self, *_: object) -> None:
        self.ignore()

    def ignore(self) -> None:
        """From here on a second Ctrl-C does not interrupt the orderly end."""
        for sig in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(sig, signal.SIG_IGN)

    def _asked(self, _number: int, _frame: FrameType | None) -> None:
        self.ignore()
        raise StopAskedError


class Reaper:
    """The small process that ends our children should we be killed ourselves (reaper.py)."""

    def __init__(self) -> None:
        script = Path(__file__).with_name("reaper.py")
        self._child = subprocess.Popen(  # noqa: S603
            [sys.executable, "-S", "-E", str(script)], stdin=subprocess.PIPE, start_new_session=True, cwd="/"
        )

    def note(self, sign: str, pid: int) -> None:
        """Tell it that a process began (+) or ended (-)."""
        self._write(f"{sign}{pid}\n")

    def dismiss(self) -> None:
        """All children have ended: nothing to do any more."""
        self._write("done\n")
        if self._child.stdin:
            self._child.stdin.close()
        self._child.wait(5)

    def _write(self, text: str) -> None:
        if self._child.stdin:
            try:
                self._child.stdin.write(text.encode())
                self._child.stdin.flush()
            except BrokenPipeError:
                return


class _Kept:
    """A part with its history of deaths."""

    def __init__(self, part: Part) -> None:
        self.part = part
        self.watch = LogWatch(part)
        self.pause = _FIRST_PAUSE
        self.started = time.monotonic()
        self.start_at: float | None = None
        self.deaths = 0


class Supervisor:
    """Starts parts, watches them, restarts what dies."""

    def __init__(self, say: Say) -> None:
        self._say = say
        self._kept: list[_Kept] = []
        self._reaper = Reaper()

    def adopt(self, part: Part) -> None:
        """Watch over a part that already runs (an embedded server)."""
        self._kept.append(_Kept(part))
        self._note("+", part)

    def start(self, part: Part) -> None:
        """Start a part and watch over it."""
        kept = _Kept(part)
        part.start()
        self._kept.append(kept)
        self._note("+", part)

    def watch_for_ever(self) -> None:
        """Until StopAskedError."""
        while True:
            self.look()
            select.select([], [], [], _TICK)

    def look(self) -> None:
        """One look at every part: show alarms, notice deaths, restart what is due."""
        for kept in self._kept:
            for line in kept.watch.alarms():
                self._say(f"[{kept.part.name}] {line}")
            if kept.start_at is not None:
                self._restart_when_due(kept)
            elif kept.part.child is not None and kept.part.child.poll() is not None:
                self._died(kept)

    def hopeless(self) -> Part | None:
        """A part that died again and again: waiting for it makes no sense."""
        return next((kept.part for kept in self._kept if kept.deaths >= _HOPELESS_DEATHS), None)

    def end(self) -> None:
        """End all parts that we started, newest first; the embedded servers are their owner's to stop."""
        running = [kept.part for kept in self._kept[::-1] if kept.part.name not in {"postgres", "valkey"}]
        for part in running:
            part.ask_to_end()
        for part in running:
            if not part.end():
                self._say(f"[{part.name}] was still busy after {part.patience:.0f} s and was ended")

    def close(self) -> None:
        """After everything has ended."""
        self._reaper.dismiss()

    def _died(self, kept: _Kept) -> None:
        part = kept.part
        if part.child is None:
            return
        kill_group(part.child.pid)  # a dead master's workers would go on listening
        self._note("-", part)
        code = part.child.returncode
        how = f"killed by {signal.Signals(-code).name}" if code < 0 else f"exit code {code}"
        if time.monotonic() - kept.started > _HEALTHY_SECONDS:
            kept.pause = _FIRST_PAUSE
        kept.start_at = time.monotonic() + kept.pause
        self._say(f"[{part.name}] died ({how}); starting it again in {kept.pause:.0f} s; see {part.log}")
        kept.pause = min(kept.pause * 2, _LONGEST_PAUSE)
        kept.deaths += 1

    def _restart_when_due(self, kept: _Kept) -> None:
        if kept.start_at is None or time.monotonic() < kept.start_at:
            return
        kept.start_at = None
        kept.started = time.monotonic()
        kept.part.start()
        self._note("+", kept.part)
        self._say(f"[{kept.part.name}] started again")

    def _note(self, sign: str, part: Part) -> None:
        if part.child is not None:
            self._reaper.note(sign, part.child.pid)


def run_to_end(child: "subprocess.Popen[bytes]") -> int:
    """Wait for a helper process; when we are asked to stop meanwhile, it ends first."""
    try:
        return child.wait()
    except BaseException:
        os.killpg(child.pid, signal.SIGTERM)
        child.wait()
        raise
