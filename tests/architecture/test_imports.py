"""Data and imports flow one way: portal → procedures → dossiers → payments → reporting."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from tests.architecture.tree import APPS, JOINTS, ROOT, Source, dotted, listed, sources

_BY_NAME = {"import_module", "import_string", "get_model", "get_app_config"}


def _named(source: Source) -> Iterator[tuple[ast.AST, str]]:
    """Every module or app a file names, lazily imported ones too."""
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Import):
            yield from ((node, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{source.at(node)}: name the package in full"
            yield node, node.module or ""
        elif isinstance(node, ast.Call) and dotted(node.func).rsplit(".", 1)[-1] in _BY_NAME:
            first = node.args[0] if node.args else None
            if isinstance(first, ast.Constant) and isinstance(first.value, str):
                yield node, first.value


def _to_the_right(source: Source, name: str) -> bool:
    app = name.split(".", 1)[0]
    return app in APPS and APPS.index(app) > APPS.index(source.app)


def test_imports_go_one_way() -> None:
    faults = [
        f"{source.at(node)}: {source.app} names {name}"
        for source in sources()
        if source.path not in JOINTS
        for node, name in _named(source)
        if _to_the_right(source, name)
    ]
    assert not faults, listed(faults)


def test_migrations_depend_one_way() -> None:
    faults = []
    for source in sources(migrations=True):
        for node in ast.walk(source.tree):
            if isinstance(node, ast.Tuple) and len(node.elts) == 2:
                first = node.elts[0]
                if (
                    isinstance(first, ast.Constant)
                    and first.value in APPS
                    and _to_the_right(source, first.value)
                ):
                    faults.append(f"{source.at(node)}: depends on {first.value}")
    assert not faults, listed(faults)


def test_nothing_outside_tests_imports_tests_or_tools() -> None:
    """Test tools are not installed on a server."""
    tools = {"tests", "pytest", "playwright", "hypothesis", "time_machine", "axe_playwright_python"}
    # These run the suite, and are run by it.
    runners = {"portal/runtime/pytest_services.py"}
    faults = [
        f"{source.at(node)}: {name}"
        for source in sources()
        if source.path not in runners
        for node, name in _named(source)
        if name.split(".", 1)[0] in tools
    ]
    assert not faults, listed(faults)


# What may touch the database or the request inside an app, by file name: the pure ones may do neither.
PURE = {"deadlines", "fees", "form_schema", "measures", "calendar", "states"}
_IMPURE = ("django.db.transaction", "django.http", "django.shortcuts", "django.core.cache", "celery")


def test_pure_modules_stay_pure() -> None:
    """Deadlines, fees and definitions compute: no transaction, no request, no cache, no view, no action."""
    faults = []
    for source in sources():
        name = source.path.rsplit("/", 1)[-1].removesuffix(".py")
        if name not in PURE or "models" in source.parts:
            continue
        for node, module in _named(source):
            if module.startswith(_IMPURE) or {"views", "actions"} & set(module.split(".")):
                faults.append(f"{source.at(node)}: {module}")
    assert not faults, listed(faults)


def test_layers_inside_an_app() -> None:
    """urls → views → access and forms → actions → pure modules → models: nothing below names what is above."""
    above = {
        "models": {"views", "actions", "access", "urls"},
        "actions": {"views", "urls"},
        "access": {"views", "actions", "urls"},
    }
    faults = []
    for source in sources():
        for layer, forbidden in above.items():
            if layer not in source.parts:
                continue
            for node, module in _named(source):
                steps = module.split(".")
                if steps[0] in APPS and forbidden & set(steps):
                    faults.append(f"{source.at(node)}: {layer} names {module}")
    assert not faults, listed(faults)


def test_the_tree_is_the_one_the_client_fixed() -> None:
    present = {path.name for path in ROOT.iterdir()}
    fixed = {"manage.py", *APPS, "templates", "static", "tests", "pyproject.toml", "docker-compose.yml"}
    assert fixed <= present, fixed - present
