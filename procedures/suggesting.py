"""What is offered while somebody types: procedures, events, places, and the word that was meant. Reads only memory."""

from __future__ import annotations

from dataclasses import dataclass

from procedures import everyday
from procedures.entries import Entry
from procedures.events import Event, events_named
from procedures.places import Found, places_named
from procedures.querysets import Catalogue
from procedures.spelling import meant

FEWEST = 2  # letters from which something is offered
PROCEDURES, EVENTS, PLACES = 6, 2, 2
_MOST_WORDS = 6


@dataclass(frozen=True)
class Suggestions:
    """What fits a text so far; `meant` is the query without its typing errors, "" when it has none."""

    query: str = ""
    meant: str = ""
    procedures: tuple[Entry, ...] = ()
    events: tuple[Event, ...] = ()
    places: tuple[Found, ...] = ()

    @property
    def count(self) -> int:
        """How many lines there are to choose from."""
        return len(self.procedures) + len(self.events) + len(self.places) + bool(self.meant)


def suggest(known: Catalogue, query: str) -> Suggestions:
    """Suggestions for what was typed so far, the last word perhaps unfinished."""
    if len(query) < FEWEST:
        return Suggestions(query)
    found = [known.entries[at] for at in known.index.search(query, PROCEDURES, typing=True)]
    return Suggestions(
        query=query,
        meant=meant_by(known, query, found),
        procedures=tuple(found),
        events=tuple(events_named(query)[:EVENTS]),
        places=tuple(places_named(known.places, query)[:PLACES]),
    )


def meant_by(known: Catalogue, query: str, found: list[Entry]) -> str:
    """The query as it was probably meant, by the procedure found first; "" when no word looks mistyped."""
    if not found:
        return ""
    texts = [found[0].title, *everyday.phrases_for(found[0].code)]
    return meant(query, (known.index.words, everyday.words()), texts)


def near_words(known: Catalogue, query: str) -> list[tuple[str, str]]:
    """(a word nobody uses, the query with the word of a title nearest to it) for each such word of the query."""
    typed = query.split()
    found = []
    for at, word in enumerate(typed[:_MOST_WORDS]):
        near = known.index.nearest(word)
        if near:
            found.append((word, " ".join([*typed[:at], near, *typed[at + 1 :]])))
    return found
