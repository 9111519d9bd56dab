"""Adding blank papers people can download."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from portal.lib import clock, files, uploads
from portal.lib.errors import ActionError
from procedures.access import check_edit
from procedures.models import PaperTemplate

if TYPE_CHECKING:
    from django.core.files.uploadedfile import UploadedFile

    from portal.accounts.models import User


def add_template(*, by: User, name: str, upload: UploadedFile) -> PaperTemplate:
    """Keep a file under a name; the same file again is the template it already is.

    Raises BadUpload with the reason, ActionError without a name, PermissionDenied without the right to edit.
    """
    check_edit(by)
    name = " ".join(name.split())[:200]
    if not name:
        raise ActionError(_("Xin ghi tên của mẫu."), field="name")
    checked = uploads.check_upload(upload)
    stored = files.put(checked.content)
    try:
        with transaction.atomic():
            return PaperTemplate.objects.create(
                sha256=stored.sha256,
                name=name,
                filename=checked.name,
                content_type=checked.content_type,
                size=stored.size,
                added_by=by,
                added_at=clock.now(),
            )
    except IntegrityError:
        same = PaperTemplate.objects.filter(sha256=stored.sha256).first()
        if same is None:
            raise
        return same
