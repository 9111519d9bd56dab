"""Our data files and how they are read: a bad file is named with its line, before anything is written."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

DATA = Path(__file__).resolve().parent.parent / "data"
CATALOGUE = DATA / "catalogue.jsonl"
CALENDAR = DATA / "calendar.json"
FIELDS = DATA / "fields.json"
FORMER_UNITS = DATA.parent.parent / "portal" / "accounts" / "data" / "former_units.json"
SYNONYMS = DATA / "synonyms.json"


class BadData(ValueError):
    """A data file cannot be loaded; the message names file and line."""


def read_json(path: Path) -> Any:
    """The content of a JSON file. Raises BadData naming the line that is not JSON."""
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise BadData(f"{path.name}: the file is missing") from error
    except (json.JSONDecodeError, UnicodeDecodeError) as error:
        raise BadData(f"{path.name}:{getattr(error, 'lineno', '?')}: {error}") from error


def read_lines(path: Path) -> list[tuple[int, dict[str, Any]]]:
    """(line number, object) for each line of a JSON Lines file. Raises BadData naming the line."""
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (FileNotFoundError, UnicodeDecodeError) as error:
        raise BadData(f"{path.name}: {error}") from error
    rows = []
    for number, line in enumerate(lines, start=1):
        try:
            row = json.loads(line)
        except json.JSONDecodeError as error:
            raise BadData(f"{path.name}:{number}: not JSON ({error.msg})") from error
        if not isinstance(row, dict):
            raise BadData(f"{path.name}:{number}: an object is expected")
        rows.append((number, row))
    return rows


def digest(*paths: Path) -> str:
    """SHA-256 over the files' bytes, to know whether they changed since the last load."""
    total = hashlib.sha256()
    for path in paths:
        total.update(path.read_bytes())
    return total.hexdigest()
