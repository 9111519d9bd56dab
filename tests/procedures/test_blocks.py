"""Shared blocks of configured procedures."""

from __future__ import annotations

from typing import Any

import pytest

from procedures.importing.blocks import expand, load

BLOCKS: dict[str, Any] = {"list": [1, 2], "object": {"a": 1, "b": 2}, "more": {"b": 3}}


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ([{"include": "list"}, 3], [1, 2, 3]),
        ([{"include": ["list", "list"]}], [1, 2, 1, 2]),
        ({"include": "object", "a": 9}, {"a": 9, "b": 2}),
        ({"include": ["object", "more"]}, {"a": 1, "b": 3}),
        ([{"include": "object"}], [{"a": 1, "b": 2}]),
        ({"deep": [{"x": {"include": "more"}}]}, {"deep": [{"x": {"b": 3}}]}),
        ("plain", "plain"),
    ],
)
def test_an_include_stands_for_its_block(written: Any, meant: Any) -> None:
    assert expand(written, BLOCKS) == meant


@pytest.mark.parametrize("written", [{"include": "no"}, [{"include": "no"}], {"include": "list"}])
def test_a_block_that_is_not_there_or_does_not_fit_is_refused(written: Any) -> None:
    with pytest.raises(ValueError, match="block"):
        expand(written, BLOCKS)


def test_no_block_keeps_an_include_and_none_is_empty() -> None:
    for name, block in load().items():
        assert block, name
        assert "include" not in str(block), name
