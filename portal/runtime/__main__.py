"""`python -m portal.runtime up|test|external|manage|check|doctor|messages`, called by the commands in bin/."""

import argparse
import importlib
import sys

from portal.runtime.errors import CannotStartError
from portal.runtime.options import parser

_MODULES = {
    "up": "up",
    "test": "testing",
    "external": "external",
    "check": "checks",
    "manage": "manage",
    "doctor": "doctor",
    "messages": "messages",
}


def main(arguments: list[str]) -> int:
    """Run one command; 0 when all went well, 1 with one sentence when it could not."""
    reader = parser()
    options, rest = reader.parse_known_args(arguments)
    if rest and options.command not in {"test", "external", "manage"}:
        reader.error(f"unknown argument: {' '.join(rest)}")
    try:
        return _run(options, rest)
    except CannotStartError as error:
        print(f"portal: {error}", file=sys.stderr)
        return 1


def _run(options: argparse.Namespace, rest: list[str]) -> int:
    """Only what the chosen command needs is imported: bin/run should not wait for the rest."""
    module = importlib.import_module(f"portal.runtime.{_MODULES[options.command]}")
    result: int | None = module.command(options, rest)
    return result or 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
