"""What the outbox does for dossiers; imported when the app is ready."""

from typing import Any

from dossiers.actions.batches import run_row
from dossiers.actions.calendar_orders import work_late, work_part
from dossiers.actions.documents import render_document
from dossiers.actions.notices import deliver, spread
from dossiers.actions.papers import render_unit_paper
from dossiers.actions.processing import return_online
from dossiers.models import Result
from dossiers.petitions_told import tell_sender
from portal.outbox.actions import handles


@handles("render_document")
def on_render_document(payload: dict[str, Any]) -> None:
    """Payload: `document`, the key of the row."""
    render_document(payload["document"])
    result = Result.objects.filter(document=payload["document"]).first()
    if result is not None:
        return_online(dossier_id=result.dossier_id)


@handles("render_unit_paper")
def on_render_unit_paper(payload: dict[str, Any]) -> None:
    """Payload: `paper`, the key of the row."""
    render_unit_paper(payload["paper"])


@handles("notify")
def on_notify(payload: dict[str, Any]) -> None:
    """Payload: `event`, the key of the event to tell about."""
    spread(event_id=payload["event"])


@handles("send_notice")
def on_send_notice(payload: dict[str, Any]) -> None:
    """Payload: `notice`, the key of the row to hand to its carrier."""
    deliver(notice_id=payload["notice"])


@handles("return_online")
def on_return_online(payload: dict[str, Any]) -> None:
    """Payload: `dossier`, its key."""
    return_online(dossier_id=payload["dossier"])


@handles("batch_row")
def on_batch_row(payload: dict[str, Any]) -> None:
    """Payload: `row`, the key of one row of a batch."""
    run_row(row_id=payload["row"])


@handles("petition_told")
def on_petition_told(payload: dict[str, Any]) -> None:
    """Payload: `event`, the key of the petition's event to tell its sender about by e-mail."""
    tell_sender(payload["event"])


@handles("calendar_part")
def on_calendar_part(payload: dict[str, Any]) -> None:
    """Payload: `part`, the key of some dossiers to look through under another calendar."""
    work_part(part_id=payload["part"])


@handles("calendar_late")
def on_calendar_late(payload: dict[str, Any]) -> None:
    """Payload: `order`, the key of an approved change of the calendar."""
    work_late(order_id=payload["order"])
