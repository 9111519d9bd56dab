"""What is done with petitions: sent once, handed to the right unit, answered, published without the sender's data."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import transaction
from django.http import Http404
from django.utils.translation import gettext as _

from dossiers.access import get_petition
from dossiers.models import (
    Petition,
    PetitionChannel,
    PetitionEvent,
    PetitionEventKind,
    PetitionFile,
    PetitionSequence,
    PetitionState,
)
from dossiers.petitions import ANSWER_DAYS, MOVES, Move, WrongPetitionStateError, after, names_sender
from dossiers.workflow import ActionError
from portal.lib import clock, counters, files, uploads
from portal.outbox.actions import put
from procedures.calendar import calendar_for

if TYPE_CHECKING:
    from django.core.files.uploadedfile import UploadedFile

    from dossiers.models import Dossier
    from portal.accounts.models import Unit, User

LONGEST = 5000
MOST_FILES = 3


@dataclass(frozen=True)
class Sender:
    """Who sends: name, telephone and address are what the law asks for."""

    name: str
    phone: str
    address: str
    email: str = ""


@transaction.atomic
def submit(
    *,
    by: User | None,
    sender: Sender,
    unit: Unit,
    category: str,
    text: str,
    client_key: uuid.UUID,
    dossier: Dossier | None = None,
    channel: str = PetitionChannel.PORTAL,
    given: Iterable[UploadedFile] = (),
) -> Petition:
    """Keep a petition; the same `client_key` again returns the first. `by`: the sender's account, the officer who
    writes down a call or letter, or None for a visitor.

    Raises ActionError for an empty text or too many files, BadUpload for a refused one.
    """
    same = Petition.objects.filter(client_key=client_key).first()
    if same is not None:
        return same
    uploaded = list(given)
    if len(uploaded) > MOST_FILES:
        raise ActionError(_("Gửi kèm tối đa %(number)d tệp.") % {"number": MOST_FILES}, field="attachments")
    now, officer = clock.now(), by is not None and by.is_officer
    petition = Petition.objects.create(
        code=_next_code(),
        client_key=client_key,
        channel=channel,
        category=category,
        unit=unit,
        dossier=dossier,
        account=None if officer else by,
        recorded_by=by if officer else None,
        name=sender.name,
        phone=sender.phone,
        email=sender.email,
        address=sender.address,
        text=_said(text, "text"),
        submitted_at=now,
        answer_by=after(now, ANSWER_DAYS, calendar_for(unit)),
    )
    for upload in uploaded:
        _keep(petition, upload)
    _note(petition, PetitionEventKind.SUBMITTED, by)
    return petition


def _next_code() -> str:
    day = clock.today()
    last = counters.take(PetitionSequence, day=day)
    return f"PAKN-{day:%y%m%d}-{last:04d}"


def _keep(petition: Petition, upload: UploadedFile) -> None:
    checked = uploads.check_upload(upload)
    stored = files.put(checked.content)
    PetitionFile.objects.create(
        petition=petition,
        name=checked.name,
        content_type=checked.content_type,
        size=stored.size,
        sha256=stored.sha256,
        uploaded_at=clock.now(),
    )


def _said(text: str, field: str) -> str:
    said = text.replace("\x00", "").strip()[:LONGEST]
    if not said:
        raise ActionError(_("Xin viết nội dung."), field=field)
    return said


def _note(petition: Petition, kind: PetitionEventKind, by: User | None, text: str = "") -> PetitionEvent:
    event = PetitionEvent.objects.create(
        petition=petition, kind=kind, at=clock.now(), actor=by, unit=petition.unit, text=text
    )
    if petition.email and kind != PetitionEventKind.RATED:
        put("petition_told", key=f"petition_told:{event.pk}", payload={"event": event.pk})
    return event


def _locked(name: str, code: str, by: User) -> tuple[Petition, Move]:
    petition, move = get_petition(by, code, lock=True), MOVES[name]
    if petition.state not in move.sources:
        raise WrongPetitionStateError(petition.state)
    petition.state = move.target
    return petition, move


@transaction.atomic
def take(*, code: str, by: User) -> Petition:
    """The handling begins. Raises WrongPetitionStateError when somebody was faster."""
    petition, move = _locked("take", code, by)
    petition.save(update_fields=["state"])
    _note(petition, move.event, by)
    return petition


@transaction.atomic
def forward(*, code: str, by: User, unit: Unit, text: str) -> Petition:
    """Hand a petition to the unit it belongs to, with the reason; its time to answer begins anew there."""
    petition, move = _locked("forward", code, by)
    if unit.pk == petition.unit_id:
        raise ActionError(_("Phản ánh đang ở đơn vị này."), field="unit")
    reason = _said(text, "text")
    _note(petition, move.event, by, f"{unit.full_name}: {reason}")
    petition.unit = unit
    petition.answer_by = after(clock.now(), ANSWER_DAYS, calendar_for(unit))
    petition.save(update_fields=["state", "unit", "answer_by"])
    return petition


@transaction.atomic
def ask(*, code: str, by: User, text: str) -> Petition:
    """Ask the sender for what is missing."""
    petition, move = _locked("ask", code, by)
    petition.save(update_fields=["state"])
    _note(petition, move.event, by, _said(text, "text"))
    return petition


@transaction.atomic
def refuse(*, code: str, by: User, text: str) -> Petition:
    """Refuse a petition with its reason and where to turn instead; a complaint or denunciation has a law of its own."""
    petition, move = _locked("refuse", code, by)
    petition.closed_at = clock.now()
    petition.save(update_fields=["state", "closed_at"])
    _note(petition, move.event, by, _said(text, "text"))
    return petition


@transaction.atomic
def answer(*, code: str, by: User, text: str) -> Petition:
    """Answer the sender."""
    petition, move = _locked("answer", code, by)
    petition.answer, petition.answered_at = _said(text, "text"), clock.now()
    petition.save(update_fields=["state", "answer", "answered_at"])
    _note(petition, move.event, by, petition.answer)
    return petition


@transaction.atomic
def publish(*, code: str, by: User, question: str, answer: str) -> Petition:
    """Put question and answer where everybody reads them. Raises ActionError where they give the sender away."""
    petition, move = _locked("publish", code, by)
    said = {"question": _said(question, "question"), "answer": _said(answer, "answer")}
    for field, text in said.items():
        if names_sender(petition, text):
            raise ActionError(
                _(
                    "Nội dung công khai còn tên, địa chỉ, thư điện tử hoặc số điện thoại, số giấy tờ. Xin bỏ đi."
                ),
                field=field,
            )
    petition.public_question, petition.public_answer = said["question"], said["answer"]
    petition.published_at = clock.now()
    petition.save(update_fields=["state", "public_question", "public_answer", "published_at"])
    _note(petition, move.event, by)
    return petition


def _own(token: str) -> Petition:
    found = Petition.objects.select_for_update(of=("self",), no_key=True).filter(token=token)
    petition = found.select_related("unit").first()
    if petition is None:
        raise Http404(_("Không có phản ánh nào ứng với mã này."))
    return petition


@transaction.atomic
def supply(*, token: str, by: User | None, text: str) -> Petition:
    """The sender adds what was asked for; the time to answer begins anew. `by` is None without an account."""
    petition = _own(token)
    if petition.state != PetitionState.ASKED:
        raise WrongPetitionStateError(petition.state)
    petition.state = PetitionState.HANDLING
    petition.answer_by = after(clock.now(), ANSWER_DAYS, calendar_for(petition.unit))
    petition.save(update_fields=["state", "answer_by"])
    _note(petition, PetitionEventKind.SUPPLIED, by, _said(text, "text"))
    return petition


@transaction.atomic
def rate_answer(*, token: str, by: User | None, satisfied: bool) -> Petition:
    """Whether the sender is satisfied with the answer; asked once, a second time changes nothing."""
    petition = _own(token)
    if petition.answered_at is None:
        raise WrongPetitionStateError(petition.state)
    if petition.satisfied is None:
        petition.satisfied = satisfied
        petition.save(update_fields=["satisfied"])
        _note(petition, PetitionEventKind.RATED, by, "yes" if satisfied else "no")
    return petition
