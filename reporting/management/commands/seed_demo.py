"""Demonstration accounts and a month of demonstration dossiers; safe to run again."""

from __future__ import annotations

import argparse
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from dossiers.models import Dossier
from portal.lib import clock
from reporting.demo.month import STORIES, Month
from reporting.demo.people import make_accounts


class Command(BaseCommand):
    """`seed_demo [--dossiers N]`: refuses to run in production."""

    help = "Make demonstration accounts and a month of demonstration dossiers by the real actions."

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """The number of dossiers."""
        parser.add_argument("--dossiers", type=int, default=400)
        parser.add_argument("--accounts-only", action="store_true", help="make the accounts, no dossiers")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Accounts always; the month only where there is none yet."""
        if settings.PRODUCTION:
            raise CommandError("demonstration data is refused in production")
        accounts = make_accounts()
        if options["accounts_only"]:
            return
        if Dossier.objects.filter(is_demo=True).exists():
            self.stdout.write(f"{len(accounts)} demo accounts; the demo month is there already")
            return
        made, refused = self._month(options["dossiers"], quiet=options["verbosity"] == 0)
        self.stdout.write(
            f"{len(accounts)} demo accounts, {made} demo dossiers ({refused} refused by the rules)"
        )

    def _month(self, count: int, *, quiet: bool) -> tuple[int, int]:
        made = refused = 0
        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
        with Progress(*columns, console=Console(quiet=quiet)) as progress:
            task = progress.add_task("Hồ sơ mẫu / demo dossiers", total=count + len(STORIES))
            for dossier in Month(clock.now(), count).run():
                made, refused = made + (dossier is not None), refused + (dossier is None)
                progress.advance(task)
        return made, refused
