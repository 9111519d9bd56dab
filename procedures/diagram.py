"""The picture of an internal process: boxes one below the other, verifications beside the way. Pure geometry.

The text of the picture stands as a list beside it; sizes are in the units of the picture's own view box.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterable
from dataclasses import dataclass

WIDTH = 340
_BOX, _ASIDE = 340, 64  # width of a step; how far a verification stands to the right
_LINE, _PAD, _GAP = 19, 10, 22
_CHARACTER = 8.2  # widest usual letter at the size of the style sheet
_MAST = 26  # where the way runs down


@dataclass(frozen=True)
class Shape:
    """A step to draw: its lines of name, a line about who and how long, and how it stands."""

    name: str
    about: str
    parallel: bool = False
    state: str = ""


@dataclass(frozen=True)
class Box:
    """A drawn step; `lines` are (y, text) of its name, `about` (y, text) of the line below."""

    x: int
    y: int
    width: int
    height: int
    lines: tuple[tuple[int, str], ...]
    about: tuple[int, str]
    kind: str

    @property
    def text_x(self) -> int:
        """Where its text begins."""
        return self.x + _PAD


@dataclass(frozen=True)
class Diagram:
    """Boxes, and lines as (x1, y1, x2, y2): `ways` end in an arrow, `asides` are dashed."""

    width: int
    height: int
    boxes: tuple[Box, ...]
    ways: tuple[tuple[int, int, int, int], ...]
    asides: tuple[tuple[int, int, int, int], ...]


def draw(shapes: Iterable[Shape]) -> Diagram:
    """The picture of these steps in their order; one that runs beside hangs below the step before it."""
    boxes: list[Box] = []
    ways: list[tuple[int, int, int, int]] = []
    asides: list[tuple[int, int, int, int]] = []
    y, last = 1, None
    for shape in shapes:
        box = _box(shape, y)
        if shape.parallel:
            asides.append((_MAST, y + box.height // 2, box.x, y + box.height // 2))
        else:
            if last is not None:
                ways.append((_MAST, last.y + last.height, _MAST, y))
            last = box
        boxes.append(box)
        y += box.height + _GAP
    return Diagram(WIDTH, max(y - _GAP + 1, 2), tuple(boxes), tuple(ways), tuple(asides))


def _box(shape: Shape, y: int) -> Box:
    x = _ASIDE if shape.parallel else 1
    width = _BOX - x - 1
    names = textwrap.wrap(shape.name, int((width - 2 * _PAD) / _CHARACTER)) or [""]
    lines = tuple((y + _PAD + _LINE * number + 12, text) for number, text in enumerate(names))
    height = _LINE * (len(names) + 1) + 2 * _PAD - 2
    kind = " ".join(filter(None, ("process-aside" if shape.parallel else "", shape.state)))
    return Box(x, y, width, height, lines, (y + height - _PAD - 2, shape.about), kind)
