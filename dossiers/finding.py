"""Finding dossiers at the desk: by code, name, number or phone, in the reader's own units, as fast in ten years.

PostgreSQL's own full-text index over plain words, no extension. Every word is stored as "unit.word"; each word
typed must begin one of them. Few matches are read as they are; where a word is common in the unit, the unit's
dossiers are walked newest first until the page is full, which common words fill soon.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.contrib.postgres.search import SearchQuery, SearchVectorField
from django.db.models import Exists, F, Func, OuterRef, QuerySet, TextField, Value

from dossiers.models import Dossier, DossierWords
from portal.accounts.access import unit_ids_with
from portal.accounts.permissions import Permission
from portal.lib.keyset import Where
from portal.lib.text import fold

if TYPE_CHECKING:
    from dossiers.querysets import DossierQuerySet
    from portal.accounts.models import User

MANY = 1000
LONGEST = 100
MOST_WORDS = 8
# Nine digits were an identity card's; shorter ones are parts of codes.
_NUMBER = re.compile(r"\d{9,}")
_ONE_NUMBER = re.compile(r"\+?[\d\s.()]+")
_BREAK = re.compile(r"[\s,;]+")


class Lexemes(Func):
    """A tsvector of these words as they are, without a dictionary."""

    def __init__(self, words: Iterable[str]) -> None:
        super().__init__(
            Value(" ".join(sorted(set(words))), output_field=TextField()),
            template="array_to_tsvector(string_to_array(%(expressions)s, ' '))",
            output_field=SearchVectorField(),
        )


class _Words(SearchQuery):
    """A tsquery as written: the cast reads quoted words as they are, where to_tsquery would parse them."""

    template = "%(expressions)s::tsquery"

    def __init__(self, text: str) -> None:
        super().__init__(text, search_type="raw")


@dataclass(frozen=True)
class Found:
    """The keys of the dossiers of one page, and whether there are more than MANY in all."""

    keys: list[int]
    many: bool = False
    total: int | None = None


def words_of(dossier: Dossier) -> set[str]:
    """Every word a dossier is found by: its code, and the names, numbers and phones of its people."""
    people = list(dossier.parties.all())
    names = [dossier.owner_name, *(party.name for party in people)]
    return words(dossier.code, names, [number for one in people for number in (one.id_number, one.phone)])


def words(code: str, names: Iterable[str], numbers: Iterable[str]) -> set[str]:
    """The folded words: the code whole and from the start of each of its parts, names by word, whole numbers."""
    parts = code.split("-")
    found = {_squeeze("".join(parts[start:])) for start in range(len(parts))}
    found |= {_squeeze(word) for name in names for word in _BREAK.split(name)}
    return (found | {_phone(_squeeze(number)) for number in numbers}) - {""}


def asked(text: str) -> list[str]:
    """The words of a search, folded. A number typed in groups ("0912 345 678") is one word."""
    text = text.replace("\x00", "").strip()[:LONGEST]
    if _ONE_NUMBER.fullmatch(text):
        return [word for word in [_phone(_squeeze(text))] if word]
    return [word for word in map(_squeeze, _BREAK.split(text)) if word][:MOST_WORDS]


def names_a_person(words: list[str]) -> bool:
    """Whether a search holds a number long enough to be an identity number or a phone: such looks are logged."""
    return any(_NUMBER.fullmatch(word) for word in words)


def find(user: User, text: str, where: Where, size: int) -> Found:
    """The page of the reader's dossiers matching every word of `text`, newest first; all of them without words.

    Who may not see people's data finds by the beginning of a code only, so that no search betrays a name.
    """
    units, words = unit_ids_with(user, Permission.SEE_PERSONAL_DATA), asked(text)
    if not units:
        return _by_code(Dossier.objects.visible_to(user), text, where, size)
    if not words:
        return Found(_newest(units, None, where, size))
    keys = _few(units, words)
    if keys is not None:
        return Found(_cut(keys, where, size), total=len(keys))
    return Found(_newest(units, words, where, size), many=True)


def matching(dossiers: DossierQuerySet, user: User, text: str) -> DossierQuerySet:
    """Of `dossiers` every one that `find` finds for `user`, however many match: for a search with filters beside it."""
    units, words = unit_ids_with(user, Permission.SEE_PERSONAL_DATA), asked(text)
    if not units:
        return dossiers.filter(code__startswith=_code(text))
    if not words:
        return dossiers
    keys = _few(units, words)
    if keys is not None:
        return dossiers.filter(pk__in=keys)
    rows = _read(DossierWords.objects.filter(unit__in=units, dossier=OuterRef("pk")), _any(units, words))
    return dossiers.filter(Exists(rows))


def _few(units: frozenset[int], words: list[str]) -> list[int] | None:
    """The keys of all that match, newest first; None where they are more than MANY."""
    rows = DossierWords.objects.filter(words=_Words(_any(units, words))).order_by()
    keys = sorted(set(rows.values_list("dossier_id", flat=True)[: MANY + 1]), reverse=True)
    return keys if len(keys) <= MANY else None


def _any(units: frozenset[int], words: list[str]) -> str:
    return " | ".join(f"({_query(unit, words)})" for unit in sorted(units))


def _query(unit: int, words: list[str]) -> str:
    # A single letter must be the whole word ("Y"); more of them may begin one.
    return " & ".join(f"'{unit}.{word}'" + (":*" if len(word) > 1 else "") for word in words)


def _newest(units: frozenset[int], words: list[str] | None, where: Where, size: int) -> list[int]:
    """Walk each unit's dossiers in order; the text index is kept out of it, as it knows no order."""
    found: set[int] = set()
    for unit in sorted(units):
        rows = DossierWords.objects.filter(unit=unit)
        if words is not None:
            rows = _read(rows, _query(unit, words))
        if where.after:
            rows = rows.filter(dossier_id__lt=where.after.key)
        elif where.before:
            rows = rows.filter(dossier_id__gt=where.before.key)
        order = "dossier_id" if where.before and not where.after else "-dossier_id"
        found |= set(rows.order_by(order).values_list("dossier_id", flat=True)[: size + 1])
    return _cut(sorted(found, reverse=True), where, size)


