"""Places in a document: finding what an address names, reading it as a form, writing it back. Pure."""

from __future__ import annotations

import copy
import itertools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from pydantic import ValidationError as ModelError

from procedures.editor.columns import look, put
from procedures.editor.nodes import BY_KEY, FORM, RULES, Node
from procedures.editor.wording import said

NEW = "new"
Key = str | int


@dataclass(frozen=True)
class Spot:
    """A place in a document. `keys` lead to it; the last is `NEW` for what is to be added. `listing`: a whole list."""

    node: Node
    keys: tuple[Key, ...]
    listing: bool = False

    @property
    def where(self) -> str:
        """Its address: "papers.2"."""
        return ".".join(map(str, self.keys)) or self.node.key

    @property
    def part(self) -> str:
        """The part of the document it is in."""
        return str(self.keys[0]) if self.keys else self.node.key

    @property
    def is_new(self) -> bool:
        """Whether it is to be added."""
        return bool(self.keys) and self.keys[-1] == NEW

    @property
    def movable(self) -> bool:
        """Whether it stands in a list, where it can be moved and removed."""
        return bool(self.keys) and isinstance(self.keys[-1], int)

    def read(self, document: Mapping[str, Any]) -> dict[str, Any]:
        """The object at this place; empty for what is to be added."""
        found = {} if self.is_new else _at(document, self.keys)
        return found if isinstance(found, dict) else {}

    def inside(self, path: str) -> str | None:
        """What follows this place in a path of the document, None when the path is elsewhere."""
        if not self.keys:
            return path
        own = ".".join(map(str, self.keys))
        return path[len(own) :].lstrip(".") if path == own or path.startswith(f"{own}.") else None


def find(document: Mapping[str, Any], where: str) -> Spot:
    """The place `where` names. Raises LookupError when there is none."""
    first, *rest = where.split(".")
    node = BY_KEY[first]
    if node is RULES:
        if rest:
            raise LookupError(where)
        return Spot(node, ())
    keys: tuple[Key, ...] = tuple(first.split("."))
    if node is not FORM:
        if not rest:
            return Spot(node, keys, listing=True)
        keys, rest = (*keys, _index(rest[0])), rest[1:]
    while rest:
        node, keys, rest = _down(node, keys, rest)
    _check_there(document, keys)
    return Spot(node, keys)


def _down(node: Node, keys: tuple[Key, ...], rest: list[str]) -> tuple[Node, tuple[Key, ...], list[str]]:
    for child in node.children:
        steps = child.key.split(".")
        if rest[: len(steps)] == steps and len(rest) > len(steps):
            return child, (*keys, *steps, _index(rest[len(steps)])), rest[len(steps) + 1 :]
    raise LookupError(".".join(rest))


def _index(token: str) -> Key:
    if token == NEW:
        return NEW
    if not (token.isascii() and token.isdigit() and len(token) < 4):
        raise LookupError(token)
    return int(token)


def _check_there(document: Mapping[str, Any], keys: tuple[Key, ...]) -> None:
    if NEW in keys[:-1]:
        raise LookupError(NEW)
    if keys[-1] != NEW and keys != ("form",):
        _at(document, keys)
    elif len(keys) > 2 and (parents := [at for at, key in enumerate(keys[:-1]) if isinstance(key, int)]):
        _at(document, keys[: parents[-1] + 1])


def _at(document: Any, keys: tuple[Key, ...]) -> Any:
    value = document
    for key in keys:
        if isinstance(key, int):
            if not (isinstance(value, list) and key < len(value)):
                raise LookupError(key)
            value = value[key]
        else:
            value = value.get(key) if isinstance(value, dict) else None
    return value


def nearest(document: Mapping[str, Any], path: str) -> str:
    """The address of the smallest place that holds `path`, where a fault found there is mended."""
    tokens = path.split(".")
    for end in range(len(tokens), 0, -1):
        try:
            return find(document, ".".join(tokens[:end])).where
        except LookupError:
            continue
    return RULES.key


# --- Changing ---


def replaced(document: Mapping[str, Any], spot: Spot, value: dict[str, Any]) -> dict[str, Any]:
    """The document with `value` at the place; what is to be added comes last in its list."""
    if not spot.keys:
        return value
    changed: dict[str, Any] = copy.deepcopy(dict(document))
    holder = _holder(changed, spot.keys)
    last = spot.keys[-1]
    if last == NEW:
        holder.append(value)
    else:
        holder[last] = value
    return changed


def removed(document: Mapping[str, Any], spot: Spot) -> dict[str, Any]:
    """The document without the place."""
    changed: dict[str, Any] = copy.deepcopy(dict(document))
    del _holder(changed, spot.keys)[spot.keys[-1]]
    return changed


