"""The tile map: each ward and commune one square, neighbours beside neighbours.

Positions come from the centroids once, by an assignment of least total distance, and are kept in
`data/tile_grid.json`, so that the picture never jumps. `manage.py make_tile_grid` writes the file.
"""

from __future__ import annotations

import functools
import json
from collections.abc import Mapping
from pathlib import Path

FILE = Path(__file__).parent / "data" / "tile_grid.json"
Place = tuple[float, float]
Cell = tuple[int, int]  # column, row


@functools.cache
def grid() -> dict[str, Cell]:
    """Column and row of every unit code."""
    return {code: (cell[0], cell[1]) for code, cell in json.loads(FILE.read_text("utf-8"))["cells"].items()}


def size(cells: Mapping[str, Cell]) -> Cell:
    """Columns and rows of the map."""
    return max(cell[0] for cell in cells.values()) + 1, max(cell[1] for cell in cells.values()) + 1


def lay(places: Mapping[str, Place], columns: int, rows: int) -> dict[str, Cell]:
    """A cell of its own for each place (longitude, latitude), with the least total of squared distances.

    Crowded parts are spread first: each coordinate is the mean of the true one and of its rank, so that the
    inner wards get room without losing who lies north or east of whom.
    """
    codes = sorted(places)
    east = _spread([places[code][0] for code in codes], columns)
    north = _spread([-places[code][1] for code in codes], rows)
    cells = [(column, row) for row in range(rows) for column in range(columns)]
    cost = [
        [(x - column) ** 2 + (y - row) ** 2 for column, row in cells]
        for x, y in zip(east, north, strict=True)
    ]
    return {code: cells[index] for code, index in zip(codes, _assign(cost), strict=True)}


def _spread(values: list[float], steps: int) -> list[float]:
    """Values moved to 0 … steps-1, half by size and half by rank."""
    low, high = min(values), max(values)
    ranks = {value: rank for rank, value in enumerate(sorted(set(values)))}
    last = max(len(ranks) - 1, 1)
    return [
        ((value - low) / (high - low) * 0.4 + ranks[value] / last * 0.6) * (steps - 1) for value in values
    ]


class _Prices:
    """The state of the assignment: prices of rows and columns, and which row holds each column (0: none)."""

    def __init__(self, cost: list[list[float]]) -> None:
        self.cost = cost
        self.columns = range(1, len(cost[0]) + 1)
        self.row = [0.0] * (len(cost) + 1)
        self.column = [0.0] * (len(cost[0]) + 1)
        self.holder = [0] * (len(cost[0]) + 1)

    def seat(self, row: int) -> None:
        """Give `row` a column, moving others along a shortest path."""
        self.holder[0] = row
        here, came_from = 0, [0] * len(self.holder)
        least, seen = [float("inf")] * len(self.holder), [False] * len(self.holder)
        while self.holder[here]:
            seen[here] = True
            self._look_from(here, least, came_from, seen)
            following = min((column for column in self.columns if not seen[column]), key=least.__getitem__)
            self._pay(least[following], least, seen)
            here = following
        while here:
            self.holder[here] = self.holder[came_from[here]]
            here = came_from[here]

    def _look_from(self, here: int, least: list[float], came_from: list[int], seen: list[bool]) -> None:
        owner = self.holder[here]
        for column in self.columns:
            reduced = self.cost[owner - 1][column - 1] - self.row[owner] - self.column[column]
            if not seen[column] and reduced < least[column]:
                least[column], came_from[column] = reduced, here

    def _pay(self, step: float, least: list[float], seen: list[bool]) -> None:
        for column, passed in enumerate(seen):
            if passed:
                self.row[self.holder[column]] += step
                self.column[column] -= step
            else:
                least[column] -= step


def _assign(cost: list[list[float]]) -> list[int]:
    """For each row the column of a cheapest assignment (shortest augmenting paths, rows ≤ columns)."""
    prices = _Prices(cost)
    for row in range(1, len(cost) + 1):
        prices.seat(row)
    places = [0] * len(cost)
    for column in prices.columns:
        if prices.holder[column]:
            places[prices.holder[column] - 1] = column - 1
    return places
