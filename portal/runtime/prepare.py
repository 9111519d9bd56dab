"""Run by the supervisor as one process: tables, reference data, demo accounts, static files, in that order.

The month of demo dossiers is a second call, while the portal serves already (`--demo-month`).

What is already current is skipped. Reference and demo data are remembered per database by a digest of the
files they come from, so a start with a new catalogue loads it and any other start does not.
"""

import argparse
import contextlib
import hashlib
import os
import time
from collections.abc import Iterable, Iterator
from pathlib import Path

import django
from django.conf import settings
from django.contrib.staticfiles import finders
from django.core.management import call_command, get_commands
from django.db import connection
from rich.console import Console

from portal.runtime.datadir import DataDir
from portal.runtime.messages import PROJECT, compile_messages

# Pages of packages that the portal does not show; compressing them takes longer than all of ours.
UNUSED_STATIC = ("ninja", "simple_history", "*.map")
_DATA_FOLDERS = ("data", "fixtures", "management/commands", "importing")


def database_identity() -> str:
    """Tells one database from another, also after it was dropped and made again."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT oid FROM pg_database WHERE datname = current_database()")
        oid = cursor.fetchone()[0]
        cursor.execute("SELECT system_identifier FROM pg_control_system()")
        return f"{cursor.fetchone()[0]}/{oid}"


def _files(apps: Iterable[str]) -> Iterator[Path]:
    for app in apps:
        for folder in _DATA_FOLDERS:
            yield from (path for path in (PROJECT / app).glob(f"**/{folder}/**/*") if path.is_file())


def digest(apps: Iterable[str]) -> str:
    """Of the data files and loading code of some apps."""
    total = hashlib.sha256()
    for path in sorted(path for path in _files(apps) if path.suffix != ".pyc"):
        total.update(str(path.relative_to(PROJECT)).encode())
        total.update(hashlib.sha256(path.read_bytes()).digest())
    return total.hexdigest()


def static_digest() -> str:
    """Of the names, sizes and times of every static file that collectstatic would take."""
    total = hashlib.sha256(str(settings.STATIC_ROOT).encode())
    for finder in finders.get_finders():
        for name, storage in sorted(finder.list([]), key=lambda found: found[0]):
            info = Path(storage.path(name)).stat()
            total.update(f"{name} {info.st_size} {info.st_mtime_ns}\n".encode())
    return total.hexdigest()


@contextlib.contextmanager
def _relaxed() -> Iterator[None]:
    """Loading does not wait for the disk at each commit: what a power cut took would be loaded again."""
    with connection.cursor() as cursor:
        cursor.execute("SET synchronous_commit = off")
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("RESET synchronous_commit")


class Steps:
    """The steps of one start, each announced with what it did and how long it took."""

    def __init__(self, data: DataDir, console: Console) -> None:
        self._data = data
        self._console = console

    def migrate(self) -> None:
        """Bring the tables up to date."""
        began = time.monotonic()
        call_command("migrate", interactive=False, verbosity=0)
        self._say("tables are up to date", began)

    def load(self, command: str, apps: tuple[str, ...], what: str) -> None:
        """Run a loading command unless this database already has this very data."""
        if command not in get_commands():
            return
        began = time.monotonic()
        wanted = f"{database_identity()} {digest(apps)}"
        if self._data.remembered(f"{command}.loaded") == wanted:
            self._say(f"{what} already there", began)
            return
        with _relaxed():
            call_command(command)
        self._data.remember(f"{command}.loaded", wanted)
        self._say(f"{what} loaded", began)

    def collect_static(self) -> None:
        """Hash and compress the static files when one of them changed."""
        began = time.monotonic()
        wanted = static_digest()
        if self._data.remembered("static.collected") == wanted and Path(settings.STATIC_ROOT).is_dir():
            return
        call_command(
            "collectstatic", interactive=False, verbosity=0, clear=True, ignore_patterns=list(UNUSED_STATIC)
        )
        self._data.remember("static.collected", wanted)
        self._say("static files collected", began)

    def _say(self, sentence: str, began: float) -> None:
        self._console.print(
            f"  [green]✓[/] {sentence} [dim]({time.monotonic() - began:.1f} s)[/]", highlight=False
        )


def main() -> None:
    """Prepare the database and the files the settings name."""
    parser = argparse.ArgumentParser(prog="python -m portal.runtime.prepare")
    parser.add_argument("--no-demo", action="store_true")
    parser.add_argument("--demo-month", action="store_true", help="only the demo dossiers")
    options = parser.parse_args()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
    compile_messages()
    django.setup()
    steps = Steps(DataDir(Path(settings.DATA_DIR)), Console())
    if options.demo_month:
        steps.load("seed_demo", ("reporting",), "a month of demo dossiers")
        return
    steps.migrate()
    steps.load("load_reference", ("portal", "procedures"), "units, calendar and catalogue")
    if not options.no_demo:
        call_command("seed_demo", accounts_only=True)
    steps.collect_static()


if __name__ == "__main__":
    main()