def moved(document: Mapping[str, Any], spot: Spot, by: int) -> tuple[dict[str, Any], int]:
    """The document with the place `by` further in its list, and its new number; nothing beyond the ends."""
    changed: dict[str, Any] = copy.deepcopy(dict(document))
    rows = _holder(changed, spot.keys)
    at = int(spot.keys[-1])
    to = min(max(at + by, 0), len(rows) - 1)
    rows.insert(to, rows.pop(at))
    return changed, to


def _holder(document: dict[str, Any], keys: tuple[Key, ...]) -> Any:
    """What holds the last key, made where it is missing."""
    value: Any = document
    for key, following in itertools.pairwise(keys):
        if isinstance(key, str) and key not in value:
            value[key] = [] if following == NEW or isinstance(following, int) else {}
        value = value[key]
    return value


# --- Forms ---


class NodeForm(forms.Form):
    """The columns of a place as a form. `read()` gives the object as it will stand in the document."""

    def __init__(self, document: Mapping[str, Any], spot: Spot, data: Any = None) -> None:
        self.document, self.spot = document, spot
        self.before = dict(document) if not spot.keys else spot.read(document)
        initial = {column.name: column.shown(self.before) for column in spot.node.columns}
        super().__init__(data, initial=initial, auto_id="ed-%s")
        for column in spot.node.columns:
            self.fields[column.name] = column.field(document)

    def clean(self) -> dict[str, Any]:
        """The object put together from the columns, and checked by its model."""
        data: dict[str, Any] = super().clean() or {}
        self.node: dict[str, Any] = copy.deepcopy(self.before)
        for column in self.spot.node.columns:
            if column.name not in data:
                continue
            try:
                value = column.read(data[column.name])
            except ValidationError as error:
                self.add_error(column.name, error)
                continue
            value = column.default if value is None and column.keep else value
            put(self.node, column.path, None if value == column.default and not column.keep else value)
        if not self.errors:
            self._check_model()
        return data

    def _check_model(self) -> None:
        node = self.spot.node
        if node.model is None:
            return
        checked = look(self.node, node.at) if node.at else self.node
        try:
            node.model.model_validate(checked or {})
        except ModelError as error:
            for fault in error.errors(include_url=False, include_context=False):
                path = ".".join(str(part) for part in fault["loc"])
                self.fault(f"{node.at}.{path}".strip(".") if node.at else path, fault["msg"])

    def fault(self, path: str, message: str) -> None:
        """Put a fault beside the column it belongs to, or above the form when it belongs to none."""
        text = said(message.removeprefix("Value error, "))
        for column in self.spot.node.columns:
            if path and (
                path == column.path
                or path.startswith(f"{column.path}.")
                or column.path.startswith(f"{path}.")
            ):
                self.add_error(column.name, text)
                return
        self.add_error(None, f"{path}: {text}" if path else text)

    @property
    def groups(self) -> Iterator[tuple[str, list[Any], bool]]:
        """Title, bound fields and whether it is open, of each fold; the first has no title."""
        titles = list(dict.fromkeys(str(column.group) for column in self.spot.node.columns))
        for title in titles:
            columns = [column for column in self.spot.node.columns if str(column.group) == title]
            wrong = any(column.name in self.errors for column in columns) if self.is_bound else False
            yield title, [(self[column.name], column.width) for column in columns], wrong


@dataclass(frozen=True)
class Line:
    """A row of an overview: what stands at a place, and the lists under it."""

    where: str
    label: str
    lists: tuple[Lines, ...] = ()
    verdict: tuple[str, str] | None = None  # of a scripted check: its badge and tone
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Lines:
    """A list of an overview, with the address that adds to it."""

    title: str
    one: str
    add: str
    lines: tuple[Line, ...]


def overview(document: Mapping[str, Any], node: Node, where: str = "") -> Lines:
    """The list of a part with everything under it."""
    base = f"{where}.{node.key}" if where else node.key
    rows = look(_at(document, _keys(where)) if where else document, node.key)
    lines = tuple(
        Line(
            f"{base}.{number}",
            node.label(row),
            tuple(overview(document, child, f"{base}.{number}") for child in _held(node, row)),
        )
        for number, row in enumerate(rows if isinstance(rows, list) else [])
    )
    return Lines(str(node.title), str(node.one), f"{base}.{NEW}", lines)


def _held(node: Node, row: dict[str, Any]) -> list[Node]:
    """The lists under a row: only a group of questions holds questions."""
    return [
        child
        for child in node.children
        if node.key != "fields" or row.get("type") == "group" or row.get("fields")
    ]


def _keys(where: str) -> tuple[Key, ...]:
    return tuple(int(token) if token.isdigit() else token for token in where.split("."))


def count(document: Mapping[str, Any], node: Node) -> int:
    """How many things a part holds; for the form, its questions."""
    if node is FORM:
        return sum(len(section.get("fields", [])) for section in look(document, "form.sections") or [])
    rows = document.get(node.key)
    return len(rows) if isinstance(rows, list) else 0
