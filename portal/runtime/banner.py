"""What the person at the terminal reads once the portal serves."""

import json
import time
from pathlib import Path

from rich.console import Console
from rich.table import Table


def accounts_table(path: Path) -> Table | None:
    """The demo accounts as seed_demo wrote them; None without demo data."""
    if not path.exists():
        return None
    table = Table(title="Demo accounts", title_justify="left", show_edge=False, pad_edge=False)
    for heading in ("Sign-in name", "Password", "Name", "Role", "Unit"):
        table.add_column(heading, no_wrap=heading in {"Sign-in name", "Password"})
    for row in json.loads(path.read_text(encoding="utf-8")):
        table.add_row(*(str(row.get(key) or "") for key in ("login", "password", "name", "role", "unit")))
    return table


def show(console: Console, *, url: str, logs: Path, accounts: Path, began: float) -> None:
    """Address, accounts, how to stop."""
    console.print()
    if table := accounts_table(accounts):
        console.print(table)
        console.print()
    console.print(f"[bold green]The portal serves at {url}[/]", highlight=False, soft_wrap=True)
    console.print(
        f"[dim]ready after {time.monotonic() - began:.1f} s; logs in {logs}; Ctrl-C stops everything[/]",
        highlight=False,
    )
