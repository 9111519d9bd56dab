"""What people say, from `data/synonyms.json`: everyday phrasings, official words behind them, abbreviations."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from portal.lib.text import fold
from procedures.importing.files import SYNONYMS, read_json

_WORD = re.compile(r"[a-z0-9]+")


@dataclass(frozen=True)
class Saying:
    """What people say, the same with the official words of the row, the codes meant (best first)."""

    say: tuple[str, ...]
    written: tuple[str, ...]
    codes: tuple[str, ...]


@lru_cache(maxsize=1)
def document() -> dict[str, Any]:
    """The lists as they stand in the file."""
    found: dict[str, Any] = read_json(SYNONYMS)
    return found


def _folded(phrase: str) -> str:
    return " ".join(_WORD.findall(fold(phrase)))


@lru_cache(maxsize=1)
def sayings() -> tuple[Saying, ...]:
    """The list of everyday phrasings; the official words of a row are one more phrase of it."""
    return tuple(
        Saying(
            say=tuple(row["say"]),
            written=tuple(filter(None, (*row["say"], row.get("terms", "")))),
            codes=tuple(row.get("codes", ())),
        )
        for row in document()["sayings"]
    )


@lru_cache(maxsize=1)
def filler() -> frozenset[str]:
    """Folded words that say nothing ("xin", "nào")."""
    return frozenset(_folded(word) for word in document()["filler"])


def phrases_for(code: str) -> tuple[str, ...]:
    """The phrases, with their marks, that mean the procedure `code`."""
    return tuple(phrase for row in sayings() if code in row.codes for phrase in row.say)


@lru_cache(maxsize=1)
def abbreviations() -> dict[str, list[str]]:
    """Folded abbreviation -> the folded words it stands for."""
    return {short: fold(long).split() for short, long in document()["short"].items()}


def written_out(typed: list[str]) -> list[str]:
    """Folded words with their abbreviations written out; a word of a phrase that was typed as people say it stays."""
    known = abbreviations()
    if not any(word in known for word in typed):
        return typed
    phrase = f" {' '.join(typed)} "
    kept = {word for said in _phrases() if f" {said} " in phrase for word in said.split()}
    return [full for word in typed for full in (known.get(word, [word]) if word not in kept else [word])]


@lru_cache(maxsize=1)
def words() -> frozenset[str]:
    """Every folded syllable of the phrases."""
    return frozenset(word for phrase in _phrases() for word in phrase.split())


@lru_cache(maxsize=1)
def _phrases() -> tuple[str, ...]:
    return tuple(_folded(phrase) for row in sayings() for phrase in row.written)
