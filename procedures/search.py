"""Search over the titles of the catalogue: in memory, tolerant of missing marks and typing errors.

BM25 over folded syllables; a syllable that is unknown, or a rare misreading of a known one, stands for its
neighbours within one or two edits. The best candidates are put in order by how well the whole query fits into
the title. Everyday phrasings come from `data/synonyms.json`. Built from one query, rebuilt when the catalogue
changes (`procedures.querysets.catalogue`). The method was chosen by measurement, see docs/catalogue.md.
"""

from __future__ import annotations

import math
import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Protocol

from rapidfuzz import fuzz, process
from rapidfuzz.distance import OSA

from portal.lib.text import fold
from procedures.importing.files import SYNONYMS, read_json

LONGEST_QUERY = 200  # letters; what follows is ignored
_MOST_WORDS = 40
_CANDIDATES = 70
_MANY_WORDS = 6
_DECIDES = 0.6  # share of the telling words from which an everyday phrase decides
_HINTS = 0.3  # share from which it is a hint
_NEARLY = 94  # likeness from which a mistyped query is a phrase
_SURE = 0.8  # fit from which a title keeps the first place before hints
_HINT = 2.5  # what it is worth below that, on the scale of `quality`
_K1, _B = 1.2, 0.45
_CODE = re.compile(r"^\d[.,]?\d{1,6}$")
_WORD = re.compile(r"[a-z0-9]+")


class Titled(Protocol):
    """What can be searched."""

    @property
    def code(self) -> str:
        """Procedure code."""

    @property
    def title(self) -> str:
        """The title people see."""

    @property
    def popularity(self) -> int:
        """Higher comes first among equals."""


@dataclass(frozen=True)
class Saying:
    """Everyday words for procedures: the folded phrases, the codes meant (best first), words to search besides."""

    phrases: tuple[str, ...]
    codes: tuple[str, ...]
    terms: str


@lru_cache(maxsize=1)
def sayings() -> tuple[tuple[Saying, ...], frozenset[str]]:
    """The list of everyday phrasings, and the words that say nothing ("xin", "như thế nào")."""
    document = read_json(SYNONYMS)
    rows = tuple(
        Saying(
            phrases=tuple(" ".join(_WORD.findall(fold(phrase))) for phrase in row["say"]),
            codes=tuple(row.get("codes", ())),
            terms=fold(row.get("terms", "")),
        )
        for row in document["sayings"]
    )
    return rows, frozenset(fold(word) for word in document["filler"])


def _hits(rows: tuple[Saying, ...], words: list[str], telling: list[str]) -> list[tuple[Saying, float]]:
    """At most three sayings in the query, the longest phrase first, each with its share of the telling words.

    When none is there as written, the one that the whole query nearly spells.
    """
    text = f" {' '.join(words)} "
    found = []
    for row in rows:
        longest = max((phrase for phrase in row.phrases if f" {phrase} " in text), key=len, default="")
        if longest:
            found.append((len(longest), row, len(set(longest.split()) & set(telling)) / len(set(telling))))
    found.sort(key=lambda hit: -hit[0])
    if found or len(words) > _MANY_WORDS:
        return [(row, part) for _, row, part in found[:3]]
    near = process.extractOne(" ".join(telling), _phrases(), scorer=fuzz.ratio, score_cutoff=_NEARLY)
    return [(rows[_phrase_rows()[near[2]]], _DECIDES)] if near else []


@lru_cache(maxsize=1)
def _phrases() -> tuple[str, ...]:
    return tuple(phrase for row in sayings()[0] for phrase in row.phrases)


@lru_cache(maxsize=1)
def _phrase_rows() -> tuple[int, ...]:
    return tuple(number for number, row in enumerate(sayings()[0]) for _ in row.phrases)


