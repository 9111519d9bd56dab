"""All reference data in order, each kind once per content: units, calendar, fields, catalogue, configured ones."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from django.db import connection, transaction

from portal.accounts import loading as units
from procedures import dictionary, form_schema
from procedures.importing import blocks, catalogue_file, configured, configured_file, files, generic, small
from procedures.importing.catalogue import load_catalogue
from procedures.models import DataStamp

Progress = Callable[[int], None]
_LOCK = 7_302_110  # advisory lock: two replicas starting at once load one after the other


@dataclass(frozen=True)
class Part:
    """One kind of reference data: its name, the files it comes from, how it is loaded, how many rows to expect."""

    name: str
    sources: tuple[Path, ...]
    load: Callable[[Progress], int]
    size: Callable[[], int]


def _catalogue(progress: Progress) -> int:
    return load_catalogue(_checked_catalogue(), progress)


def _checked_catalogue() -> catalogue_file.CatalogueFile:
    fields = set(files.read_json(files.FIELDS)["fields"])
    rows = files.read_json(units.UNITS_FILE)["units"]
    departments = {row["code"] for row in rows if row["kind"] == "department"}
    return catalogue_file.read(files.CATALOGUE, fields, departments)


def _configured_sources() -> tuple[Path, ...]:
    """The files of the configured procedures and what gives them their meaning: a changed reader reads anew."""
    readers = (configured.__file__, configured_file.__file__, dictionary.__file__, form_schema.__file__)
    shared = (files.CATALOGUE, blocks.PATH, dictionary.PATH, *map(Path, readers))
    return *shared, *sorted(configured_file.FOLDER.glob("*.json"))


def _length(path: Path, key: str) -> Callable[[], int]:
    return lambda: len(files.read_json(path)[key])


PARTS = (
    Part(
        "units",
        (units.UNITS_FILE,),
        lambda p: units.load_units(progress=p),
        _length(units.UNITS_FILE, "units"),
    ),
    Part("calendar", (files.CALENDAR,), lambda _: small.load_calendar(), _length(files.CALENDAR, "days")),
    Part("fields", (files.FIELDS,), lambda _: small.load_fields(), _length(files.FIELDS, "fields")),
    Part(
        "catalogue",
        (files.CATALOGUE, files.FIELDS, units.UNITS_FILE),
        _catalogue,
        lambda: int(files.read_lines(files.CATALOGUE)[0][1].get("procedures", 0)),
    ),
    Part(
        "configured",
        _configured_sources(),
        lambda progress: configured.load(progress),
        lambda: len(list(configured_file.FOLDER.glob("*.json"))),
    ),
)


@transaction.atomic
def load_all(watch: Callable[[str, int], Progress]) -> dict[str, int | None]:
    """Load what changed since the last time; one transaction, so a bad file leaves everything as it was.

    `watch(name, size)` is called before a part is loaded and returns the function that counts its rows. The
    answer says per part how many rows changed, None where nothing was to do. Raises files.BadData.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
    stamps = dict(DataStamp.objects.values_list("name", "digest"))
    changed: dict[str, int | None] = {}
    for part in PARTS:
        digest = files.digest(*part.sources)
        if stamps.get(part.name) == digest:
            changed[part.name] = None
            continue
        with _as_bad_data():
            changed[part.name] = part.load(watch(part.name, part.size()))
        DataStamp.objects.update_or_create(name=part.name, defaults={"digest": digest})
    with _as_bad_data():
        generic.load()
    return changed


@contextmanager
def _as_bad_data() -> Iterator[None]:
    try:
        yield
    except units.BadUnits as error:
        raise files.BadData(str(error)) from error
