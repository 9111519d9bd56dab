"""Templates: they compile, they are used, partials answer to their name, and nothing is inline."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest
from django.template.loader import get_template

from tests.architecture.tree import ROOT, listed, named, sources, templates

ALL = templates()
PARTIALS = [path for path in ALL if path.name.startswith("_")]
# Partials that are no target of htmx: pieces of a list or of a page, or printed papers.
PIECES = {
    "components/": "pieces of components: their ids belong to the field",
    "print/": "pieces of printed papers",
    "dossiers/desk/_row.html": "one line of the inbox",
    "dossiers/counter/_paper.html": "one of several papers; its id carries the key of the paper",
    "dossiers/counter/_question.html": "one of several questions; its id carries the code of the question",
    "dossiers/counter/_questions.html": "the questions of a case inside their pane",
    "dossiers/counter/_times_rows.html": "lines of several tables",
    "dossiers/tracking/_card.html": "one of several cards on a page",
    "dossiers/tracking/_dates.html": "its list has an id of its own beside others",
    "dossiers/filing/_paper.html": "one of several papers; its id carries the key of the paper",
    "payments/_fee_lines.html": "a table on several pages",
    "payments/_receipt_links.html": "links on several pages",
    "payments/_transfer.html": "how to transfer, on several pages",
    "payments/accounts/_account.html": "one of several accounts on a page",
    "payments/accounts/_lacks.html": "a cell of a table",
    "payments/statements/_lines.html": "a table on several pages",
    "payments/books/_state.html": "a badge in every line of a table",
}
_ROOT = re.compile(r"<(\w+)([^>]*)>")
_TARGET = re.compile(r"""hx[-_]target=["']#([\w-]+)["']""")
# Of the reader's own, not a style, script or handler in the page: the policy of the site would drop it silently.
_INLINE = {
    "style attribute": re.compile(r"\sstyle\s*=", re.IGNORECASE),
    "style element": re.compile(r"<style\b", re.IGNORECASE),
    "inline script": re.compile(r"<script\b(?![^>]*\bsrc=)", re.IGNORECASE),
    "handler": re.compile(r"\son[a-z]+\s*=\s*[\"']", re.IGNORECASE),
    "htmx handler": re.compile(r"\shx-on\b", re.IGNORECASE),
    "javascript address": re.compile(r"[\"']\s*javascript:", re.IGNORECASE),
    "address of another site": re.compile(
        r"<(?:script|link|img|iframe)\b[^>]*\b(?:src|href)=[\"'](?:https?:)?//", re.IGNORECASE
    ),
    "turned-off escaping": re.compile(r"\|\s*safe\b|\bautoescape\s+off\b"),
}


def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8")


@pytest.mark.parametrize("path", ALL, ids=named)
def test_it_compiles(path: Path) -> None:
    get_template(named(path))


@pytest.mark.parametrize("kind", _INLINE)
def test_nothing_inline(kind: str) -> None:
    faults = [
        f"{named(path)}:{_text(path)[: found.start()].count(chr(10)) + 1}: {found.group().strip()}"
        for path in ALL
        if path.suffix == ".html"
        for found in _INLINE[kind].finditer(_text(path))
        if (named(path), kind) not in ALLOWED
    ]
    assert not faults, listed(faults)


ALLOWED: dict[tuple[str, str], str] = {}


def _root_id(path: Path) -> str:
    text = re.sub(r"{#.*?#}|{% comment %}.*?{% endcomment %}", "", _text(path), flags=re.DOTALL)
    found = _ROOT.search(text)
    identity = re.search(r'\bid="([^"]+)"', found.group(2)) if found else None
    return identity.group(1) if identity else ""


def test_a_partial_answers_to_its_name() -> None:
    faults = [
        f"{named(path)}: its root has id {_root_id(path)!r}"
        for path in PARTIALS
        if not named(path).startswith(tuple(PIECES)) and _root_id(path) != path.stem[1:]
    ]
    assert not faults, listed(faults)


def test_every_target_is_a_partial_of_that_name() -> None:
    names = {path.stem[1:] for path in PARTIALS}
    faults = [
        f"{named(path)}: hx-target #{target}"
        for path in ALL
        for target in _TARGET.findall(_text(path))
        if target not in names
    ]
    assert not faults, listed(faults)


def test_every_template_is_used() -> None:
    """By a view, another template, or a library that looks for it by name."""
    said = "".join(_text(path) for path in ALL)
    said += "".join((ROOT / source.path).read_text(encoding="utf-8") for source in sources())
    unused = [
        named(path)
        for path in ALL
        if named(path) not in said and not named(path).startswith(LOOKED_FOR) and not _built(path, said)
    ]
    assert not unused, listed(unused)


# Looked for by Django and allauth under fixed names.
# `print.html` is the skeleton the design system offers for pages to print from the browser.
LOOKED_FOR = (
    "print.html",
    "400.html",
    "403",
    "404.html",
    "429.html",
    "500.html",
    "503.html",
    "account/",
    "allauth/",
)
# Views that put a name together: `f"reporting/boards/_{name}.html"`.
BUILT = (
    "reporting/boards/",
    "reporting/breakdowns/",
    "dossiers/decisions/",
    "print/",
    "payments/print/",
    "email/",
)


def _built(path: Path, said: str) -> bool:
    folder = named(path).rsplit("/", 1)[0] + "/"
    return folder.startswith(BUILT) and f'"{path.stem.lstrip("_")}"' in said


def test_every_template_named_in_code_exists() -> None:
    known = {named(path) for path in ALL}
    faults = [
        f"{source.at(node)}: {node.value}"
        for source in sources()
        for node in ast.walk(source.tree)
        if isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and re.fullmatch(r"[a-z_]+(/[a-z_0-9]+)*\.html", node.value)
        and node.value not in known
        and "runtime" not in source.parts
    ]
    assert not faults, listed(faults)


def test_static_files_named_in_templates_exist() -> None:
    faults = [
        f"{named(path)}: {name}"
        for path in ALL
        for name in re.findall(r'{% static "([^"]+)"', _text(path))
        if not (ROOT / "static" / name).exists()
    ]
    assert not faults, listed(faults)


def test_forms_that_post_carry_the_token() -> None:
    """All but the language switch, which changes a cookie of display only and needs none (see its view)."""
    faults = [
        named(path)
        for path in ALL
        for form in re.findall(r"<form\b[^>]*method=\"post\".*?</form>", _text(path), flags=re.DOTALL)
        if "csrf_token" not in form and "set-language" not in form
    ]
    assert not faults, listed(faults)