class Index:
    """The searchable catalogue. `search` answers positions in the list it was built from, best first."""

    def __init__(self, entries: Sequence[Titled]) -> None:
        self._folded = [fold(entry.title) for entry in entries]
        self._spaced = [f" {' '.join(_WORD.findall(text))} " for text in self._folded]
        self._marked = [entry.title.lower() for entry in entries]
        self._by_code = {entry.code: position for position, entry in enumerate(entries)}
        self._codes = [entry.code for entry in entries]
        self._fame = [math.log1p(entry.popularity) for entry in entries]
        words = [_WORD.findall(text) for text in self._folded]
        self._lengths = [len(text) for text in self._folded]
        self._postings = _postings(words)
        self._vocabulary = list(self._postings)
        self._rarity = {
            word: math.log(1 + (len(words) - len(found) + 0.5) / (len(found) + 0.5))
            for word, found in self._postings.items()
        }
        # A worker serves many people who type the same syllables; each index keeps its own readings.
        self._readings = lru_cache(maxsize=4096)(self._work_out_readings)

    def search(self, query: str, limit: int = 200) -> list[int]:
        """Positions of the matching entries, best first; empty when nothing fits. Any text is safe to pass."""
        query = query.replace("\x00", " ").strip()[:LONGEST_QUERY]
        if _CODE.match(query):
            return self._codes_like(query)[:limit]
        folded = fold(query)
        words = _WORD.findall(folded)[:_MOST_WORDS]
        if not words:
            return []
        said, helped, weights = self._said(words)
        scores = self._bm25(weights)
        ordered = self._rerank(" ".join(words), query.lower(), scores, frozenset(helped))
        # A title that holds the typed words keeps the first place; otherwise the hint is the better guess.
        sure = 1 if ordered and self._fit(" ".join(words), ordered[0]) >= _SURE else 0
        return list(dict.fromkeys(said + ordered[:sure] + helped + ordered))[:limit]

    def near_code(self, code: str, limit: int = 5) -> list[int]:
        """Positions of procedures whose code is like `code`: damaged by a spreadsheet, or mistyped."""
        return self._codes_like(code)[:limit]

    def _codes_like(self, text: str) -> list[int]:
        text = text.replace(",", ".")
        digits = text.replace(".", "")
        dotted = f"{digits[0]}.{digits[1:]}" if digits else ""
        exact = [self._by_code[dotted.ljust(8, "0")]] if dotted.ljust(8, "0") in self._by_code else []
        starting = [at for at, code in enumerate(self._codes) if code.startswith(dotted)]
        if exact or starting:
            return list(dict.fromkeys(exact + starting))
        near = process.extract(dotted, self._codes, scorer=OSA.distance, score_cutoff=2, limit=8)
        return [position for _, _, position in near]

    def _said(self, words: list[str]) -> tuple[list[int], list[int], dict[str, float]]:
        """What everyday phrases in the query name: entries that come first, entries that are only helped.

        A phrase that makes up most of what was typed decides; inside a longer query it is a hint among others.
        The third value are the words to search for with their weights.
        """
        rows, filler = sayings()
        telling = [word for word in words if word not in filler] or words
        hits = _hits(rows, words, telling)
        weights = dict.fromkeys(telling, 1.0)
        first: list[int] = []
        helped: list[int] = []
        for row, part in hits:
            meant = [self._by_code[code] for code in row.codes if code in self._by_code]
            if part >= _DECIDES:
                first += meant
                for word in row.terms.split():
                    weights.setdefault(word, 0.5)
            elif part >= _HINTS:
                helped += meant
        return first[:4], helped[:3], weights

    def _bm25(self, weights: dict[str, float]) -> dict[int, float]:
        scores: dict[int, float] = defaultdict(float)
        if len(weights) > 2 * _MANY_WORDS:  # a whole title: its rarest words find it
            known = sorted(weights, key=lambda word: -self._rarity.get(word, 9.0))[: 2 * _MANY_WORDS]
            weights = {word: weights[word] for word in known}
        for word, weight in weights.items():
            best: dict[int, float] = {}
            readings = self._readings(word)
            if len(weights) > _MANY_WORDS and word in self._postings:
                readings = ((word, 1.0),)  # enough other words tell what is meant
            # A rare syllable must not win by its rarity when a common one is as near to what was typed.
            usual = min((self._rarity[reading] for reading, _ in readings), default=0.0)
            own = self._rarity.get(word, usual)
            for reading, closeness in readings:
                gain = weight * closeness * (own if reading == word else min(own, usual + 1.0))
                for position, impact in self._postings[reading]:
                    best[position] = max(best.get(position, 0.0), gain * impact)
            for position, gain in best.items():
                scores[position] += gain
        return scores

    def _work_out_readings(self, word: str) -> tuple[tuple[str, float], ...]:
        """(syllable of the catalogue, closeness) for a typed word: itself, its neighbours, what it begins."""
        own = [(word, 1.0)] if word in self._postings else []
        if len(word) < 2 or word.isdigit():
            return tuple(own)
        edits = 1 if len(word) <= 4 or own else 2
        found = process.extract(word, self._vocabulary, scorer=OSA.distance, score_cutoff=edits, limit=40)
        scale = 0.55 if own else 0.8
        near = [(other, scale if distance == 1 else scale * 0.45) for other, distance, _ in found if distance]
        begun = [] if own or len(word) < 3 else [(v, 0.7) for v in self._vocabulary if v.startswith(word)]
        return tuple(dict(near + begun + own).items())

    def _fit(self, folded: str, position: int) -> float:
        """How well the typed words, in their order, fit somewhere into the title: 0 to 1."""
        return fuzz.partial_ratio(f" {folded} ", self._spaced[position]) / 100

    def _rerank(
        self, folded: str, marked: str, scores: dict[int, float], helped: frozenset[int]
    ) -> list[int]:
        if not scores:
            return []
        top = sorted(scores, key=lambda position: (-scores[position], position))
        best = scores[top[0]]
        head = top[:_CANDIDATES]
        has_marks = folded != marked and not marked.isascii()

        def quality(position: int) -> float:
            fit = self._fit(folded, position)
            exact = 1.0 if has_marks and marked in self._marked[position] else 0.0
            fame = 0.5 * self._fame[position] + (_HINT if position in helped else 0.0)
            return 10 * scores[position] / best + 40 * fit + exact + fame - self._lengths[position] / 150

        graded = sorted(
            ((quality(position), position) for position in head), key=lambda pair: (-pair[0], pair[1])
        )
        kept = [position for _, position in graded if scores[position] >= best * 0.3]
        return kept + [position for position in top[_CANDIDATES:] if scores[position] >= best * 0.55]


def _postings(documents: list[list[str]]) -> dict[str, list[tuple[int, float]]]:
    """Word -> (document, BM25 impact)."""
    average = sum(map(len, documents)) / max(len(documents), 1) or 1.0
    found: dict[str, list[tuple[int, float]]] = defaultdict(list)
    for position, words in enumerate(documents):
        norm = _K1 * (1 - _B + _B * len(words) / average)
        for word, count in Counter(words).items():
            found[word].append((position, count * (_K1 + 1) / (count + norm)))
    return dict(found)
