"""What the outbox does for the catalogue; imported when the app is ready."""

from typing import Any

from portal.outbox.actions import handles
from procedures.actions.imports import compare
from procedures.actions.taking import take_portion


@handles("compare_import")
def on_compare_import(payload: dict[str, Any]) -> None:
    """Payload: `import`, the key of the row. One portion, then the next message."""
    compare(import_id=payload["import"], ask=True)


@handles("take_import")
def on_take_import(payload: dict[str, Any]) -> None:
    """Payload: `import`, the key of the row. One portion, then the next message."""
    take_portion(import_id=payload["import"])
