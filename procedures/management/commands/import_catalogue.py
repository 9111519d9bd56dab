"""Take in a file of the national catalogue and compare it with what is published."""

from __future__ import annotations

import time
from collections import Counter
from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser

from procedures.actions.imports import compare, receive
from procedures.importing.national import reading
from procedures.importing.national.comparing import changes
from procedures.importing.national.kinds import FaultKind, Reason
from procedures.importing.national.writing import versions_of
from procedures.models import CatalogueImport, ImportState, ItemKind


class Command(BaseCommand):
    """Reads the JSON of the national services, a spreadsheet export, or our own export. Publishes nothing."""

    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        """The file; `--dry-run` writes nothing."""
        parser.add_argument("file", type=Path)
        parser.add_argument("--dry-run", action="store_true", help="say what would be found, keep nothing")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Compare and say what was found; exits with an error when the file is no catalogue."""
        start, path = time.monotonic(), options["file"]
        try:
            data = path.read_bytes()
            counts, faults = self._try(data) if options["dry_run"] else self._import(path.name, data)
        except OSError as error:
            raise CommandError(f"cannot read the file: {error.strerror}") from error
        except ValidationError as error:
            raise CommandError("; ".join(error.messages)) from error
        names = (ItemKind.NEW, ItemKind.CHANGED, ItemKind.SEEN, ItemKind.SAME)
        found = ", ".join(f"{counts[name]} {name.value}" for name in names)
        self.stdout.write(f"{sum(counts.values())} procedures: {found}; {time.monotonic() - start:.1f} s")
        for (kind, reason), number in sorted(
            Counter((kind, reason) for kind, reason, *_rest in faults).items()
        ):
            self.stdout.write(f"  {FaultKind(kind).value}: {number} {Reason(reason).label}")
        for kind, reason, line, raw in faults:
            if kind == FaultKind.LEFT_OUT:
                self.stdout.write(f"  line {line}: {Reason(reason).label}: {raw[:160]}")

    def _import(self, name: str, data: bytes) -> tuple[Counter[str], list[tuple[str, str, int, str]]]:
        source: CatalogueImport = receive(by=None, name=name, data=data, ask=False)
        while source.state == ImportState.RUNNING:
            source = compare(import_id=source.pk)
        counts = Counter(source.items.values_list("kind", flat=True))
        return counts, list(source.faults.values_list("kind", "reason", "line", "raw"))

    def _try(self, data: bytes) -> tuple[Counter[str], list[tuple[str, str, int, str]]]:
        found = reading.read(data)
        known = versions_of(record.code for record in found.records)
        counts: Counter[str] = Counter()
        for record in found.records:
            procedure, version = known.get(record.code, (None, None))
            differs = changes(procedure, version, record.facts)
            kind = ItemKind.SAME if not differs else ItemKind.CHANGED if procedure else ItemKind.NEW
            counts[kind] += 1
        return counts, [(each.kind, each.reason, each.line, each.raw) for each in found.faults]
