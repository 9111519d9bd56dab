"""Load units, calendar, fields and the catalogue; safe to run at every start."""

from __future__ import annotations

import time
from typing import IO, Any, cast

from django.core.management.base import BaseCommand, CommandError
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from procedures.importing.files import BadData
from procedures.importing.reference import load_all

LABELS = {
    "units": "Đơn vị / units",
    "calendar": "Lịch làm việc / calendar",
    "fields": "Lĩnh vực / fields",
    "catalogue": "Thủ tục / procedures",
    "configured": "Thủ tục cấu hình chi tiết / configured",
}


class Command(BaseCommand):
    """Nothing is written when a file is bad; what is already loaded is skipped."""

    help = "Load reference data (units, calendar, catalogue) from the project's own files."

    def handle(self, *args: Any, **options: Any) -> None:  # noqa: ARG002
        started = time.monotonic()
        columns = TextColumn("{task.description:<44}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn()
        with Progress(
            *columns, console=Console(file=cast("IO[str]", self.stdout), force_terminal=self.stdout.isatty())
        ) as shown:

            def watch(name: str, size: int) -> Any:
                task = shown.add_task(LABELS[name], total=size or None)
                return lambda done: shown.advance(task, done)

            try:
                changed = load_all(watch)
            except BadData as error:
                raise CommandError(f"reference data not loaded, nothing was changed: {error}") from error
        said = ", ".join(f"{name} {'unchanged' if n is None else n}" for name, n in changed.items())
        self.stdout.write(f"Reference data: {said} ({time.monotonic() - started:.1f} s)")
