"""Counters without gaps: the row is locked by taking from it, until the caller's transaction ends."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any, cast

from django.db import connection
from django.db.models import Model
from psycopg.sql import SQL, Identifier, Placeholder

if TYPE_CHECKING:
    from django.db.models import Field

_TAKE = SQL(
    "INSERT INTO {table} ({columns}, last) VALUES ({marks}, 1)"
    " ON CONFLICT ({columns}) DO UPDATE SET last = {table}.last + 1 RETURNING last"
)


def take(model: type[Model], **key: Any) -> int:
    """The next number (from 1) of the counter row of `model` with this unique `key`, made when there is none.

    `model` counts in its column `last`. A caller that is rolled back gives its number back: no gap.
    """
    values = [getattr(value, "pk", value) for value in key.values()]
    with connection.cursor() as cursor:
        cursor.execute(_statement(model, tuple(key)), values)
        (last,) = cursor.fetchone()
    return int(last)


@functools.cache
def _statement(model: type[Model], names: tuple[str, ...]) -> str:
    fields = [cast("Field[Any, Any]", model._meta.get_field(name)) for name in names]
    return _TAKE.format(
        table=Identifier(model._meta.db_table),
        columns=SQL(", ").join(Identifier(str(field.column)) for field in fields),
        marks=SQL(", ").join(Placeholder() * len(fields)),
    ).as_string()
