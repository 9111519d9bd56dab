"""Compiles the translations at start, so that no machine needs gettext installed."""

import argparse
import os
from pathlib import Path

import polib

PROJECT = Path(__file__).resolve().parent.parent.parent


def compile_messages(project: Path = PROJECT) -> list[Path]:
    """Write every `.mo` older than its `.po`, each in one rename; returns the files written."""
    written = []
    for source in sorted(project.glob("locale/*/*/LC_MESSAGES/django.po")):
        target = source.with_suffix(".mo")
        if target.exists() and target.stat().st_mtime_ns >= source.stat().st_mtime_ns:
            continue
        stamp = source.stat().st_mtime_ns
        partial = target.with_name(f".{target.name}.{os.getpid()}")
        polib.pofile(str(source)).save_as_mofile(str(partial))
        # The age of the source as read: an edit during compilation is seen next time.
        os.utime(partial, ns=(stamp, stamp))
        partial.replace(target)
        written.append(target)
    return written


def command(_options: argparse.Namespace, _rest: list[str]) -> None:
    """`python -m portal.runtime messages`."""
    for path in compile_messages():
        print(path.relative_to(PROJECT))
