"""Messages inside a dossier: sent once, kept for ever, unread until the other side says it has read them."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from typing import TYPE_CHECKING

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _

from dossiers.access import get_dossier, get_own_dossier
from dossiers.actions.base import notify, record
from dossiers.actions.keeping import kept
from dossiers.models import Attachment, Dossier, DossierMessage, MessageThread, Side
from dossiers.policies import may_write_to_citizen
from dossiers.states import EventKind
from dossiers.workflow import ActionError
from portal.lib import clock

if TYPE_CHECKING:
    from django.core.files.uploadedfile import UploadedFile

    from portal.accounts.models import User

MOST_FILES = 5
LONGEST = 4000


@transaction.atomic
def send_message(
    *, code: str, by: User, text: str, client_key: uuid.UUID, uploads: Iterable[UploadedFile] = ()
) -> DossierMessage:
    """Write to the other side, with files. The same `client_key` again returns the first message.

    Raises ActionError for nothing written or nobody to read it, BadUpload for a refused file, PermissionDenied
    for an officer without work on the dossier.
    """
    dossier = _locked(code, by)
    same = DossierMessage.objects.filter(client_key=client_key, dossier=dossier, author=by).first()
    if same is not None:
        return same
    given = list(uploads)
    _check(dossier, text, given)
    side = side_of(by, dossier)
    message = DossierMessage.objects.create(
        dossier=dossier, side=side, author=by, text=_clean(text), at=clock.now(), client_key=client_key
    )
    for upload in given:
        Attachment.objects.create(dossier=dossier, message=message, **kept(upload, by=by))
    _count(dossier, side)
    unit = dossier.competent_unit_id if dossier.accepted_at else dossier.receiving_unit_id
    data = {"message": message.pk, "side": str(side)}
    event = record(dossier, EventKind.MESSAGE, by=by, unit_id=unit, before=dossier.state, data=data)
    if side == Side.OFFICE:
        notify(dossier, event)
    return message


@transaction.atomic
def mark_read(*, code: str, by: User) -> None:
    """Say that this side has read everything there is; twice is once."""
    dossier = _locked(code, by)
    thread = MessageThread.objects.select_for_update().filter(dossier=dossier).first()
    name = "citizen_unread" if side_of(by, dossier) == Side.CITIZEN else "office_unread"
    if thread is not None and getattr(thread, name):
        setattr(thread, name, 0)
        thread.save(update_fields=[name])


def side_of(user: User, dossier: Dossier) -> Side:
    """On which side of the dossier `user` stands."""
    return Side.CITIZEN if dossier.account_id == user.pk else Side.OFFICE


def _locked(code: str, by: User) -> Dossier:
    if not by.is_officer:
        return get_own_dossier(by, code, lock=True)
    dossier = get_dossier(by, code, lock=True)
    if not may_write_to_citizen(by, dossier):
        raise PermissionDenied("no work on this dossier")
    return dossier


def _check(dossier: Dossier, text: str, given: list[UploadedFile]) -> None:
    if not _clean(text):
        raise ActionError(_("Xin viết nội dung tin nhắn."), field="text")
    if len(given) > MOST_FILES:
        raise ActionError(
            _("Mỗi tin nhắn có tối đa %(number)d tệp.") % {"number": MOST_FILES}, field="attachments"
        )
    if dossier.account_id is None:
        raise ActionError(
            _("Người nộp không có tài khoản nên không đọc được tin nhắn; hãy liên hệ bằng điện thoại.")
        )


def _clean(text: str) -> str:
    return text.replace("\x00", "").strip()[:LONGEST]


def _count(dossier: Dossier, side: Side) -> None:
    """One more unread message for the other side; writing means having read what came before."""
    thread, _made = MessageThread.objects.get_or_create(dossier=dossier, defaults={"last_at": clock.now()})
    thread.last_at = clock.now()
    if side == Side.CITIZEN:
        thread.office_unread, thread.citizen_unread = thread.office_unread + 1, 0
    else:
        thread.citizen_unread, thread.office_unread = thread.citizen_unread + 1, 0
    thread.save(update_fields=["last_at", "office_unread", "citizen_unread"])
