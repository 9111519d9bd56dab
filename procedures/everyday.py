"""What people say, from `data/synonyms.json`: everyday phrasings, official words behind them, abbreviations."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from portal.lib.text import fold
from procedures.importing.files import SYNONYMS, read_json

_WORD = re.compile(r"[a-z0-9]+")
_MARKED_WORD = re.compile(r"[^\W_]+")
_TELLS = 3  # letters from which an everyday word typed without marks is taken for what it means


@dataclass(frozen=True)
class Saying:
    """Everyday words: the phrases as written and folded, the codes meant (best first)."""

    say: tuple[str, ...]
    phrases: tuple[str, ...]
    codes: tuple[str, ...]


@lru_cache(maxsize=1)
def _document() -> dict[str, Any]:
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
            phrases=tuple(filter(None, map(_folded, (*row["say"], row.get("terms", ""))))),
            codes=tuple(row.get("codes", ())),
        )
        for row in _document()["sayings"]
    )


@lru_cache(maxsize=1)
def filler() -> frozenset[str]:
    """Folded words that say nothing ("xin", "nào")."""
    return frozenset(_folded(word) for word in _document()["filler"])


@lru_cache(maxsize=1)
def _meanings() -> tuple[tuple[str, str, tuple[str, ...]], ...]:
    """(everyday phrase with its marks, folded, the folded official words meant by it)."""
    return tuple(
        (unicodedata.normalize("NFC", phrase.lower()), _folded(phrase), tuple(_folded(row["means"]).split()))
        for row in _document()["means"]
        for phrase in row["say"]
    )


def official_words(typed: str) -> dict[str, list[str]]:
    """Folded word of a query -> official words it may stand for, alone or in the phrase it was typed in.

    Marks tell "bố" from "bỏ"; where none were typed, a syllable of two letters says too little to stand for another.
    """
    marked = f" {' '.join(_MARKED_WORD.findall(unicodedata.normalize('NFC', typed.lower())))} "
    has_marks = not marked.isascii()
    text = marked if has_marks else f" {_folded(typed)} "
    found: dict[str, list[str]] = {}
    for phrase, folded, means in _meanings():
        said = phrase if has_marks else folded
        if (has_marks or len(folded) >= _TELLS) and f" {said} " in text:
            for word in folded.split():
                found.setdefault(word, []).extend(means)
    return found


def phrases_for(code: str) -> tuple[str, ...]:
    """The phrases, with their marks, that mean the procedure `code`."""
    return tuple(phrase for row in sayings() if code in row.codes for phrase in row.say)


@lru_cache(maxsize=1)
def abbreviations() -> dict[str, list[str]]:
    """Folded abbreviation -> the folded words it stands for."""
    return {short: fold(long).split() for short, long in _document()["short"].items()}


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
    return tuple(phrase for row in sayings() for phrase in row.phrases)
