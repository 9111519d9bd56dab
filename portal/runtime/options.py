"""The command line of the portal's commands."""

import argparse
import os
from pathlib import Path

from portal.runtime.messages import PROJECT


def _port(text: str) -> int:
    if not text.isdigit() or not 1 <= int(text) <= 65535:
        raise argparse.ArgumentTypeError(f"{text!r} is no port: give a number from 1 to 65535")
    return int(text)


def _directory(text: str) -> Path:
    """Relative to where the person called the command from."""
    return (Path(os.environ.get("PORTAL_CALLED_FROM", ".")) / Path(text).expanduser()).resolve()


def _add_up(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    up = commands.add_parser("up", prog="bin/run", help="start the portal")
    up.add_argument("--port", type=_port, default=8000, help="port of the web server (8000)")
    up.add_argument("--host", default="127.0.0.1", help="address to listen on (127.0.0.1)")
    up.add_argument(
        "--data-dir",
        type=_directory,
        default=PROJECT / "var",
        help="where database, files and logs live (var/)",
    )
    up.add_argument("--no-demo", action="store_true", help="load no demo accounts and dossiers")
    up.add_argument(
        "--reset", action="store_true", help="first delete everything in the data directory (asks)"
    )
    up.add_argument("--yes", action="store_true", help="answer yes to the question of --reset")
    up.add_argument("--no-apt", action="store_true", help="never fetch system packages")
    up.add_argument("--without-pdf", action="store_true", help="start even when PDFs cannot be made")
    up.add_argument("--workers", type=int, default=2, help="web processes (2)")
    up.add_argument("--threads", type=int, default=8, help="threads of each web process (8)")


def parser() -> argparse.ArgumentParser:
    """All commands of `python -m portal.runtime`."""
    main = argparse.ArgumentParser(prog="python -m portal.runtime", description="Runs the portal.")
    commands = main.add_subparsers(dest="command", required=True)
    _add_up(commands)
    test = commands.add_parser("test", prog="bin/test", help="run the tests; other arguments go to pytest")
    test.add_argument("--no-apt", action="store_true", help="never fetch system packages")
    commands.add_parser("check", prog="bin/check", help="style, types, templates, migrations, translations")
    commands.add_parser("external", help="run the tests against servers of this machine")
    manage = commands.add_parser(
        "manage", prog="bin/manage", help="run a management command on the portal's data"
    )
    manage.add_argument("--data-dir", type=_directory, default=PROJECT / "var", help="as for bin/run")
    commands.add_parser("doctor", help="print what this machine has")
    commands.add_parser("messages", help="compile the translations")
    return main
