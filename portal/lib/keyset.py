"""Paging by the last row seen: no page grows slower with its number, none shows a row twice when rows come in.

A cursor names a row by its sort instant and key, "1790000000000000.123", or by its key alone where that is the order.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Generic, NamedTuple, TypeVar

from django.db.models import Model, Q, QuerySet

M = TypeVar("M", bound=Model)

_EPOCH = datetime.datetime(1970, 1, 1, tzinfo=datetime.UTC)
_MICROSECOND = datetime.timedelta(microseconds=1)
_CURSOR = re.compile(r"(?:([0-9]{1,17})\.)?([0-9]{1,18})")


class Order(NamedTuple):
    """By which instant rows are sorted (an annotation or column; empty: by key alone) and whether newest first."""

    by: str = ""
    descending: bool = False


class Cursor(NamedTuple):
    """The row a page begins after or ends before."""

    at: datetime.datetime | None
    key: int


@dataclass(frozen=True)
class Where:
    """Which page is wanted: after a row, before one, or the first."""

    after: Cursor | None = None
    before: Cursor | None = None


@dataclass(frozen=True)
class Slice(Generic[M]):
    """One page of rows, and the cursors of its neighbours (empty where there is none)."""

    rows: Sequence[M]
    previous: str = ""
    next: str = ""


def read_where(after: str, before: str, order: Order) -> Where:
    """The page two values of an address ask for; what cannot be read asks for the first page."""
    return Where(_read(after, order), _read(before, order))


def _read(text: str, order: Order) -> Cursor | None:
    found = _CURSOR.fullmatch(text)
    if not found or bool(found[1]) != bool(order.by):
        return None
    at = _EPOCH + int(found[1]) * _MICROSECOND if found[1] else None
    return Cursor(at, int(found[2]))


def cut(rows: QuerySet[M], order: Order, where: Where, size: int) -> Slice[M]:
    """The page of `rows` that `where` asks for; one query that reads `size` + 1 rows."""
    row = where.after or where.before
    back = where.after is None and where.before is not None
    rising = order.descending == back
    if row is not None:
        rows = rows.filter(_beyond(order, row, "gt" if rising else "lt"))
    sign = "" if rising else "-"
    names = [order.by, "pk"] if order.by else ["pk"]
    found = list(rows.order_by(*(sign + name for name in names))[: size + 1])
    more, found = len(found) > size, found[:size]
    if back:
        found.reverse()
    if not found:
        return Slice(found)
    return Slice(
        found,
        previous=_write(found[0], order) if (more if back else row is not None) else "",
        next=_write(found[-1], order) if (back or more) else "",
    )


def _beyond(order: Order, row: Cursor, compare: str) -> Q:
    if not order.by or row.at is None:
        return Q(**{f"pk__{compare}": row.key})
    # The first condition says nothing new; it is the one an index can start at.
    start = Q(**{f"{order.by}__{compare}e": row.at})
    return start & (Q(**{f"{order.by}__{compare}": row.at}) | Q(**{f"pk__{compare}": row.key}))


def _write(row: Any, order: Order) -> str:
    if not order.by:
        return str(row.pk)
    return f"{(getattr(row, order.by) - _EPOCH) // _MICROSECOND}.{row.pk}"
