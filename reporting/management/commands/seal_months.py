"""Seal the months that have ended."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from reporting import fill, seals


class Command(BaseCommand):
    """The same the nightly task does; safe at any time and any number of times."""

    help = "Count what is marked, then seal every month that has ended, and print the digests."

    def handle(self, *args: Any, **options: Any) -> None:  # noqa: ARG002
        """Print a line per month sealed now."""
        fill.fill_all()
        for seal in seals.close():
            self.stdout.write(f"{seal.month:%Y-%m} {seal.digest} ({seal.rows} days of units)")
