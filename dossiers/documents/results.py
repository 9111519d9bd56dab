"""The result of a dossier, laid out as its `ResultKind` says.

`layout`: `heading` {"vi", "en"}, `intro`, `rows` of {"label", "field"} or {"label", "text"}, `closing`. In
`intro`, `text` and `closing` a `{name}` stands for the answer of that name. Values come from the latest
answers, overridden by what the drafter wrote into `Result.content`. A row that is `optional` is left out when empty.
"""

from __future__ import annotations

import datetime
import re
from typing import TYPE_CHECKING, Any

from dossiers.documents.base import Paper, committee, day_in_words, people, post_of, request_of
from dossiers.models import DocumentKind
from procedures.form_schema import load

if TYPE_CHECKING:
    from collections.abc import Iterable

    from dossiers.models import Dossier, Result
    from procedures.form_engine import ReadBackRow
    from procedures.models import ResultKind

BLANK = "……"
_SLOT = re.compile(r"\{([a-z][a-z0-9_]*)\}")
_PART = re.compile(r"([a-z0-9_]+)-(\d+)-[a-z0-9_]+")
_ISO_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


def result(result: Result) -> Paper:
    """The result paper of a signed result; a refusal on the merits uses the same frame with its reasons."""
    dossier, layout = result.dossier, result.kind.layout
    unit = dossier.competent_unit
    values = values_of(dossier) | {name: _text(value) for name, value in result.content.items()}
    heading = _vietnamese(layout.get("heading")) or result.kind.name
    context = {
        **people(dossier),
        **request_of(dossier),
        "unit": committee(unit),
        "granted": result.granted,
        "heading": heading if result.granted else f"Thông báo không giải quyết: {result.kind.name}",
        "intro": fill(_vietnamese(layout.get("intro")), values),
        "rows": [_row(row, values) for row in _shown(layout, values)] if result.granted else [],
        "closing": fill(_vietnamese(layout.get("closing")), values) if result.granted else "",
        "note": result.note,
        "signed_on": day_in_words(result.signed_at),
        "officer": {
            **post_of(result.signed_by, unit),
            **({"title": result.signer_title} if result.signer_title else {}),
        },
        "signer": result.signed_by.username if result.signed_by else "",
    }
    series = result.kind.number_suffix if result.granted else "TB"
    return Paper(DocumentKind.RESULT, "print/result.html", context["heading"][:300], context, unit, series)


def preview(kind: ResultKind, dossier: Dossier) -> list[dict[str, str]]:
    """The rows a result of this kind would carry, for the drafter to check before submitting it."""
    values = values_of(dossier)
    return [_row(row, values) for row in _shown(kind.layout, values) if not row.get("drafted")]


def values_of(dossier: Dossier) -> dict[str, str]:
    """The latest answers as printed text: field name -> text, choices by their label, days as dd/mm/yyyy."""
    form = dossier.forms.first()
    answers: dict[str, Any] = form.answers if form else {}
    values = {name: _text(value) for name, value in answers.items()}
    schema = load(dossier.version)
    if schema is not None:
        from procedures.form_engine import read_back

        values |= _with_groups(row for section in read_back(schema, answers) for row in section.rows)
    return values


def _with_groups(rows: Iterable[ReadBackRow]) -> dict[str, str]:
    """Field name -> value; a group's own name stands for its rows: "Bò cái, 4; Lợn nái, 2"."""
    values: dict[str, str] = {}
    groups: dict[str, dict[int, list[str]]] = {}
    for row in rows:
        values[row.field] = row.value
        if part := _PART.fullmatch(row.field):
            groups.setdefault(part[1], {}).setdefault(int(part[2]), []).append(row.value)
    return values | {
        name: "; ".join(", ".join(line) for line in found.values()) for name, found in groups.items()
    }


def _shown(layout: dict[str, Any], values: dict[str, str]) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = layout.get("rows", [])
    return [row for row in rows if not row.get("optional") or values.get(row.get("field", ""))]


def fill(text: str, values: dict[str, str]) -> str:
    """`text` with each `{name}` replaced; an unknown or empty one becomes a dotted blank, as on paper."""
    return _SLOT.sub(lambda slot: values.get(slot[1]) or BLANK, text)


def _row(row: dict[str, Any], values: dict[str, str]) -> dict[str, str]:
    value = fill(_vietnamese(row["text"]), values) if "text" in row else values.get(row.get("field", ""), "")
    return {"label": _vietnamese(row.get("label")), "value": value or BLANK}


def _vietnamese(words: Any) -> str:
    """Words of a layout: a plain string, or one per language."""
    return str(words.get("vi", "")) if isinstance(words, dict) else str(words or "")


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "Có" if value else "Không"
    if isinstance(value, list):
        return "; ".join(_text(each) for each in value)
    if isinstance(value, dict):
        return ", ".join(_text(each) for each in value.values() if each not in (None, ""))
    text = "" if value is None else str(value)
    if _ISO_DAY.fullmatch(text):
        return datetime.date.fromisoformat(text).strftime("%d/%m/%Y")
    return text
