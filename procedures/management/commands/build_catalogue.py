"""Build our data files from the working material: `manage.py build_catalogue --facts DIR`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from portal.accounts.loading import UNITS_FILE
from procedures.importing.build import catalogue, places
from procedures.importing.files import CALENDAR, CATALOGUE, FIELDS, FORMER_UNITS

NEEDED = (
    "catalogue_facts.jsonl",
    "procedures_commune.csv",
    "hanoi_units.csv",
    "hanoi_old_to_new.csv",
    "holidays_vn.csv",
)


class Command(BaseCommand):
    """A developer's tool; the portal itself reads only what it writes."""

    help = "Build procedures/data and portal/accounts/data from a folder of working material."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--facts", required=True, type=Path, help="folder with the working material")

    def handle(self, *args: Any, facts: Path, **options: Any) -> None:  # noqa: ARG002
        for name in NEEDED:
            if not (facts / name).is_file():
                raise CommandError(f"{facts} has no {name}")
        fields, records = catalogue.build(facts)
        official = {field.name: field.is_official for field in fields}
        english = json.loads(FIELDS.read_text(encoding="utf-8")).get("english", {}) if FIELDS.exists() else {}
        _write(UNITS_FILE, _rows(places.units(facts), "units"))
        _write(FORMER_UNITS, _rows(places.former_units(facts), "former_units"))
        _write(CALENDAR, _rows(places.calendar(facts), "days"))
        names = {field.code: field.name for field in fields}
        _write(
            FIELDS,
            json.dumps(
                {
                    "fields": names,
                    "headings": [c for c, n in names.items() if not official[n]],
                    "english": english,
                },
                ensure_ascii=False,
                indent=1,
            ),
        )
        head = {"as_of": catalogue.AS_OF, "source": catalogue.SOURCE, "procedures": len(records)}
        _write(CATALOGUE, "\n".join(_line(record) for record in [head, *records]))
        self.stdout.write(
            f"{len(records)} procedures, {len(fields)} fields, {CATALOGUE.stat().st_size / 1e6:.2f} MB"
        )


def _rows(document: dict[str, Any], name: str) -> str:
    """JSON with one line per row of `name`, so that changes read well."""
    head = json.dumps({key: value for key, value in document.items() if key != name}, ensure_ascii=False)
    rows = ",\n".join(_line(row) for row in document[name])
    return f'{head[:-1]}{", " if len(head) > 2 else ""}"{name}": [\n{rows}\n]}}'


def _line(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text + "\n", encoding="utf-8")
