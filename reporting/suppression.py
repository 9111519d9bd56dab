"""Withholding small cells of a published table, so that no total gives one away. Pure.

A cell (a unit in a month) is small when its dossiers, those that hit, or the rest count one to four. Small cells are
withheld. Then every line of the table, units across the months with their year and months down the units with the
city, is looked at: where exactly one cell is withheld, or what the withheld ones add up to is itself small,
the total minus the rest would tell; so the next smallest cell goes too, and where none is left, the total.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass
from typing import Generic, TypeVar

SMALL = 5
Row = TypeVar("Row", bound=Hashable)
Key = TypeVar("Key", bound=Hashable)


@dataclass(frozen=True)
class Pair:
    """Dossiers that hit, of all."""

    above: int = 0
    below: int = 0

    def __add__(self, other: Pair) -> Pair:
        return Pair(self.above + other.above, self.below + other.below)

    @property
    def is_small(self) -> bool:
        """Whether publishing it would speak of a few dossiers."""
        return any(0 < part < SMALL for part in (self.above, self.below, self.below - self.above))


@dataclass(frozen=True)
class Published(Generic[Row, Key]):
    """A table with its totals (row or column None) and the cells withheld."""

    cells: Mapping[tuple[Row | None, Key | None], Pair]
    hidden: frozenset[tuple[Row | None, Key | None]]

    def shown(self, row: Row | None, column: Key | None) -> Pair | None:
        """A cell, or None where it is withheld."""
        return None if (row, column) in self.hidden else self.cells.get((row, column), Pair())


def publish(cells: Mapping[tuple[Row, Key], Pair]) -> Published[Row, Key]:
    """The table with its totals and every cell withheld that must be."""
    every: dict[tuple[Row | None, Key | None], Pair] = {}
    for (row, column), pair in cells.items():
        for place in ((row, column), (row, None), (None, column), (None, None)):
            every[place] = every.get(place, Pair()) + pair
    hidden = {place for place, pair in every.items() if pair.is_small}
    lines = _lines(every)
    while more := next(filter(None, (_more(line, every, hidden) for line in lines)), None):
        hidden.add(more)
    return Published(every, frozenset(hidden))


Place = tuple[Row | None, Key | None]


def _lines(every: Mapping[Place[Row, Key], Pair]) -> list[tuple[Place[Row, Key], list[Place[Row, Key]]]]:
    """Each total with the cells it adds up, along both ways of the table."""
    rows = {row for row, _column in every}
    columns = {column for _row, column in every}
    across: list[tuple[Place[Row, Key], list[Place[Row, Key]]]] = [
        ((row, None), [(row, column) for column in columns if column is not None and (row, column) in every])
        for row in rows
    ]
    down: list[tuple[Place[Row, Key], list[Place[Row, Key]]]] = [
        ((None, column), [(row, column) for row in rows if row is not None and (row, column) in every])
        for column in columns
    ]
    return sorted(across + down, key=lambda line: str(line[0]))


def _more(
    line: tuple[Place[Row, Key], list[Place[Row, Key]]],
    every: Mapping[Place[Row, Key], Pair],
    hidden: Iterable[Place[Row, Key]],
) -> Place[Row, Key] | None:
    """The cell that must be withheld too, so that this line tells nothing; None when it does not."""
    total, cells = line
    gone = [place for place in cells if place in hidden]
    if total in hidden:
        told = not gone  # the cells add up to the total that was withheld
    elif not gone:
        told = False
    else:
        rest = sum((every[place] for place in gone), Pair())
        told = len(gone) == 1 or rest.is_small
    if not told:
        return None
    left = [place for place in cells if place not in hidden and every[place].below]
    smallest = min(left, key=lambda place: (every[place].below, str(place)), default=None)
    return smallest if smallest is not None else (None if total in hidden else total)
