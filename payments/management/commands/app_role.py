"""Grants for a database role that the application runs under: what only grows, it may only read and insert."""

from __future__ import annotations

import re
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection

# A trigger refuses UPDATE and DELETE here for everybody; the role is not even asked.
ONLY_GROWS = ("payments_ledgerentry", "payments_feeassessment", "payments_receipt", "dossiers_dossierevent")


class Command(BaseCommand):
    """Prints the statements; `--apply` runs them, as the owner of the tables, after every migration."""

    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        """The role, which must exist."""
        parser.add_argument("role")
        parser.add_argument("--apply", action="store_true")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Print, and run if told so."""
        role = options["role"]
        if not re.fullmatch(r"[a-z_][a-z0-9_]{0,62}", role):
            raise CommandError("a role name of small letters, digits and underscores")
        statements = grants(role, connection.introspection.table_names())
        for statement in statements:
            self.stdout.write(f"{statement};")
        if options["apply"]:
            with connection.cursor() as cursor:
                for statement in statements:
                    cursor.execute(statement)


def grants(role: str, tables: list[str]) -> list[str]:
    """The statements for `role`, already checked to be a plain name, over tables of our own."""
    name = connection.ops.quote_name(role)
    found = [
        f"GRANT USAGE ON SCHEMA public TO {name}",
        f"GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {name}",
    ]
    for table in sorted(tables):
        rights = "SELECT, INSERT" if table in ONLY_GROWS else "SELECT, INSERT, UPDATE, DELETE"
        found.append(f"REVOKE ALL ON {connection.ops.quote_name(table)} FROM {name}")
        found.append(f"GRANT {rights} ON {connection.ops.quote_name(table)} TO {name}")
    return found
