"""Putting papers into one's own store and taking them out."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _

from dossiers.actions.keeping import kept
from dossiers.models import StoredPaper
from dossiers.workflow import ActionError
from portal.accounts.models import User
from portal.lib import clock
from procedures.paper_kinds import kind_of

if TYPE_CHECKING:
    from django.core.files.uploadedfile import UploadedFile

MOST_STORED = 100


@transaction.atomic
def store_paper(
    *, by: User, title: str, upload: UploadedFile, issued_on: datetime.date | None = None
) -> StoredPaper:
    """Keep one paper for later dossiers; the same file under the same title is kept once.

    It holds as long as papers of its kind hold after their issue. Raises uploads.BadUpload with the reason, ActionError
    when the store is full.
    """
    User.objects.select_for_update(of=("self",), no_key=True).get(pk=by.pk)
    mine = StoredPaper.objects.filter(user=by, removed_at=None)
    file = kept(upload, by=by)
    same = mine.filter(title=title, sha256=file["sha256"]).first()
    if same:
        return same
    if mine.count() >= MOST_STORED:
        raise ActionError(_("Kho đã có %(number)d giấy tờ, là nhiều nhất có thể.") % {"number": MOST_STORED})
    kind = kind_of(title)
    until = kind.until(issued_on) if kind and issued_on else None
    return StoredPaper.objects.create(user=by, title=title, issued_on=issued_on, valid_until=until, **file)


@transaction.atomic
def remove_paper(*, by: User, paper_id: int) -> None:
    """Take a paper out of one's own store; twice is once. What a dossier was given stays with the dossier."""
    rows = StoredPaper.objects.select_for_update(of=("self",), no_key=True)
    found = rows.filter(user=by, pk=paper_id, removed_at=None).first()
    if found:
        found.removed_at = clock.now()
        found.save(update_fields=["removed_at"])
