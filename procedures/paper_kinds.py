"""Kinds of papers, so that one given or issued once can serve wherever the same kind is asked for again.

`data/paper_kinds.json` says by which words a name begins and how long such a paper holds after its issue.
"""

from __future__ import annotations

import calendar
import datetime
import json
import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from django.utils.translation import get_language

from portal.lib.text import fold

PATH = Path(__file__).parent / "data" / "paper_kinds.json"
_COPY = re.compile(r"^((ban|to) )?(sao|chup|chinh|goc|photo)( (co )?chung thuc)?( cua| tu)? ")


@dataclass(frozen=True)
class PaperKind:
    """A kind of paper. `months`: how long it holds after its issue by `basis`; None: no limit known."""

    code: str
    vi: str
    en: str
    months: int | None
    basis: str

    @property
    def label(self) -> str:
        """The name in the language of the page."""
        return self.en if (get_language() or "vi").startswith("en") else self.vi

    def until(self, issued: datetime.date) -> datetime.date | None:
        """The last day a paper issued on `issued` holds; None without a limit."""
        if self.months is None:
            return None
        years, month = divmod(issued.month - 1 + self.months, 12)
        year = issued.year + years
        day = min(issued.day, calendar.monthrange(year, month + 1)[1])
        return datetime.date(year, month + 1, day)


@lru_cache(maxsize=1)
def _kinds() -> tuple[tuple[str, PaperKind], ...]:
    """(phrase, kind), the longest phrase first."""
    rows = json.loads(PATH.read_text(encoding="utf-8"))["kinds"]
    found = [
        (phrase, PaperKind(row["code"], row["vi"], row["en"], row["months"], row["basis"]))
        for row in rows
        for phrase in row["phrases"]
    ]
    return tuple(sorted(found, key=lambda pair: -len(pair[0])))


def plain(name: str) -> str:
    """A paper's name for comparison: without marks and without "bản sao", "bản chính"."""
    return _COPY.sub("", " ".join(re.findall(r"[a-z0-9]+", fold(name))) + " ").strip()


@lru_cache(maxsize=4096)
def kind_of(name: str) -> PaperKind | None:
    """The kind of the paper so named, None when it is of no known kind."""
    text = f"{plain(name)} "
    return next((kind for phrase, kind in _kinds() if text.startswith(f"{phrase} ")), None)


def same_kind(one: str, other: str) -> bool:
    """Whether two names mean the same paper."""
    if plain(one) == plain(other):
        return True
    kind = kind_of(one)
    return kind is not None and kind == kind_of(other)
