"""Taking what is known: each answer with its source, and what a dossier did not ask again."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from django.db import transaction

from dossiers.models import AnswerSource, DossierReuse, SourceKind
from dossiers.reuse import Offer, profile_day, still
from portal.lib import clock
from procedures.forms_engine.facts import answered

if TYPE_CHECKING:
    from dossiers.models import Dossier, Draft
    from portal.accounts.former import Found
    from portal.accounts.models import User
    from procedures.form_schema import FormSchema


@transaction.atomic
def take(*, draft_id: uuid.UUID | str, by: User, offers: Iterable[Offer]) -> Draft:
    """Write the accepted answers into the draft, each with its source. Twice is once.

    The offers are the server's own, found again from what the person chose. Raises AlreadyFiled.
    """
    from dossiers.actions.drafts import open_draft

    draft = open_draft(draft_id, by)
    for offer in offers:
        draft.answers = {**draft.answers, offer.field: offer.value}
        AnswerSource.objects.filter(draft=draft, field=offer.field).delete()
        AnswerSource.objects.create(draft=draft, **columns_of(offer, by))
    draft.revision += 1
    draft.save(update_fields=["answers", "revision", "updated_at"])
    return draft


@transaction.atomic
def take_former(*, draft_id: uuid.UUID | str, by: User, field: str, code: str, found: Found) -> Draft:
    """Answer a commune by its former name: the unit of today, with the old name beside it for the officer."""
    from dossiers.actions.drafts import open_draft

    draft = open_draft(draft_id, by)
    draft.answers = {**draft.answers, field: code}
    draft.revision += 1
    draft.save(update_fields=["answers", "revision", "updated_at"])
    AnswerSource.objects.filter(draft=draft, field=field).delete()
    AnswerSource.objects.create(
        draft=draft,
        field=field,
        kind=SourceKind.FORMER,
        day=found.former[0].until,
        value=code,
        note=found.old[:300],
        taken_at=clock.now(),
        taken_by=by,
    )
    return draft


def columns_of(offer: Offer, by: User) -> dict[str, Any]:
    """The columns of a taken answer."""
    return {
        "field": offer.field,
        "kind": offer.source.kind,
        "from_dossier": offer.source.dossier,
        "from_document": offer.source.document,
        "day": offer.source.day,
        "value": offer.value,
        "taken_at": clock.now(),
        "taken_by": by,
    }


def note_profile(draft: Draft, answers: Mapping[str, Any], by: User) -> None:
    """The profile's answers that already stand in a new draft, not yet confirmed by the person."""
    if answers:
        day = profile_day(by)
        for name, value in answers.items():
            AnswerSource.objects.create(
                draft=draft, field=name, kind=SourceKind.PROFILE, day=day, value=value
            )


def confirm(draft: Draft, fields: Iterable[str], by: User) -> None:
    """The person passed the section: what stood there from the profile is taken."""
    for row in draft.sources.filter(taken_at=None, field__in=list(fields)):
        if still(row, draft.answers):
            row.taken_at, row.taken_by = clock.now(), by
            row.save(update_fields=["taken_at", "taken_by"])


def carry_over(draft: Draft, dossier: Dossier, cleaned: Mapping[str, Any], by: User) -> list[str]:
    """At filing: sources of answers that still are what was taken go with the dossier. The names that were known.

    The person has read everything back and declared it, so what only stood there is taken now.
    """
    names = []
    for row in draft.sources.all():
        if still(row, cleaned):
            row.dossier = dossier
            row.taken_at, row.taken_by = row.taken_at or clock.now(), row.taken_by or by
            row.save(update_fields=["dossier", "taken_at", "taken_by"])
            if row.kind != SourceKind.FORMER:
                names.append(row.field)
    return names


def note_taken(dossier: Dossier, offers: Iterable[Offer], cleaned: Mapping[str, Any], by: User) -> list[str]:
    """At the counter: the offers the officer took with the person, as far as the answers still are theirs."""
    names = []
    for offer in offers:
        if cleaned.get(offer.field) == offer.value:
            AnswerSource.objects.create(dossier=dossier, **columns_of(offer, by))
            names.append(offer.field)
    return names


def count(dossier: Dossier, schema: FormSchema, cleaned: Mapping[str, Any], known: Iterable[str]) -> None:
    """The facts for the figures: answers and papers of a dossier, and how many of each were known."""
    answers, taken = answered(schema, cleaned), set(known)
    files = dossier.attachments.filter(removed_at=None, document__isnull=False)
    papers: dict[int | None, bool] = {}
    for file in files:
        again = file.from_attachment_id or file.from_document_id or file.from_stored_id
        papers[file.document_id] = papers.get(file.document_id, False) or again is not None
    DossierReuse.objects.create(
        dossier=dossier,
        answers=sum(answers.values()),
        answers_known=sum(number for name, number in answers.items() if name in taken),
        papers=len(papers),
        papers_known=sum(papers.values()),
    )
