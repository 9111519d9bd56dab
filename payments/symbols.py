"""Receipt symbols by the rules in force on the day of collection (domain facts 6.3). Pure.

Until 30/6/2026: template `01BLP0-001` (fee receipt without printed face value), symbol of two letters, year
and form letter `AA-25E`, at most 7 digits (NĐ 123/2020/NĐ-CP, TT 32/2025/TT-BTC). From 1/7/2026: template
`EBL01`, symbol of year, `T` and two letters `26TAA`, at most 8 digits (NĐ 254/2026/NĐ-CP, TT 91/2026/TT-BTC).
"""

import datetime
import re
from dataclasses import dataclass

CHANGE = datetime.date(2026, 7, 1)
LETTERS = "ABCDEGHKLMNPQRSTUVXY"


@dataclass(frozen=True)
class SeriesRule:
    """How receipts of one period are numbered: template symbol, digits shown, form of the symbol."""

    template_symbol: str
    digits: int
    pattern: str

    def fits(self, symbol: str) -> bool:
        """Whether `symbol` has the form of this period."""
        return re.fullmatch(self.pattern, symbol) is not None


OLD = SeriesRule("01BLP0-001", 7, rf"[{LETTERS}]{{2}}-\d{{2}}[ET]")
NEW = SeriesRule("EBL01", 8, rf"\d{{2}}T[{LETTERS}]{{2}}")


def rule_on(day: datetime.date) -> SeriesRule:
    """The rule in force on `day`."""
    return NEW if day >= CHANGE else OLD


def sample_symbol(day: datetime.date, letters: str) -> str:
    """A symbol of the right form for `day` with these two letters: "26TAA", "AA-25E"."""
    year = f"{day.year % 100:02d}"
    return f"{year}T{letters}" if rule_on(day) is NEW else f"{letters}-{year}E"


def example(rule: SeriesRule, year: int) -> str:
    """A symbol of the rule's form for `year`, to show what is expected."""
    short = f"{year % 100:02d}"
    return f"{short}TAA" if rule is NEW else f"AA-{short}E"


def shown(number: int, digits: int) -> str:
    """The number as printed. Raises OverflowError when the series is full."""
    text = f"{number:0{digits}d}"
    if len(text) > digits:
        raise OverflowError(f"receipt series is full: {digits} digits")
    return text
