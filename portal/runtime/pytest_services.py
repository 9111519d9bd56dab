"""A pytest plugin: throw-away servers for the run, unless DATABASE_URL and REDIS_URL name others.

It has to act before pytest-django reads the settings, hence a plugin named in addopts and not a conftest.
"""

import atexit
import os
import shutil
import tempfile
from collections.abc import Generator
from pathlib import Path

import pytest

from portal.runtime import system
from portal.runtime.embedded import Embedded
from portal.runtime.messages import compile_messages
from portal.runtime.reaper import alive
from portal.runtime.sockets import localhost_resolves

_WORKER = os.environ.get("PYTEST_XDIST_WORKER", "")
_PREFIX = "portal-test-"
_running: list["_Services"] = []


def _remove_abandoned() -> None:
    """Delete what runs that were killed left behind; their servers ended with them."""
    for folder in Path(tempfile.gettempdir()).glob(f"{_PREFIX}*-*"):
        pid = folder.name.removeprefix(_PREFIX).partition("-")[0]
        if pid.isdigit() and not alive(int(pid)) and os.access(folder, os.W_OK):
            shutil.rmtree(folder, ignore_errors=True)


class _Services:
    """The servers and the temporary data directory of one test run."""

    def __init__(self) -> None:
        _remove_abandoned()
        self.folder = Path(tempfile.mkdtemp(prefix=f"{_PREFIX}{os.getpid()}-"))
        # The account that runs PostgreSQL for root must be able to enter; the servers' own folders stay 0700.
        self.folder.chmod(0o711)
        self.embedded = Embedded(
            self.folder,
            database="DATABASE_URL" not in os.environ,
            broker="REDIS_URL" not in os.environ,
            durable=False,
        )

    def start(self) -> None:
        try:
            self.embedded.start()
        except BaseException:
            self.stop()
            raise
        os.environ.update(self.embedded.environment())
        if self.embedded.valkey is not None:
            os.environ["PORTAL_TEST_OWN_REDIS"] = "1"
        os.environ["PORTAL_DATA_DIR"] = str(self.folder / "data")
        (self.folder / "data").mkdir()

    def stop(self) -> None:
        self.embedded.stop()
        shutil.rmtree(self.folder, ignore_errors=True)


def _own_databases(worker: str) -> None:
    """Give each parallel worker broker, cache and files of its own: counters must not leak between them.

    On a Redis from outside only when the caller says that all its databases are ours (.ci/run does).
    """
    number = int(worker.removeprefix("gw"))
    if os.environ.get("PORTAL_TEST_REDIS_SPREAD"):
        head, _slash, first = os.environ["REDIS_URL"].rpartition("/")
        os.environ["REDIS_URL"] = f"{head}/{int(first) + 2 * number}"
        os.environ["PORTAL_CACHE_URL"] = f"{head}/{int(first) + 2 * number + 1}"
    elif "PORTAL_TEST_OWN_REDIS" in os.environ:
        _renumber("REDIS_URL", 2 + 2 * number)
        _renumber("PORTAL_CACHE_URL", 3 + 2 * number)
    folder = Path(os.environ["PORTAL_DATA_DIR"]) / worker
    folder.mkdir(exist_ok=True)
    os.environ["PORTAL_DATA_DIR"] = str(folder)


def _renumber(name: str, database: int) -> None:
    head, equals, _number = os.environ[name].rpartition("=")
    os.environ[name] = f"{head}{equals}{database}"


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_load_initial_conftests() -> Generator[None, None, None]:
    """Start the servers before anything imports the settings."""
    if _WORKER:
        _own_databases(_WORKER)
    elif not _running:
        compile_messages()
        os.environ.setdefault("PORTAL_PLAIN_STATIC", "1")
        if not localhost_resolves():
            os.environ.setdefault("DJANGO_LIVE_TEST_SERVER_ADDRESS", "127.0.0.1")
        services = _Services()
        services.start()
        _running.append(services)
        atexit.register(_stop)
    return (yield)


@pytest.hookimpl(trylast=True)
def pytest_unconfigure() -> None:
    """Stop the servers after everything that used them."""
    _stop()


def _stop() -> None:
    while _running:
        _running.pop().stop()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say plainly, in the closing lines, that the browser tests did not run."""
    skipped = terminalreporter.stats.get("skipped", [])
    count = sum("no Chromium" in str(getattr(report, "longrepr", "")) for report in skipped)
    if count:
        line = system.apt_line(system.BROWSER_PACKAGES)
        terminalreporter.write_line(
            f"{count} BROWSER TESTS WERE SKIPPED: no Chromium; {line}", yellow=True, bold=True
        )
