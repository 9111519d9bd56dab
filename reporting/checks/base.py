"""What every check hands back."""

from __future__ import annotations

from dataclasses import dataclass, field

KEPT = 200  # findings listed; the count says how many there were


@dataclass
class Report:
    """One invariant: what it says, what was counted, what does not hold.

    Findings name keys and codes, never personal data. `waiting` are things still under way, which is no fault.
    """

    code: str
    title: str
    counted: dict[str, int] = field(default_factory=dict)
    waiting: dict[str, int] = field(default_factory=dict)
    findings: list[str] = field(default_factory=list)
    total: int = 0

    def find(self, text: str) -> None:
        """Add a finding."""
        self.total += 1
        if len(self.findings) < KEPT:
            self.findings.append(text)

    def count(self, what: str, number: int = 1) -> None:
        """Add to a count."""
        self.counted[what] = self.counted.get(what, 0) + number

    @property
    def holds(self) -> bool:
        """Whether nothing was found."""
        return not self.total
