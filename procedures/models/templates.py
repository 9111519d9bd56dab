"""Blank papers people fill in and bring: kept once, named by the papers of any version."""

from __future__ import annotations

from django.db import models

from portal.accounts.models import User


class PaperTemplate(models.Model):
    """A file to download for a paper of the closed list (`RequiredDocument.template` names it by its hash).

    It never changes: another file is another template, and versions published with this one keep it.
    """

    sha256 = models.CharField(max_length=64, unique=True)
    name = models.CharField(max_length=200)
    filename = models.CharField(max_length=150)
    content_type = models.CharField(max_length=40)
    size = models.PositiveIntegerField()
    added_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    added_at = models.DateTimeField()

    class Meta:
        ordering = ["name", "pk"]

    def __str__(self) -> str:
        return self.name
