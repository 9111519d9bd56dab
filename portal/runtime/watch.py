"""Reading the logs of running parts: what is alarming goes to the terminal, the rest stays in the file."""

import re
import shutil
from pathlib import Path
from typing import Protocol

ROTATE_BYTES = 20 * 1024 * 1024


class Logged(Protocol):
    """Something with a log file."""

    name: str
    log: Path

    def alarms(self, line: str) -> bool:
        """Is this line worth showing?"""
        ...


class LogWatch:
    """Follows one log file from its present end."""

    def __init__(self, part: Logged) -> None:
        self._part = part
        self._position = part.log.stat().st_size if part.log.exists() else 0
        self._last = ""
        self._repeated = 0

    def alarms(self) -> list[str]:
        """New lines worth showing; the same line again is only counted."""
        shown = []
        for line in self._new_lines():
            if not self._part.alarms(line):
                continue
            bare = re.sub(r"[\d:.,\-+]+", "", line)
            if bare == self._last:
                self._repeated += 1
                continue
            if self._repeated:
                shown.append(f"(the line above {self._repeated} times more)")
            self._last, self._repeated = bare, 0
            shown.append(line)
        return shown

    def _new_lines(self) -> list[str]:
        log = self._part.log
        size = log.stat().st_size if log.exists() else 0
        if size < self._position:
            self._position = 0
        if size == self._position:
            return []
        with log.open("rb") as file:
            file.seek(self._position)
            text = file.read()
        complete = text[: text.rfind(b"\n") + 1]
        self._position += len(complete)
        if self._position > ROTATE_BYTES:
            self._rotate()
        return complete.decode("utf-8", "replace").splitlines()

    def _rotate(self) -> None:
        """Keep one older file; the writer appends, so the emptied file goes on being the one it writes."""
        log = self._part.log
        shutil.copyfile(log, log.with_suffix(".log.1"))
        with log.open("r+b") as file:
            file.truncate(0)
        self._position = 0
