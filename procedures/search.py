"""Search over the catalogue: in memory, tolerant of missing marks, typing errors, word order and everyday words.

Each procedure is known by several texts: its title, and the everyday phrases of `data/synonyms.json`. A text is worth
how much of what was typed it holds (rare syllables count more), how much of it was typed, and how well the typed
words fit into it in their order. A syllable stands for its neighbours within one or two edits, and words that name a
concept stand for every other way to name it. A procedure that has nothing of the act asked for (change, end, issue
again) stands back. Built from one query, rebuilt when the catalogue changes; no database extension is needed.
"""

from __future__ import annotations

import math
import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import NamedTuple, Protocol

from rapidfuzz import fuzz, process
from rapidfuzz.distance import OSA

from portal.lib.text import fold
from procedures.concepts import acts, concepts, named
from procedures.everyday import filler, sayings, written_out

LONGEST_QUERY = 200  # letters; what follows is ignored
_MOST_WORDS = 40
_TELLING = 12  # words of a long query that are looked up: the rarest
_MANY_WORDS = 6  # from so many on, a known word is taken as written
_CANDIDATES = 60  # texts whose order of words is looked at
_ALIKE = 60  # likeness from which a word may stand for one nobody uses
_MAY_BECOME = 20  # readings of a word that is being typed
_UNFINISHED = 0.9  # closeness of what it may become
_BEGINS = 8.0  # what a text is worth more that begins with what was typed so far
_HELD, _TYPED, _ORDER = 46.0, 18.0, 40.0  # what is held, what share of a text was typed, how it fits
_EVERYDAY = 0.985  # a phrase is worth a little less than a title that says the same
_SLIPS = 2  # letters from which a syllable may be a slip of another
_FAME = 0.3  # what popularity (its logarithm) adds
_FILLER = 0.25  # what a word that says nothing by itself weighs
_PARTLY = 0.5  # worth of a phrase of which hardly anything was typed
_LATER = 0.02  # by how much less each further procedure of a phrase is meant
_CONCEPT = 1.5  # what a concept weighs, whichever words name it
_NAMED = 0.9  # closeness of a word to the other words for its concept
_OFF = 18.0  # by how much less an entry is worth for each act asked for that none of its texts names
_LITERAL = 0.9  # fit from which the typed words themselves stand in a text
_FAIR = 0.3  # share of the best text's weight below which a text is not looked at
_FEWEST = 0.3  # share of the best below which a text is no answer
_CODE = re.compile(r"^\d[.,]?\d{1,6}$")
_CODE_INSIDE = re.compile(
    r"(?<![\d.,])(\d\s?[.,]\s?\d{4,6}|\d{7})(?:\.[\d.]*)?(?:[.\-]?H\d\d)?(?![\d])", re.IGNORECASE
)
_WORD = re.compile(r"[a-z0-9]+")
_MARKED_WORD = re.compile(r"[^\W_]+")


Said = tuple[int, list[str], float, frozenset[str]]  # entry, folded words, trust, concepts
Readings = tuple[tuple[str, float], ...]  # (syllable of a text, closeness to the typed one)


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


class Text(NamedTuple):
    """One way to say a procedure: folded words between blanks, their weight, and how surely it is meant by them."""

    entry: int
    spaced: str
    mass: float
    trust: float


class Spoken(NamedTuple):
    """A query: all its folded words, the telling ones, the text as typed, whether it goes on, the acts asked for."""

    all: str
    telling: str
    marked: str
    typing: bool
    acts: frozenset[str]


def _code_in(query: str) -> str:
    """The procedure code a query is or holds, perhaps damaged by a spreadsheet or with a suffix; "" for none."""
    if _CODE.match(query):
        return query
    found = _CODE_INSIDE.search(query)
    return found.group(1) if found else ""


