"""The supervisor: what dies is named and started again, and nothing outlives it."""

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from portal.runtime.messages import PROJECT
from portal.runtime.parts import Part
from portal.runtime.process import spawn
from portal.runtime.reaper import alive
from portal.runtime.supervisor import Supervisor
from portal.runtime.watch import LogWatch


def _part(folder: Path, code: str, name: str = "web") -> Part:
    log = folder / f"{name}.log"

    def launch() -> "subprocess.Popen[bytes]":
        with log.open("ab") as file:
            return spawn([sys.executable, "-c", code], log=file)

    return Part(name, log, launch, patience=0.5)


@pytest.fixture
def said() -> list[str]:
    return []


@pytest.fixture
def supervisor(said: list[str]) -> Iterator[Supervisor]:
    supervisor = Supervisor(said.append)
    yield supervisor
    supervisor.end()
    supervisor.close()


def _look_until(supervisor: Supervisor, condition: Callable[[], bool], seconds: float = 8) -> None:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline and not condition():
        supervisor.look()
        time.sleep(0.05)
    assert condition()


def test_a_part_that_dies_is_named_and_started_again(
    supervisor: Supervisor, said: list[str], tmp_path: Path
) -> None:
    part = _part(tmp_path, "import time; time.sleep(60)")
    supervisor.start(part)
    assert part.child is not None
    first = part.child.pid
    os.kill(first, signal.SIGKILL)
    _look_until(supervisor, lambda: len(said) == 2)
    assert re.match(r"\[web\] died \(killed by SIGKILL\); starting it again in 1 s; see .*web\.log", said[0])
    assert said[1] == "[web] started again"
    assert part.child.pid != first
    assert part.child.poll() is None


def test_what_a_dead_master_leaves_is_ended_before_the_restart(
    supervisor: Supervisor, said: list[str], tmp_path: Path
) -> None:
    code = (
        "import subprocess, sys, time\n"
        "child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)'])\n"
        "print(child.pid, flush=True); time.sleep(60)"
    )
    part = _part(tmp_path, code)
    supervisor.start(part)
    assert part.child is not None
    _look_until(supervisor, lambda: part.log.exists() and part.log.read_text().endswith("\n"))
    grandchild = int(part.log.read_text())
    os.kill(part.child.pid, signal.SIGKILL)
    _look_until(supervisor, lambda: bool(said))
    _look_until(supervisor, lambda: not alive(grandchild))


def test_a_part_that_cannot_stay_up_is_hopeless(
    supervisor: Supervisor, said: list[str], tmp_path: Path
) -> None:
    supervisor.start(_part(tmp_path, "raise SystemExit(3)", "worker"))
    _look_until(supervisor, lambda: supervisor.hopeless() is not None, 12)
    assert "[worker] died (exit code 3); starting it again in 1 s" in said[0]
    assert sum("in 2 s" in line for line in said) == 1


def test_a_part_that_ignores_the_end_is_killed_and_named(
    supervisor: Supervisor, said: list[str], tmp_path: Path
) -> None:
    code = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('up', flush=True); time.sleep(60)"
    part = _part(tmp_path, code)
    supervisor.start(part)
    _look_until(supervisor, lambda: part.log.exists() and "up" in part.log.read_text())
    supervisor.end()
    assert said == ["[web] was still busy after 0 s and was ended"]
    assert part.child is not None
    assert part.child.returncode == -signal.SIGKILL


_PARENT = """
import sys, time
from pathlib import Path
from portal.runtime.parts import Part
from portal.runtime.process import spawn
from portal.runtime.supervisor import Supervisor
log = Path(sys.argv[1]) / "stubborn.log"
code = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('up', flush=True); time.sleep(90)"
part = Part("stubborn", log, lambda: spawn([sys.executable, "-c", code], log=log.open("ab")))
Supervisor(print).start(part)
while b"up" not in log.read_bytes(): time.sleep(0.05)
print(part.child.pid, flush=True)
time.sleep(90)
"""


def test_kill_9_of_the_supervisor_ends_even_a_part_that_ignores_sigterm(tmp_path: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", _PARENT, str(tmp_path)], cwd=PROJECT, stdout=subprocess.PIPE, text=True
    ) as parent:
        assert parent.stdout is not None
        child = int(parent.stdout.readline())
        parent.kill()
        parent.wait()
    deadline = time.monotonic() + 10
    while alive(child) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert not alive(child)


def test_alarming_lines_reach_the_terminal_once_and_the_rest_stays_in_the_file(tmp_path: Path) -> None:
    part = _part(tmp_path, "")
    part.log.write_text("2026-11-22 10:00:00 ERROR portal before we looked\n", encoding="utf-8")
    watch = LogWatch(part)
    with part.log.open("a", encoding="utf-8") as log:
        log.write("2026-11-22 10:00:01 INFO portal all is well\n")
        log.write("2026-11-22 10:00:02 ERROR portal hỏng\n2026-11-22 10:00:03 ERROR portal hỏng\n")
        log.write("2026-11-22 10:00:04 WARNING portal sắp đầy\n2026-11-22 10:00:05 ERROR unfinis")
    assert watch.alarms() == [
        "2026-11-22 10:00:02 ERROR portal hỏng",
        "(the line above 1 times more)",
        "2026-11-22 10:00:04 WARNING portal sắp đầy",
    ]
    with part.log.open("a", encoding="utf-8") as log:
        log.write("hed\n")
    assert watch.alarms() == ["2026-11-22 10:00:05 ERROR unfinished"]


def test_a_log_that_grew_too_big_keeps_one_older_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("portal.runtime.watch.ROTATE_BYTES", 10)
    part = _part(tmp_path, "")
    part.log.touch()
    watch = LogWatch(part)
    part.log.write_text("more than ten bytes\n")
    watch.alarms()
    assert part.log.read_text() == ""
    assert part.log.with_suffix(".log.1").read_text() == "more than ten bytes\n"
