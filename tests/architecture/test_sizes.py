"""Small functions, small files; the report is printed by `pytest -s`."""

from __future__ import annotations

import ast
import statistics

from tests.architecture.tree import ROOT, listed, sources

LONGEST_FILE = 400
LONGEST_FUNCTION = 60
MEDIAN, NINTH_DECILE = 10, 25


def _functions() -> dict[str, int]:
    return {
        f"{source.at(node)} {node.name}": (node.end_lineno or node.lineno) - node.lineno + 1
        for source in sources()
        for node in ast.walk(source.tree)
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))
    }


def _files() -> dict[str, int]:
    return {
        source.path: len((ROOT / source.path).read_text(encoding="utf-8").splitlines())
        for source in sources()
    }


def test_functions_are_small() -> None:
    lengths = sorted(_functions().values())
    median = statistics.median(lengths)
    ninth = lengths[int(len(lengths) * 0.9)]
    print(f"{len(lengths)} functions: median {median}, 90 % up to {ninth}, longest {lengths[-1]} lines")
    assert median <= MEDIAN
    assert ninth <= NINTH_DECILE


def test_no_function_is_long() -> None:
    faults = [f"{place}: {lines}" for place, lines in _functions().items() if lines > LONGEST_FUNCTION]
    assert not faults, listed(faults)


def test_no_file_is_long() -> None:
    files = _files()
    print(
        f"{len(files)} files: median {statistics.median(files.values())} lines, longest {max(files.values())}"
    )
    faults = [f"{path}: {lines}" for path, lines in files.items() if lines > LONGEST_FILE]
    assert not faults, listed(faults)


def test_every_public_function_and_class_says_what_it_is() -> None:
    faults = []
    for source in sources():
        if {"migrations", "runtime"} & source.parts:
            continue
        if not ast.get_docstring(source.tree) and source.tree.body:
            faults.append(f"{source.path}: the file")
        faults += [
            f"{source.at(node)}: {node.name}"
            for node in source.tree.body
            if isinstance(node, (ast.FunctionDef, ast.ClassDef))
            and not node.name.startswith("_")
            and not ast.get_docstring(node)
        ]
    assert not faults, listed(faults)
