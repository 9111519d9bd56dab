"""Invariant I4: every row that names a file has it, with the right content; every file has a row or is new.

`NAMING` is the one list of what names a file: a new model with `sha256` and `size` is added here, or by its app's
`ready` with `name_files`, or the sweep removes its files.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from django.db.models import Model

from dossiers.models import Attachment, Document, PetitionFile, StoredPaper, UnitPaper
from portal.lib import files
from procedures.models import CatalogueImport, PaperTemplate

NAMING: list[type[Model]] = [Attachment, Document, PetitionFile, StoredPaper, UnitPaper]
NAMING += [CatalogueImport, PaperTemplate]


def name_files(*models: type[Model]) -> None:
    """Say that rows of these models (of apps to the right) name files."""
    NAMING.extend(model for model in models if model not in NAMING)


@dataclass
class FilesReport:
    """What was counted, and each fault as one line of ids and hashes (no personal data)."""

    rows: int = 0
    files: int = 0
    quarantined: int = 0
    faults: list[str] = field(default_factory=list)

    @property
    def holds(self) -> bool:
        """Whether nothing is wrong."""
        return not self.faults


def check_files() -> FilesReport:
    """Read every stored file once and compare rows and store both ways. Minutes on a large store."""
    report = FilesReport()
    good: dict[str, bool] = {}
    for label, key, sha256, size in _named():
        report.rows += 1
        if sha256 not in good:
            good[sha256] = files.verify(sha256)
        if not good[sha256]:
            report.faults.append(f"{label} {key}: file {sha256} is missing or changed")
        elif files.path_of(sha256).stat().st_size != size:
            report.faults.append(f"{label} {key}: size differs from its file")
    for sha256 in files.all_hashes():
        report.files += 1
        if sha256 in good:
            continue
        if files.age_seconds(sha256) < files.QUARANTINE_SECONDS:
            report.quarantined += 1
        elif not known_hashes([sha256]):  # a row may have come since the rows were read
            report.faults.append(f"file {sha256}: no row names it")
    return report


def _named() -> Iterator[tuple[str, int, str, int]]:
    """Every row that names a file: kind, key, hash, size."""
    for model in NAMING:
        rows = model._default_manager.exclude(sha256="").order_by("pk")
        for key, sha256, size in rows.values_list("pk", "sha256", "size").iterator():
            yield model._meta.model_name or "", key, sha256, size


def known_hashes(hashes: list[str]) -> set[str]:
    """Those of `hashes` that a row names."""
    found: set[str] = set()
    for model in NAMING:
        rows = model._default_manager.filter(sha256__in=hashes)
        found |= set(rows.values_list("sha256", flat=True))
    return found


def sweep_files() -> files.Swept:
    """Remove files no row names and that are older than a day; for the nightly task."""
    return files.sweep(known_hashes)
