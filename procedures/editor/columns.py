"""Columns of the editor: one value of a node of the document, how it is shown, typed and read back. Pure."""

from __future__ import annotations

import datetime
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from portal.lib.forms import DayField

Document = Mapping[str, Any]
Choices = list[tuple[str, str | Promise]]
EMPTY: tuple[Any, ...] = (None, "", [], {})
_TYPED = {"json", "lines", "rows"}  # typed as text: nothing there is an empty box
NO_CASE = "-"  # how a form says "", which there means nothing chosen


@dataclass(frozen=True)
class Column:
    """One value of a node. `path` leads to it ("label.vi"); what equals `default` is left out of the document.

    `kind`: text, long, int, flag, choice, case, many, day, json, lines (one value a line), rows (several `keys` a line,
    divided by |). `keep`: written although it equals the default. `group`: the fold it stands in, "" for the first.
    """

    path: str
    label: str | Promise
    kind: str = "text"
    hint: str | Promise = ""
    choices: Callable[[Document], Choices] | None = None
    keys: tuple[str, ...] = ()
    default: Any = None
    keep: bool = False
    group: str | Promise = ""
    width: str = ""

    @property
    def name(self) -> str:
        """Its name in a form."""
        return self.path.replace(".", "__")

    def field(self, document: Document) -> forms.Field:
        """The form field. Nothing is required here: the document's own models say what must be there."""
        options: dict[str, Any] = {"label": self.label, "required": False, "help_text": self.hint}
        if self.kind in {"long", "lines", "rows", "json"}:
            rows = 4 if self.kind in {"json", "long"} else 3
            return forms.CharField(
                widget=forms.Textarea(attrs={"rows": rows, "spellcheck": "false"}), **options
            )
        if self.kind == "int":
            return forms.IntegerField(**options)
        if self.kind == "flag":
            return forms.BooleanField(**options)
        if self.kind == "day":
            return DayField(**options)
        offered = self.choices(document) if self.choices else []
        if self.kind == "many":
            return forms.MultipleChoiceField(choices=offered, widget=forms.CheckboxSelectMultiple, **options)
        if self.kind in {"choice", "case"}:
            return forms.ChoiceField(choices=[("", "–"), *offered], **options)
        return forms.CharField(**options)

    def shown(self, node: Document) -> Any:
        """What stands in the form for the value of `node`."""
        value = look(node, self.path)
        if value is None:
            return "" if self.kind in _TYPED else self.default
        if self.kind == "case":
            return value or NO_CASE
        if self.kind == "day":
            return _day(value)
        if self.kind == "json":
            return json.dumps(value, ensure_ascii=False, indent=1)
        if self.kind == "lines":
            return "\n".join(map(str, value))
        if self.kind == "rows":
            return "\n".join(" | ".join(_cell(row.get(key)) for key in self.keys) for row in value)
        return value

    def read(self, typed: Any) -> Any:
        """The value of the document for what was typed and cleaned. Raises ValidationError."""
        if typed in EMPTY:
            return None
        if self.kind == "case":
            return "" if typed == NO_CASE else typed
        if self.kind == "json":
            return _json(typed)
        if self.kind == "day":
            return typed.isoformat()
        if self.kind == "lines":
            return [line.strip() for line in typed.splitlines() if line.strip()]
        if self.kind == "rows":
            return [
                self._row(number, line) for number, line in enumerate(typed.splitlines(), 1) if line.strip()
            ]
        return typed

    def _row(self, number: int, line: str) -> dict[str, Any]:
        cells = [cell.strip() for cell in line.split("|")]
        if len(cells) != len(self.keys):
            message = _("Dòng %(number)s: cần %(count)s phần cách nhau bằng dấu |.")
            raise ValidationError(message % {"number": number, "count": len(self.keys)})
        return {key: _value(key, cell, number) for key, cell in zip(self.keys, cells, strict=True)}

    def text(self, node: Document) -> str:
        """The value in words, for comparing; "" where it is the default."""
        value = look(node, self.path)
        if value is None or value == self.default:
            return ""
        if self.kind == "flag":
            return _("có") if value else _("không")
        if self.kind == "day" and isinstance(day := _day(str(value)), datetime.date):
            return f"{day:%d/%m/%Y}"
        if self.kind == "json":
            return json.dumps(value, ensure_ascii=False)
        if isinstance(value, list):
            return "; ".join(_plain(each) for each in value)
        offered = dict(self.choices({})) if self.choices and self.kind == "choice" else {}
        return str(offered.get(value, value))


def _plain(value: Any) -> str:
    return " – ".join(_cell(each) for each in value.values()) if isinstance(value, dict) else str(value)


def _cell(value: Any) -> str:
    return "*" if value is None else str(value)


NUMBERS = {"upto", "amount"}


def _value(key: str, cell: str, number: int) -> Any:
    if key not in NUMBERS:
        return cell
    if key == "upto" and cell == "*":
        return None
    plain = cell.replace(".", "").replace(" ", "")
    if not (plain.isascii() and plain.isdigit()):
        raise ValidationError(
            _("Dòng %(number)s: “%(text)s” không phải là số.") % {"number": number, "text": cell}
        )
    return int(plain)


def _day(value: str) -> datetime.date | str:
    try:
        return datetime.date.fromisoformat(value)
    except ValueError:
        return value


def _json(typed: str) -> Any:
    try:
        return json.loads(typed)
    except json.JSONDecodeError as error:
        message = _("Không phải JSON: dòng %(line)s, cột %(column)s.")
        raise ValidationError(message % {"line": error.lineno, "column": error.colno}) from None


def look(node: Document, path: str) -> Any:
    """The value at a dotted path, None where nothing stands."""
    value: Any = node
    for key in path.split("."):
        value = value.get(key) if isinstance(value, dict) else None
    return value


def put(node: dict[str, Any], path: str, value: Any) -> None:
    """Write the value at a dotted path; None takes it away, and every object that is empty then."""
    head, _dot, rest = path.partition(".")
    if not rest:
        if value is None:
            node.pop(head, None)
        else:
            node[head] = value
        return
    inner = dict(node[head]) if isinstance(node.get(head), dict) else {}
    put(inner, rest, value)
    if inner:
        node[head] = inner
    else:
        node.pop(head, None)


def bilingual(
    path: str, label: str | Promise, kind: str = "text", group: str | Promise = ""
) -> tuple[Column, Column]:
    """A text in both languages: two columns."""
    return (
        Column(f"{path}.vi", label, kind, group=group),
        Column(f"{path}.en", gettext_lazy("… bằng tiếng Anh"), kind, group=group),
    )
