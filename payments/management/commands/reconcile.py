"""The nightly three-way check of one day, by hand: gateway or bank = ledger = receipts."""

from __future__ import annotations

import csv
import datetime
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from payments.actions.reconciling import check_day, reconcile, take_report
from payments.gateways import GATEWAYS, Reported


class Command(BaseCommand):
    """Prints every unit and road of the day; exits with 1 when anything differs."""

    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        """The day, and a gateway's list as a file where its address is not configured."""
        parser.add_argument("--day", required=True, type=datetime.date.fromisoformat)
        parser.add_argument("--provider", choices=sorted(GATEWAYS))
        parser.add_argument(
            "--report", type=Path, help="CSV with a heading: reference,provider_reference,amount"
        )

    def handle(self, *_args: Any, **options: Any) -> None:
        """Check and print."""
        day = options["day"]
        if options["report"]:
            if not options["provider"]:
                raise CommandError("--report needs --provider")
            take_report(provider=options["provider"], day=day, lines=_lines(options["report"]))
            rows = check_day(day=day)
        else:
            rows = reconcile(day=day)
        for row in rows:
            said = "no list" if row.outside is None else row.outside
            verdict = "agrees" if row.agrees else "DIFFERS"
            sums = f"outside {said}, ledger {row.ledger}, receipts {row.receipts}"
            self.stdout.write(f"{row.unit or '-'} {row.provider}: {sums}: {verdict}")
        if not all(row.agrees for row in rows):
            raise CommandError("the day differs; work items were opened")


def _lines(path: Path) -> list[Reported]:
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            return [
                Reported(row["reference"], row.get("provider_reference") or "", int(row["amount"]))
                for row in csv.DictReader(file)
            ]
    except (OSError, KeyError, ValueError, TypeError) as error:
        raise CommandError(f"cannot read the report: {type(error).__name__}") from error
