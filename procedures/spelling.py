"""What a mistyped query was probably meant to say, in the words of the procedure that was found for it. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable

from rapidfuzz.distance import OSA

from portal.lib.text import fold

_WORD = re.compile(r"[^\W_]+")
_SHORT = 4  # letters up to which only one slip counts as one
_MOST_WORDS = 12


def meant(typed: str, known: Iterable[frozenset[str]], texts: Iterable[str]) -> str:
    """`typed` with each unknown word replaced by the word of `texts` it is a slip of; "" when nothing is to mend.

    `known` are the folded words people and titles use: a word that is one of them stays as it was meant. Of `texts`,
    the title found and the everyday phrases for it, the one that explains most of what was typed lends its words
    and their marks.
    """
    words = _WORD.findall(typed.lower())[:_MOST_WORDS]
    known = tuple(known)
    wrong = [word for word in words if _is_unknown(word, known)]
    if not wrong:
        return ""
    readings = [_read(words, wrong, text) for text in texts]
    mended, said = max(readings, key=lambda reading: reading[0], default=((0, 0), ""))
    return said if mended[0] else ""


def _is_unknown(word: str, known: tuple[frozenset[str], ...]) -> bool:
    folded = fold(word)
    return (
        len(folded) > 1
        and not any(char.isdigit() for char in folded)
        and not any(folded in each for each in known)
    )


def _read(words: list[str], wrong: list[str], text: str) -> tuple[tuple[int, int], str]:
    """((words mended, words found), the query in the words of `text`)."""
    own = {fold(word): word for word in reversed(_WORD.findall(text.lower()))}
    said, mended, found = [], 0, 0
    for word in words:
        near = _nearest(fold(word), own) if word in wrong else fold(word)
        mended += word in wrong and near in own
        found += near in own
        said.append(own.get(near, word))
    return (mended, found), " ".join(said)


def _nearest(folded: str, own: dict[str, str]) -> str:
    """The word of `own` within one slip, or two in a longer word; "" when none is."""
    most = 1 if len(folded) <= _SHORT else 2
    near = sorted((OSA.distance(folded, word), word) for word in own)
    return near[0][1] if near and near[0][0] <= most else ""
