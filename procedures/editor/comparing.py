"""What changed between two documents, part by part, in the words of the editor. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from procedures.editor.columns import look
from procedures.editor.nodes import FORM, PARTS, RULES, SECTIONS, Node


@dataclass(frozen=True)
class Change:
    """One thing added, removed or changed; `rows` are (column, before, after)."""

    kind: str  # added, removed, changed
    label: str
    rows: tuple[tuple[str, str, str], ...] = ()


@dataclass(frozen=True)
class PartChange:
    """The changes of one part."""

    title: str
    changes: tuple[Change, ...]


def compare(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[PartChange]:
    """The parts that differ, in the order of the document."""
    found = [PartChange(str(node.title), tuple(_part(node, before, after))) for node in PARTS]
    return [part for part in found if part.changes]


def _part(node: Node, before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[Change]:
    if node in {RULES, FORM}:
        old, new = (dict(each) if node is RULES else dict(each.get("form") or {}) for each in (before, after))
        if rows := _rows(node, old, new):
            yield Change("changed", str(node.one), rows)
        if node is FORM:
            yield from _list(SECTIONS, old.get("sections"), new.get("sections"))
        return
    yield from _list(node, before.get(node.key), after.get(node.key))


def _list(node: Node, before: Any, after: Any, above: str = "") -> Iterator[Change]:
    """Rows are the same when they have the same key; a move alone is told as a change of order."""
    old, new = _keyed(node, before), _keyed(node, after)
    for key, row in new.items():
        label = f"{above}{node.label(row)}"
        if key not in old:
            yield Change("added", label, _rows(node, {}, row))
            continue
        if rows := _rows(node, old[key], row):
            yield Change("changed", label, rows)
        for child in node.children:
            yield from _list(child, look(old[key], child.key), look(row, child.key), f"{label} › ")
    yield from (Change("removed", f"{above}{node.label(row)}") for key, row in old.items() if key not in new)
    both = [key for key in new if key in old]
    if both != [key for key in old if key in new]:
        yield Change(
            "changed", f"{above}{node.title}", (("#", _order(node, old, both), _order(node, new, both)),)
        )


def _order(node: Node, rows: dict[Any, dict[str, Any]], keys: list[Any]) -> str:
    return ", ".join(node.label(row) for key, row in rows.items() if key in keys)


def _keyed(node: Node, rows: Any) -> dict[Any, dict[str, Any]]:
    found: dict[Any, dict[str, Any]] = {}
    for row in rows if isinstance(rows, list) else []:
        key: tuple[Any, ...] = tuple(row.get(name) for name in _KEYS.get(node.key, ("code",)))
        while key in found:
            key = (*key, "'")
        found[key] = row
    return found


_KEYS = {
    "times": ("channel", "case"),
    "fees": ("code", "channel", "case", "valid_from"),
    "steps": ("kind", "case"),
    "results": ("name", "case"),
    "layout.rows": ("label",),
    "fields": ("name",),
    "examples": ("name",),
}


def _rows(
    node: Node, before: Mapping[str, Any], after: Mapping[str, Any]
) -> tuple[tuple[str, str, str], ...]:
    pairs = ((str(column.label), column.text(before), column.text(after)) for column in node.columns)
    return tuple(row for row in pairs if row[1] != row[2])
