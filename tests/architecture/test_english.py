"""English is complete: every Vietnamese text has one English wording, with the same places to fill in."""

from __future__ import annotations

import re
from collections import defaultdict

import polib

from portal.runtime.translations import marked, missing
from tests.architecture.tree import ROOT, listed

AREAS = ("portal", "procedures", "dossiers", "payments", "reporting")
# Vietnamese letters in an English text are a name, an example to type, or a text left untranslated.
_VIETNAMESE = re.compile(r"[ăâđêôơưĂÂĐÊÔƠƯ]|[\u1ea0-\u1ef9]|[àáãèéìíòóõùúýÀÁÈÉÌÍÒÓÙÚÝ]")
_PLACES = re.compile(r"%\(\w+\)[sd]|%[sd]|\{\w*\}")


def _entries() -> list[tuple[str, polib.POEntry]]:
    return [
        (area, entry)
        for area in AREAS
        for entry in polib.pofile(str(ROOT / "locale" / area / "en" / "LC_MESSAGES" / "django.po"))
    ]


def _texts(entry: polib.POEntry) -> list[str]:
    return list(entry.msgstr_plural.values()) if entry.msgid_plural else [entry.msgstr]


def test_every_text_has_its_english() -> None:
    assert len(marked()) > 1000
    faults = [f"{place}: {text.wording}" for text, place in missing().items()]
    assert not faults, listed(faults)


def test_one_text_has_one_wording() -> None:
    """Two areas may not translate one text differently: the first on the list would win everywhere."""
    areas = defaultdict(list)
    for area, entry in _entries():
        areas[entry.msgctxt or "", entry.msgid].append(area)
    twice = [f"{msgid}: {', '.join(where)}" for (_context, msgid), where in areas.items() if len(where) > 1]
    assert not twice, listed(twice)


def test_the_same_places_are_filled_in() -> None:
    faults = []
    for area, entry in _entries():
        wanted = sorted(_PLACES.findall(entry.msgid))
        faults += [f"{area}: {text}" for text in _texts(entry) if sorted(_PLACES.findall(text)) != wanted]
    assert not faults, listed(faults)


def test_english_is_english() -> None:
    faults = [
        f"{area}: {text}"
        for area, entry in _entries()
        for text in _texts(entry)
        if _VIETNAMESE.search(_NUMBERS.sub("", text)) and not text.startswith(EXAMPLES)
    ]
    assert not faults, listed(faults)


# Numbers of legal documents, and words one may type in a search.
_NUMBERS = re.compile(r"\d+/(\d+/)?(NĐ-CP|QĐ-TTg|UBND-ĐMPT)")
EXAMPLES = ("For example: khai sinh", "Type a few letters: khai sinh")


def test_sentences_end_as_they_do_in_vietnamese() -> None:
    """A full stop or colon lost on the way shows as a broken sentence."""
    faults = []
    for area, entry in _entries():
        faults += [
            f"{area}: {entry.msgid!r} → {text!r}"
            for text in _texts(entry)
            if _end(entry.msgid) != _end(text) and text not in ABBREVIATIONS
        ]
    assert not faults, listed(faults)


ABBREVIATIONS = {"no."}


def _end(text: str) -> str:
    last = text.rstrip()[-1:]
    return last if last in ".?:…" else ""


def test_nothing_is_left_over() -> None:
    """A translation nobody asks for any more goes away with its text."""
    wanted = {(text.context, text.wording) for text in marked()}
    extra = [
        f"{area}: {entry.msgid}"
        for area, entry in _entries()
        if (entry.msgctxt or "", entry.msgid) not in wanted
    ]
    assert not extra, listed(extra)
