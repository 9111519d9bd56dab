"""What words are about, whichever are chosen: losing, changing, ending, the land book, somebody from abroad.

"Mất", "bị cháy" and "cấp lại" are one concept; a title, a phrase and a question that hold any of them are about the
same. The lists are `concepts` of `data/synonyms.json`.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from itertools import product

from portal.lib.text import fold
from procedures.everyday import document

_WORD = re.compile(r"[^\W_]+")
_CHOICE = re.compile(r"\{([^}]*)\}")
_TELLS = 3  # letters a single syllable typed without marks needs
_TONES = frozenset("\u0300\u0301\u0303\u0309\u0323")
Words = tuple[str, ...]


def concepts(text: str) -> frozenset[str]:
    """The concepts `text` names."""
    return frozenset(named(text))


def named(text: str) -> dict[str, set[str]]:
    """The concepts `text` names, each with the folded words that name it; the longest phrase wins.

    "Chưa lấy vợ" is no wedding, "sửa chữa" no correction. Marks tell "mất" from "mặt"; where none were typed,
    syllables of two letters say too little alone.
    """
    bare = text.isascii()
    words = _words(fold(text)) if bare else _words(text)
    known, longest = _known(bare)
    found: dict[str, set[str]] = {}
    at = 0
    while at < len(words):
        for size in range(min(longest.get(words[at], 0), len(words) - at), 0, -1):
            concept = known.get(words[at : at + size])
            if concept is not None:
                if concept:
                    found[concept] = found.get(concept, set()) | set(map(fold, words[at : at + size]))
                at += size
                break
        else:
            at += 1
    return found


@lru_cache(maxsize=1)
def acts() -> frozenset[str]:
    """The concepts that say what is to happen: a procedure without the one asked for is hardly meant."""
    return frozenset(row["is"] for row in document()["concepts"] if row.get("act"))


def _words(text: str) -> Words:
    return tuple(_tone_last(word) for word in _WORD.findall(unicodedata.normalize("NFC", text.lower())))


@lru_cache(maxsize=20_000)
def _tone_last(word: str) -> str:
    """The syllable with its tone at the end: "xóa" and "xoá" are the same word."""
    if word.isascii():
        return word
    parts = unicodedata.normalize("NFD", word)
    tones = "".join(char for char in parts if char in _TONES)
    return unicodedata.normalize("NFC", "".join(char for char in parts if char not in _TONES)) + tones


@lru_cache(maxsize=2)
def _known(bare: bool) -> tuple[dict[Words, str], dict[str, int]]:
    """Words -> concept ("" for words that look like one and are none); first word -> words of its longest phrase."""
    found: dict[Words, str] = {}
    for row in document()["concepts"]:
        for phrase in row["say"]:
            for written in _written(phrase):
                words = _words(fold(written)) if bare else _words(written)
                if not bare or len(words) > 1 or len(words[0]) >= _TELLS:
                    found.setdefault(words, row["is"])
    longest: dict[str, int] = {}
    for words in found:
        longest[words[0]] = max(longest.get(words[0], 0), len(words))
    return found, longest


def _written(phrase: str) -> Iterator[str]:
    """`phrase` with each of its choices: "bố {vừa|mới|} mất" is three phrases."""
    parts = _CHOICE.split(phrase)
    choices = [part.split("|") if number % 2 else [part] for number, part in enumerate(parts)]
    return ("".join(chosen) for chosen in product(*choices))
