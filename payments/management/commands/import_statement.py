"""Take in a bank statement from a file, as an operator's job does every hour."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from payments.actions.statements import import_statement
from payments.models import CollectionAccount, LineState
from payments.statements import StatementError


class Command(BaseCommand):
    """Imports a CSV, XLSX, MT940 or CAMT.053 statement; the same file or line twice changes nothing."""

    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        """Account number and file."""
        parser.add_argument("--account", required=True, help="the account number as approved in the portal")
        parser.add_argument("file", type=Path)

    def handle(self, *_args: Any, **options: Any) -> None:
        """Import and say what became of it; exits with an error when the file cannot be read."""
        accounts = CollectionAccount.objects.filter(number=options["account"], state="active")
        account = accounts.order_by("-valid_from").first()
        if account is None:
            raise CommandError("no approved account has this number")
        try:
            data = options["file"].read_bytes()
            found = import_statement(by=None, account=account, name=options["file"].name, data=data)
        except OSError as error:
            raise CommandError(f"cannot read the file: {error.strerror}") from error
        except StatementError as error:
            raise CommandError(f"not a statement of this account: {error}") from error
        self.stdout.write(
            f"{found.rows_new} new lines, {found.rows_known} known, {len(found.bad_rows)} damaged"
        )
        for line, reason in found.bad_rows:
            self.stdout.write(f"  line {line}: {reason}")
        for state, _label in LineState.choices:
            self.stdout.write(f"  {state}: {found.lines.filter(state=state).count()}")