def _read(rows: QuerySet[DossierWords], query: str) -> QuerySet[DossierWords]:
    """The rows that match, read one by one: the index stays out of it."""
    read = Func(F("words"), template="(%(expressions)s || ''::tsvector)", output_field=SearchVectorField())
    return rows.annotate(read=read).filter(read=_Words(query))


def _cut(keys: list[int], where: Where, size: int) -> list[int]:
    """The `size` + 1 keys next to the cursor, of keys that fall."""
    if where.after:
        return [key for key in keys if key < where.after.key][: size + 1]
    if where.before:
        return [key for key in keys if key > where.before.key][-size - 1 :]
    return keys[: size + 1]


def _by_code(dossiers: DossierQuerySet, text: str, where: Where, size: int) -> Found:
    code = _code(text)
    if code:
        few = dossiers.filter(code__startswith=code).order_by().values_list("pk", flat=True)
        keys = sorted(few[: MANY + 1], reverse=True)
        return Found(_cut(keys, where, size), many=len(keys) > MANY, total=len(keys))
    if where.after:
        dossiers = dossiers.filter(pk__lt=where.after.key)
    elif where.before:
        dossiers = dossiers.filter(pk__gt=where.before.key)
    order = "pk" if where.before and not where.after else "-pk"
    newest = dossiers.order_by(order).values_list("pk", flat=True)[: size + 1]
    return Found(_cut(sorted(newest, reverse=True), where, size))


def _code(text: str) -> str:
    return text.replace("\x00", "").strip()[:LONGEST].upper()


def _squeeze(text: str) -> str:
    return re.sub(r"[^0-9a-z]", "", fold(text))


def _phone(digits: str) -> str:
    """A phone as people say it: +84 912 … is 0912 …."""
    return "0" + digits[2:] if re.fullmatch(r"84\d{9}", digits) else digits
