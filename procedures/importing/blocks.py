"""Shared blocks of configured procedures: `{"include": "name"}` in a file stands for what `data/blocks.json` says.

A block that is a list is spliced into the list it stands in; a block that is an object is merged with the keys beside
`include`, which win. Several names are merged in order. Blocks may include blocks that stand before them.
"""

from __future__ import annotations

import functools
import json
from pathlib import Path
from typing import Any

PATH = Path(__file__).resolve().parent.parent / "data" / "blocks.json"


@functools.cache
def load() -> dict[str, Any]:
    """Every block by name, expanded itself."""
    found: dict[str, Any] = {}
    for name, value in json.loads(PATH.read_text(encoding="utf-8")).items():
        found[name] = expand(value, found)
    return found


def expand(value: Any, blocks: dict[str, Any] | None = None) -> Any:
    """`value` with every include replaced. Raises ValueError for an unknown block or one of the wrong shape."""
    known = load() if blocks is None else blocks
    if isinstance(value, list):
        return [part for each in value for part in _in_list(each, known)]
    if not isinstance(value, dict):
        return value
    own = {key: expand(each, known) for key, each in value.items() if key != "include"}
    if "include" not in value:
        return own
    merged: dict[str, Any] = {}
    for name in _names(value["include"]):
        block = _block(name, known)
        if not isinstance(block, dict):
            raise ValueError(f"block {name!r} is a list and stands where an object is needed")
        merged |= block
    return merged | own


def _in_list(value: Any, blocks: dict[str, Any]) -> list[Any]:
    """The parts one element of a list stands for."""
    if isinstance(value, dict) and value.keys() == {"include"}:
        parts: list[Any] = []
        for name in _names(value["include"]):
            block = _block(name, blocks)
            parts += block if isinstance(block, list) else [block]
        return parts
    return [expand(value, blocks)]


def _names(given: str | list[str]) -> list[str]:
    return [given] if isinstance(given, str) else given


def _block(name: str, blocks: dict[str, Any]) -> Any:
    if name not in blocks:
        raise ValueError(f"there is no block {name!r}")
    return blocks[name]
