"""Periodic work on dossiers: each task finds its own work by query, so a lost message costs one period."""

from celery import shared_task

from dossiers import invariants_files
from dossiers.actions import verifying
from dossiers.actions.drafts import discard_old
from dossiers.actions.supplements import remind_and_note
from portal.lib import clock


@shared_task
def sweep_drafts() -> int:
    """Discard drafts nobody touched for two months."""
    return discard_old(now=clock.now())


@shared_task
def sweep_files() -> int:
    """Remove stored files no row names once they are a day old; how many."""
    return invariants_files.sweep_files().removed


@shared_task
def end_questions() -> int:
    """End questions to other units whose limit is over; how many."""
    return verifying.expire(now=clock.now())


@shared_task
def follow_supplements() -> int:
    """Remind people of a supplement and note missed times; how many requests it touched."""
    return remind_and_note(now=clock.now())
