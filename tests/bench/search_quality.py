"""How good the search is, on real titles with a fixed seed: `python tests/bench/search_quality.py`.

Two experiments on the catalogue file itself (no database): whole titles without marks and with typing errors, and
runs of 2 to 4 consecutive words without marks and with one typing error. A hit is right when its title holds
every intended word. Prints percentages (first hit, first ten) and times.
"""

from __future__ import annotations

import json
import random
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from portal.lib.text import fold  # noqa: E402
from procedures.search import Index  # noqa: E402

LETTERS = "abcdeghiklmnopqrstuvxy"


@dataclass(frozen=True)
class Entry:
    """A title to search."""

    code: str
    title: str
    popularity: int


def entries() -> list[Entry]:
    """The catalogue's own titles."""
    lines = (ROOT / "procedures/data/catalogue.jsonl").read_text(encoding="utf-8").splitlines()[1:]
    rows = [json.loads(line) for line in lines]
    return [Entry(row["code"], row.get("short") or row["title"], row.get("popular", 0)) for row in rows]


def one_typo(text: str, rng: random.Random) -> str:
    """One letter dropped, doubled, exchanged with its neighbour or replaced, inside a word of three or more."""
    places = [i for i, char in enumerate(text) if char.isalpha() and 0 < i < len(text) - 1]
    at = rng.choice(places)
    kind = rng.randrange(4)
    if kind == 0:
        return text[:at] + text[at + 1 :]
    if kind == 1:
        return text[:at] + text[at] + text[at:]
    if kind == 2 and text[at + 1].isalpha():
        return text[:at] + text[at + 1] + text[at] + text[at + 2 :]
    return text[:at] + rng.choice(LETTERS) + text[at + 1 :]


def short_queries(all_entries: list[Entry], count: int, seed: int) -> list[tuple[str, list[str]]]:
    """(typed text, intended words): runs of 2 to 4 words without marks, one typing error."""
    rng = random.Random(seed)
    made = []
    while len(made) < count:
        words = fold(rng.choice(all_entries).title).split()
        size = rng.randint(2, 4)
        if len(words) < size:
            continue
        start = rng.randrange(len(words) - size + 1)
        run = [word.strip('.,;:()“”"/') for word in words[start : start + size]]
        if sum(len(word) for word in run) >= 6 and all(word.isalpha() for word in run):
            made.append((one_typo(" ".join(run), rng), run))
    return made


def measure(
    name: str, index: Index, titles: list[list[str]], cases: list[tuple[str, list[str]]]
) -> tuple[float, float]:
    """Print and return the share of queries right at first and within ten."""
    first = ten = 0
    times = []
    for typed, intended in cases:
        begun = time.perf_counter()
        found = index.search(typed, limit=20)
        times.append((time.perf_counter() - begun) * 1000)
        right = [set(intended) <= set(titles[position]) for position in found[:10]]
        first += bool(right and right[0])
        ten += any(right)
    times.sort()
    shares = first / len(cases), ten / len(cases)
    print(
        f"{name:<34} first {shares[0]:6.1%}  top ten {shares[1]:6.1%}  "
        f"p50 {times[len(times) // 2]:.2f} ms  p95 {times[int(len(times) * 0.95)]:.2f} ms"
    )
    return shares


def main() -> None:
    """Run every experiment."""
    rows = entries()
    started = time.perf_counter()
    index = Index(rows)
    print(f"{len(rows)} titles, index built in {(time.perf_counter() - started) * 1000:.0f} ms")
    titles = [[word.strip('.,;:()“”"/') for word in fold(row.title).split()] for row in rows]
    rng = random.Random(7)
    sample = rng.sample(range(len(rows)), 300)
    changes: dict[str, Callable[[str], str]] = {
        "whole title, no marks": lambda text: text,
        "whole title, one typing error": lambda text: one_typo(text, rng),
    }
    for name, change in changes.items():
        measure(name, index, titles, [(change(fold(rows[i].title)), titles[i]) for i in sample])
    for seed in (1, 2, 3):
        measure(f"2-4 words, one error (seed {seed})", index, titles, short_queries(rows, 351, seed))


if __name__ == "__main__":
    main()
