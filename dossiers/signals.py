"""What the dossiers app announces; apps to its right listen."""

from django.dispatch import Signal

# Sent inside the transaction of the event, with `event` and `dossier`. A listener that raises rolls it all back.
event_recorded = Signal()
