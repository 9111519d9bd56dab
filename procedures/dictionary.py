"""The data dictionary: one definition of each thing asked in several forms, and lists to choose from.

`data/dictionary.json` holds `fields` (code -> a field without its name) and `lists` (name -> source, items).
A form says `{"use": "person.id_number", "name": "mother_id"}` and adds or overrides what is its own.
"""

from __future__ import annotations

import functools
import json
from pathlib import Path
from typing import Any

PATH = Path(__file__).parent / "data" / "dictionary.json"


@functools.cache
def load() -> dict[str, Any]:
    """The whole dictionary, read once."""
    content: dict[str, Any] = json.loads(PATH.read_text(encoding="utf-8"))
    return content


def entry(code: str) -> dict[str, Any]:
    """The field definition named `code`. Raises ValueError when there is none."""
    try:
        found: dict[str, Any] = load()["fields"][code]
    except KeyError:
        raise ValueError(f"the data dictionary has no field {code!r}") from None
    return found


def expand(form: Any) -> Any:
    """`form` with every `use` replaced by what the dictionary says, the form's own keys winning.

    The result stands alone (a published version must not change with the dictionary); `concept` keeps the
    code. Anything else is returned as it is. Raises ValueError for an unknown code.
    """
    if isinstance(form, list):
        return [expand(part) for part in form]
    if not isinstance(form, dict):
        return form
    if "use" not in form:
        return {key: expand(value) for key, value in form.items()}
    own = {key: expand(value) for key, value in form.items() if key != "use"}
    return {**entry(form["use"]), "concept": form["use"], **own}


@functools.cache
def options(list_name: str) -> tuple[tuple[str, str, str], ...]:
    """Code, Vietnamese and English name of each item of a list. Raises ValueError for an unknown list."""
    try:
        items = load()["lists"][list_name]["items"]
    except KeyError:
        raise ValueError(f"the data dictionary has no list {list_name!r}") from None
    return tuple((code, vi, en) for code, vi, en in items)