class Index:
    """The searchable catalogue. `search` answers positions in the list it was built from, best first."""

    def __init__(self, entries: Sequence[Titled]) -> None:
        self._marked = [entry.title.lower() for entry in entries]
        self._by_code = {entry.code: position for position, entry in enumerate(entries)}
        self._codes = [entry.code for entry in entries]
        self._fame = [math.log1p(entry.popularity) for entry in entries]
        titles = [
            (position, _WORD.findall(fold(entry.title)), 1.0, concepts(entry.title))
            for position, entry in enumerate(entries)
        ]
        self.words = frozenset(word for _entry, words, *_rest in titles for word in words)
        said = [*titles, *self._everyday()]
        self._rarity = _rarity(len(entries), said)
        for word in filler() & self._rarity.keys():
            self._rarity[word] *= _FILLER
        self._texts = [
            Text(entry, f" {' '.join(words)} ", sum(self._rarity[word] for word in set(words)) or 1.0, trust)
            for entry, words, trust, _about in said
        ]
        self._postings: dict[str, list[int]] = defaultdict(list)
        self._about: dict[str, list[int]] = defaultdict(list)
        self._acts: list[set[str]] = [set() for _ in entries]
        for at, (entry, words, _trust, about) in enumerate(said):
            for word in dict.fromkeys(words):
                self._postings[word].append(at)
            self._acts[entry] |= about & acts()
            for concept in about:
                self._about[concept].append(at)
        self._vocabulary = list(self._postings)
        # A worker serves many people who type the same syllables; each index keeps its own readings.
        self._readings = lru_cache(maxsize=4096)(self._work_out_readings)

    def _everyday(self) -> Iterable[Said]:
        """Each everyday phrase; the first procedure of a phrase is meant most."""
        for row in sayings():
            for rank, code in enumerate(row.codes):
                if code in self._by_code:
                    for phrase in row.written:
                        trust = _EVERYDAY - _LATER * rank
                        yield self._by_code[code], _WORD.findall(fold(phrase)), trust, concepts(phrase)

    def search(self, query: str, limit: int = 200, *, typing: bool = False) -> list[int]:
        """Positions of the matching entries, best first; empty when nothing fits. Any text is safe to pass.

        `typing`: the last word may be unfinished.
        """
        query = query.replace("\x00", " ").strip()[:LONGEST_QUERY]
        if code := _code_in(query):
            return self._codes_like(code)[:limit]
        words = written_out(_WORD.findall(fold(query))[:_MOST_WORDS])[:_MOST_WORDS]
        if not words:
            return []
        telling = [word for word in words if word not in filler()] or words
        about = named(query)
        held, mass = self._held(self._readings_of(words, typing=typing), about)
        end = "" if typing else " "
        spoken = Spoken(
            all=f" {' '.join(words)}{end}",
            telling=f" {' '.join(telling)}{end}",
            marked=query.lower(),
            typing=typing,
            acts=acts() & about.keys(),
        )
        return self._ordered(spoken, held, mass)[:limit]

    def nearest(self, word: str) -> str:
        """The word of a title most like one that no title holds, with its marks; "" when none is near."""
        folded = fold(word)
        if folded in self.words or len(folded) < 2:
            return ""
        found = process.extractOne(folded, list(self.words), scorer=fuzz.ratio, score_cutoff=_ALIKE)
        if found is None:
            return ""
        title = self._marked[self._texts[self._postings[found[0]][0]].entry]
        return next((own for own in _MARKED_WORD.findall(title) if fold(own) == found[0]), found[0])

    def near_code(self, code: str, limit: int = 5) -> list[int]:
        """Positions of procedures whose code is like `code`: damaged by a spreadsheet, or mistyped."""
        return self._codes_like(code)[:limit]

    def _codes_like(self, text: str) -> list[int]:
        digits = re.sub(r"\D", "", text)
        dotted = f"{digits[0]}.{digits[1:]}" if digits else ""
        exact = [self._by_code[dotted.ljust(8, "0")]] if dotted.ljust(8, "0") in self._by_code else []
        starting = [at for at, code in enumerate(self._codes) if code.startswith(dotted)]
        if exact or starting:
            return list(dict.fromkeys(exact + starting))
        near = process.extract(dotted, self._codes, scorer=OSA.distance, score_cutoff=2, limit=8)
        return [position for _, _, position in near]

    def _readings_of(self, words: list[str], *, typing: bool) -> dict[str, Readings]:
        """Typed word -> what it may stand for. Of a long query only the rarest words are looked up.

        A known word may be a slip of another, unless enough other words tell what is meant.
        """
        kept = list(dict.fromkeys(words))
        if len(kept) > _TELLING:
            kept = sorted(kept, key=lambda word: -self._rarity.get(word, 0.0))[:_TELLING]
        found = {}
        for word in kept:
            known = word in self._postings
            as_written = known and len(kept) > _MANY_WORDS
            readings: Readings = ((word, 1.0),) if as_written else self._readings(word)
            if typing and word == words[-1]:
                readings += tuple((begun, _UNFINISHED) for begun in self._begun(word))
            found[word] = readings
        return found

    def _begun(self, word: str) -> list[str]:
        """What an unfinished word may become, the commonest first."""
        begun = [known for known in self._vocabulary if known.startswith(word) and known != word]
        return sorted(begun, key=lambda known: self._rarity[known])[:_MAY_BECOME]

    def _held(
        self, readings: dict[str, Readings], about: dict[str, set[str]]
    ) -> tuple[dict[int, float], float]:
        """Text -> weight of the typed words and concepts it holds, and the weight of all that mean anything."""
        held: dict[int, float] = defaultdict(float)
        mass = _CONCEPT * len(about)
        for word, near in readings.items():
            # A rare syllable must not win by its rarity when a common one is as near to what was typed.
            usual = min((self._rarity[reading] for reading, _ in near), default=0.0)
            own = self._rarity.get(word, (usual + 1.0) * (_FILLER if word in filler() else 1.0))
            mass += own
            gains = [
                (closeness * min(own, self._rarity[reading] + 1.0), self._postings[reading])
                for reading, closeness in near
            ]
            gains += [(_NAMED * own, self._about[concept]) for concept in about if word in about[concept]]
            best: dict[int, float] = {}
            for gain, texts in sorted(gains, key=lambda pair: pair[0]):  # the greatest is written last
                best |= dict.fromkeys(texts, gain)
            for at, gain in best.items():
                held[at] += gain
        for concept in about:
            for at in self._about[concept]:
                held[at] += _CONCEPT
        return held, mass

    def _work_out_readings(self, word: str) -> Readings:
        """(syllable of the catalogue, closeness) for a typed word: itself, its neighbours, what it begins."""
        own = [(word, 1.0)] if word in self._postings else []
        if len(word) < _SLIPS or word.isdigit():
            return tuple(own)
        edits = 1 if len(word) <= 4 or own else 2
        found = process.extract(word, self._vocabulary, scorer=OSA.distance, score_cutoff=edits, limit=40)
        scale = 0.55 if own else 0.8
        near = [(other, scale if distance == 1 else scale * 0.45) for other, distance, _ in found if distance]
        begun = [] if own or len(word) < 3 else [(v, 0.7) for v in self._vocabulary if v.startswith(word)]
        return tuple(dict(near + begun + own).items())

    def _ordered(self, spoken: Spoken, held: dict[int, float], mass: float) -> list[int]:
        """Entries by their best text."""
        if not held:
            return []
        texts = self._texts
        # Only what holds a fair share of the best is worth a closer look: a tenth of the texts, and no answer is lost.
        floor = max(held.values()) * _FAIR
        worth = {at: _worth(texts[at], weight, mass) for at, weight in held.items() if weight >= floor}
        top = sorted(worth, key=lambda at: (-worth[at], at))
        least = worth[top[0]] * _FEWEST
        marked = "" if spoken.marked.isascii() else spoken.marked
        graded: dict[int, float] = {}
        begun = [at for at in top[_CANDIDATES:] if spoken.typing and texts[at].spaced.startswith(spoken.all)]
        for at in top[:_CANDIDATES] + begun[:_CANDIDATES]:
            text = texts[at]
            is_title = text.trust == 1.0
            fit = fuzz.partial_ratio(spoken.all if is_title else spoken.telling, text.spaced) / 100
            exact = 1.0 if marked and is_title and marked in self._marked[text.entry] else 0.0
            begins = (
                _BEGINS if spoken.typing and text.spaced.startswith((spoken.all, spoken.telling)) else 0.0
            )
            off = 0 if _stands_in(spoken, text, fit) else len(spoken.acts - self._acts[text.entry])
            quality = (
                begins
                + (worth[at] + _ORDER * fit) * text.trust
                + exact
                + _FAME * self._fame[text.entry]
                - _OFF * off
            )
            graded[text.entry] = max(graded.get(text.entry, 0.0), quality)
        first = sorted(graded, key=lambda entry: (-graded[entry], entry))
        rest = (texts[at].entry for at in top[_CANDIDATES:] if worth[at] >= least)
        return list(dict.fromkeys([*first, *rest]))


def _stands_in(spoken: Spoken, text: Text, fit: float) -> bool:
    """Whether the very words that were typed stand in the text, give or take a slip."""
    return fit > _LITERAL and len(spoken.all) <= len(text.spaced)


def _worth(text: Text, weight: float, mass: float) -> float:
    """What a text is worth by the weight of the typed words it holds; a phrase hardly typed is worth less."""
    typed = min(weight / text.mass, 1.0)
    whole = 1.0 if text.trust == 1.0 else _PARTLY + (1 - _PARTLY) * typed
    return (_HELD * weight / mass + _TYPED * typed) * whole


def _rarity(entries: int, said: Iterable[Said]) -> dict[str, float]:
    """Word -> how telling it is, by the number of entries that hold it."""
    holding: dict[str, set[int]] = defaultdict(set)
    for entry, words, *_rest in said:
        for word in words:
            holding[word].add(entry)
    return {
        word: math.log(1 + (entries - len(found) + 0.5) / (len(found) + 0.5))
        for word, found in holding.items()
    }
