"""`python -m portal.runtime doctor`: what this machine has and what it lacks."""

import argparse
import platform
import shutil
import subprocess
from collections.abc import Callable

from rich.console import Console
from rich.table import Table

from portal.runtime import account, system
from portal.runtime.binaries import find_broker, find_postgres
from portal.runtime.errors import CannotStartError
from portal.runtime.messages import PROJECT
from portal.runtime.sockets import fits


def _postgres() -> str:
    found = find_postgres()
    return f"{found.version} from {found.origin} ({found.bin})"


def _broker() -> str:
    found = find_broker()
    return f"{found.version} from {found.origin} ({found.path})"


def _account() -> str:
    owner = account.choose(PROJECT)
    return f"{owner.name} (uid {owner.uid}{', lent by root' if owner.lent else ''})"


def _pango() -> str:
    if missing := system.missing_pdf_libraries():
        raise CannotStartError(f"missing {', '.join(missing)}: {system.apt_line(system.PDF_PACKAGES)}")
    return "found"


def _fonts() -> str:
    names = [name for name in ("font_source_serif_pro", "font_source_sans_pro") if _installed(name)]
    if len(names) < 2:
        raise CannotStartError("the PDF fonts are not installed: run bin/run once")
    return ", ".join(names)


def _installed(name: str) -> bool:
    from importlib.util import find_spec

    return find_spec(name) is not None


def _chromium() -> str:
    found = system.find_chromium()
    if found is None:
        raise CannotStartError(
            f"none (browser tests are skipped): {system.apt_line(system.BROWSER_PACKAGES)}"
        )
    done = subprocess.run([found, "--version"], capture_output=True, text=True, check=False)  # noqa: S603
    return f"{done.stdout.strip()} ({found})"


def _disk() -> str:
    return f"{shutil.disk_usage(PROJECT).free / 1e9:.1f} GB free at {PROJECT}"


def _sockets() -> str:
    place = PROJECT / "var" / "sockets"
    return str(place) if fits(place) else f"{place} is too long; a temporary folder is used"


_QUESTIONS: tuple[tuple[str, Callable[[], str]], ...] = (
    ("Python", lambda: f"{platform.python_version()} on {platform.platform()}"),
    ("PostgreSQL", _postgres),
    ("Redis protocol", _broker),
    ("Servers run as", _account),
    ("PDF libraries", _pango),
    ("PDF fonts", _fonts),
    ("Chromium", _chromium),
    ("Disk", _disk),
    ("Sockets", _sockets),
)


def command(_options: argparse.Namespace, _rest: list[str]) -> int:
    """Print a line for each need; 1 when something is missing that bin/run needs."""
    table = Table(show_header=False, show_edge=False, pad_edge=False)
    broken = False
    for name, question in _QUESTIONS:
        try:
            table.add_row("[green]✓[/]", name, question())
        except CannotStartError as error:
            needed = name != "Chromium"
            broken = broken or needed
            table.add_row("[red]✗[/]" if needed else "[yellow]–[/]", name, str(error))
    Console(highlight=False).print(table)
    return int(broken)
