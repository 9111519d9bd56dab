"""Shared answers of a linked service: given in the first part, carried into the others."""

from __future__ import annotations

from typing import Any

from dossiers.documents.results import fill
from dossiers.models import Draft, LinkedPart
from procedures.bundles import Bundle, Part, Source, bundles
from procedures.form_engine import read_back
from procedures.form_schema import load


def carry(draft: Draft) -> None:
    """After the first part was saved: put its answers into the others; nothing for any other draft."""
    part = LinkedPart.objects.filter(draft=draft, order=0, linked__filed_at=None).first()
    if part is not None:
        parts = part.linked.parts.select_related("draft__version__procedure")
        carry_all(bundles()[part.linked.bundle], list(parts))


def carry_all(bundle: Bundle, parts: list[LinkedPart]) -> None:
    """Carry the shared answers, the place and the delivery of the first part into every other draft."""
    main = parts[0].draft
    if main is None:
        return
    for part in parts[1:]:
        if part.draft is not None:
            _carry(bundle.part(part.key), main, part.draft)


def _carry(spec: Part, main: Draft, draft: Draft) -> None:
    values = _values(main)
    answers = {name: _answer(source, main.answers, values) for name, source in spec.answers.items()}
    found = {name: value for name, value in answers.items() if value not in (None, "")}
    draft.unit, draft.delivery = main.unit, main.delivery
    if found.items() <= draft.answers.items():
        draft.save(update_fields=["unit", "delivery"])
        return
    draft.answers = {**draft.answers, **found}
    draft.revision += 1
    draft.save(update_fields=["unit", "delivery", "answers", "revision", "updated_at"])


def _answer(source: Source, answers: dict[str, Any], values: dict[str, str]) -> Any:
    if source.from_:
        return answers.get(source.from_)
    return source.value or fill(source.text, values)


def _values(draft: Draft) -> dict[str, str]:
    """The answers of a draft as they are read back, by field."""
    schema = load(draft.version)
    if schema is None:
        return {}
    return {row.field: row.value for part in read_back(schema, draft.answers) for row in part.rows}
