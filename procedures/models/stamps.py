"""Which reference data was loaded last."""

from __future__ import annotations

from django.db import models


class DataStamp(models.Model):
    """The digest of the data files of one kind at their last load; equal means nothing to do."""

    name = models.CharField(max_length=40, primary_key=True)
    digest = models.CharField(max_length=64)
    loaded_at = models.DateTimeField(auto_now=True)

    def __str__(self) -> str:
        return self.name
