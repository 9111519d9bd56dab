"""`bin/check`: style, types, templates, migrations and translations."""

import argparse
import os
import subprocess
import sys
import time
from collections.abc import Callable

from portal.runtime.messages import PROJECT
from portal.runtime.translations import missing

_SHOWN = 40


def _tool(*command: str) -> Callable[[], str]:
    def check() -> str:
        environment = {**os.environ, "PORTAL_PLAIN_STATIC": "1"}
        done = subprocess.run(  # noqa: S603
            [sys.executable, *command],
            cwd=PROJECT,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        return (
            (done.stdout + done.stderr).strip() or f"exit code {done.returncode}" if done.returncode else ""
        )

    return check


def _translations() -> str:
    lines = [f"{place}: {text.wording!r} has no English" for text, place in missing().items()]
    more = [f"and {len(lines) - _SHOWN} more"] if len(lines) > _SHOWN else []
    return "\n".join(lines[:_SHOWN] + more)


CHECKS: tuple[tuple[str, Callable[[], str]], ...] = (
    ("ruff check", _tool("-m", "ruff", "check", ".")),
    ("ruff format", _tool("-m", "ruff", "format", "--check", ".")),
    ("mypy", _tool("-m", "mypy", ".")),
    ("djlint", _tool("-m", "djlint", "templates", "--lint", "--quiet")),
    ("django check", _tool("manage.py", "check")),
    (
        "migrations",
        _tool("-W", "ignore::RuntimeWarning", "manage.py", "makemigrations", "--check", "--dry-run"),
    ),
    ("translations", _translations),
)


def command(_options: argparse.Namespace, _rest: list[str]) -> int:
    """Run them all, print one line each and the findings; 1 when any found something."""
    failed = []
    for name, check in CHECKS:
        began = time.monotonic()
        findings = check()
        print(f"{'failed' if findings else 'ok':7} {name} ({time.monotonic() - began:.1f} s)", flush=True)
        if findings:
            failed.append(name)
            print("\n".join(f"    {line}" for line in findings.splitlines()), flush=True)
    print(f"bin/check: {'failed: ' + ', '.join(failed) if failed else 'all passed'}", flush=True)
    return int(bool(failed))
