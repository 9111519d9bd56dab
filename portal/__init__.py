"""The house: settings, people and units, shared pieces, and the programs that run it."""

from portal.celery import app as celery_app

__all__ = ["celery_app"]
