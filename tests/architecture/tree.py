"""The source tree as the architecture tests read it."""

from __future__ import annotations

import ast
import functools
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
# From left to right: an app may import from itself and from those before it.
APPS = ("portal", "procedures", "dossiers", "payments", "reporting")
# These name all parts because they put them together.
JOINTS = {"portal/urls.py", "portal/settings.py", "portal/celery.py"}


@dataclass(frozen=True)
class Source:
    """One Python file of an app."""

    path: str  # relative to the project, with slashes
    tree: ast.Module

    @property
    def app(self) -> str:
        """The app it belongs to."""
        return self.path.split("/", 1)[0]

    @property
    def parts(self) -> set[str]:
        """Folders and the bare file name: `dossiers/views/desk.py` is in `views`, and is `desk`."""
        return set(self.path.removesuffix(".py").split("/")[1:])

    def at(self, node: ast.AST) -> str:
        """`path:line`, as editors open it."""
        return f"{self.path}:{getattr(node, 'lineno', 0)}"

    def calls(self) -> Iterator[ast.Call]:
        """Every call."""
        return (node for node in ast.walk(self.tree) if isinstance(node, ast.Call))


@functools.cache
def sources(*, migrations: bool = False) -> tuple[Source, ...]:
    """Every Python file of the apps, without migrations unless asked for."""
    return tuple(
        Source(str(path.relative_to(ROOT)), ast.parse(path.read_text(encoding="utf-8")))
        for app in APPS
        for path in sorted((ROOT / app).rglob("*.py"))
        if ("migrations" in path.parts) == migrations
    )


def templates() -> list[Path]:
    """Every template."""
    return sorted(path for path in (ROOT / "templates").rglob("*") if path.is_file())


def named(path: Path) -> str:
    """A template's name as views give it."""
    return str(path.relative_to(ROOT / "templates"))


def dotted(node: ast.expr) -> str:
    """`Dossier.objects.filter(...).get` as `Dossier.objects.filter().get`; "" for what is no plain chain."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        return f"{dotted(node.value)}.{node.attr}"
    if isinstance(node, ast.Call):
        return f"{dotted(node.func)}()"
    if isinstance(node, ast.Subscript):
        return f"{dotted(node.value)}[]"
    return ""


def listed(faults: list[str]) -> str:
    """Faults one a line, for the message of an assertion."""
    return "\n" + "\n".join(sorted(faults))
