"""Check the invariants I1-I9 over the whole database and all files."""

from __future__ import annotations

import csv
import json
from argparse import ArgumentParser
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import IO, Any, cast

from django.core.management.base import BaseCommand, CommandError
from rich.console import Console
from rich.table import Table

from portal.outbox.actions import drain_all
from reporting import fill
from reporting.checks import effects, figures, filings, histories, others
from reporting.checks.base import Report

SHOWN = 20  # findings printed per invariant; --json gives more


class Command(BaseCommand):
    """Reads only, unless --drain; exit code 1 when anything does not hold."""

    help = "Check the invariants (filings, money, receipts, files, figures, outbox, histories, deadlines, seals)."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The options."""
        parser.add_argument("--json", action="store_true", help="print one JSON object instead of tables")
        parser.add_argument(
            "--drain", action="store_true", help="first send what waits in the outbox and count marked days"
        )
        parser.add_argument("--gateway", type=Path, help="the gateway's list: CSV lines of reference,amount")
        parser.add_argument("--only", nargs="*", metavar="I1", help="check only these invariants")

    def handle(self, *args: Any, **options: Any) -> None:  # noqa: ARG002
        """Run the checks and print what they counted."""
        if options["drain"]:
            drain_all(limit=100_000)
            fill.fill_all()
        wanted = set(options["only"] or [])
        reports = [one for one in _reports(options) if not wanted or one.code in wanted]
        if options["json"]:
            self.stdout.write(
                json.dumps([asdict(report) for report in reports], ensure_ascii=False, indent=2)
            )
        else:
            self._print(reports)
        if not all(report.holds for report in reports):
            raise CommandError("invariants do not hold", returncode=1)

    def _print(self, reports: list[Report]) -> None:
        console = Console(file=cast(IO[str], self.stdout), width=None if self.stdout.isatty() else 120)
        table = Table("", "invariant", "counted", "under way", "findings")
        for report in sorted(reports, key=lambda one: one.code):
            table.add_row(
                report.code,
                report.title,
                _words(report.counted),
                _words(report.waiting),
                "[green]none[/]" if report.holds else f"[red]{report.total}[/]",
            )
        console.print(table)
        for report in reports:
            for finding in report.findings[:SHOWN]:
                console.print(f"[red]{report.code}[/] {finding}", highlight=False)


def _words(numbers: dict[str, int]) -> str:
    return ", ".join(f"{number:,} {what}" for what, number in numbers.items() if number or what != "messages")


def _reports(options: dict[str, Any]) -> Iterator[Report]:
    wanted = set(options["only"] or [f"I{number}" for number in range(1, 10)])
    if "I1" in wanted:
        yield filings.check()
    if wanted & {"I2", "I3"}:
        yield from others.check_money(_gateway(options["gateway"]))
    if "I4" in wanted:
        yield others.check_stored_files()
    if "I5" in wanted:
        yield figures.check()
    if "I6" in wanted:
        yield effects.check(drained=options["drain"])
    if wanted & {"I7", "I8"}:
        yield from histories.check()
    if "I9" in wanted:
        yield figures.check_seals()


def _gateway(path: Path | None) -> list[tuple[str, int]] | None:
    if path is None:
        return None
    with path.open(encoding="utf-8", newline="") as lines:
        return [(row[0], int(row[1])) for row in csv.reader(lines) if row]
