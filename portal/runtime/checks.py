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
    return "\n".join(f"{place}: {text.wording!r} has no English" for text, place in missing().items())


CHECKS: tuple[tuple[str, Callable[[], str]], ...] = (
    ("ruff check", _tool("-m", "ruff", "check", "--output-format=concise", ".")),
    ("ruff format", _tool("-m", "ruff", "format", "--check", "--output-format=concise", ".")),
    ("mypy", _tool("-m", "mypy", ".")),
    ("djlint", _tool("-m", "djlint", "templates", "--lint", "--quiet")),
    ("django check", _tool("manage.py", "check")),
    (
        "migrations",
        _tool("-W", "ignore::RuntimeWarning", "manage.py", "makemigrations", "--check", "--dry-run"),
    ),
    ("translations", _translations),
)


def _indented(findings: str) -> str:
    lines = findings.splitlines()
    more = [f"… and {len(lines) - _SHOWN} lines more"] if len(lines) > _SHOWN else []
    return "\n".join(f"    {line}" for line in lines[:_SHOWN] + more)


def command(_options: argparse.Namespace, _rest: list[str]) -> int:
    """Run them all, print one line each and the findings; 1 when any found something."""
    failed = []
    for name, check in CHECKS:
        began = time.monotonic()
        findings = check()
        print(f"{'failed' if findings else 'ok':7} {name} ({time.monotonic() - began:.1f} s)", flush=True)
        if findings:
            failed.append(name)
            print(_indented(findings), flush=True)
    print(f"bin/check: {'failed: ' + ', '.join(failed) if failed else 'all passed'}", flush=True)
    return int(bool(failed))
