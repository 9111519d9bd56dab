"""What the outbox does for dossiers; imported when the app is ready."""

from typing import Any

from dossiers.actions.documents import render_document
from dossiers.actions.processing import return_online
from dossiers.models import Result
from dossiers.notices import send_notice
from portal.outbox.actions import handles


@handles("render_document")
def on_render_document(payload: dict[str, Any]) -> None:
    """Payload: `document`, the key of the row."""
    render_document(payload["document"])
    result = Result.objects.filter(document=payload["document"]).first()
    if result is not None:
        return_online(dossier_id=result.dossier_id)


@handles("notify")
def on_notify(payload: dict[str, Any]) -> None:
    """Payload: `event`, the key of the event to tell about."""
    send_notice(payload["event"])


@handles("return_online")
def on_return_online(payload: dict[str, Any]) -> None:
    """Payload: `dossier`, its key."""
    return_online(dossier_id=payload["dossier"])
