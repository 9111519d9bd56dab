"""Count every figure from nothing."""

from __future__ import annotations

import time
from typing import IO, Any, cast

from django.core.management.base import BaseCommand
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from reporting import fill


class Command(BaseCommand):
    """A month per transaction; boards go on reading. Safe at any time and any number of times."""

    help = "Count every figure again from the dossiers, from nothing, then settle what was marked meanwhile."

    def handle(self, *args: Any, **options: Any) -> None:  # noqa: ARG002
        """Rebuild with a progress bar."""
        began = time.monotonic()
        columns = TextColumn("months"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn()
        console = Console(file=cast(IO[str], self.stdout), force_terminal=self.stdout.isatty())
        with Progress(*columns, console=console) as shown:
            task = shown.add_task("months", total=None)
            rows = fill.rebuild(lambda done, total: shown.update(task, completed=done, total=total))
        marks = fill.fill_all()
        self.stdout.write(
            f"{rows} days of units counted, {marks} marks settled ({time.monotonic() - began:.1f} s)"
        )
