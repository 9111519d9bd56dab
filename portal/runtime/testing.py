"""`bin/test`: libraries and browser first, then pytest over everything."""

import argparse
import os
import sys
from importlib.util import find_spec

from portal.runtime import system
from portal.runtime.errors import CannotStartError

_MOST_WORKERS = 4
_SERIAL = ("-n", "--numprocesses", "--pdb", "-p no:xdist", "--collect-only", "--co")


def _say(sentence: str) -> None:
    print(f"portal: {sentence}", file=sys.stderr, flush=True)


def parallel(arguments: list[str]) -> list[str]:
    """As many workers as processors, up to four, none where the person chose or debugs; files in conftest's order."""
    if any(argument.startswith(_SERIAL) for argument in arguments) or find_spec("xdist") is None:
        return []
    return [
        "-n",
        str(min(os.cpu_count() or 1, _MOST_WORKERS)),
        "--dist",
        "loadfile",
        "--no-loadscope-reorder",
    ]


def command(options: argparse.Namespace, arguments: list[str]) -> None:
    """Become pytest; never returns."""
    apt = not options.no_apt
    system.ensure_pdf(apt=apt, say=_say)
    browser = system.ensure_browser(apt=apt, say=_say)
    if browser is not None:
        os.environ["PORTAL_CHROMIUM"] = str(browser)
    elif browser_required():
        raise CannotStartError(
            f"The browser tests may not be skipped here: {system.apt_line(system.BROWSER_PACKAGES)}"
        )
    os.environ.update(system.environment())
    pytest = [sys.executable, "-m", "pytest", *parallel(arguments), *arguments]
    os.execv(sys.executable, pytest)  # noqa: S606


def browser_required() -> bool:
    """On CI, or when asked, a skipped browser test is a failure."""
    names = ("CI", "PORTAL_REQUIRE_BROWSER")
    return any(os.environ.get(name, "").lower() in {"1", "true", "yes"} for name in names)
