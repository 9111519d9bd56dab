"""Are all texts of the interface translated? Finds every marked text without gettext's own tools.

The Vietnamese text is the identifier, so the question is only whether English has each of them.
"""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import polib

from portal.runtime.messages import PROJECT

_SOURCES = ("portal", "procedures", "dossiers", "payments", "reporting")
_NAMES = {
    "_": "s", "_n": "sp", "gettext": "s", "gettext_lazy": "s", "gettext_noop": "s",
    "ngettext": "sp", "ngettext_lazy": "sp", "pgettext": "cs", "pgettext_lazy": "cs",
    "npgettext": "csp", "npgettext_lazy": "csp",
}  # fmt: skip
_CALL = re.compile(r"\b(_|n?p?gettext(?:_lazy|_noop)?)\(")


@dataclass(frozen=True, order=True)
class Text:
    """One text: its context ("" for none) and the Vietnamese wording."""

    context: str
    wording: str


def _text(name: str, arguments: list[ast.expr]) -> Text | None:
    shape = _NAMES[name]
    if len(arguments) < len(shape):
        return None
    try:
        values = [ast.literal_eval(argument) for argument in arguments[: len(shape)]]
    except ValueError:
        return None  # a variable: the texts it may hold are marked where they are written
    if not all(isinstance(value, str) for value in values):
        return None
    found = dict(zip(shape, values, strict=True))
    return Text(found.get("c", ""), found["s"])


def in_python(source: str) -> set[Text]:
    """The marked texts of a Python file."""
    tree = ast.parse(source)
    known_as = _aliases(tree)
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            name = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
            name = known_as.get(name, name)
            if name in _NAMES and (text := _text(name, node.args)):
                found.add(text)
    return found


def _aliases(tree: ast.Module) -> dict[str, str]:
    """What a file calls Django's functions: `gettext_lazy as later`."""
    return {
        alias.asname or alias.name: alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module == "django.utils.translation"
        for alias in node.names
    }


def in_template(source: str) -> set[Text]:
    """The marked texts of a template, as Django itself reads it."""
    from django.utils.translation.template import templatize

    readable = templatize(source)
    found = set()
    for start in _CALL.finditer(readable):
        call = _balanced(readable[start.start() :])
        try:
            node = ast.parse(call, mode="eval").body
        except SyntaxError:
            continue
        if isinstance(node, ast.Call) and (text := _text(start[1], node.args)):
            found.add(text)
    return found


def _balanced(text: str) -> str:
    """The shortest beginning that is a complete call."""
    for end in (place.end() for place in re.finditer(r"\)", text)):
        try:
            ast.parse(text[:end], mode="eval")
        except SyntaxError:
            continue
        return text[:end]
    return ""


def marked(project: Path = PROJECT) -> dict[Text, str]:
    """Every marked text with the first file it stands in."""
    found: dict[Text, str] = {}
    for path, texts in _each_file(project):
        for text in texts:
            if text.wording.strip():
                found.setdefault(text, str(path.relative_to(project)))
    return found


def _each_file(project: Path) -> Iterator[tuple[Path, set[Text]]]:
    for app in _SOURCES:
        for path in sorted((project / app).glob("**/*.py")):
            if "migrations" not in path.parts:
                yield path, in_python(path.read_text(encoding="utf-8"))
    for suffix in ("html", "txt", "xml", "json"):
        for path in sorted((project / "templates").glob(f"**/*.{suffix}")):
            yield path, in_template(path.read_text(encoding="utf-8"))


def translated(project: Path = PROJECT) -> set[Text]:
    """Every text with a complete English wording."""
    done = set()
    for path in sorted(project.glob("locale/*/en/LC_MESSAGES/django.po")):
        for entry in polib.pofile(str(path)):
            if entry.translated() and not entry.obsolete:
                done.add(Text(entry.msgctxt or "", entry.msgid))
    return done


def missing(project: Path = PROJECT) -> dict[Text, str]:
    """Marked texts without English, with a file each."""
    done = translated(project)
    return {text: place for text, place in sorted(marked(project).items()) if text not in done}
