"""Check every e-form: those of the files with their examples, and those stored in the database."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from procedures.form_schema import BadSchemaError, parse
from procedures.importing import configured_file, examples
from procedures.importing.files import BadData
from procedures.models import ProcedureVersion


class Command(BaseCommand):
    """Fails with one line per fault; prints what it checked when there is none."""

    help = "Check the e-forms of the data files (with their examples) and of the database."

    def add_arguments(self, parser: CommandParser) -> None:
        """The files alone can be checked where there is no database."""
        parser.add_argument("--files-only", action="store_true", help="leave the database alone")

    def handle(self, *args: Any, files_only: bool, **options: Any) -> None:  # noqa: ARG002
        faults, said = _check_files()
        if not files_only:
            stored = ProcedureVersion.objects.exclude(form={}).select_related("procedure")
            said += f", {len(stored)} stored forms"
            for version in stored:
                faults += _stored_faults(version)
        if faults:
            raise CommandError("\n".join(faults))
        self.stdout.write(f"{said}: no fault")


def _check_files() -> tuple[list[str], str]:
    faults: list[str] = []
    forms = fields = run = 0
    communes = examples.lists()
    for path in sorted(configured_file.FOLDER.glob("*.json")):
        try:
            file = configured_file.read(path)
        except BadData as error:
            faults.append(str(error))
            continue
        forms, run = forms + 1, run + len(file.examples)
        fields += sum(1 + len(spec.fields) for section in file.form.sections for spec in section.fields)
        faults += examples.run(file, communes)
    return faults, f"{forms} files, {fields} fields, {run} examples"


def _stored_faults(version: ProcedureVersion) -> Iterator[str]:
    try:
        parse(version.form)
    except BadSchemaError as error:
        yield f"{version}: {error}"
