"""A kind of object of the document, as the tables of the editor describe it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from pydantic import BaseModel

from procedures.editor.columns import Column


@dataclass(frozen=True, eq=False)
class Node:
    """A kind of object of the document. `at`: where in it `model` looks. `children`: lists it holds, by key."""

    key: str
    title: str | Promise
    one: str | Promise
    columns: tuple[Column, ...]
    model: type[BaseModel] | None = None
    at: str = ""
    children: tuple[Node, ...] = ()
    label: Callable[[dict[str, Any]], str] = lambda node: str(node.get("name") or node.get("title") or "")
    hint: str | Promise = ""


WHEN = _('Điều kiện (JSON), ví dụ {"eq": ["relation", "authorised"]}; chỉ hỏi được về câu đứng trước.')
