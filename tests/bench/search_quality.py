"""How good the search is: `DATABASE_URL=… python tests/bench/search_quality.py`.

1. The queries labelled by hand (`tests/procedures/queries.txt`), class by class: a hit is right when it is one of the
   labelled codes. Beside it, in the same run, plain PostgreSQL full-text search over the same folded titles (`simple`,
   all words, then any word, by `ts_rank_cd`), where DATABASE_URL names a server. Only a temporary table is written.
2. Real titles with a fixed seed: whole ones without marks and with typing errors, and runs of 2 to 4 consecutive
   words without marks and with one typing error. A hit is right when its title holds every intended word.

Prints shares (first hit, first ten) and times: processor time of the search itself, the server's wall clock beside it.
"""

from __future__ import annotations

import json
import os
import random
import re
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

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


@dataclass(frozen=True)
class Labelled:
    """A query with its class and the codes of which the first hit should be one."""

    kind: str
    typed: str
    codes: frozenset[str]


def labelled() -> list[Labelled]:
    """The queries labelled by hand, in the order of the file."""
    found, kind = [], ""
    for line in (ROOT / "tests/procedures/queries.txt").read_text(encoding="utf-8").splitlines():
        if line.startswith("["):
            kind = line[1 : line.index("]")]
        elif "|" in line and not line.startswith("#"):
            typed, _bar, codes = line.rpartition("|")
            found.append(Labelled(kind, typed.removesuffix(" "), frozenset(codes.split())))
    return found


@dataclass
class Score:
    """How often the first hit and one of the first ten were right, and how long each query took (ms)."""

    first: int = 0
    ten: int = 0
    times: list[float] | None = None

    def add(self, found: list[str], right: frozenset[str], took: float) -> None:
        """One more query."""
        self.first += bool(found and found[0] in right)
        self.ten += bool(right & set(found[:10]))
        self.times = [*(self.times or []), took]

    def __str__(self) -> str:
        times = sorted(self.times or [0.0])
        count = len(times)
        return (
            f"first {self.first / count:6.1%} ten {self.ten / count:6.1%} "
            f"p50 {times[count // 2]:6.2f} p95 {times[int(count * 0.95)]:6.2f} ms"
        )


def scores(find: Callable[[str], list[str]], clock: Callable[[], float]) -> dict[str, Score]:
    """Class -> score of a search, "all" last."""
    found: dict[str, Score] = {}
    for query in labelled():
        begun = clock()
        codes = find(query.typed)
        took = (clock() - begun) * 1000
        for kind in (query.kind, "all"):
            found.setdefault(kind, Score()).add(codes, query.codes, took)
    found["all"] = found.pop("all")
    return found


def postgres(rows: list[Entry]) -> Iterator[Callable[[str], list[str]]]:
    """A plain full-text search over the folded titles in a temporary table, where DATABASE_URL names a server."""
    address = os.environ.get("DATABASE_URL", "")
    if not address:
        return
    import psycopg

    with psycopg.connect(address) as connection:
        connection.execute("CREATE TEMPORARY TABLE titles (code text, folded text, vector tsvector)")
        with connection.cursor() as cursor:
            cursor.executemany(
                "INSERT INTO titles VALUES (%s, %s, to_tsvector('simple', %s))",
                [(row.code, fold(row.title), fold(row.title)) for row in rows],
            )
        connection.execute("CREATE INDEX ON titles USING gin (vector)")
        connection.execute("ANALYZE titles")
        yield lambda typed: _full_text(connection, typed)


def _full_text(connection: Any, typed: str) -> list[str]:
    words = re.findall(r"[a-z0-9]+", fold(typed))
    found: list[str] = []
    for joined in (" & ".join(words), " | ".join(words)):
        rows = connection.execute(
            "SELECT code FROM titles, to_tsquery('simple', %s) wanted WHERE vector @@ wanted"
            " ORDER BY ts_rank_cd(vector, wanted, 1) DESC, code LIMIT 10",
            [joined],
        ).fetchall()
        found += [code for (code,) in rows if code not in found]
        if len(found) >= 10:
            break
    return found[:10]


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
        begun = time.process_time()
        found = index.search(typed, limit=20)
        times.append((time.process_time() - begun) * 1000)
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
    ours = scores(lambda typed: [rows[at].code for at in index.search(typed, limit=10)], time.process_time)
    for kind, score in ours.items():
        print(f"{kind:<16} {score}")
    for find in postgres(rows):
        for kind, score in scores(find, time.perf_counter).items():
            print(f"{kind:<16} {score}  (PostgreSQL full text)")
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
