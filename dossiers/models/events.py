"""The append-only record of everything that happened to a dossier."""

from django.db import models
from django.db.models.functions import Now

from dossiers.models.dossiers import Dossier
from dossiers.states import EventKind, State
from portal.accounts.models import Unit, User
from portal.lib.constraints import one_of


class DossierEvent(models.Model):
    """One fact, written in the transaction of its cause; a trigger refuses UPDATE and DELETE.

    `at` is the server's time of the action, `recorded_at` the database's own at writing. `data` holds what
    the clock and the reader need (reason, legal basis, new date, assignee name); never personal data of the
    applicant.
    """

    dossier = models.ForeignKey(Dossier, models.PROTECT, related_name="events")
    seq = models.PositiveIntegerField()
    kind = models.CharField(max_length=24, choices=EventKind)
    at = models.DateTimeField()
    recorded_at = models.DateTimeField(db_default=Now(), editable=False)
    actor = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    unit = models.ForeignKey(Unit, models.PROTECT, null=True, blank=True, related_name="+")
    from_state = models.CharField(max_length=12, choices=State, blank=True)
    to_state = models.CharField(max_length=12, choices=State)
    data = models.JSONField(default=dict)

    class Meta:
        ordering = ["dossier_id", "seq"]  # by the key: the order of dossiers themselves would be joined
        constraints = [
            one_of("dossier_event", "kind", EventKind),
            one_of("dossier_event", "from_state", State, or_empty=True),
            one_of("dossier_event", "to_state", State),
            models.UniqueConstraint(fields=["dossier", "seq"], name="dossier_event_seq"),
        ]
        indexes = [models.Index(fields=["at"], name="dossier_event_at")]

    def __str__(self) -> str:
        return f"{self.dossier_id}#{self.seq} {self.kind}"
